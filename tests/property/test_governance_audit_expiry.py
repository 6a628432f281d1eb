"""An audit whose oldest lines were let go proves the rest: whatever is done to any line that is left is found there."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, select, update

from insighthub.governance.audit import Line, append_all
from insighthub.governance.audit_expiry import anchor_now, anchors, let_go
from insighthub.governance.audit_proof import Head, head, verify
from insighthub.governance.tables import audit
from insighthub.store.state import State
from tests.examples import examples

GONE, LEFT, AFTER = 5, 4, 3
LINES = LEFT + 1 + AFTER  # what is left, with the anchor
OLD, NEW = datetime(2024, 3, 5, 9, 30), datetime(2026, 3, 5, 9, 30)
_COLUMNS = ["at", "who", "roles", "action", "purpose", "subject", "detail", "outcome", "previous", "hash"]
_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


class _Undo(Exception):
    """So that one database serves every example."""


def _undo() -> None:
    raise _Undo


def _lines(count: int) -> list[Line]:
    return [Line(f"u{n % 2}", "see_picture", ["officer"], "benefits", f"R{n}", {"n": n}) for n in range(count)]


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> State:
    path: Path = tmp_path_factory.mktemp("audit") / "state.db"
    opened = State(f"sqlite:///{path}")
    with opened.write() as connection:
        append_all(connection, _lines(GONE), OLD)
        append_all(connection, _lines(LEFT), NEW - timedelta(days=3))
        assert let_go(connection, date(2025, 1, 1), who="lead", roles=("ig_lead",), at=NEW) == GONE
        append_all(connection, _lines(AFTER), NEW)
    return opened


def _heads(connection: Connection) -> list[Head]:
    found = anchor_now(anchors(connection)[0])
    assert found is not None
    last = head(connection)
    return [Head(last.id, last.hash, f"{NEW:%Y-%m-%dT%H:%M:%S}Z", found.lines, found.hash)]


def _renumber(connection: Connection, order: list[dict[str, object]]) -> None:
    connection.execute(delete(audit))
    for n, row in enumerate(order, GONE + 1):
        connection.execute(insert(audit).values({**row, "id": n}))


@settings(max_examples=examples(125), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["alter", "drop", "close up", "swap", "copy in"]),
    st.integers(0, LINES - 1),
    st.integers(0, LINES - 1),
    st.sampled_from(_COLUMNS),
    _TEXT,
)
def test_any_tampering_with_what_is_left_is_found(
    state: State, what: str, at: int, to: int, column: str, value: str
) -> None:
    expected = GONE + at + 1
    found, blind = None, None
    try:
        with state.write() as connection:
            heads = _heads(connection)
            rows = [dict(row) for row in connection.execute(select(audit).order_by(audit.c.id)).mappings()]
            assert verify(connection, heads) is None
            assert verify(connection) is None
            before = [dict(row) for row in rows]
            if what == "alter":
                connection.execute(update(audit).where(audit.c.id == expected).values({column: value}))
                rows[at][column] = value
            elif what == "drop":
                connection.execute(delete(audit).where(audit.c.id == expected))
                del rows[at]
            elif what == "close up":
                del rows[at]
                _renumber(connection, rows)
            elif what == "swap":
                rows[at], rows[to] = rows[to], rows[at]
                expected = GONE + min(at, to) + 1
                _renumber(connection, rows)
            else:
                rows.insert(at, dict(rows[to]))
                expected = GONE + (at + 1 if at != to else at + 2)
                _renumber(connection, rows)
            found, blind = verify(connection, heads), verify(connection)
            same = rows == before
            _undo()
    except _Undo:
        pass
    if same:
        assert found is None
        return
    # Without the file it is found, too; where the anchor itself was at stake perhaps at another place.
    assert blind is not None
    assert found is not None
    assert found.line == expected or "anchor" in _lines_at_stake(at, to, what)


def _lines_at_stake(at: int, to: int, what: str) -> set[str]:
    touched = {at, to} if what in {"swap", "copy in"} else {at}
    return {"anchor"} if LEFT in touched and what != "drop" else set()


@settings(max_examples=examples(50), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.integers(0, 40), min_size=1, max_size=12),
    st.lists(st.integers(13, 40), min_size=1, max_size=3),
)
def test_an_audit_is_whole_however_often_lines_are_let_go_and_only_old_ones_go(
    tmp_path_factory: pytest.TempPathFactory, ages: list[int], cuts: list[int]
) -> None:
    opened = State(f"sqlite:///{tmp_path_factory.mktemp('audit') / 'state.db'}")
    heads: list[Head] = []
    try:
        with opened.write() as connection:
            for months in sorted(ages, reverse=True):
                append_all(connection, _lines(1), NEW - timedelta(days=31 * months))
            for months in cuts:
                before = (NEW - timedelta(days=31 * months)).date()
                left = connection.execute(select(audit.c.at).where(audit.c.at >= before.isoformat())).scalars().all()
                went = let_go(connection, before, who="lead", roles=(), at=NEW)
                now = connection.execute(select(audit.c.at)).scalars().all()
                assert len(now) == len(left) + (1 if went else 0)
                if went:
                    heads += _heads(connection)
                assert verify(connection, heads) is None
                assert verify(connection) is None
    finally:
        opened.close()
