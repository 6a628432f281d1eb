"""The words in a name that are not names: titles, suffixes, particles, and the marks of more than one person.

Tables only. A word is here when it is hardly ever a forename or a surname; words that are both (King, Bishop, Dean,
Prince, Earl, Judge) are names, and words that are both only sometimes (Major, Master) are titles only in their place.
"""

from insighthub.standardise.text import word_set

#: Always a title, wherever it stands, and how it is written here.
TITLES = {
    "MR": "MR", "MISTER": "MR", "MRS": "MRS", "MISSUS": "MRS", "MISS": "MISS", "MISSES": "MISS", "MS": "MS",
    "MX": "MX", "MSTR": "MASTER", "DR": "DR", "DRS": "DR", "PROF": "PROF", "REV": "REV", "REVD": "REV",
    "CLLR": "CLLR", "CLR": "CLLR", "CAPT": "CAPT", "SGT": "SGT", "LT": "LT", "CPL": "CPL", "MESSRS": "MR",
    "MMR": "MR", "MDM": "MADAM", "MME": "MADAM",
}  # fmt: skip

#: A title when it comes first and a name follows.
FIRST_TITLES = {
    "MASTER": "MASTER", "SIR": "SIR", "LADY": "LADY", "LORD": "LORD", "DAME": "DAME", "REVEREND": "REV",
    "DOCTOR": "DR", "PROFESSOR": "PROF", "FATHER": "FR", "FR": "FR", "MADAM": "MADAM", "COUNCILLOR": "CLLR",
    "CAPTAIN": "CAPT", "SERGEANT": "SGT", "HON": "HON", "RABBI": "RABBI", "BARONESS": "BARONESS", "COLONEL": "COL",
    "LIEUTENANT": "LT",
}  # fmt: skip

#: A title when it comes first and two names or more follow: "MAJOR JOHN SMITH", but "MAJOR SMITH" is a forename.
WEAK_TITLES = {
    "MAJOR": "MAJOR",
    "MAJ": "MAJOR",
    "COL": "COL",
    "IMAM": "IMAM",
    "SISTER": "SISTER",
    "SR": "SISTER",
    "BARON": "BARON",
}

#: What tells father from son, at the end of a name.
SUFFIXES = {
    "JR": "JR",
    "JNR": "JR",
    "JUNIOR": "JR",
    "SR": "SR",
    "SNR": "SR",
    "SENIOR": "SR",
    "II": "II",
    "III": "III",
    "IV": "IV",
}

#: Honours and courtesies after a name, which say nothing of who it is.
POST_NOMINALS = frozenset({"ESQ", "ESQUIRE", "MBE", "OBE", "CBE", "KBE", "DBE", "BEM", "PHD", "BSC", "MSC", "FRCS"})

#: Words in brackets or at the end that tell what the person is to the record.
ROLES = frozenset(
    {
        "TENANT", "OWNER", "LEASEHOLDER", "FREEHOLDER", "CARER", "GUARDIAN", "MOTHER", "FATHER", "PARENT", "MINOR",
        "CHILD", "SPOUSE", "WIFE", "HUSBAND", "PARTNER", "STUDENT", "JOINT", "SOLE", "MAIN", "LEAD", "APPLICANT",
        "CLAIMANT", "MUM", "DAD", "GRANDMOTHER", "GRANDFATHER", "AUNT", "UNCLE", "LODGER", "MALE",
        "FEMALE",
    }
)  # fmt: skip

#: Particles that begin a surname wherever they stand, and those that do so only after a forename.
SURE_PARTICLES = frozenset(
    {"DE", "DER", "DEN", "DEL", "DELLA", "DOS", "DAS", "VON", "TER", "TEN", "ZU", "ZUR", "BIN", "BINTI", "BINTE", "IBN"}
)
PARTICLES = SURE_PARTICLES | {
    "VAN", "LA", "LE", "LAS", "LOS", "DI", "DA", "DO", "DU", "AL", "EL", "ABU", "ST", "SAN", "SANTA", "NIC", "NI",
    "UI", "UL", "UR", "UD",
}  # fmt: skip

#: Forenames that are only half a name: "ABDUL RAHMAN" is one forename, servant of the Merciful.
HALF_FORENAMES = frozenset({"ABDUL", "ABDEL", "ABD", "ABDAL", "ABDUR", "ABDUS", "ABU", "UMM"})
JOINING = frozenset({"AL", "EL", "UL", "UR", "US", "UD", "AR", "AS"})

#: Forenames written short by custom.
SHORT_FORENAMES = {
    "MD": "MOHAMMED", "MOHD": "MOHAMMED", "MUHD": "MOHAMMED", "MOHMD": "MOHAMMED", "WM": "WILLIAM", "CHAS": "CHARLES",
    "THOS": "THOMAS", "JAS": "JAMES", "ROBT": "ROBERT", "SAML": "SAMUEL", "EDWD": "EDWARD", "RICHD": "RICHARD",
    "JNO": "JOHN",
}  # fmt: skip

#: Two letters without a vowel that are a name and not two initials.
SHORT_NAMES = frozenset({"NG", "MD", "ST", "MC", "WM", "JR", "SR", "DR", "LT", "MX", "FR"})

#: What follows O in an Irish surname that lost its apostrophe.
IRISH_STEMS = word_set(
    "BOYLE BRIAN BRIEN BYRNE CALLAGHAN CONNELL CONNER CONNOR DEA DOHERTY DONNELL DONOGHUE DONOHUE DONOVAN DOWD",
    "DRISCOLL DWYER FARRELL FLAHERTY FLANAGAN FLYNN GARA GORMAN GRADY HAGAN HALLORAN HANLON HARA HARE HIGGINS KANE",
    "KEEFE KEEFFE KELLY LEARY LOUGHLIN MAHONEY MAHONY MALLEY MEARA NEIL NEILL RAWE REGAN REILLY RILEY RIORDAN",
    "ROURKE SHAUGHNESSY SHEA SHEEHAN SULLIVAN TOOLE",
)

#: Forenames that stand for a child who has none yet.
NO_FORENAME = frozenset({"BABY", "INFANT", "NEWBORN", "TWIN", "BOY", "GIRL", "NFN", "NMN", "FNU", "LNU", "UNNAMED"})

DECEASED = frozenset({"DECEASED", "DECD", "DECSD", "DCSD", "DCEASED", "DECEASD"})
#: Marks of a former name, and of another name, when names stand on both sides.
FORMERLY = frozenset({"NEE", "FORMERLY", "PREVIOUSLY", "FKA"})
ALIAS = frozenset({"AKA", "ALIAS"})
