"""A small borough in whose extracts some residents have values that stand nowhere else: looking for one decides.

Takes a folder, gives a hub that has run. Each ``Mark`` is a value of one field of one resident, with the sources whose
records say it: whoever may not see the field, any of these sources, or the resident, must find it in no answer.
Values are searched for without spaces, in small letters, so that no way of writing them is missed.
"""

import csv
import json
import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from insighthub.hub import Hub
from insighthub.runs.begin import Asked
from insighthub.synthetic.borough import generate
from insighthub.synthetic.borough_hub import DAY, write_hub

#: Residents of the borough around those who are marked.
RESIDENTS = 500

#: The field of a record's reference.
RECORDS = "records"
#: Who is marked: known to many; who lives with them; hidden by a source; known to a locked source alone; who has died.
PLAIN, MATE, HIDDEN, LOCKED, DEAD = "plain", "mate", "hidden", "locked", "dead"


@dataclass(frozen=True)
class Mark:
    """A value that stands nowhere else.

    Args:
        who: whose it is.
        field: the field that it is of, as a policy lists it; ``RECORDS`` for the reference of a record.
        sources: those whose records say it.
        text: how it is looked for: small letters and figures, without spaces.
        typed: how an officer would type it; empty where nobody is looked for by it.
        other: the same kind of value, which nobody has.
        fact: what a contract calls the fact, where it is one.
    """

    who: str
    field: str
    sources: frozenset
    text: str
    typed: str = ""
    other: str = ""
    fact: str = ""

    def __str__(self):
        return f"{self.field} of {self.who}, from {', '.join(sorted(self.sources))}"


def may_appear(mark, policy, purpose, special):
    """Say whether a mark may stand in an answer for a purpose: by the policy alone, and nothing that the hub does.

    Args:
        mark: the mark.
        policy: the policy that holds.
        purpose: one of its purposes.
        special: the sources that hold special category data.
    """
    source = any(policy.may_use(purpose, name, special=name in special) for name in mark.sources)
    field = mark.field == RECORDS or purpose.sees(mark.field)
    fact = not mark.fact or purpose.allows_fact(mark.fact)
    return source and field and fact and (mark.who != HIDDEN or purpose.hidden)


def plain_text(answer):
    """Return an answer's text as marks are looked for in it."""
    return re.sub(r"\s", "", unescape(answer)).lower()


_HOME = ("benefits", "housing_rents", "parking_permits", "adult_social_care")
_WIDE = ("benefits", "housing_rents", "libraries", "parking_permits", "adult_social_care")


def _mark(who, field, sources, typed, other="", text=None, fact=""):
    return Mark(who, field, frozenset(sources), plain_text(text or typed), typed, other, fact)


#: The marks; the records below say the same.
MARKS = (
    _mark(PLAIN, "given_name", (*_WIDE, "electoral_register"), "Velkazim", "Brulkatom"),
    _mark(PLAIN, "family_name", (*_WIDE, "electoral_register"), "Qorvextal", "Brulkatom"),
    _mark(PLAIN, "middle_names", ("housing_rents",), "Druximor", "Brulkatom"),
    _mark(PLAIN, "middle_names", ("electoral_register",), "Krystovem", "Brulkatom"),
    _mark(PLAIN, "previous_family_name", ("benefits",), "Zymbratov", "Brulkatom"),
    _mark(PLAIN, "date_of_birth", (*_WIDE, "electoral_register"), "17/11/1951", "14/10/1932", "17November1951"),
    _mark(PLAIN, "sex", ("adult_social_care",), "", text='<dtclass="govuk-summary-list__key">sex'),
    _mark(PLAIN, "ethnicity", ("adult_social_care",), "", text='<dtclass="govuk-summary-list__key">ethnicity'),
    _mark(PLAIN, "addresses", (*_HOME,), "71 Oxvarnel Road", "71 Brulkatom Road", "oxvarnel"),
    _mark(PLAIN, "addresses", ("libraries",), "5 Zanquilot Lane", "5 Brulkatom Lane", "zanquilot"),
    _mark(PLAIN, "addresses", ("electoral_register",), "9 Wyxbrold Street", "9 Brulkatom Street", "wyxbrold"),
    _mark(PLAIN, "contacts", ("housing_rents",), "07911 100421", "07911 100777", "07911100421"),
    _mark(PLAIN, "contacts", ("libraries",), "07911 100432", "07911 100777", "07911100432"),
    _mark(PLAIN, "contacts", ("libraries",), "marked.library@quexmail.example", "nobody.there@quexmail.example"),
    _mark(PLAIN, "contacts", ("parking_permits",), "marked.parking@zedmail.example", "nobody.there@zedmail.example"),
    _mark(PLAIN, "contacts", ("adult_social_care",), "07911 100443", "07911 100777", "07911100443"),
    _mark(PLAIN, "identifiers", ("benefits",), "ZT987651C", "ZT123987A"),
    _mark(PLAIN, "identifiers", ("adult_social_care",), "9434765919", "9434765870"),
    _mark(PLAIN, "timeline", ("benefits",), "", text="£173.41", fact="benefit_award_a_week"),
    _mark(PLAIN, "timeline", ("housing_rents",), "", text="£4,417.29", fact="rent_balance"),
    _mark(PLAIN, "timeline", ("adult_social_care",), "", text="Markedservicetype", fact="adult_social_care_service"),
    _mark(PLAIN, "timeline", ("parking_permits",), "", text="Markedpermit", fact="parking_permit"),
    _mark(PLAIN, "records", ("benefits",), "77100001", "77990001"),
    _mark(PLAIN, "records", ("housing_rents",), "77200001", "77990001"),
    _mark(PLAIN, "records", ("libraries",), "77300001", "77990001"),
    _mark(PLAIN, "records", ("parking_permits",), "PP77400001", "PP77990001"),
    _mark(PLAIN, "records", ("adult_social_care",), "ASC7750001", "ASC7799001"),
    _mark(PLAIN, "records", ("electoral_register",), "E7760001", "E7799001"),
    _mark(MATE, "given_name", ("benefits",), "Hyvrantel", "Brulkatom"),
    _mark(MATE, "identifiers", ("benefits",), "ZT987652A", "ZT123987A"),
    _mark(MATE, "records", ("benefits",), "77100002", "77990001"),
    _mark(HIDDEN, "given_name", ("benefits", "homelessness"), "Jexolbrin", "Brulkatom"),
    _mark(HIDDEN, "family_name", ("benefits", "homelessness"), "Maxtorvil", "Brulkatom"),
    _mark(HIDDEN, "date_of_birth", ("benefits", "homelessness"), "09/08/1987", "14/10/1932", "9August1987"),
    _mark(HIDDEN, "addresses", ("benefits",), "33 Tulvexor Road", "33 Brulkatom Road", "tulvexor"),
    _mark(HIDDEN, "addresses", ("homelessness",), "12 Pruxelgate Road", "12 Brulkatom Road", "pruxelgate"),
    _mark(HIDDEN, "contacts", ("homelessness",), "07911 100454", "07911 100777", "07911100454"),
    _mark(HIDDEN, "contacts", ("homelessness",), "marked.hidden@vexmail.example", "nobody.there@vexmail.example"),
    _mark(HIDDEN, "identifiers", ("benefits",), "ZT987653B", "ZT123987A"),
    _mark(HIDDEN, "sex", ("homelessness",), "", text='<dtclass="govuk-summary-list__key">sex'),
    _mark(HIDDEN, "timeline", ("benefits",), "", text="£181.43", fact="benefit_award_a_week"),
    _mark(HIDDEN, "records", ("benefits",), "77100003", "77990001"),
    _mark(HIDDEN, "records", ("homelessness",), "HL7770001", "HL7799001"),
    _mark(LOCKED, "given_name", ("electoral_register",), "Grovastin", "Brulkatom"),
    _mark(LOCKED, "family_name", ("electoral_register",), "Ulbrexmar", "Brulkatom"),
    _mark(LOCKED, "addresses", ("electoral_register",), "44 Fenquarl Street", "44 Brulkatom Street", "fenquarl"),
    _mark(LOCKED, "records", ("electoral_register",), "E7760002", "E7799001"),
    _mark(DEAD, "family_name", ("adult_social_care",), "Sibroxane", "Brulkatom"),
    _mark(DEAD, "date_of_death", ("adult_social_care",), "", text="29February2024"),
    _mark(DEAD, "records", ("adult_social_care",), "ASC7750002", "ASC7799001"),
)

#: A record by which each is found in the index.
RECORD_OF = {
    PLAIN: ("benefits", "77100001"),
    MATE: ("benefits", "77100002"),
    HIDDEN: ("benefits", "77100003"),
    LOCKED: ("electoral_register", "E7760002"),
    DEAD: ("adult_social_care", "%ASC7750002%"),
}

_HIDDEN_ROWS = (
    '[[source.hidden]]\ncolumn = "reason_for_loss"\nvalues = ["Fled, must not be found"]\nreason = "refuge"\n\n'
)
_LINK = 'record_url = "https://benefits.council.example/claims/{record_id}"\n'


def make_marked(home):
    """Make a hub of the marked borough, run it, and return the ids of those who are marked, by who they are."""
    home = Path(home)
    generate(home / "extracts", residents=RESIDENTS, seed=4)
    write_hub(home)
    _add_records(home / "extracts")
    contract = home / "contracts" / "borough.toml"
    text = contract.read_text(encoding="utf-8")
    assert text.count("# The electoral register (Xpress).") == text.count('name = "benefits"\n') == 1
    text = text.replace("# The electoral register (Xpress).", f"{_HIDDEN_ROWS}# The electoral register (Xpress).")
    contract.write_text(text.replace('name = "benefits"\n', f'name = "benefits"\n{_LINK}'), encoding="utf-8")
    with (home / "insighthub.toml").open("a", encoding="utf-8") as file:
        file.write("[web]\nrequests_per_minute = 10000\n")
    with Hub(home) as hub:
        hub.run(Asked(as_of=DAY))
        return ids_of_marked(hub)


def ids_of_marked(hub):
    """Return the resident ids of those who are marked, by who they are."""
    with hub.release() as db:
        found = {}
        for who, (source, record) in RECORD_OF.items():
            rows = db.execute(
                "SELECT DISTINCT resident_id FROM membership WHERE source = ? AND record_id LIKE ?", [source, record]
            ).fetchall()
            assert len(rows) == 1, f"{who} is {len(rows)} residents"
            found[who] = rows[0][0]
    assert len(set(found.values())) == len(found), "two who are marked became one"
    return found


def _add_records(folder):
    with (folder / "benefits.txt").open("a", encoding="utf-8", newline="") as file:
        plain = (
            "HB7700001",
            "700001",
            "77100001",
            "7700001",
            "REVEREND",
            "VELKAZIM",
            "QORVEXTAL",
            "ZYMBRATOV",
            "17/11/1951",
            "ZT987651C",
            "71 OXVARNEL ROAD",
            "EASTMARSH",
            "",
            "",
            "IG22 9BE",
            "31/10/2023",
            "",
            "173.41",
        )
        mate = (
            "HB7700002",
            "700001",
            "77100002",
            "7700002",
            "",
            "HYVRANTEL",
            "QORVEXTAL",
            "",
            "21/03/1955",
            "ZT987652A",
            "71 OXVARNEL ROAD",
            "EASTMARSH",
            "",
            "",
            "IG22 9BE",
            "31/10/2023",
            "",
            "12.10",
        )
        hidden = (
            "HB7700003",
            "700003",
            "77100003",
            "7700003",
            "",
            "JEXOLBRIN",
            "MAXTORVIL",
            "",
            "09/08/1987",
            "ZT987653B",
            "33 TULVEXOR ROAD",
            "EASTMARSH",
            "",
            "",
            "RM33 2TP",
            "31/10/2023",
            "",
            "181.43",
        )
        for row in (plain, mate, hidden):
            file.write("|".join(row) + _ending(folder / "benefits.txt"))
    _append_csv(
        folder / "housing_rents.csv",
        [
            "77200001",
            "0770001/01",
            "",
            "QORVEXTAL",
            "VELKAZIM",
            "DRUXIMOR",
            "VD",
            "1951-11-17",
            "",
            "07911100421",
            "71 OXVARNEL ROAD",
            "EASTMARSH",
            "",
            "IG22 9BE",
            "",
            "2019-09-10",
            "",
            "",
            "",
            "4417.29",
            "2026-09-30",
        ],
        before_last=True,
    )
    with (folder / "libraries.tsv").open("a", encoding="utf-8", newline="") as file:
        row = (
            "77300001",
            "Velkazim Qorvextal",
            "",
            "17/11/1951",
            "5 Zanquilot Lane, Eastmarsh",
            "IG22 9BE",
            "07911 100432",
            "marked.library@quexmail.example",
            "05/02/2015",
            "09/06/2018",
        )
        file.write("\t".join(row) + _ending(folder / "libraries.tsv"))
    _append_csv(
        folder / "parking_permits.csv",
        [
            "PP77400001",
            "Marked permit",
            "Y",
            "Velkazim",
            "Qorvextal",
            "17/11/1951",
            "marked.parking@zedmail.example",
            "",
            "",
            "71 Oxvarnel Road",
            "Eastmarsh",
            "",
            "IG22 9BE",
            "18/02/2026",
            "17/02/2027",
        ],
    )
    _append_csv(
        folder / "electoral_register.csv",
        [
            "E7760001",
            "Velkazim",
            "Krystovem",
            "Qorvextal",
            "17/11/1951",
            "",
            "9 Wyxbrold Street",
            "Eastmarsh",
            "",
            "",
            "IG22 9BE",
            "",
        ],
    )
    _append_csv(
        folder / "electoral_register.csv",
        [
            "E7760002",
            "Grovastin",
            "",
            "Ulbrexmar",
            "",
            "",
            "44 Fenquarl Street",
            "Eastmarsh",
            "",
            "",
            "RM33 2TP",
            "",
        ],
    )
    homeless = folder / "homelessness.jsonl"
    with homeless.open("a", encoding="utf-8") as file:
        row = {
            "application_ref": "HL7770001",
            "member_no": "1",
            "relationship": "Main applicant",
            "forename": "Jexolbrin",
            "surname": "Maxtorvil",
            "date_of_birth": "1987-08-09",
            "sex": "F",
            "mobile": "07911100454",
            "last_settled_address": "12 Pruxelgate Road, Eastmarsh",
            "postcode": "RM33 2TP",
            "email": "marked.hidden@vexmail.example",
            "application_date": "2026-04-11",
            "reason_for_loss": "Fled, must not be found",
            "support_needs": "None",
        }
        file.write(json.dumps(row) + "\n")
    _append_parquet(folder / "adult_social_care.parquet")


def _append_parquet(file):
    table = pq.read_table(file)
    row = dict.fromkeys(table.schema.names, "")
    home = {"Address_Line_1": "71 Oxvarnel Road", "Address_Line_2": "Eastmarsh", "Postcode": "IG22 9BE"}
    plain = {
        **row,
        **home,
        "LA_Person_Unique_Identifier": "ASC7750001",
        "First_Name": "Velkazim",
        "Last_Name": "Qorvextal",
        "Date_of_Birth": "1951-11-17",
        "Gender": "Male",
        "Ethnicity": "NOBT",
        "Telephone": "07911 100443",
        "NHS_Number": "9434765919",
        "Event_Type": "Service",
        "Event_Reference": "EV7700001",
        "Event_Start_Date": "2026-02-20",
        "Service_Component": "Marked service type",
        "Reporting_Period_End_Date": "2026-04-25",
    }
    dead = {
        **row,
        "LA_Person_Unique_Identifier": "ASC7750002",
        "First_Name": "Anton",
        "Last_Name": "Sibroxane",
        "Date_of_Birth": "1930-07-03",
        "Gender": "Male",
        "Date_of_Death": "2024-02-29",
        "Event_Type": "Service",
        "Address_Line_1": "2 Milcroft Close",
        "Postcode": "IG23 7RF",
        "Event_Reference": "EV7700002",
        "Event_Start_Date": "2023-02-20",
        "Reporting_Period_End_Date": "2024-01-25",
    }
    pq.write_table(pa.concat_tables([table, pa.Table.from_pylist([plain, dead], table.schema)]), file)


def _append_csv(file, row, *, before_last=False):
    end = _ending(file)
    lines = file.read_bytes().decode("utf-8-sig").split(end)
    lines = lines[:-1] if not lines[-1] else lines
    out = _Line()
    csv.writer(out, lineterminator="").writerow(row)
    lines.insert(len(lines) - before_last, out.text)
    file.write_bytes((end.join(lines) + end).encode())


class _Line:
    text = ""

    def write(self, text):
        self.text += text


def _ending(file):
    return "\r\n" if b"\r\n" in file.read_bytes()[:3000] else "\n"
