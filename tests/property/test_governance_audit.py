"""Whatever is done to any line of an audit is found, at that line."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, select, update

from insighthub.governance.audit import Line, append_all
from insighthub.governance.audit_proof import verify
from insighthub.governance.tables import audit
from insighthub.store.state import State

LINES = 8
AT = datetime(2026, 3, 5, 9, 30)
_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
_COLUMNS = ["at", "who", "roles", "action", "purpose", "subject", "detail", "outcome", "previous", "hash"]


class _Undo(Exception):
    """So that one database serves every example."""


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> State:
    path: Path = tmp_path_factory.mktemp("audit") / "state.db"
    opened = State(f"sqlite:///{path}")
    with opened.write() as connection:
        lines = [Line(f"u{n % 2}", "see_picture", ["officer"], "benefits", f"R{n}", {"n": n}) for n in range(LINES)]
        append_all(connection, lines, AT)
    return opened


def _renumber(connection: Connection, order: list[dict[str, object]]) -> None:
    """Write the lines anew in this order, each with the number of its place."""
    connection.execute(delete(audit))
    for n, row in enumerate(order, 1):
        connection.execute(insert(audit).values({**row, "id": n}))


def _undo() -> None:
    raise _Undo


@st.composite
def _tampering(draw: st.DrawFn) -> tuple[str, int, int, str, str]:
    what = draw(st.sampled_from(["alter", "drop", "drop and close up", "swap", "move", "copy in", "insert"]))
    column = draw(st.sampled_from(_COLUMNS))
    return what, draw(st.integers(0, LINES - 1)), draw(st.integers(0, LINES - 1)), column, draw(_TEXT)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_tampering())
def test_any_tampering_is_found_where_it_was_done(state: State, tampering: tuple[str, int, int, str, str]) -> None:
    what, at, to, column, value = tampering
    found, expected = None, at + 1
    try:
        with state.write() as connection:
            rows = [dict(row) for row in connection.execute(select(audit).order_by(audit.c.id)).mappings()]
            assert verify(connection) is None
            before = [dict(row) for row in rows]
            if what == "alter":
                connection.execute(update(audit).where(audit.c.id == at + 1).values({column: value}))
                rows[at][column] = value
            elif what == "drop":
                connection.execute(delete(audit).where(audit.c.id == at + 1))
                del rows[at]
            elif what == "drop and close up":
                del rows[at]
                _renumber(connection, rows)
            elif what == "swap":
                rows[at], rows[to] = rows[to], rows[at]
                expected = min(at, to) + 1
                _renumber(connection, rows)
            elif what == "move":
                rows.insert(to, rows.pop(at))
                expected = min(at, to) + 1
                _renumber(connection, rows)
            elif what == "copy in":
                rows.insert(at, dict(rows[to]))
                # A copy beside the line itself is the same whichever of the two came second.
                expected = at + 1 if at != to else at + 2
                _renumber(connection, rows)
            else:
                rows.insert(at, {**rows[at], "who": value, "hash": "0" * 64})
                _renumber(connection, rows)
            found = verify(connection)
            same = rows == before
            _undo()
    except _Undo:
        pass
    if same:
        assert found is None
        return
    assert found is not None
    assert found.line == expected
    kinds = {
        "alter": {"altered"},
        "drop": {"dropped", "cut off"},
        "drop and close up": {"dropped", "cut off"},
        "swap": {"reordered"},
        "move": {"reordered"},
        "copy in": {"inserted"},
        "insert": {"inserted"},
    }
    assert found.kind in kinds[what]
