"""Sources are taken in whole, by one process or several, and the first at fault is the one told of."""

import subprocess
import sys
from datetime import date

import pyarrow.parquet as pq
import pytest

from insighthub.errors import DataError, RunError
from insighthub.sources.contract import Contract, Source
from insighthub.sources.landing import land
from insighthub.standardise import standardise_all
from insighthub.standardise.coded import coded, is_coded
from insighthub.standardise.intake import READ, STANDARDISE, IntakeTask, take_in
from insighthub.standardise.worker import read_task
from insighthub.standardise.workers import answer

TODAY = date(2026, 11, 1)


@pytest.fixture
def desk(tmp_path):
    """Three sources of two or three rows; ``beta`` has a field of its own, and a row that cannot be landed."""
    base = tmp_path / "in"
    base.mkdir()
    (base / "gamma.csv").write_text("ref,name,dob\n2,MR J & MRS K SMITH,27/03/1985\n1,ANN LEE,\n")
    (base / "alpha.csv").write_text("ref,name,dob\n7,J SMITH,27/03/1985\n8,THE OCCUPIER,\n")
    (base / "beta.csv").write_text("ref,name,dob,job\n5,ANN LEE,1/1/1990,Cook\n,BO DAY,,\n6,OMAR KHAN,,\n")
    other = {"other": {"job": {"column": "job"}}}
    sources = [
        Source.model_validate(
            {
                "name": name,
                "path": f"{name}.csv",
                "record_id": "ref",
                "person": {"full_name": "name", "date_of_birth": "dob"} | (other if name == "beta" else {}),
            }
        )
        for name in ("gamma", "alpha", "beta")
    ]
    return base, Contract(source=tuple(sources))


def test_what_is_taken_in_is_what_is_landed_standardised_and_coded(desk, tmp_path):
    base, contract = desk
    taken = take_in(contract, base, tmp_path / "received", as_of=TODAY)
    landed = [land(source, base, tmp_path / "landing") for source in contract.source]
    whole = standardise_all([(d.path, s) for d, s in zip(landed, contract.source, strict=True)], as_of=TODAY)
    assert is_coded(taken.records)
    assert taken.records.to_pylist() == coded(whole).to_pylist()
    for ours, theirs in zip(taken.deliveries, landed, strict=True):
        assert ours.path is None
        assert (ours.source, ours.delivered, ours.files) == (theirs.source, theirs.delivered, theirs.files)
        assert pq.read_table(ours.quarantine).equals(pq.read_table(theirs.quarantine))
    assert taken.bytes_read == sum(path.stat().st_size for path in base.iterdir())
    assert set(taken.seconds) == {READ, STANDARDISE}


def test_the_number_of_processes_makes_no_difference(desk, tmp_path):
    base, contract = desk
    alone = take_in(contract, base, tmp_path / "alone", as_of=TODAY, processes=1)
    heard = []

    class Watcher:
        def stage(self, name):
            heard.append(name)

        def advance(self, done, total):
            heard.append((done, total))

    shared = take_in(contract, base, tmp_path / "shared", as_of=TODAY, processes=2, progress=Watcher())
    assert shared.records.to_pylist() == alone.records.to_pylist()
    assert [d.reasons for d in shared.deliveries] == [d.reasons for d in alone.deliveries]
    assert heard == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize("processes", [1, 2])
def test_the_first_source_at_fault_is_the_one_told(desk, tmp_path, processes):
    base, contract = desk
    (base / "alpha.csv").write_text("")
    (base / "beta.csv").write_text("no,header\n1,2\n")
    with pytest.raises(DataError) as caught:
        take_in(contract, base, tmp_path / "received", processes=processes)
    assert caught.value.file == "alpha.csv"
    assert "empty" in caught.value.what


def test_a_folder_that_cannot_be_written_is_told(desk, tmp_path):
    base, contract = desk
    (tmp_path / "received").write_text("in the way")
    with pytest.raises(RunError, match="cannot be written"):
        take_in(contract, base, tmp_path / "received")


def test_a_worker_that_dies_is_told(desk, tmp_path, monkeypatch):
    base, contract = desk
    monkeypatch.setattr(sys, "executable", "/bin/false" if sys.platform != "win32" else "where.exe")
    with pytest.raises(RunError, match="worker process died"):
        take_in(contract, base, tmp_path / "received", processes=2)


def test_a_worker_ends_when_nobody_listens_any_more():
    command = [sys.executable, "-m", "insighthub.standardise.worker"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:
        worker.stdin.close()
        assert worker.wait(60) == 0


def test_a_task_is_answered_in_one_line(desk, tmp_path):
    base, contract = desk
    task = IntakeTask(contract.source[0], base, tmp_path / "received", TODAY)
    assert IntakeTask.from_json(task.as_json()) == task
    said = answer(task.as_json(), read_task)
    assert "\n" not in said
    assert '"delivered": 2' in said
    (base / "gamma.csv").unlink()
    assert "DataError" in answer(task.as_json(), read_task)
