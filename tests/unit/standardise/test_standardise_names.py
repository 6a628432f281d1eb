"""Names in the writings that councils' systems hold, and the people they name."""

import pytest

from insighthub.standardise.names import PersonName, canonical_family, canonical_name, standard_title
from insighthub.standardise.persons import people_in_columns, people_in_full_name


def person(
    given: str | None = None,
    family: str | None = None,
    middle: str | None = None,
    *,
    title: str | None = None,
    suffix: str | None = None,
    previous: str | None = None,
    deceased: bool = False,
) -> PersonName:
    return PersonName(title, given, middle, family, suffix, previous, deceased)


ONE_PERSON = [
    ("JOHN SMITH", person("JOHN", "SMITH")),
    ("  john   smith ", person("JOHN", "SMITH")),
    ("MR JOHN SMITH", person("JOHN", "SMITH", title="MR")),
    ("Mr. J. Smith", person("J", "SMITH", title="MR")),
    ("DR A KHAN", person("A", "KHAN", title="DR")),
    ("PROF DR ANNA WEISS", person("ANNA", "WEISS", title="PROF")),
    ("SMITH,JOHN", person("JOHN", "SMITH")),
    ("SMITH, JOHN PAUL", person("JOHN", "SMITH", "PAUL")),
    ("SMITH, MR JOHN", person("JOHN", "SMITH", title="MR")),
    ("SMITH, JOHN, MR", person("JOHN", "SMITH", title="MR")),
    ("SMITH MR J", person("J", "SMITH", title="MR")),
    ("SMITH J R", person("J", "SMITH", "R")),
    ("MS JOHAL J", person("J", "JOHAL", title="MS")),
    ("VAN DER BERG, JAN", person("JAN", "VAN DER BERG")),
    ("J R SMITH", person("J", "SMITH", "R")),
    ("J.R. Smith", person("J", "SMITH", "R")),
    ("JR SMITH", person("J", "SMITH", "R")),
    ("KJ PATEL", person("K", "PATEL", "J")),
    ("MARY JANE JONES", person("MARY", "JONES", "JANE")),
    ("Mary-Jane Jones", person("MARY", "JONES", "JANE")),
    # Suffixes and honours.
    ("John Smith Jr", person("JOHN", "SMITH", suffix="JR")),
    ("JOHN SMITH SNR", person("JOHN", "SMITH", suffix="SR")),
    ("JOHN SMITH III", person("JOHN", "SMITH", suffix="III")),
    ("JOHN SMITH, JR", person("JOHN", "SMITH", suffix="JR")),
    ("MR J SMITH ESQ", person("J", "SMITH", title="MR")),
    ("JUNIOR SMITH", person("JUNIOR", "SMITH")),
    # Titles that are names, and names that are titles.
    ("SIR JOHN SMITH", person("JOHN", "SMITH", title="SIR")),
    ("LADY MARY GREY", person("MARY", "GREY", title="LADY")),
    ("MAJOR JOHN SMITH", person("JOHN", "SMITH", title="MAJOR")),
    ("MAJOR SMITH", person("MAJOR", "SMITH")),
    ("BISHOP KING", person("BISHOP", "KING")),
    ("PRINCE OSEI", person("PRINCE", "OSEI")),
    ("DEAN EARL", person("DEAN", "EARL")),
    ("JOHN SIR", person("JOHN", "SIR")),
    # Names that fool simple parsers: none of these is dead, a business, a test or an owner.
    ("DECLAN TRENT", person("DECLAN", "TRENT")),
    ("LAURENT TESTA", person("LAURENT", "TESTA")),
    ("Downer, Mary", person("MARY", "DOWNER")),
    ("MISS TESTA", person(None, "TESTA", title="MISS")),
    ("ROGER TENANT", person("ROGER", "TENANT")),
    ("CHARLOTTE CHURCH", person("CHARLOTTE", "CHURCH")),
    ("JACK LONDON", person("JACK", "LONDON")),
    ("ESTHER ESTRADA", person("ESTHER", "ESTRADA")),
    ("PRIYA OFORI", person("PRIYA", "OFORI")),
    ("ANDY SANDS", person("ANDY", "SANDS")),
    ("BENJAMIN, FOSTER", person("FOSTER", "BENJAMIN")),
    ("JOHN NEE", person("JOHN", "NEE")),
    ("DEE DECKER", person("DEE", "DECKER")),
    # Particles, apostrophes and prefixes.
    ("Sean O'Brien", person("SEAN", "OBRIEN")),
    ("SEAN O’BRIEN", person("SEAN", "OBRIEN")),
    ("SEAN O BRIEN", person("SEAN", "OBRIEN")),
    ("SEAN O PATEL", person("SEAN", "PATEL", "O")),
    ("RONALD MC DONALD", person("RONALD", "MCDONALD")),
    ("Mac Donald, Flora", person("FLORA", "MACDONALD")),
    ("Jan van der Berg", person("JAN", "VAN DER BERG")),
    ("MR VAN DER BERG", person(None, "VAN DER BERG", title="MR")),
    ("MARIA DE LA CRUZ", person("MARIA", "DE LA CRUZ")),
    ("AHMAD BIN ALI", person("AHMAD", "BIN ALI")),
    ("FATIMA BINTI HASSAN", person("FATIMA", "BINTI HASSAN")),
    ("JOHN ST JOHN", person("JOHN", "ST JOHN")),
    ("Maria D'Souza", person("MARIA", "DSOUZA")),
    ("ANNA SMITH-JONES", person("ANNA", "SMITH JONES")),
    ("ANNA SMITH- JONES", person("ANNA", "SMITH JONES")),
    # Custom spellings.
    ("Md. Rahman", person("MOHAMMED", "RAHMAN")),
    ("MD ABDUL KARIM", person("MOHAMMED", "KARIM", "ABDUL")),
    ("ABDUL RAHMAN KHAN", person("ABDUL RAHMAN", "KHAN")),
    ("ABDUL RAHMAN", person("ABDUL", "RAHMAN")),
    # Former and other names.
    ("Jane Smith née Jones", person("JANE", "SMITH", previous="JONES")),
    ("JANE SMITH (NEE JONES)", person("JANE", "SMITH", previous="JONES")),
    ("JANE SMITH FORMERLY JONES", person("JANE", "SMITH", previous="JONES")),
    ("JANE SMITH FORMERLY KNOWN AS JONES", person("JANE", "SMITH", previous="JONES")),
    ("JANE SMITH F/K/A JONES", person("JANE", "SMITH", previous="JONES")),
    ("JOHN SMITH AKA JACK SMYTH", person("JOHN", "SMITH", "JACK", previous="SMYTH")),
    ("JOHN (JACK) SMITH", person("JOHN", "SMITH", "JACK")),
    ("JOHN SMITH T/A SMITH PLUMBING", person("JOHN", "SMITH")),
    ("MR J SMITH OR OCCUPIER", person("J", "SMITH", title="MR")),
    # The dead are people.
    ("MR J SMITH (DECEASED)", person("J", "SMITH", title="MR", deceased=True)),
    ("MR J SMITH DECD", person("J", "SMITH", title="MR", deceased=True)),
    ("J SMITH DEC'D", person("J", "SMITH", deceased=True)),
    ("THE LATE MR J SMITH", person("J", "SMITH", title="MR", deceased=True)),
    ("SMITH, JOHN (DEC)", person("JOHN", "SMITH", deceased=True)),
    # Letters.
    ("Ştefan Ţîrdea", person("STEFAN", "TIRDEA")),
    ("Ștefan Țîrdea", person("STEFAN", "TIRDEA")),
    ("Žydrūnas Kazlauskas-Šimkus", person("ZYDRUNAS", "KAZLAUSKAS SIMKUS")),
    ("Łukasz Żółć", person("LUKASZ", "ZOLC")),
    ("Jürgen Groß", person("JURGEN", "GROSS")),
    ("Işıl Yıldırım", person("ISIL", "YILDIRIM")),
    ("Søren Ångström", person("SOREN", "ANGSTROM")),
    ("MÃ¼ller, Hans", person("HANS", "MULLER")),
    ("SM1TH, J0HN", person("JOHN", "SMITH")),
    ("thomas clifford, 1st baron clifford of chudleigh", person("THOMAS", "CLIFFORD")),
    # No name to speak of.
    ("BABY SMITH", person(None, "SMITH")),
    ("UNKNOWN SMITH", person(None, "SMITH")),
    ("MR", person(title="MR")),
]


@pytest.mark.parametrize(("text", "expected"), ONE_PERSON)
def test_a_name_of_one_person_is_taken_apart(text, expected):
    assert people_in_full_name(text) == (expected,)


def test_letters_of_other_scripts_are_kept_as_they_are():
    assert people_in_full_name("Дмитро Шевченко") == (person("ДМИТРО", "ШЕВЧЕНКО"),)
    assert people_in_full_name("王小明") == (person(None, "王小明"),)


SEVERAL = [
    ("MR J & MRS K SMITH", [("MR", "J", "SMITH"), ("MRS", "K", "SMITH")]),
    ("MR A & MRS B PATEL", [("MR", "A", "PATEL"), ("MRS", "B", "PATEL")]),
    ("A+B PATEL", [(None, "A", "PATEL"), (None, "B", "PATEL")]),
    ("J/K SMITH", [(None, "J", "SMITH"), (None, "K", "SMITH")]),
    ("MR & MRS J SMITH", [("MR", "J", "SMITH"), ("MRS", None, "SMITH")]),
    ("MR & MRS SMITH", [("MR", None, "SMITH"), ("MRS", None, "SMITH")]),
    ("MR & MRS J & K SMITH", [("MR", "J", "SMITH"), ("MRS", "K", "SMITH")]),
    ("MR AND MRS JOHN SMITH", [("MR", "JOHN", "SMITH"), ("MRS", None, "SMITH")]),
    ("JOHN AND MARY SMITH", [(None, "JOHN", "SMITH"), (None, "MARY", "SMITH")]),
    ("MR J SMITH & MS K JONES", [("MR", "J", "SMITH"), ("MS", "K", "JONES")]),
    ("MR J SMITH AND MRS K JONES", [("MR", "J", "SMITH"), ("MRS", "K", "JONES")]),
    ("MR SMITH & MRS JONES", [("MR", None, "SMITH"), ("MRS", None, "JONES")]),
    ("SMITH & JONES", [(None, None, "SMITH"), (None, None, "JONES")]),
    ("SMITH, JOHN & MARY", [(None, "JOHN", "SMITH"), (None, "MARY", "SMITH")]),
    ("SMITH, MR J & MRS K", [("MR", "J", "SMITH"), ("MRS", "K", "SMITH")]),
    ("SMITH, JOHN & JONES, MARY", [(None, "JOHN", "SMITH"), (None, "MARY", "JONES")]),
    ("SMITH J & K", [(None, "J", "SMITH"), (None, "K", "SMITH")]),
    ("MR J SMITH, MRS K SMITH", [("MR", "J", "SMITH"), ("MRS", "K", "SMITH")]),
    ("MR J SMITH MRS K SMITH", [("MR", "J", "SMITH"), ("MRS", "K", "SMITH")]),
    ("MR J, MRS K & MISS L SMITH", [("MR", "J", "SMITH"), ("MRS", "K", "SMITH"), ("MISS", "L", "SMITH")]),
    ("MR J & MRS K VAN DER BERG", [("MR", "J", "VAN DER BERG"), ("MRS", "K", "VAN DER BERG")]),
    ("MS ANNA O'NEILL & MR B OWEN", [("MS", "ANNA", "ONEILL"), ("MR", "B", "OWEN")]),
]


@pytest.mark.parametrize(("text", "expected"), SEVERAL)
def test_a_joint_name_is_several_people(text, expected):
    assert [(p.title, p.given_name, p.family_name) for p in people_in_full_name(text)] == expected


def test_only_the_one_who_died_is_marked():
    assert [p.deceased for p in people_in_full_name("MR J SMITH (DECEASED) & MRS K SMITH")] == [True, False]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("EXECUTORS OF MR J SMITH", "executors or estate"),
        ("EXORS OF THE LATE MRS A JONES", "executors or estate"),
        ("EXECUTOR'S OF J SMITH", "executors or estate"),
        ("THE PERSONAL REPRESENTATIVES OF J SMITH", "executors or estate"),
        ("PERS REPS OF J SMITH", "executors or estate"),
        ("ESTATE OF J SMITH", "executors or estate"),
        ("THE EXECUTORS OF MR J & MRS K SMITH", "executors or estate"),
        ("THE OCCUPIER", "occupier not named"),
        ("Owner/Occupier", "occupier not named"),
        ("THE OWNER", "occupier not named"),
        ("OCCUPIERS", "occupier not named"),
        ("VACANT PROPERTY", "occupier not named"),
        ("BRIGHTWAY LETTINGS LTD", "organisation"),
        ("Acme Limited", "organisation"),
        ("A.C.M.E. PLC", "organisation"),
        ("SMITH & JONES LLP", "organisation"),
        ("DOWNER & SONS LTD", "organisation"),
        ("J SMITH & SONS", "organisation"),
        ("SMITH AND CO", "organisation"),
        ("L&Q HOUSING ASSOCIATION", "organisation"),
        ("THE TRUSTEES OF ST MARYS", "organisation"),
        ("LONDON BOROUGH OF BARKING & DAGENHAM", "organisation"),
        ("EASTMARSH COUNCIL", "organisation"),
        ("SECRETARY OF STATE FOR DEFENCE", "organisation"),
        ("TEST TEST", "test record"),
        ("TEST RECORD DO NOT USE", "test record"),
        ("ANONYMOUS ENTRY", "anonymous entry"),
        ("UNBORN SMITH", "unborn child"),
        ("UNBORN BABY OF SARAH SMITH", "unborn child"),
    ],
)
def test_a_name_that_is_nobodys_has_the_reason(text, reason):
    assert people_in_full_name(text) == (PersonName(not_linked_reason=reason),)


def test_a_person_beside_executors_is_kept():
    people = people_in_full_name("MR J SMITH & EXECUTORS OF MRS K SMITH")
    assert [(p.given_name, p.not_linked_reason) for p in people] == [("J", None), (None, "executors or estate")]


@pytest.mark.parametrize("text", [None, "", " ", "-", "N/A", "UNKNOWN", "Not known", "XXXX", "?", "...", "0"])
def test_a_text_that_says_nothing_names_no_one(text):
    assert people_in_full_name(text) == ()


def test_the_contract_can_say_that_the_surname_comes_first():
    assert people_in_full_name("NGUYEN VAN MINH", "family_first") == (person("VAN", "NGUYEN", "MINH"),)
    assert people_in_full_name("VAN DER BERG JAN", "family_first") == (person("JAN", "VAN DER BERG"),)
    assert people_in_full_name("NGUYEN THI MINH", "given_first") == (person("NGUYEN", "MINH", "THI"),)


COLUMNS = [
    ((None, "John", None, "Smith"), [person("JOHN", "SMITH")]),
    (("Mr", "John", "Paul", "Smith"), [person("JOHN", "SMITH", "PAUL", title="MR")]),
    ((None, "Mary Jane", "Ann", "Smith"), [person("MARY", "SMITH", "JANE ANN")]),
    ((None, "Mr John", None, "Smith"), [person("JOHN", "SMITH", title="MR")]),
    ((None, "John", None, "Smith Jnr"), [person("JOHN", "SMITH", suffix="JR")]),
    ((None, "John", None, "O Brien"), [person("JOHN", "OBRIEN")]),
    ((None, "Maria", None, "D Souza"), [person("MARIA", "DSOUZA")]),
    ((None, "Maria", None, "Garcia Lopez"), [person("MARIA", "GARCIA LOPEZ")]),
    ((None, None, None, "Garcia Lopez"), [person(None, "GARCIA LOPEZ")]),
    ((None, "Jane", None, "Smith (nee Jones)"), [person("JANE", "SMITH", previous="JONES")]),
    ((None, "Jane", None, "Smith nee Jones"), [person("JANE", "SMITH", previous="JONES")]),
    ((None, "John", None, "Smith (Deceased)"), [person("JOHN", "SMITH", deceased=True)]),
    ((None, "John & Mary", None, "Smith"), [person("JOHN", "SMITH"), person("MARY", "SMITH")]),
    ((None, "John & Mary", None, "Smith & Jones"), [person("JOHN", "SMITH"), person("MARY", "JONES")]),
    (("Mr & Mrs", "J", None, "Smith"), [person("J", "SMITH", title="MR"), person(None, "SMITH", title="MRS")]),
    ((None, None, None, "MR J & MRS K SMITH"), [person("J", "SMITH", title="MR"), person("K", "SMITH", title="MRS")]),
    ((None, None, None, "SMITH,JOHN"), [person("JOHN", "SMITH")]),
    ((None, None, None, "Acme Ltd"), [PersonName(not_linked_reason="organisation")]),
    ((None, "Unborn", None, "Smith"), [PersonName(not_linked_reason="unborn child")]),
    ((None, "Baby", None, "Smith"), [person(None, "SMITH")]),
    ((None, "KJ", None, "Patel"), [person("K", "PATEL", "J")]),
    ((None, "Declan", None, "Trent"), [person("DECLAN", "TRENT")]),
    ((None, None, None, "Owner"), [PersonName(not_linked_reason="occupier not named")]),
    ((None, "Jo", None, "Owner"), [person("JO", "OWNER")]),
    (("Dr", None, None, None), []),
    ((None, "N/A", None, "Unknown"), []),
]


@pytest.mark.parametrize(("columns", "expected"), COLUMNS)
def test_separate_columns_may_hold_more_than_their_headings_say(columns, expected):
    assert people_in_columns(*columns) == tuple(expected)


def test_a_previous_surname_of_its_own_column_is_kept_unless_it_is_the_same():
    assert people_in_columns(None, "Jane", None, "Smith", "O'Neill")[0].previous_family_name == "ONEILL"
    assert people_in_columns(None, "Jane", None, "Smith", "SMITH")[0].previous_family_name is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("O'Brien", "OBRIEN"),
        ("SMITH-JONES", "SMITH JONES"),
        ("  de   la Cruz ", "DE LA CRUZ"),
        ("N/A", None),
        ("12", None),
    ],
)
def test_the_canonical_form_is_letters_and_single_spaces(text, expected):
    assert canonical_name(text) == expected


def test_a_surname_joins_what_belongs_together():
    assert canonical_family("Mc Donald") == "MCDONALD"
    assert canonical_family("O Neill") == "ONEILL"
    assert canonical_family("Van Dijk") == "VAN DIJK"


@pytest.mark.parametrize(
    ("text", "expected"), [("Mr.", "MR"), ("Revd", "REV"), ("Councillor", "CLLR"), ("Sheikh", "SHEIKH"), ("-", None)]
)
def test_titles_are_written_one_way(text, expected):
    assert standard_title(text) == expected


@pytest.mark.parametrize(
    ("given", "family"), [("Lynn", "Council"), ("Charity", "Noble"), ("Anna", "Trust"), ("Ann", "Park")]
)
def test_a_forename_and_a_surname_in_their_columns_are_a_persons_even_where_a_company_could_be_called_so(given, family):
    assert people_in_columns(None, given, None, family) == (person(given.upper(), family.upper()),)


def test_a_legal_form_is_a_companys_even_in_the_columns_of_a_person():
    assert people_in_columns(None, "Acme", None, "Ltd") == (PersonName(not_linked_reason="organisation"),)
