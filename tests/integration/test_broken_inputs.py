"""Whatever is wrong with a delivery, the user is told: by an error with a remedy, or by a quarantine that adds up."""

import sys
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from insighthub.errors import InsightHubError
from insighthub.sources.checking import check
from insighthub.sources.contract import Contract, Source
from insighthub.sources.landing import land

sys.path.insert(0, str(Path(__file__).parent))
from broken_files import PEOPLE, PERSON, WHOLE, every_case

CASES = every_case()
FIELDS = {"full_name": "name", "date_of_birth": "dob", "postcode": "postcode", "uprn": "uprn"}


def source_of(case_file, **settings):
    return Source(**{"name": "tenants", "path": case_file, "record_id": "id", "person": FIELDS, **settings})


@pytest.mark.parametrize("file", WHOLE)
def test_the_whole_files_that_are_broken_here_land_wholly(file, tmp_path):
    (tmp_path / file).write_bytes(WHOLE[file]())
    delivery = land(source_of(file), tmp_path, tmp_path / "landing")
    names = ("id", "name", "dob", "postcode", "uprn")
    assert [tuple(r[n] for n in names) for r in pq.read_table(delivery.path).to_pylist()] == PEOPLE


def test_there_are_at_least_200_broken_inputs_and_no_two_are_alike():
    seen = {(case.file, repr(case.settings), hash(case.make())) for case in CASES}
    assert len(seen) >= 200
    assert [name for name, times in Counter((c.name, c.file) for c in CASES).items() if times > 1] == []


@pytest.mark.parametrize("case", CASES, ids=[f"{c.file}: {c.name}" for c in CASES])
def test_a_broken_input_is_refused_with_a_remedy_or_put_aside_row_by_row(case, tmp_path):
    (tmp_path / case.file).write_bytes(case.make())
    source = source_of(case.file, **case.settings)
    fault = delivery = None
    try:
        delivery = land(source, tmp_path, tmp_path / "landing")
    except InsightHubError as refusal:
        fault = refusal
    (told,) = check(Contract(source=(source,)), tmp_path).sources
    if delivery is None:
        assert case.outcome in {"refused", "told"}
        assert fault.file == case.file
        assert len(fault.remedy) > 10
        assert PERSON not in str(fault)
        assert str(told.fault) == str(fault)
        assert not list(tmp_path.rglob("*.parquet")) or case.file.endswith(".parquet")
        return
    assert case.outcome != "refused"
    landed, aside = pq.read_table(delivery.path), pq.read_table(delivery.quarantine)
    assert delivery.delivered == landed.num_rows + aside.num_rows
    assert case.delivered in {None, delivery.delivered}
    assert (told.landed, told.quarantined) == (landed.num_rows, aside.num_rows)
    assert all(reason for reason in aside["reason"].to_pylist())
    if case.outcome == "put aside":
        assert aside.num_rows > 0
    if case.outcome == "read":
        assert aside.num_rows == 0
    assert not any(PERSON in warning for warning in delivery.warnings)
