"""Releases on the disk: built aside, named in one step, held by whoever reads them, and tidied away."""

import duckdb
import pytest

from insighthub.errors import RunError
from insighthub.store.releases import Releases


@pytest.fixture
def releases(tmp_path):
    kept = Releases(tmp_path)
    kept.folder.mkdir()
    return kept


def build(releases, run_id, *, finish=True):
    """Build a release that says its own name."""
    with duckdb.connect(str(releases.partial(run_id))) as db:
        db.execute("CREATE TABLE run (run_id VARCHAR)")
        db.execute("INSERT INTO run VALUES (?)", [run_id])
    releases.linkage(run_id).mkdir()
    (releases.linkage(run_id) / "pairs.parquet").write_bytes(b"pairs")
    if finish:
        releases.finish(run_id)
    return run_id


def says(db):
    return db.execute("SELECT run_id FROM run").fetchall()[0][0]


def names(releases):
    return sorted(path.name for path in releases.folder.iterdir())


def test_a_hub_that_has_not_run_has_no_release(tmp_path):
    releases = Releases(tmp_path)
    assert (releases.current(), releases.kept(), releases.newest_number()) == (None, [], 0)
    with pytest.raises(RunError, match=r"this hub has no release yet\. Run insighthub run"):
        releases.open()
    releases.tidy(())  # there is nothing to tidy, and no folder


def test_a_release_that_is_being_built_is_not_there(releases):
    build(releases, "r000001", finish=False)
    assert releases.kept() == []
    with pytest.raises(RunError, match="release r000001 is not kept"):
        releases.open("r000001")
    releases.finish("r000001")
    assert releases.kept() == ["r000001"]
    assert releases.current() is None  # it is there, and nobody is shown it
    releases.publish("r000001")
    with releases.open() as db:
        assert says(db) == "r000001"


def test_whoever_opened_a_release_keeps_it_when_another_is_published_and_it_is_taken_away(releases):
    releases.publish(build(releases, "r000001"))
    with releases.open() as held:
        releases.publish(build(releases, "r000002"))
        releases.tidy({"r000002"})
        assert names(releases) == ["r000002.duckdb", "r000002.linkage"]
        assert says(held) == "r000001"
        with releases.open() as db:
            assert says(db) == "r000002"


def test_a_release_that_is_not_published_is_opened_by_its_name(releases):
    build(releases, "r000001")
    releases.publish(build(releases, "r000002"))
    with releases.open("r000001") as db:
        assert says(db) == "r000001"


def test_nobody_writes_into_a_release_that_is_opened(releases):
    releases.publish(build(releases, "r000001"))
    with releases.open() as db, pytest.raises(duckdb.InvalidInputException, match="read-only"):
        db.execute("DELETE FROM run")


def test_an_older_release_is_published_again(releases):
    for run_id in ("r000001", "r000002", "r000001"):
        releases.publish(run_id if releases.file(run_id).exists() else build(releases, run_id))
    assert releases.current() == "r000001"
    assert sorted(path.name for path in releases.home.iterdir()) == ["current", "releases"]


def test_tidying_takes_away_what_runs_left_and_leaves_what_is_not_theirs(releases):
    for run_id in ("r000001", "r000002", "r000003"):
        build(releases, run_id)
    build(releases, "r000004", finish=False)
    (releases.folder / "r000004.duckdb.partial.wal").write_bytes(b"begun")
    (releases.folder / "r000005.linkage.partial").mkdir()
    (releases.folder / "notes of r000001.txt").write_text("mine", encoding="utf-8")
    (releases.folder / "copy.duckdb").write_bytes(b"mine")
    releases.tidy({"r000001", "r000003"})
    assert names(releases) == [
        "copy.duckdb", "notes of r000001.txt", "r000001.duckdb", "r000001.linkage", "r000003.duckdb", "r000003.linkage",
    ]  # fmt: skip


def test_what_is_half_built_goes_with_all_that_lies_beside_it(releases):
    build(releases, "r000001")
    build(releases, "r000002", finish=False)
    (releases.folder / "r000002.duckdb.partial.wal").write_bytes(b"begun")
    (releases.folder / "r000002.duckdb.partial.tmp").mkdir()
    releases.remove_partial("r000002")
    assert names(releases) == ["r000001.duckdb", "r000001.linkage", "r000002.linkage"]


def test_a_release_that_is_removed_is_gone_with_its_linkage(releases):
    build(releases, "r000001")
    releases.remove("r000001")
    releases.remove("r000001")
    assert names(releases) == []


def test_the_newest_number_is_that_of_any_file_of_a_run(releases):
    build(releases, "r000002")
    build(releases, "r000011", finish=False)
    assert releases.newest_number() == 11
    assert releases.kept() == ["r000002"]


@pytest.mark.parametrize("content", [b"", b"r1; DROP", b"\xff\xfe", b"../r000001", b"r000001\nr000002"])
def test_a_file_current_that_names_no_release_is_told(releases, content):
    build(releases, "r000001")
    (releases.home / "current").write_bytes(content)
    with pytest.raises(RunError, match=r"should name the published release, and does not.*Take the file away"):
        releases.open()


def test_a_published_release_that_is_missing_is_told(releases):
    releases.publish(build(releases, "r000001"))
    releases.remove("r000001")
    with pytest.raises(RunError, match="release r000001 is not kept"):
        releases.open()


def test_a_release_that_has_come_to_harm_is_told(releases):
    releases.publish(build(releases, "r000001"))
    releases.file("r000001").write_bytes(b"\0" * 5_000)
    with pytest.raises(RunError, match=r"cannot be opened .*insighthub releases publish"):
        releases.open()


def test_a_release_that_is_replaced_while_it_is_looked_up_is_looked_up_again(releases, monkeypatch):
    """Between reading which is published and opening it, another run may publish and take it away."""
    releases.publish(build(releases, "r000001"))
    build(releases, "r000002")
    look_up = Releases.current

    def current(self):
        found = look_up(self)
        if found == "r000001":
            self.publish("r000002")
            self.remove("r000001")
        return found

    monkeypatch.setattr(Releases, "current", current)
    with releases.open() as db:
        assert says(db) == "r000002"
