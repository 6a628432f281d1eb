"""Names that name no person: companies, occupiers, executors, test records.

Takes a folded name, gives why the record is kept but never linked, or nothing. Whole words only, and only words that
are hardly ever names: Declan is not deceased, Trent is no rent office, Testa no test, Downer no owner.
"""

import re

from insighthub.standardise.text import word_set

EXECUTORS = "executors or estate"
OCCUPIER = "occupier not named"
ORGANISATION = "organisation"
ANONYMOUS = "anonymous entry"
UNBORN = "unborn child"
TEST = "test record"
NOBODY = "names no person"

_EXECUTORS = re.compile(
    r"\b(?:EXECUTORS?|EXECUTRIX|EXECUTRICES|EXORS?|EXRS|EXECS|EXTRS|EXOR S|EXECUTOR S"
    r"|PERSONAL REP(?:RESENTATIVE)?S?|PERS REPS?"
    r"|(?:EXEC|PRS?|REPS?|BENEFICIAR(?:Y|IES)|ADMINISTRATORS?|ATTORNEYS?) (?:OF|FOR)(?: THE)?"
    r"|EST(?:ATE)? OF|THE ESTATE)\b"
)

_ORGANISATION_WORDS = word_set(
    "LTD LIMITED LLP PLC LLC INC GMBH CIC CIO CORP CORPORATION COMPANY COUNCIL TRUST TRUSTEE TRUSTEES ASSOCIATION",
    "ASSOC ASSOCIATES HOUSING PROPERTIES PROPERTY LETTINGS ESTATES INVESTMENTS INVESTMENT HOLDINGS DEVELOPMENTS",
    "DEVELOPMENT SERVICES GROUP SCHOOL ACADEMY COLLEGE UNIVERSITY NURSERY HOSPITAL NHS SURGERY CENTRE CLUB",
    "SOCIETY FOUNDATION CHARITABLE MOSQUE SOLICITORS ACCOUNTANTS MANAGEMENT ENTERPRISES ENTERPRISE CONSTRUCTION",
    "BUILDERS CONTRACTORS RESTAURANT RESTAURANTS TAKEAWAY CAFE HOTEL HOTELS HOSTEL SUPERMARKET PHARMACY MOTORS",
    "TAXIS CONSULTING CONSULTANCY CONSULTANTS SOLUTIONS TRADING DEPARTMENT DEPT MINISTRY GOVERNMENT DIOCESE",
    "AUTHORITY AGENCY PARTNERSHIP PARTNERS CLEANING CATERING PLUMBING ELECTRICAL TRANSPORT LOGISTICS RECRUITMENT",
    "INSURANCE LEISURE COMMUNICATIONS SYSTEMS TECHNOLOGIES INTERNATIONAL RETAIL WHOLESALE BOOKMAKERS AMUSEMENTS",
    "CASINO BINGO",
)
_ORGANISATION = re.compile(
    rf"\b(?:{'|'.join(sorted(_ORGANISATION_WORDS))}|L L P|C I C|P L C|CO$"
    r"|BOROUGH OF|SECRETARY OF STATE|(?:CARE|NURSING|RESIDENTIAL|FUNERAL) HOMES?|PUBLIC HOUSE|LONDON BOROUGH|LB OF|LBBD"
    r"|(?:METROPOLITAN|FIRE|POLICE|AMBULANCE) (?:POLICE|SERVICE|BRIGADE)|CHURCH OF|PARISH OF|ST \w+S CHURCH)\b"
    r"|(?:[&+]|\bAND) ?(?:CO|SONS?|BROS|BROTHERS|DAUGHTERS?)$"
)

_LEGAL_FORM = re.compile(r"\b(?:LTD|LIMITED|LLP|PLC|LLC|INC|GMBH|CIC|CIO|CORP|COMPANY|CO)$")
_OCCUPIER_KEYS = word_set(
    "OCCUPIER OCCUPIERS OCCUPANT OCCUPANTS RESIDENT RESIDENTS HOUSEHOLDER HOUSEHOLDERS TENANT TENANTS OWNER",
    "OWNERS LANDLORD LANDLORDS LANDLADY LEASEHOLDER LEASEHOLDERS FREEHOLDER VOID VACANT EMPTY UNOCCUPIED OCUPIER",
    "OCCUPER OCCUPIERS",
)
_OCCUPIER_WORDS = _OCCUPIER_KEYS | word_set(
    "THE OWNER PRESENT CURRENT NEW LEGAL SOLE JOINT OR AND S A NEXT ANY PROPERTY FLAT HOUSE NO NAME NOT KNOWN",
    "UNKNOWN DEAR SIR MADAM LIABLE PARTY PERSON",
)
_SURE_OCCUPIER = frozenset({"OCCUPIER", "OCCUPIERS", "OCCUPANT", "OCCUPANTS", "HOUSEHOLDER", "UNOCCUPIED"})
_OR_OCCUPIER = re.compile(
    r"\s*(?:\b(?:OR|AND)\b|[&/+])\s*(?:THE )?(?:CURRENT |PRESENT |ANY )?(?:OTHER )?(?:OCCUPIERS?|OCCUPANTS?)\s*$"
)
_ANONYMOUS_KEYS = frozenset({"ANON", "ANONYMOUS", "ANONYMISED", "ANONYMIZED", "REDACTED"})
_ANONYMOUS_WORDS = _ANONYMOUS_KEYS | {
    "ENTRY",
    "ELECTOR",
    "OTHER",
    "REGISTRATION",
    "PERSON",
    "NAME",
    "N",
    "REPORTER",
    "CALLER",
    "MR",
    "MS",
}
_TEST_KEYS = frozenset({"TEST", "TESTING", "DUMMY", "TESTER", "ZZTEST", "ZZZTEST", "TESTPATIENT", "TESTUSER"})
_TEST_WORDS = _TEST_KEYS | word_set(
    "RECORD PATIENT ACCOUNT USER CASE CLIENT PERSON CHILD DATA DELETE IGNORE DO NOT USE THIS PLEASE ONE TWO THREE",
    "A B C X ONLY NAME SURNAME FORENAME MR MRS MS MISS FOR TRAINING SYSTEM ADMIN",
)
_DO_NOT_USE = re.compile(
    r"\b(?:DO NOT USE|DUPLICATE RECORD|TEST (?:RECORD|PATIENT|ACCOUNT|CASE|CLIENT|USER)|RECORD DELETED)\b"
)
_UNBORN = re.compile(r"\b(?:UNBORN|UN BORN)\b")
_WORD = re.compile(r"[^\W\d_]+")


def without_or_occupier(folded: str) -> str:
    """Return a name without "or the occupier" after it, which leaves the person named."""
    return _OR_OCCUPIER.sub("", folded) if "OCC" in folded else folded


def not_a_person(folded: str, *, looks_like_one: bool = False) -> str | None:
    """Return why this name, upper case and without accents or apostrophes, is nobody's, or nothing where it may be.

    ``looks_like_one``: the source has a forename and a surname of one word each, so that "COUNCIL" or "TRUST" is taken
    for the surname it then is, and only a legal form ("LTD") makes it a company's.
    """
    words = _WORD.findall(folded)
    if not words:
        return None
    said = " ".join(words) if not ("&" in folded or "+" in folded) else folded
    if _EXECUTORS.search(said):
        return EXECUTORS
    present = set(words)
    if not present.isdisjoint(_SURE_OCCUPIER) or (
        present <= _OCCUPIER_WORDS and not present.isdisjoint(_OCCUPIER_KEYS)
    ):
        return OCCUPIER
    if _UNBORN.search(said):
        return UNBORN
    if present <= _ANONYMOUS_WORDS and not present.isdisjoint(_ANONYMOUS_KEYS):
        return ANONYMOUS
    if (present <= _TEST_WORDS and not present.isdisjoint(_TEST_KEYS)) or _DO_NOT_USE.search(said):
        return TEST
    return ORGANISATION if (_LEGAL_FORM if looks_like_one else _ORGANISATION).search(said) else None


#: Words that make a name worth this closer look; without any of them it names a person, or nobody knows better.
SUSPECT_WORDS = (
    _ORGANISATION_WORDS | _OCCUPIER_KEYS | _ANONYMOUS_KEYS | _TEST_KEYS
    | word_set(
    "UNBORN UN EXECUTOR EXECUTORS EXECUTRIX EXECUTRICES EXOR EXORS EXRS EXECS EXTRS EXEC PERSONAL PERS PR PRS REP",
    "REPS BENEFICIARY BENEFICIARIES ADMINISTRATOR ADMINISTRATORS ATTORNEY ATTORNEYS EST ESTATE L C P CO BOROUGH",
    "SECRETARY CARE NURSING RESIDENTIAL FUNERAL PUBLIC LONDON LB LBBD METROPOLITAN FIRE POLICE AMBULANCE CHURCH",
    "PARISH OF DO DUPLICATE DELETED SONS SON BROS BROTHERS DAUGHTERS DAUGHTER",
)
)  # fmt: skip
