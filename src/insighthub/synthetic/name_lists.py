"""Names that faker has not, or has in another alphabet, or without their real order of frequency.

Takes nothing, gives short lists of common names by community, most common first, and tables of the ways one name is
written. They are typed from general knowledge of these communities, not copied from a data set, and the nicknames are
deliberately not the table that the matcher uses: a test that shares its answers proves nothing.
"""

from __future__ import annotations


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text; an underscore stands for a space within one."""
    return tuple(w.replace("_", " ") for w in text.split())


#: Given names of people born before 1965, 1965 to 1994, and since, for communities with English names.
ENGLISH_MALE = (
    words(
        "John David Michael Peter Robert Brian Alan William James Kenneth Roy Derek Ronald George Raymond Terence "
        "Anthony Thomas Leslie Frank Arthur Dennis Barry Keith Colin Roger Albert Frederick Stanley Trevor Graham "
        "Patrick Charles Edward Ernest Harold Gerald Norman Reginald Sidney Walter Victor Malcolm Clive Ivor"
    ),
    words(
        "Paul Mark Andrew Stephen Lee Darren Daniel Christopher Matthew Jason Simon Steven Richard Gary Kevin Ian "
        "Craig Scott Dean Stuart Ryan Adam Ben Sean Nathan Jamie Carl Neil Martin Wayne Shane Russell Glenn Trent "
        "Declan Terry Danny Nicholas Philip Robert James David Michael John Thomas Anthony Gavin Dale Ross Laurent"
    ),
    words(
        "Jack Oliver Harry George Charlie Alfie Noah Leo Oscar Archie Joshua Jacob Freddie Thomas Tommy Jake Tyler "
        "Connor Callum Liam Mason Riley Logan Kai Theo Arlo Finley Lewis Luke Joseph Samuel William James Henry Max "
        "Reggie Ronnie Teddy Ethan Isaac Alexander Benjamin Edward Jayden Brandon Kyle Jordan Bradley Declan Dylan"
    ),
)
ENGLISH_FEMALE = (
    words(
        "Margaret Patricia Susan Christine Jean Maureen Linda Sheila Barbara Pauline Janet Carol Doreen Joan Brenda "
        "Joyce Sandra Valerie Shirley Rita Eileen Irene Iris Dorothy Kathleen Mary Elizabeth Ann Marion Gillian "
        "Hazel Sylvia June Beryl Josephine Veronica Jacqueline Lesley Wendy Marilyn Ivy Gladys Hilda Edna Vera "
        "Olive"
    ),
    words(
        "Nicola Lisa Karen Sarah Claire Joanne Tracey Sharon Michelle Kelly Emma Louise Samantha Donna Victoria "
        "Rebecca Natalie Gemma Stacey Laura Amy Jennifer Kerry Rachel Deborah Alison Amanda Helen Julie Leanne "
        "Hayley Zoe Danielle Charlotte Lucy Katie Kate Catherine Elizabeth Anna Lindsey Dawn Mandy Tina Maria "
        "Teresa Angela"
    ),
    words(
        "Olivia Amelia Emily Jessica Ella Sophie Lily Ava Chloe Grace Mia Isla Poppy Evie Ruby Daisy Freya Alice "
        "Florence Sienna Millie Phoebe Ellie Isabella Sophia Charlotte Megan Lauren Georgia Holly Amber Jade Paige "
        "Leah Lacey Summer Scarlett Maisie Rosie Willow Elsie Evelyn Harper Matilda Erin Hannah Molly Bethany "
        "Abigail"
    ),
)
CARIBBEAN_FAMILY = words(
    "Brown Campbell Williams Johnson Thompson Clarke Francis Grant Morgan Gordon Reid Lewis Henry Edwards "
    "Stewart Bailey Wright Powell Allen Graham Green Walker Davis Richards Joseph Charles Samuels Barrett "
    "Palmer Douglas"
)
IRISH_FAMILY = words(
    "Murphy Kelly Sullivan O'Brien Walsh O'Connor Byrne Ryan O'Neill Doyle McCarthy Gallagher Doherty Kennedy "
    "Lynch Murray Quinn McLaughlin Carroll Connolly Daly Fitzgerald Nolan Brennan Burke Collins Healy "
    "O'Sullivan Keane"
)
IRISH_MALE = words("Patrick Michael Sean John James Liam Declan Brendan Kevin Eoin Conor Cormac Niall Padraig Gerard")
IRISH_FEMALE = words("Mary Bridget Siobhan Niamh Aoife Kathleen Margaret Sinead Orla Noreen Eileen Breda Ciara Roisin")
#: Halves of English family names from places and trades: the long tail that no list holds.
ENGLISH_FAMILY_HEADS = words(
    "Ash Alder Black Brad Brom Bram Car Chad Clay Cole Cran Dal Den Dun East Elm Fair Fen Glad Gold Grim Ham "
    "Hart Haw Hazel Hey High Hol Hurst Kirk Lang Long Mal Mar Mead Mid Mil Nor Oak Peck Pick Pres Rad Red Roth "
    "Rush Sand Sel Shel Stan Stock Stone Strat Sut Swin Thorn Tres Up Wad Wal War Wat West Whit Wim Win Wood "
    "Wool Wy"
)
ENGLISH_FAMILY_TAILS = words(
    "ford ley ton well worth field by ham wick combe den shaw croft gate hurst land man over ridge stead stock "
    "wood bridge bourne brook dale hill"
)
#: Family names that simple parsers take for something else.
ENGLISH_FAMILY_ODD = words("Testa Downer Trent Laurent Church Pope Bishop Abbey Christmas Estate Major Lord Esq Banks")

MUSLIM_MALE = words(
    "Mohammed Ali Ahmed Abdul Hassan Ibrahim Yusuf Imran Tariq Usman Bilal Hamza Zain Omar Asif Kamran Faisal "
    "Adnan Shahid Khalid Rashid Nasir Arif Javed Saeed Waqas Zubair Naveed Rizwan Sajid Amir Junaid Hussain "
    "Haroon Ismail Idris Yahya Musa Ayaan Rayyan Zakariya Danyal Sulaiman Abdullah Abdur_Rahman Nadeem Pervez "
    "Zahid Iqbal Salman"
)
MUSLIM_FEMALE = words(
    "Fatima Aisha Maryam Zainab Khadija Amina Sana Hafsa Nadia Saima Rabia Shazia Farah Samina Noreen Rukhsana "
    "Zara Iqra Maria Hira Mehwish Ayesha Sadia Uzma Asma Nasreen Shabana Rubina Tahira Yasmin Parveen Safiya "
    "Sumaya Hiba Aliza Inaya Anaya Minahil Eshal Noor Javeria Kiran Bushra Farzana Naila Robina Nazia Shagufta "
    "Tasleem Sidra"
)
PAKISTANI_FAMILY = words(
    "Khan Ahmed Hussain Ali Malik Mahmood Iqbal Akhtar Shah Butt Chaudhry Mirza Qureshi Sheikh Raja Bhatti "
    "Siddiqui Ashraf Aslam Javed Rashid Saleem Anwar Hanif Yousaf Rafiq Nawaz Riaz Zaman Abbasi Baig Awan Rana "
    "Sharif Tariq Waheed Zafar Bashir Latif Aziz Younis Amin Majid Khalid Rehman Mughal Gill Ansari Hashmi Syed"
)
BANGLADESHI_MALE = words(
    "Mohammed Abdul Md Rahim Karim Shah Kamal Jamal Faruk Habib Monir Rafiqul Shafiqul Nazrul Aminul Saiful "
    "Ashraful Mizanur Mahbub Anwar Rashed Sumon Rubel Sohel Tanvir Arif Imran Ripon Jahangir Kabir Moin Nurul "
    "Shamim Zakir Ibrahim Yusuf Hamza Zayan Rayhan Tahmid Sadman Nafis Samiul Fahim Mahdi Ayaan Abdullah Akbar "
    "Liton Salman"
)
BANGLADESHI_FEMALE = words(
    "Fatima Nasima Rahima Salma Shahida Rehana Hasina Shirin Sultana Ruksana Nazma Momtaz Taslima Farhana "
    "Sabina Sharmin Nargis Jesmin Parvin Shapla Rima Tania Mitu Sadia Tahmina Nusrat Maliha Anika Aisha Maryam "
    "Khadija Sumaiya Afsana Zarin Ayesha Halima Jahanara Monowara Anowara Roushan Lutfa Dilara Shamima Rozina "
    "Hosneara"
)
BANGLADESHI_FAMILY = words(
    "Miah Rahman Islam Uddin Ahmed Ali Hossain Khan Chowdhury Alam Haque Hoque Choudhury Karim Sarkar Talukdar "
    "Malik Kabir Mannan Matin Rashid Aziz Bari Hasan Hussain Mia Sheikh Sikder Molla Mondal Bhuiyan Majumder "
    "Shah Salam"
)
MUSLIM_WOMENS_FAMILY = words("Begum Bibi Khatun Akhtar Akter Khanom Sultana Parveen Kausar Nessa Banu")
INDIAN_MALE = words(
    "Raj Amit Rahul Sanjay Vijay Anil Sunil Ravi Suresh Ramesh Rakesh Mukesh Nilesh Hitesh Jayesh Bhavesh Kiran "
    "Deepak Ashok Vinod Arjun Rohan Aarav Aryan Vivaan Krishna Dev Jay Nikhil Pratik Chirag Harsh Manish Paresh "
    "Dinesh"
)
INDIAN_FEMALE = words(
    "Priya Anita Sunita Meena Rekha Nisha Pooja Kavita Geeta Neha Hetal Bhavna Jyoti Asha Usha Hansa Pushpa "
    "Kamala Mina Ananya Diya Aanya Saanvi Riya Isha Kajal Payal Krupa Heena Smita Varsha Leena Shilpa Seema "
    "Manisha"
)
INDIAN_FAMILY = words(
    "Patel Shah Mehta Desai Joshi Kumar Sharma Parmar Solanki Chauhan Mistry Gandhi Modi Amin Pandya Trivedi "
    "Bhatt Thakkar Gupta Verma Nair Reddy Rao Pillai Menon Fernandes D'Souza Thomas Varghese Mathew Chopra "
    "Kapoor Agarwal"
)
SIKH_GIVEN = words(
    "Harpreet Gurpreet Manpreet Jaspreet Amandeep Sandeep Mandeep Kuldeep Balwinder Sukhwinder Harjit Surjit "
    "Manjit Paramjit Baljit Gurdeep Jagdeep Rajinder Satnam Navdeep Simran Harleen Kiranjit Davinder Kulwinder "
    "Jasvinder Ranjit Amrit Jasmeet Gurmeet Tejinder Avtar Mohinder Gurmukh Ravinder Lakhvir Karanveer Armaan "
    "Fateh Anmol"
)
SIKH_FAMILY = words("Gill Dhillon Sandhu Sidhu Grewal Dhaliwal Bains Johal Sahota Atwal Kang Virk Bhatti Rai Mann Brar")
SIKH_MALE_FAMILY, SIKH_FEMALE_FAMILY = "Singh", "Kaur"
TAMIL_MALE = words(
    "Suresh Ramesh Siva Kumaran Nathan Rajan Sivakumar Thayalan Jeyakumar Ravindran Kandiah Selvan Ganesh Kugan "
    "Vasan Arun Sanjeevan Thusyanthan Prakash Mathan Dinesh Kajan Nirojan Sathish Yogarajah Jegan Pirathap "
    "Karan Aravinth"
)
TAMIL_FEMALE = words(
    "Sivaranjini Vasanthi Kamala Thushara Nirmala Malathy Sumathi Yalini Kavitha Priya Tharshini Mathura "
    "Abirami Gowri Selvi Jeyanthi Rajini Saraswathy Pushpam Keerthana Anushka Thulasi Vithusha Janani Dharshika "
    "Bairavi Luxmi"
)
TAMIL_FAMILY = words(
    "Sivakumar Nadarajah Selvarajah Kandiah Rasiah Arulanandam Thiruchelvam Balasingham Ponnampalam Sinnathamby "
    "Navaratnam Kanagaratnam Jeyaratnam Mahendran Rajaratnam Sivapalan Thambiah Vigneswaran Yogeswaran "
    "Kathirgamar"
)
ALBANIAN_MALE = words(
    "Arben Besnik Fatos Agim Ilir Altin Dritan Gezim Artan Bujar Ardit Endrit Klodian Ermal Shkelqim Luan "
    "Petrit Erion Kujtim Skender Gentian Armand Leon Noel Enea Kristi Ergys Blerim Valon Liridon Driton Granit"
)
ALBANIAN_FEMALE = words(
    "Mimoza Drita Vjollca Lindita Elira Ardita Flutura Majlinda Teuta Valbona Entela Anila Elona Mirela "
    "Brunilda Ornela Arta Besa Albana Blerta Eda Era Ajla Klea Sara Amelia Luljeta Shpresa Zana Fjolla"
)
ALBANIAN_FAMILY = words(
    "Hoxha Shehu Prifti Gjoka Dervishi Leka Marku Kola Hysa Gjoni Muca Deda Hasani Krasniqi Gashi Berisha "
    "Morina Shala Bytyqi Kelmendi Rama Meta Basha Cela Xhaferi Lleshi Ndreca Toska Bardhi Cani Dushku Elezi "
    "Frroku Gjini Halili"
)
GHANAIAN_FAMILY = words(
    "Mensah Owusu Boateng Appiah Asante Agyeman Osei Amoah Ofori Acheampong Addo Darko Frimpong Antwi Adjei "
    "Opoku Yeboah Amponsah Sarpong Ansah Asamoah Quaye Tetteh Nartey Bonsu Danso Gyasi Kwarteng Nkrumah Baffour"
)
YORUBA_HEADS = words("Ade Ola Olu Ayo Oye Ogun Baba Ake Fa Owo Oluwa Awo Odu Omo Ogu Aje Ela Oni")
YORUBA_TAILS = words(
    "yemi wale leke bayo dele tunde sanya goke niyi bisi bola femi kunle lade moye gbemi lowo dipo jumo sina tola rinde"
)
NIGERIAN_FAMILY = words(
    "Adeyemi Okafor Ogunleye Adebayo Okonkwo Balogun Oladipo Eze Ojo Afolabi Adewale Nwosu Oyelaran Bello Obi "
    "Olawale Ibrahim Uche Chukwu Onyeka Adekunle Okoro Akinola Ajayi Ogunbanjo Nwachukwu Oyebanji Alabi Igwe "
    "Salami Lawal"
)
NIGERIAN_MALE = words(
    "Emmanuel Samuel David Oluwaseun Daniel Tunde Michael Babatunde Femi Chinedu Emeka Joshua Segun Kayode "
    "Ifeanyi Peter Oluwafemi Adewale Obinna Kunle Joseph Olamide Ayodeji Chukwuemeka Tobi Gbenga Temitope "
    "Damilola Victor Jeremiah"
)
NIGERIAN_FEMALE = words(
    "Blessing Grace Oluwatoyin Funmilayo Ngozi Esther Mary Folasade Chioma Bukola Yetunde Titilayo Kemi Adaeze "
    "Temitope Damilola Omolara Joy Deborah Ruth Amaka Ifeoma Abimbola Ronke Modupe Oluwaseyi Precious Victoria "
    "Favour Elizabeth"
)
SOMALI_MALE = words(
    "Mohamed Abdi Ahmed Hassan Ali Omar Yusuf Ibrahim Abdirahman Abdullahi Ismail Farah Warsame Jama Mahad "
    "Liban Guled Abdulkadir Mustafa Hussein Osman Abukar Said Bashir Khalid Ayub Zakaria Hamza Idris Saleh Nur "
    "Dahir"
)
SOMALI_FEMALE = words(
    "Amina Fatima Halima Khadija Hodan Faduma Sahra Ayan Hawa Maryan Safia Nasra Ifrah Hibo Sagal Asha Zamzam "
    "Deqa Fowsia Ubah Idil Hamdi Sumaya Rahma Naima Shukri Muna Ikran Hafsa Bilan"
)
CONGOLESE_FAMILY = words(
    "Mukendi Kabongo Ilunga Tshibangu Kalonji Mbuyi Ngoy Kasongo Mutombo Mwamba Lukaku Bemba Kabila Nzuzi Mbala "
    "Makiese Diallo Traore Kone Toure Bah Camara Ndiaye Kouassi Kouame Mbemba Nsimba Luyeye Matondo Lukoki"
)
AFGHAN_MALE = words("Ahmad Mohammad Abdul Zabihullah Najib Habib Hamid Farid Rahmat Aziz Jawad Mirwais Sayed Noor Wali")
AFGHAN_FEMALE = words(
    "Fatima Zahra Maryam Zarghuna Nargis Shukria Laila Parwana Farida Nilofar Sahar Marwa Hosna Nazia"
)
AFGHAN_FAMILY = words(
    "Ahmadi Rahimi Karimi Noori Hashimi Stanikzai Safi Amiri Sultani Haidari Popal Wardak Azizi Zadran"
)
ARAB_MALE = words("Mohamed Ahmed Ali Omar Youssef Hassan Mahmoud Khaled Mustafa Ibrahim Karim Samir Tarek Walid Nabil")
ARAB_FEMALE = words("Fatima Mariam Nour Aya Sara Hanan Amal Layla Rania Samira Huda Nadia Salma Zeinab Dalia Yasmine")
ARAB_FAMILY = words(
    "Hassan Ali Ibrahim Mahmoud Khalil Saleh Mansour Nasser Haddad Abdallah El-Sayed Al-Masri Benali Bouazza "
    "Alami Aziz Farouk Salem Hamdan Youssef Al-Jabiri Idrissi Cherif Saad Othman"
)
CHINESE_FAMILY = words("Wang Li Zhang Chen Liu Yang Huang Wong Chan Lee Cheung Lam Ng Leung Ho Lau Tang Xu Lin Zhou Wu")
CHINESE_GIVEN = words(
    "Wei Xin Mei Ying Jun Hao Ming Li Yan Jing Fang Lei Tao Hui Na Qiang Xiao_Ming Wai_Man Ka_Yan Chi_Keung "
    "Siu_Ling Kwok_Wah Mei_Ling Wing_Yan Hoi_Yan Jia_Hui Yi_Fan Zi_Han Yu_Xuan Hiu_Tung Man_Kit Lai_Fong "
    "Suk_Yee"
)
VIETNAMESE_FAMILY = words("Nguyen Tran Le Pham Hoang Phan Vu Dang Bui Do Ho Ngo Duong Ly")
VIETNAMESE_GIVEN = words(
    "Anh Minh Linh Thanh Hung Huong Lan Mai Nam Tuan Hoa Hai Dung Phuong Thao Trang Ngoc Quang Long Duc Thuy Hanh Binh"
)
POLISH_FEMALE = words(
    "Anna Katarzyna Agnieszka Magdalena Małgorzata Joanna Monika Ewa Barbara Dorota Aleksandra Karolina Natalia "
    "Zuzanna Julia Maja Zofia Hanna Oliwia Wiktoria Beata Izabela Renata Iwona Sylwia Justyna Paulina Łucja "
    "Marzena Bożena"
)
LITHUANIAN_FEMALE = words(
    "Rasa Daiva Vilma Jurgita Inga Kristina Asta Edita Rūta Eglė Lina Živilė Jolanta Renata Dalia Aistė Gabija "
    "Emilija Austėja Ugnė Liepa Urtė Kamilė Viktorija Ieva Greta Laura Simona Aušra Birutė Violeta Loreta "
    "Gintarė Indrė"
)
LITHUANIAN_FAMILY_STEMS = words(
    "Kazl Jank Petr Stank Žuk Paul Urb Kaval Sakal Rimk Mack Balč Grig Bart Vait Gedm Norv Lukoš Šimk Adomk "
    "Baran Kalin Mažeik Noreik Vaičiul Matul Daukš Jakubausk Mikal Survil"
)
ROMANIAN_FAMILY = words(
    "Popescu Ionescu Popa Dumitru Stan Gheorghe Marin Ciobanu Munteanu Rusu Constantin Moldovan Lungu Șerban "
    "Crăciun Dragomir Țurcanu Vasile Bălan Păun Enache Stoian Lazăr Bucur Tănase Mihai Costache Ursu Câmpeanu "
    "Ștefănescu Zamfir"
)
ROMANIAN_MALE = words(
    "Andrei Alexandru Mihai Ionuț Florin Gabriel Adrian Marian Cristian Daniel Vasile Gheorghe Ștefan Bogdan "
    "Constantin Nicolae Marius Cătălin Răzvan Sorin Dumitru Petru Viorel Valentin Ovidiu Iulian Dragoș Vlad "
    "Luca Matei David"
)
ROMANIAN_FEMALE = words(
    "Maria Elena Ioana Andreea Mihaela Ana Cristina Alexandra Daniela Gabriela Alina Mădălina Roxana Simona "
    "Georgiana Florentina Nicoleta Raluca Bianca Larisa Ștefania Denisa Oana Loredana Ramona Mirela Sofia "
    "Ilinca Antonia"
)
BULGARIAN_MALE = words(
    "Georgi Ivan Dimitar Nikolay Petar Hristo Stefan Todor Krasimir Plamen Vasil Kaloyan Boris Martin"
)
BULGARIAN_FEMALE = words("Maria Ivanka Elena Yordanka Desislava Gergana Silviya Petya Radka Viktoria Nevena Tsvetelina")
BULGARIAN_FAMILY = words(
    "Ivanov Georgiev Dimitrov Petrov Nikolov Hristov Stoyanov Todorov Iliev Vasilev Atanasov Petkov Angelov "
    "Kolev Yordanov Marinov Stefanov Popov Mihaylov Kostov Asenov Metodiev Mladenov Rusev"
)

#: Ways in which one name is written by different clerks; the first is the commonest.
SPELLINGS: tuple[tuple[str, ...], ...] = tuple(
    tuple(w.replace("_", " ") for w in line.split())
    for line in (
        "Mohammed Muhammad Mohamed Mohammad Md Mohamad Md. Mohd Muhammed",
        "Ahmed Ahmad Ahmet",
        "Hussain Hussein Hossain Husain",
        "Yusuf Yousuf Yousef Yusef",
        "Fatima Fatema Fatimah Fathima",
        "Aisha Ayesha Aysha Aishah",
        "Maryam Mariam Mariyam",
        "Khadija Khadijah Khadeeja",
        "Zainab Zaynab Zeinab",
        "Hassan Hasan",
        "Ibrahim Ebrahim",
        "Abdur_Rahman Abdul_Rahman Abdurrahman Abdirahman",
        "Rahman Rehman Rahaman",
        "Chowdhury Choudhury Chaudhury Choudhary",
        "Chaudhry Chaudhary Choudhry",
        "Uddin Udin Uddeen",
        "Sheikh Shaikh Shaik",
        "Miah Mia Miya",
        "Haque Hoque Haq Huq",
        "Begum Begom",
        "Khatun Khatoon",
        "Akhtar Akter Aktar Akther",
        "Siddiqui Siddique Sidiqi",
        "Qureshi Quraishi Kureshi",
        "Sayed Syed Sayyid Said",
        "Usman Osman Uthman",
        "Omar Umar Omer",
        "Suleiman Sulaiman Solomon",
        "Yasmin Yasmeen Jasmin",
        "Nasreen Nasrin Nasrine",
        "Parveen Parvin Perveen",
        "Shirin Shireen",
        "Saeed Said Sayeed",
        "Mahmood Mahmud Mehmood Mahmoud",
        "Iqbal Ikbal",
        "Nguyen Nguyan Ngyuen",
        "Stephen Steven Stephan",
        "Catherine Katherine Kathryn",
        "Claire Clare",
        "Sarah Sara",
        "Geoffrey Jeffrey",
        "Philip Phillip",
        "Alan Allan Allen",
        "Ann Anne",
        "Lesley Leslie",
        "Tracey Tracy",
        "Clarke Clark",
        "Reid Reed Read",
        "Thompson Thomson",
        "Stewart Stuart",
        "Davis Davies",
        "Owusu Owosu",
        "Adeyemi Adeyimi",
        "Okafor Okafo",
        "Nicholas Nicolas",
        "Teresa Theresa",
        "Deborah Debra",
        "Sean Shaun Shawn",
        "Jakub Jacob",
        "Aleksandra Alexandra",
        "Piotr Peter",
        "Ștefan Stefan Stephan",
    )
)
#: The name that people go by, given the name on their papers.
NICKNAMES: dict[str, tuple[str, ...]] = {
    full: tuple(short.split("/"))
    for full, short in (
        pair.split(":")
        for pair in words(
            "William:Bill/Will/Billy Robert:Bob/Rob/Bobby Richard:Rick/Dick/Richie Margaret:Maggie/Peggy/Marge "
            "Elizabeth:Liz/Betty/Beth/Lizzie Patricia:Pat/Trish/Tricia Michael:Mike/Mick Christopher:Chris "
            "Anthony:Tony Thomas:Tom/Tommy James:Jim/Jimmy/Jamie John:Johnny/Jack Kathleen:Kath/Kathy Susan:Sue "
            "Christine:Chris/Chrissie Deborah:Debbie/Deb Jacqueline:Jackie Samantha:Sam Victoria:Vicky/Tori "
            "Rebecca:Becky Jennifer:Jenny/Jen Katherine:Kate/Katie Catherine:Cathy/Kate Stephen:Steve Andrew:Andy "
            "Daniel:Dan/Danny Matthew:Matt Joshua:Josh Benjamin:Ben Samuel:Sam Joseph:Joe/Joey Edward:Ted/Eddie "
            "Charles:Charlie Frederick:Fred Albert:Bert Ronald:Ron Raymond:Ray Kenneth:Ken Terence:Terry "
            "Gerald:Gerry Nicholas:Nick Alexander:Alex/Sandy Philip:Phil Timothy:Tim David:Dave Peter:Pete "
            "Gregory:Greg Dorothy:Dot Doreen:Dor Josephine:Josie/Jo Joanne:Jo Valerie:Val Pauline:Paula "
            "Abigail:Abi Charlotte:Lottie/Charlie Isabella:Bella/Izzy Bethany:Beth Natalie:Nat Danielle:Dani "
            "Emily:Em Amelia:Millie Jessica:Jess Matilda:Tilly Theodore:Theo Oluwaseun:Seun Oluwatoyin:Toyin "
            "Oluwafemi:Femi Babatunde:Tunde Folasade:Sade Funmilayo:Funmi Temitope:Temi/Tope Damilola:Dami "
            "Ayodeji:Deji/Ayo Chukwuemeka:Emeka Titilayo:Titi Abimbola:Bimbo Emmanuel:Emma/Manny Oluwaseyi:Seyi "
            "Mohammed:Mo Abdirahman:Abdi Gabriel:Gabi Alexandru:Alex Aleksandra:Ola Katarzyna:Kasia "
            "Małgorzata:Gosia Agnieszka:Aga Magdalena:Magda Joanna:Asia Krzysztof:Krzysiek Tomasz:Tomek "
            "Gheorghe:Gigi Constantin:Costel Viktorija:Vika Gurpreet:Gary Harpreet:Harry Balwinder:Bal "
            "Sukhwinder:Sukhi Jaspreet:Jas Manpreet:Manny "
        )
    )
}
