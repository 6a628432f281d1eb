"""Every mess that officers meet is in the borough's files: one line a mess, with how it is found there."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable

import pytest

from insighthub.synthetic.name_lists import NICKNAMES, SPELLINGS
from insighthub.synthetic.writing import plain

Finder = Callable[..., int]
POSTCODE = re.compile(r"^[A-Z]{1,2}[0-9]{1,2} [0-9][A-Z]{2}$")


def _column(source: str, column: str, pattern: str) -> Finder:
    """Count cells of a column that fit a pattern."""
    found = re.compile(pattern)
    return lambda d: sum(bool(found.search(row[column])) for row in d.rows[source])


def _values(rows: Iterable[dict[str, str]], column: str) -> list[str]:
    return [row[column] for row in rows if row[column]]


def _repeats(source: str, column: str, least: int) -> Finder:
    """Count values that stand on at least so many rows."""
    return lambda d: sum(n >= least for n in Counter(_values(d.rows[source], column)).values())


def _bytes(pattern: bytes, file: str) -> Finder:
    return lambda d: len(re.findall(pattern, (d.borough.folder / file).read_bytes()))


def _no_birth_column(d) -> int:
    return sum(c == 0 for c in [sum("birth" in k or "dob" in k for k in d.rows["council_tax"][0])])


def _shared_nino(d) -> int:
    holders = defaultdict(set)
    for row in d.rows["benefits"]:
        if row["nino"]:
            holders[row["nino"]].add(row["person_ref"])
    return sum(len(people) > 1 for people in holders.values())


def _stale_partners(d) -> int:
    """People on the live claims of two households at once."""
    claims = defaultdict(set)
    for row in d.rows["benefits"]:
        if not row["to_date"]:
            entity = d.truth["benefits", row["member_id"]][1]
            claims[entity].add(row["house_id"])
    return sum(len(houses) > 1 for houses in claims.values())


def _former_occupants(d) -> int:
    return sum(bool(row["lpar_hop_end_date"]) for row in d.rows["housing_rents"])


def _flat_written_two_ways(d) -> int:
    ways = defaultdict(set)
    for row in d.rows["housing_rents"]:
        if row["lpar_uprn"]:
            ways[row["lpar_uprn"]].add(bool(re.match(r"FLAT [A-Z]$", row["lpar_address_1"])))
    return sum(len(w) > 1 for w in ways.values())


def _nhs_gaps(d) -> int:
    seen = defaultdict(set)
    for row in d.rows["adult_social_care"]:
        seen[row["LA_Person_Unique_Identifier"]].add(bool(row["NHS_Number"]))
    return sum(len(v) > 1 for v in seen.values())


def _resubmissions(d) -> int:
    return sum(n > 1 for n in Counter(r["Event_Reference"] for r in d.rows["adult_social_care"]).values())


def _conflicting_reasons(d) -> int:
    reasons = defaultdict(set)
    for row in d.rows["adult_social_care"]:
        reasons[row["Event_Reference"]].add(row["Primary_Support_Reason"])
    return sum(len(r) > 1 for r in reasons.values())


def _dual_roll(d) -> int:
    return sum(n > 1 for n in Counter((r["census"], r["UPN"]) for r in d.rows["school_pupils"]).values())


def _preferred_surname(d) -> int:
    return sum(r["preferred_surname"] != r["legal_surname"] for r in d.rows["school_pupils"])


def _scrambled_address(d) -> int:
    towns = {"Eastmarsh", "Chadbrook", "Rippleham"}
    return sum(r["first_line"] in towns or "," in r["first_line"] for r in d.rows["school_admissions"])


def _partner_missing(d) -> int:
    """Applicants who are on a benefit claim with a partner whom the application does not name."""
    member_of = {e: row["claim_id"] for e, rows in d.people.items() for s, _, row in rows if s == "benefits"}
    adults = defaultdict(set)
    for entity, claim in member_of.items():
        adults[claim].add(entity)
    named = defaultdict(set)
    for row in d.rows["homelessness"]:
        named[row["application_ref"]].add(d.truth["homelessness", d.record_id("homelessness", row)][1])
    return sum(bool(adults[member_of[e]] - people) for people in named.values() for e in people if e in member_of)


def _attainers_only(d) -> int:
    with_date = _values(d.rows["electoral_register"], "elector_dob")
    assert len(with_date) < len(d.rows["electoral_register"]) / 10
    return sum(int(date[-4:]) >= 2008 for date in with_date)


def _on_the_register_twice(d) -> int:
    return sum(sum(s == "electoral_register" for s, _, _ in rows) > 1 for rows in d.people.values())


def _dead_holders(d) -> int:
    dead = {e for e, rows in d.people.items() for _, _, row in rows if row.get("Date_of_Death")}
    return sum(s == "freedom_pass" for e in dead for s, _, _ in d.people[e])


def _childs_phone_is_a_parents(d) -> int:
    return sum(n >= 3 for n in Counter(_values(d.rows["libraries"], "phone")).values())


def _nicknames(d) -> int:
    short = {s for ways in NICKNAMES.values() for s in ways}
    return sum(bool(short & set(re.split(r"[ ,]+", r["name"]))) for r in d.rows["libraries"])


def _roles_of_one_person(d) -> int:
    roles = defaultdict(set)
    for entity, rows in d.people.items():
        roles[entity] |= {r["role"] for s, _, r in rows if s == "antisocial_behaviour"}
    return sum(len(r) > 1 for r in roles.values())


def _reports_without_end(d) -> int:
    reports = Counter(
        e for e, rows in d.people.items() for s, _, r in rows if s == "antisocial_behaviour" and r["role"] == "Reporter"
    )
    return sum(n >= 6 for n in reports.values())


def _name_of(source: str, row: dict[str, str], given: str, family: str) -> tuple[str, str]:
    return plain(row[given]).upper(), plain(row[family]).upper()


def _other_family_name_later(d) -> int:
    """Women whom two sources hold under different family names."""
    changed = 0
    for rows in d.people.values():
        names = {plain(r["lpar_per_surname"]) for s, _, r in rows if s == "housing_rents"}
        names |= {plain(r["surname"]) for s, _, r in rows if s == "benefits"}
        changed += any(a[:3] != b[:3] for a in names for b in names)
    return changed


def _name_order_swapped(d) -> int:
    swapped = 0
    for rows in d.people.values():
        names = {_name_of(s, r, "elector_forename", "elector_surname") for s, _, r in rows if s == "electoral_register"}
        names |= {_name_of(s, r, "forename", "surname") for s, _, r in rows if s == "benefits"}
        swapped += any((b, a) in names and a != b for a, b in names)
    return swapped


def _patronymics(d) -> int:
    """Children whose family name is the given name of the parent who applied for their school."""
    return sum(
        r["child_surname"] == r["contact_forename"] and r["child_surname"] != r["contact_surname"]
        for r in d.rows["school_admissions"]
    )


def _spellings_of_mohammed(d) -> int:
    seen = {r["elector_forename"] for r in d.rows["electoral_register"]}
    seen |= {r["name"].split(" ")[0] for r in d.rows["libraries"]}
    return len(seen & set(SPELLINGS[0])) if len(seen & set(SPELLINGS[0])) >= 4 else 0


def _swapped_dates(d) -> int:
    found = 0
    for rows in d.people.values():
        dates = {
            (r["date_of_birth"][:2], r["date_of_birth"][3:5], r["date_of_birth"][6:])
            for s, _, r in rows
            if s == "libraries"
        }
        dates |= {(r["DOB"][:2], r["DOB"][3:5], r["DOB"][6:]) for s, _, r in rows if s == "school_pupils"}
        found += any((m, day, y) in dates and m != day for day, m, y in dates)
    return found


def _twins(d) -> int:
    born = defaultdict(set)
    for row in d.rows["school_pupils"]:
        entity = d.truth["school_pupils", d.record_id("school_pupils", row)][1]
        if row["DOB"] and row["address_1"]:
            born[row["DOB"], row["legal_surname"], row["address_1"], row["postcode"]].add(entity)
    return sum(len(people) > 1 for people in born.values())


def _father_and_son(d) -> int:
    at = defaultdict(set)
    for row in d.rows["benefits"]:
        key = (row["forename"], row["surname"], row["addr1"], row["post_code"])
        at[key].add(d.truth["benefits", row["member_id"]][1])
    return sum(len(people) > 1 for people in at.values())


def _same_name_elsewhere(d) -> int:
    who = defaultdict(set)
    for row in d.rows["electoral_register"]:
        entity = d.truth.get(("electoral_register", row["elector_id"]), {}).get(1)
        who[row["elector_forename"], row["elector_surname"]].add(entity)
    return sum(len(people) > 2 for people in who.values())


def _hostel(d) -> int:
    return sum(n >= 25 for n in Counter(_values(d.rows["electoral_register"], "property_urn")).values())


def _house_shares(d) -> int:
    families = defaultdict(set)
    for row in d.rows["electoral_register"]:
        if row["property_urn"]:
            families[row["property_urn"]].add(row["elector_surname"])
    return sum(4 <= len(names) <= 8 for names in families.values())


def _two_encodings_in_one_delivery(d) -> int:
    kinds = set()
    for file in (d.borough.folder / "school_pupils").iterdir():
        data = file.read_bytes()
        try:
            data.decode("utf-8")
            kinds.add("utf-8")
        except UnicodeDecodeError:
            kinds.add(data.decode("cp1252") and "cp1252")
    return len(kinds) - 1


def _ragged_last_line(d) -> int:
    lines = (d.borough.folder / "electoral_register.csv").read_text(encoding="utf-8").splitlines()
    return int(lines[-1].count(",") < lines[0].count(","))


def _totals_row(d) -> int:
    lines = (d.borough.folder / "housing_rents.csv").read_text(encoding="utf-8").splitlines()
    return int(lines[-1].startswith("Total,"))


def _header_three_rows_down(d) -> int:
    lines = (d.borough.folder / "parking_permits.csv").read_text(encoding="utf-8").splitlines()
    return int(lines[3].startswith("permit_reference,") and not lines[0].startswith("permit_reference"))


def _repeated_rows(d) -> int:
    return sum(n > 1 for n in Counter(r["account_ref"] for r in d.rows["council_tax"]).values())


def _stale_addresses(d) -> int:
    """People whom two sources hold in different postcodes."""
    found = 0
    for rows in d.people.values():
        tax = {r["postcode"].replace(" ", "").upper() for s, _, r in rows if s == "council_tax"}
        library = {r["postcode"].replace(" ", "").upper() for s, _, r in rows if s == "libraries"}
        found += bool(tax and library and not tax & library)
    return found


def _middle_name_used(d) -> int:
    found = 0
    for rows in d.people.values():
        middles = {
            r["elector_middle_name"]
            for s, _, r in rows
            if s == "electoral_register" and len(r["elector_middle_name"]) > 2
        }
        called = {
            r["name"].split(" ")[0] for s, place, r in rows if s == "libraries" and place == 1 and "," not in r["name"]
        }
        found += bool(middles & called)
    return found


def _formats(source: str, column: str, *patterns: str) -> Finder:
    """Count the forms in which a column is written; nought unless every one occurs."""
    return lambda d: int(all(any(re.match(p, v) for v in _values(d.rows[source], column)) for p in patterns))


MESS: dict[str, Finder] = {
    "joint name: MR J & MRS K SMITH": _column(
        "council_tax", "lead_liab_name", r"^MRS? [A-Z] & (MRS?|MS|MISS) [A-Z] [A-Z]{3}"
    ),
    "joint name: A+B PATEL": _column("council_tax", "lead_liab_name", r"^[A-Z]+\+[A-Z]+ "),
    "joint name: two people of different names": _column("council_tax", "lead_liab_name", r"[A-Z]{3} & M"),
    "SMITH,JOHN": _column("council_tax", "lead_liab_name", r"^[A-Z'-]+,[A-Z]+$"),
    "EXECUTORS OF": _column("council_tax", "lead_liab_name", r"^EXECUTORS OF "),
    "THE OCCUPIER": _column("council_tax", "lead_liab_name", r"^THE OCCUPIER$"),
    "companies among people": _column("council_tax", "lead_liab_name", r" (LTD|LIMITED|LLP|PLC)$"),
    "another liable person in a column of their own": _column("council_tax", "other_liab_name", r"."),
    "council tax has no date of birth": _no_birth_column,
    "accounts of former residents kept": _column("council_tax", "vacation_date", r"."),
    "dates as text in three forms": _formats(
        "benefits", "birth_date", r"\d\d/\d\d/\d{4}$", r"\d\d-[A-Z][a-z]{2}-\d{4}$", r"\d{4}-"
    ),
    "stale partners": _stale_partners,
    "a NINO that several people share": _shared_nino,
    "1900-01-01 means unknown": _column("housing_rents", "lpar_per_date_of_birth", r"^1900-01-01$"),
    "former occupants kept": _former_occupants,
    "Flat B v 14B": _flat_written_two_ways,
    "2/14 for a flat": _column("council_tax", "addr1", r"^\d+/\d+ "),
    "orientation and religion held": _column("housing_rents", "lpar_per_religion", r"Muslim"),
    "NHS number gaps": _nhs_gaps,
    "resubmissions stacked": _resubmissions,
    "conflicting reasons": _conflicting_reasons,
    "an agency's phone on many clients": _repeats("adult_social_care", "Telephone", 10),
    "unborn children": _column("childrens_social_care", "pers_expected_dob", r"."),
    "sealed adoptions": _column("childrens_social_care", "pers_record_status", r"sealed"),
    "temporary UPNs": _column("school_pupils", "UPN", r"^[A-Z]\d{11}[A-Z]$"),
    "former UPN": _column("school_pupils", "former_UPN", r"."),
    "dual roll": _dual_roll,
    "preferred v legal surname": _preferred_surname,
    "admissions: a contact without a date of birth": _column("school_admissions", "contact_surname", r"."),
    "admissions: scrambled address lines": _scrambled_address,
    "homelessness: partner missing": _partner_missing,
    "homelessness: no fixed address": _column("homelessness", "last_settled_address", r"(?i)^(no fixed|nfa|sofa)"),
    "homelessness: refuge address hidden": _column("homelessness", "last_settled_address", r"^Refuge"),
    "register: date of birth for attainers only": _attainers_only,
    "register: anonymous entries": _column("electoral_register", "elector_marker", r"^N$"),
    "register: movers on it twice": _on_the_register_twice,
    "business names as surnames": _column(
        "parking_permits", "surname_of_applicant", r"(Ltd|Limited|Surgery|LLP|Motors)"
    ),
    "two date formats": _formats("freedom_pass", "date_of_birth", r"\d\d/\d\d/\d{4}$", r"\d{4}-\d\d-\d\d 00:00:00$"),
    "no UPRN": lambda d: int("uprn" not in " ".join(d.rows["blue_badge"][0]).lower()),
    "dead pass holders": _dead_holders,
    "a parent's phone for every child": _childs_phone_is_a_parents,
    "guardians": _column("libraries", "guardian", r"."),
    "nicknames": _nicknames,
    "roles of one person turned round": _roles_of_one_person,
    "reports without end": _reports_without_end,
    "unknown parties": _column("antisocial_behaviour", "name", r"^Unknown male$"),
    "premises without a postcode": _column("licensed_premises", "postcode", r"^$"),
    "Declan is nobody's death": _column("electoral_register", "elector_forename", r"^Declan$"),
    "Trent and Laurent are no businesses": _column("electoral_register", "elector_surname", r"^(Trent|Laurent)$"),
    "Testa and Downer are surnames": _column("electoral_register", "elector_surname", r"^(Testa|Downer)$"),
    "maiden and married names": _other_family_name_later,
    "previous surname": _column("benefits", "previous_surname", r"."),
    "double-barrelled names with a hyphen": _column("electoral_register", "elector_surname", r"^[A-Z]\w+-[A-Z]\w+$"),
    "initials only": _column("electoral_register", "elector_forename", r"^[A-Z]$"),
    "family-name-first order": _name_order_swapped,
    "middle name used as given name": _middle_name_used,
    "patronymics": _patronymics,
    "Mohammed in many spellings": _spellings_of_mohammed,
    "Romanian letters": _column("school_pupils", "legal_surname", r"[ășțâî]"),
    "Lithuanian letters": _column("school_pupils", "legal_surname", r"[ėųšž]"),
    "day and month swapped": _swapped_dates,
    "1 January birthdays": _column("benefits", "birth_date", r"^01/01/19[3-8]"),
    "twins": _twins,
    "father and son of one name at one address": _father_and_son,
    "namesakes": _same_name_elsewhere,
    "one hostel UPRN for many people": _hostel,
    "house shares": _house_shares,
    "O for 0 and I for 1 in postcodes": _column(
        "council_tax", "postcode", r"^[A-Z]{2}([0-9]*[IOL][0-9]*) ?|^[A-Z]{2}\d\d ?[OIL][A-Z]{2}$"
    ),
    "a postcode run together": _column("electoral_register", "property_post_code", r"^[A-Z]{2}\d{3}[A-Z]{2}$"),
    "postcodes missing": _column("homelessness", "postcode", r"^$"),
    "a UPRN in scientific notation": _column("parking_permits", "uprn", r"^\d\.\d+E\+\d+$"),
    "Windows-1252 and UTF-8 in one delivery": _two_encodings_in_one_delivery,
    "a ragged last line": _ragged_last_line,
    "a totals row": _totals_row,
    "a header three rows down": _header_three_rows_down,
    "repeated rows": _repeated_rows,
    "stale addresses": _stale_addresses,
    "Windows line ends": _bytes(b"\r\n", "school_admissions.csv"),
}


@pytest.mark.parametrize("mess", MESS)
def test_the_borough_has(delivered, mess):
    assert MESS[mess](delivered) > 0


def test_most_of_it_is_clean_all_the_same(delivered):
    codes = _values(delivered.rows["electoral_register"], "property_post_code")
    assert sum(bool(POSTCODE.match(c)) for c in codes) > 0.8 * len(codes)
