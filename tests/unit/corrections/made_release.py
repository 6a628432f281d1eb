"""A small release by hand: records of residents, where they live, and contracts to go with them."""

from datetime import date

import duckdb

from insighthub.corrections.cases import build_corrections
from insighthub.corrections.settings import CorrectionSettings
from insighthub.residents import addresses, contacts, golden, place_keys, residence
from insighthub.residents.record_tables import create
from insighthub.sources.contract import parse_contract

AS_OF = date(2026, 9, 30)

_NAMES = {"given_name": "forename", "family_name": "surname"}
_BORN = {"date_of_birth": {"column": "dob", "format": "%d/%m/%Y"}}
_HOME = {"address": ["addr1", "addr2", "addr3"], "postcode": "postcode", "uprn": "uprn"}
_ALL = _NAMES | _BORN | _HOME


def _source(name, person, **more):
    return {"name": name, "path": f"{name}.csv", "record_id": ["ref"], "person": person, **more}


CONTRACT = parse_contract(
    {
        "source": [
            _source("council_tax", {"full_name": "name", **_HOME, "valid_to": "ended"}),
            _source("benefits", _ALL | {"previous_family_name": "was", "mobile": "mobile"}),
            _source("libraries", _ALL | {"mobile": "mobile"}),
            _source("parking_permits", _ALL),
            _source("housing_rents", _ALL | {"date_of_death": {"column": "died", "format": "%d/%m/%Y"}}),
            _source("adult_social_care", _ALL | {"date_of_death": "died"}, special_category=True),
            _source("blue_badge", _ALL, special_category=True, one_record_per_person=True),
            _source("electoral_register", _ALL),
        ]
    },
    "made",
)
SOURCES = CONTRACT.source

OLD = {"address": "1 OLD ROAD", "house_number": "1", "street": "OLD ROAD", "postcode": "IG11 8AA", "place": "U:1"}
NEW = {"address": "2 NEW ROAD", "house_number": "2", "street": "NEW ROAD", "postcode": "IG11 9BB", "place": "U:2"}


def record(source, number, resident="R1", **said):
    """Return one record of Ann Smith, born 5 March 1980, as of 1 January 2024 unless told otherwise."""
    of = {"source": source, "record_id": number, "resident": resident, "person": 1, "date": date(2024, 1, 1)}
    return {**of, "given_name": "ANN", "family_name": "SMITH", "date_of_birth": "1980-03-05", **said}


def release(records, *, current=None, hidden=(), probability=0.99):
    """Return a release in memory.

    Args:
        records: as ``record`` gives them; ``place``, ``stay``, ``from_date``, ``to_date`` say where each puts its
        person. current: by resident, the place where they live now. hidden: residents with hidden status.
        probability: that they live there.
    """
    db = duckdb.connect()
    create(db)
    for statement in (golden.CREATE, contacts.CREATE, addresses.CREATE, residence.CREATE, place_keys.CREATE):
        db.execute(statement)
    columns = {row[0] for row in db.execute("DESCRIBE person_record").fetchall()}
    for each in records:
        write(db, each, columns)
    fill(db, current or {}, hidden, probability)
    return db


def write(db, each, columns):
    """Write one record into the tables."""
    changed = each.get("changed_on", date(2026, 1, 1))
    row = {"role": "main", "first_seen": changed, "changed_on": changed} | {
        k: v for k, v in each.items() if k in columns
    }
    names = ", ".join(row)
    db.execute(f"INSERT INTO person_record ({names}) VALUES ({', '.join('?' * len(row))})", list(row.values()))
    ref = [each["source"], each["record_id"]]
    if each["person"] == 1:
        db.execute("INSERT INTO source_record VALUES (?, ?, 0, ?, ?, ?)", [*ref, each.get("hidden"), changed, changed])
    db.execute(
        "INSERT INTO membership VALUES (?, ?, ?, ?, ?)", [each["resident"], *ref, each["person"], each.get("linked")]
    )
    db.execute(
        "INSERT INTO golden_value VALUES (?, 'family_name', ?, 1, ?, ?, ?, ?, 'date of a fact', NULL)",
        [each["resident"], each["family_name"], *ref, each["person"], each["date"]],
    )
    if each.get("place"):
        told = [each.get("stay", 0), each.get("from_date"), each.get("to_date"), each["date"]]
        db.execute(
            "INSERT INTO residence VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, false)",
            [each["resident"], each["place"], *ref, each["person"], *told],
        )


def deliver(db, each, on):
    """Have a source say something else of a record from a day on, or nothing: ``each`` then has no resident."""
    source, number = each["source"], each["record_id"]
    where = "WHERE source = ? AND record_id = ?"
    db.execute(f"INSERT INTO former_record SELECT *, ? FROM person_record {where}", [on, source, number])
    for table in ("person_record", "source_record", "membership", "golden_value", "residence"):
        db.execute(f"DELETE FROM {table} {where}", [source, number])
    if "resident" in each:
        columns = {row[0] for row in db.execute("DESCRIBE person_record").fetchall()}
        write(db, {**each, "changed_on": on}, columns)


def fill(db, current, hidden, probability):
    """Fill the tables that follow from the records."""
    db.execute(
        """INSERT INTO resident BY NAME
        SELECT resident_id, row_number() OVER (ORDER BY 1) AS number, count(*) AS records, 1 AS sources
        FROM membership GROUP BY 1"""
    )
    for resident in hidden:
        db.execute("UPDATE resident SET hidden = 'refuge' WHERE resident_id = ?", [resident])
    for resident, place in current.items():
        db.execute(
            "INSERT INTO address VALUES (?, ?, 'X', NULL, NULL, NULL, NULL, NULL, true, ?, [], 1, false, '')",
            [resident, place, probability],
        )
    db.execute(
        "INSERT INTO source SELECT DISTINCT source, 'f', 'c', DATE '2026-01-01', 1, 1, 0, false FROM source_record"
    )
    db.execute("CREATE OR REPLACE TEMP TABLE touched AS SELECT resident_id FROM resident")


def cases(db, *columns, learn=True, **settings):
    """Return the cases that are built, as tuples of columns, in order."""
    build_corrections(db, CorrectionSettings(**settings), SOURCES, AS_OF, learn=learn)
    wanted = ", ".join(columns or ("kind", "source", "record_id", "proposed"))
    return db.execute(f"SELECT {wanted} FROM correction_case ORDER BY ALL").fetchall()
