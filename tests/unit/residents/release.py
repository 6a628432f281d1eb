"""A small release made of a fictional borough: its records as they are standardised, each resident being one person
of the truth."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb

from insighthub.corrections.cases import build_corrections
from insighthub.corrections.settings import KINDS, CorrectionSettings
from insighthub.pipeline import standardise_landed
from insighthub.residents import record_tables
from insighthub.residents.address_settings import AddressSettings
from insighthub.residents.addresses import build_addresses
from insighthub.residents.contacts import build_contacts
from insighthub.residents.golden import build_golden
from insighthub.residents.golden_dates import date_records
from insighthub.residents.golden_settings import GoldenSettings
from insighthub.residents.household_settings import HouseholdSettings
from insighthub.residents.households import build_households
from insighthub.residents.names import build_names
from insighthub.residents.rectified import take_rectified
from insighthub.residents.relations import RelationSettings, build_relations
from insighthub.sources.contract import load_contract, parse_contract
from insighthub.sources.landing import land_all
from insighthub.synthetic.borough import contract_text, generate

AS_OF = dt.date(2026, 9, 30)
PEOPLE = 900

#: Every kind, also those that are off unless asked for, and from a low probability on.
CORRECTIONS = CorrectionSettings(kinds=tuple(KINDS), least_probability=0.5, contact_newer_by_days=30)

#: Every table that the builders write, but for what is learned.
BUILT = (
    "golden", "golden_value", "name_form", "contact", "identifier", "residence", "together", "address", "whereabouts",
    "place", "household", "household_member", "relation", "correction_case",
)  # fmt: skip

_FILL = (
    "INSERT INTO person_record SELECT *, DATE '2026-09-30', DATE '2026-09-30' FROM records",
    """INSERT INTO membership
    SELECT 'R' || t.entity_id, p.source, p.record_id, p.person, NULL
    FROM person_record p
    JOIN read_parquet($truth) t ON t.source = p.source AND t.record_id = p.record_id AND t.person = p.person
    WHERE p.not_linked_reason IS NULL ORDER BY ALL""",
    """INSERT INTO resident
    SELECT resident_id, row_number() OVER (ORDER BY resident_id), count(*), count(DISTINCT source), NULL, NULL
    FROM membership GROUP BY resident_id ORDER BY resident_id""",
)


def make_release(folder: Path, residents: int = PEOPLE, seed: int = 5) -> Path:
    """Generate a borough in ``folder`` and return the path of a release of its records."""
    borough = generate(folder, residents=residents, seed=seed)
    contract = load_contract(borough.contract)
    records = standardise_landed(contract, land_all(contract, folder, folder / "landing"))
    path = folder / "release.duckdb"
    with duckdb.connect(str(path)) as db:
        record_tables.create(db)
        columns = [row[0] for row in db.execute("DESCRIBE person_record").fetchall()][:-2]
        db.register("records", records.select(columns))
        for statement in _FILL:
            db.execute(statement, {"truth": str(borough.truth)} if "$truth" in statement else None)
    return path


def touch(db: duckdb.DuckDBPyConnection, residents: list[str] | None = None) -> None:
    """Make ``touched`` of these residents, or of all."""
    db.execute("CREATE OR REPLACE TEMP TABLE touched (resident_id VARCHAR)")
    if residents is None:
        db.execute("INSERT INTO touched SELECT resident_id FROM resident ORDER BY 1")
    else:
        db.execute("INSERT INTO touched SELECT DISTINCT unnest($1) ORDER BY 1", [residents])


def build(db: duckdb.DuckDBPyConnection, *, learn: bool, addresses: AddressSettings | None = None) -> None:
    """Build every part for the residents in ``touched``."""
    date_records(db, AS_OF, learn=learn)
    build_golden(db, GoldenSettings())
    build_names(db)
    build_contacts(db)
    build_addresses(db, addresses or AddressSettings(), AS_OF, learn=learn)
    build_households(db, HouseholdSettings(), AS_OF)
    build_relations(db, RelationSettings(), AS_OF)
    take_rectified(db, ())
    build_corrections(db, CORRECTIONS, parse_contract(contract_text(), "the borough").source, AS_OF, learn=learn)


def rows(db: duckdb.DuckDBPyConnection, table: str) -> list[tuple[object, ...]]:
    """Return a table's rows in one order."""
    return db.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall()
