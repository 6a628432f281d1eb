"""What holds of the golden record whatever records say: one value a field, by no accident of order."""

from __future__ import annotations

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from insighthub.residents.golden import build_golden
from insighthub.residents.golden_dates import date_records
from insighthub.residents.golden_settings import GoldenSettings
from tests.examples import examples
from tests.unit.residents.release import AS_OF, touch
from tests.unit.residents.written import Written, said, write

SOURCES = ("adult_social_care", "benefits", "council_tax", "libraries", "a_source_of_their_own")
FIELDS = {
    "family_name": st.sampled_from(["SMITH", "SMYTHE", "S", "JONES"]),
    "date_of_birth": st.sampled_from(["1985-03-27", "1985-03-XX", "1985-01-01", "1985-03-28"]),
    "mobile": st.sampled_from(["+447700900001", "+447700900002"]),
    "valid_from": st.sampled_from(["2015-01-02", "2022-03-04", "2030-01-01"]),
}
RECORDS = st.lists(
    st.builds(
        lambda source, columns: (source, columns),
        st.sampled_from(SOURCES),
        st.fixed_dictionaries({}, optional=FIELDS),
    ),
    min_size=1,
    max_size=8,
)
FEW = settings(max_examples=examples(15), deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _written(records: list[tuple[str, dict[str, object]]]) -> list[Written]:
    return [said("R", source, f"{n}", **columns) for n, (source, columns) in enumerate(records)]


def _build(records: list[Written]) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    with write(records) as db:
        touch(db)
        date_records(db, AS_OF, learn=True)
        build_golden(db, GoldenSettings())
        return _rows(db, "golden"), _rows(db, "golden_value")


def _rows(db: duckdb.DuckDBPyConnection, table: str) -> list[tuple[object, ...]]:
    return db.execute(f"FROM {table} ORDER BY ALL").fetchall()


@FEW
@given(RECORDS, st.randoms())
def test_the_order_in_which_records_come_does_not_matter(records, random) -> None:
    written = _written(records)
    turned = list(written)
    random.shuffle(turned)
    assert _build(turned) == _build(written)


@FEW
@given(RECORDS)
def test_every_field_that_a_record_gives_has_one_value_which_a_record_gives(records) -> None:
    golden, values = _build(_written(records))
    given_values: dict[str, set[object]] = {}
    for _, columns in records:
        for field, value in columns.items():
            if field != "valid_from":
                given_values.setdefault(field, set()).add(value)
    assert {row[1] for row in golden} == set(given_values)
    assert len(golden) == len(given_values)
    assert all(row[2] in given_values[row[1]] for row in golden)
    assert {(row[1], row[2]) for row in values} == {(f, v) for f, found in given_values.items() for v in found}


@FEW
@given(RECORDS, st.sampled_from(["family_name", "date_of_birth"]))
def test_a_further_source_that_says_the_golden_value_does_not_unseat_it(records, field: str) -> None:
    written = _written(records)
    before = {row[1]: row[2] for row in _build(written)[0]}
    if field in before:
        more = said("R", "a_further_source", "more", **{field: before[field]})
        assert {row[1]: row[2] for row in _build([*written, more])[0]}[field] == before[field]
