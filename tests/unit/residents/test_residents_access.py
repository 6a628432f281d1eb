"""Who is found and seen in a hub, by id or by what is known of them, for which purpose."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from insighthub.errors import RunError
from insighthub.governance.policy import Policy
from insighthub.governance.purposes import Purpose
from insighthub.residents.access import Residents
from insighthub.residents.identify import Identified, IdentityChange
from insighthub.residents.identity import MERGED
from insighthub.residents.identity_state import GONE_BEFORE, keep_identities
from insighthub.residents.search import QueryError, Search, SearchSettings, build_search
from insighthub.store.releases import Releases
from insighthub.store.state import State
from tests.unit.residents.release import AS_OF, touch
from tests.unit.residents.seen import purpose, release
from tests.unit.residents.written import Written, said

RECORDS = [
    said("A", "benefits", given_name="ADA", family_name="STONE"),
    said("A", "libraries", given_name="ADA", family_name="FLINT"),
    said("B", "libraries", given_name="BEN", family_name="MARSH"),
    said("C", "benefits", given_name="CARA", family_name="HOLM"),
    said("E", "electoral_register", given_name="EVE", family_name="LANE"),
]


def _named(name: str, which: Purpose) -> Purpose:
    return which.model_copy(update={"name": name})


PURPOSES = (
    _named("benefits", purpose("benefits")),
    _named("refuge", purpose("benefits", hidden=True)),
    _named("star", purpose("*")),
)


def _publish(home: Path, run_id: str, records: list[Written]) -> None:
    with release(records, hidden=["C"]) as db:
        touch(db)
        build_search(db, SearchSettings(), AS_OF)
        (home / "releases").mkdir(exist_ok=True)
        db.execute(f"ATTACH '{home / 'releases' / f'{run_id}.duckdb'}' AS made")
        db.execute("COPY FROM DATABASE memory TO made")
    (home / "current").write_text(run_id, encoding="ascii")


def _residents(home: Path, state: State, search: SearchSettings | None = None) -> Residents:
    return Residents(Releases(home), state, lambda: Policy(purpose=PURPOSES), home / "models", search)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[tuple[Path, State]]:
    """Return a home with a release, and its state, in which the id OLD was merged into A, and GONE closed."""
    _publish(tmp_path, "r000001", RECORDS)
    (tmp_path / "models" / "m000001").mkdir(parents=True)
    (tmp_path / "models" / "m000001" / "model.json").write_text(json.dumps({"comparisons": []}), encoding="utf-8")
    state = State(f"sqlite:///{tmp_path / 'state.db'}")
    ids = ("A", "B", "C", "E", "OLD", "GONE")
    nothing = pa.Table.from_pylist([], GONE_BEFORE)
    with state.write() as connection:
        for run_id, issued, closed, events in (
            ("r000000", ids, (), ()),
            ("r000001", (), ("OLD", "GONE"), (IdentityChange(MERGED, "OLD", "A", 1, "one person"),)),
        ):
            found = Identified(tuple(zip(issued, range(1, 7), strict=False)), closed, (), events, 0, 0)
            keep_identities(connection, run_id, found, changed=nothing, left=nothing.select(GONE_BEFORE.names[:3]))
    yield tmp_path, state
    state.close()


@pytest.fixture
def residents(hub: tuple[Path, State]) -> Iterator[Residents]:
    made = _residents(*hub)
    yield made
    made.close()


def _found(residents: Residents, query: str, why: str) -> list[str]:
    return [one.resident_id for one in residents.find(query, why)]


def test_an_old_id_shows_the_resident_it_was_merged_into(residents: Residents) -> None:
    shown = residents.picture("OLD", "benefits")
    assert (shown.resident_id, shown.asked) == ("A", "OLD")
    assert "The id OLD was merged into A" in shown.flags


@pytest.mark.parametrize("resident", ["GONE", "NEVER", "B", "C", "E"])
def test_who_is_not_to_be_seen_is_not_told_from_who_is_not_there(residents: Residents, resident: str) -> None:
    with pytest.raises(RunError, match="no resident with this id that may be seen for this purpose"):
        residents.picture(resident, "benefits")


def test_without_a_purpose_that_the_hub_knows_nobody_is_seen_or_found(residents: Residents) -> None:
    with pytest.raises(RunError, match="knows no purpose"):
        residents.picture("A", "curiosity")
    with pytest.raises(RunError, match="knows no purpose"):
        residents.find("stone", "curiosity")


def test_search_rests_on_the_sources_of_the_purpose(residents: Residents) -> None:
    assert _found(residents, "stone", "benefits") == ["A"]
    assert _found(residents, "flint", "benefits") == []
    assert _found(residents, "marsh", "benefits") == []
    assert _found(residents, "flint", "star") == ["A"]


def test_a_star_does_not_stand_for_a_locked_source(residents: Residents) -> None:
    assert _found(residents, "eve lane", "star") == []


def test_the_hidden_are_found_and_seen_only_for_a_purpose_that_may(residents: Residents) -> None:
    assert _found(residents, "cara holm", "benefits") == []
    assert _found(residents, "cara holm", "refuge") == ["C"]
    assert residents.picture("C", "refuge").resident_id == "C"


def test_the_settings_of_search_are_the_hubs_own(hub: tuple[Path, State]) -> None:
    residents = _residents(*hub, SearchSettings(longest_query=20))
    with pytest.raises(QueryError, match="longer than 20 characters"):
        residents.find("stone " * 10, "benefits")
    residents.close()


def test_a_release_that_is_published_is_what_is_asked_from_then_on(
    hub: tuple[Path, State], residents: Residents
) -> None:
    assert _found(residents, "ada", "benefits") == ["A"]
    _publish(hub[0], "r000002", [said("A", "benefits", given_name="ADELE", family_name="STONE")])
    assert _found(residents, "adele stone", "benefits") == ["A"]
    assert {f.field: f.values[0].value for f in residents.picture("A", "benefits").fields}["given_name"] == "ADELE"


def _slow_to_open(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Have searches that are opened from now on wait until they may."""
    may = threading.Event()

    class Slow(Search):
        def __init__(self, *values: Any) -> None:
            assert may.wait(60)
            super().__init__(*values)

    monkeypatch.setattr("insighthub.residents.access.Search", Slow)
    return may


def _until(happens: Callable[[], bool]) -> None:
    for _ in range(1000):
        if happens():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it did not happen in ten seconds")


def test_while_the_search_of_a_new_release_is_opened_the_one_before_answers(
    hub: tuple[Path, State], residents: Residents, monkeypatch: pytest.MonkeyPatch
) -> None:
    residents.search_meanwhile()
    assert _found(residents, "stone", "benefits") == ["A"]
    may_open = _slow_to_open(monkeypatch)
    _publish(hub[0], "r000002", [said("A", "benefits", given_name="ADELE", family_name="SLATE")])
    meanwhile = residents.find("stone", "benefits")
    assert [(one.resident_id, one.why) for one in meanwhile] == [("A", ())]
    may_open.set()
    _until(lambda: _found(residents, "slate", "benefits") == ["A"])
    assert _found(residents, "stone", "benefits") == []
    assert residents.find("slate", "benefits")[0].why != ()


def test_the_search_of_the_release_before_finds_nobody_who_is_gone_or_hidden_now(
    hub: tuple[Path, State], residents: Residents, monkeypatch: pytest.MonkeyPatch
) -> None:
    residents.search_meanwhile()
    assert _found(residents, "stone", "benefits") == ["A"]
    may_open = _slow_to_open(monkeypatch)
    for run_id, who, source in (
        ("r000002", "Z", "benefits"),
        ("r000003", "C", "benefits"),
        ("r000004", "A", "parking"),
    ):
        _publish(hub[0], run_id, [said(who, source, given_name="ADA", family_name="STONE")])
        assert _found(residents, "stone", "benefits") == []
    may_open.set()


def test_a_search_that_cannot_be_opened_is_told_to_whoever_asks_next(
    hub: tuple[Path, State], residents: Residents, monkeypatch: pytest.MonkeyPatch
) -> None:
    residents.search_meanwhile()
    residents.find("stone", "benefits")

    def broken(*_: Any) -> Search:
        raise RunError("it cannot be opened", remedy="Try again")

    monkeypatch.setattr("insighthub.residents.access.Search", broken)
    _publish(hub[0], "r000002", [said("A", "benefits", given_name="ADELE", family_name="SLATE")])
    residents.find("stone", "benefits")

    def is_told() -> bool:
        try:
            residents.find("stone", "benefits")
        except RunError:
            return True
        return False

    _until(is_told)
