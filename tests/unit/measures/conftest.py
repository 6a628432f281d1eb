"""A release of a few residents, written out by hand."""

from datetime import date

import duckdb
import pytest

from insighthub.measures.definition import parse_measures
from insighthub.residents.record_tables import create

DAY = date(2026, 9, 30)

TABLES = """
CREATE TABLE golden (resident_id VARCHAR, field VARCHAR, value VARCHAR);
CREATE TABLE address (
    resident_id VARCHAR, place_id VARCHAR, postcode VARCHAR, from_date DATE, to_date DATE, last_seen DATE,
    is_current BOOLEAN
);
CREATE TABLE household_member (
    household_id VARCHAR, resident_id VARCHAR, from_date DATE, to_date DATE, is_current BOOLEAN
);
"""


class Release:
    """A release in memory, filled one resident and one fact at a time."""

    def __init__(self):
        self.db = duckdb.connect()
        create(self.db)
        self.db.execute(TABLES)
        self.records = 0

    def resident(
        self, name, born=None, sex=None, died=None, postcode="IG11 1AA", home="home", household=None, hidden=None,
        since=date(2020, 1, 1),
    ):  # fmt: skip
        """Add a resident who lives at a postcode, or nowhere here where it is None."""
        row = "SELECT ? AS resident_id, 0 AS number, 0 AS records, 0 AS sources, ? AS hidden"
        self.db.execute(f"INSERT INTO resident BY NAME {row}", [name, hidden])
        for field, value in (("date_of_birth", born), ("sex", sex), ("date_of_death", died)):
            if value:
                self.db.execute("INSERT INTO golden VALUES (?, ?, ?)", [name, field, value])
        if postcode:
            self.address(name, postcode, since, None, True, home)
        if household:
            self.db.execute("INSERT INTO household_member VALUES (?, ?, ?, NULL, TRUE)", [household, name, since])
        return name

    def address(self, name, postcode, since, until, is_current=False, home="home", seen=None):
        row = [name, home, postcode, since, until, seen, is_current]
        self.db.execute("INSERT INTO address VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def record(self, name, source, *facts, on=DAY):
        """Add a record of a resident, with facts as (name, value, amount, date, end)."""
        self.records += 1
        key = [source, str(self.records)]
        self.db.execute("INSERT INTO source_record VALUES (?, ?, 0, NULL, ?, ?)", [*key, on, on])
        self.db.execute("INSERT INTO membership VALUES (?, ?, ?, 1, NULL)", [name, *key])
        for fact, value, amount, day, end in facts:
            kind = "amount" if amount is not None else "status"
            self.db.execute(
                "INSERT INTO fact VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?)", [*key, fact, kind, value, amount, day, end]
            )

    def values(self, name, by="none"):
        """Return group (and month, in a series) -> numerator, denominator."""
        rows = self.db.execute(
            'SELECT group_value, month, numerator, denominator FROM measure_value WHERE name = ? AND "by" = ?',
            [name, by],
        ).fetchall()
        return {(group if month is None else (group, month)): (n, d) for group, month, n, d in rows}


@pytest.fixture
def release():
    made = Release()
    yield made
    made.db.close()


@pytest.fixture
def measure():
    """Return a maker of one measure from the lines of its TOML."""

    def make(numerator, *, unit="resident", rest="", sources='["tax", "school", "care"]'):
        text = f"""
[[measure]]
name = "m"
title = "A measure"
unit = "{unit}"
sources = {sources}
purposes = ["planning"]
{rest}
{numerator}
"""
        return parse_measures(text, "m.toml")

    return make
