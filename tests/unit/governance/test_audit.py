"""The audit: lines hold each other fast, and whatever is done to one of them is found, and where."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import delete, text, update

from insighthub.errors import RunError
from insighthub.governance.audit import REFUSED, START, Line, append, append_all
from insighthub.governance.audit_expiry import LET_GO, let_go
from insighthub.governance.audit_proof import Broken, Head, Heads, head, verify
from insighthub.governance.audit_read import AuditFilter, page, seen_since, who_saw
from insighthub.governance.audit_table import audit_table
from insighthub.governance.tables import audit, audit_seal
from insighthub.rights.expiring import note_anchor

AT = datetime(2026, 3, 5, 9, 30)


def write(state, count=9):
    with state.write() as connection:
        for n in range(count):
            line = Line(f"user{n % 3}@council.example", "see_picture", ("officer",), "benefits", f"R{n}", {"n": n})
            append(connection, line, AT + timedelta(minutes=n))


def broken(state, heads=()):
    with state.read() as connection:
        return verify(connection, heads)


def do(state, statement, **values):
    with state.write() as connection:
        connection.execute(statement if not isinstance(statement, str) else text(statement), values)


def test_an_audit_that_nobody_touched_is_whole(state):
    assert broken(state) is None
    write(state)
    assert broken(state) is None
    with state.read() as connection:
        assert head(connection).id == 9


@pytest.mark.parametrize("column", ["at", "who", "roles", "action", "purpose", "subject", "detail", "outcome"])
def test_a_value_that_was_altered_is_found_whichever_it_is(state, column):
    write(state)
    do(state, update(audit).where(audit.c.id == 4).values({column: "x"}))
    assert broken(state) == Broken(4, "altered", "line 4 was altered")


@pytest.mark.parametrize("column", ["previous", "hash"])
def test_a_hash_that_was_altered_is_found(state, column):
    write(state)
    do(state, update(audit).where(audit.c.id == 4).values({column: "0" * 63 + "1"}))
    assert (broken(state).line, broken(state).kind) == (4, "altered")


def test_a_value_that_was_taken_out_is_found(state):
    write(state)
    do(state, update(audit).where(audit.c.id == 4).values(purpose=None))
    assert (broken(state).line, broken(state).kind) == (4, "altered")


@pytest.mark.parametrize("line", [1, 5])
def test_a_line_that_was_dropped_is_found(state, line):
    write(state)
    do(state, delete(audit).where(audit.c.id == line))
    assert (broken(state).line, broken(state).kind) == (line, "dropped")


def test_a_line_that_was_dropped_is_found_although_the_rest_moved_up(state):
    write(state)
    do(state, delete(audit).where(audit.c.id == 5))
    for n in range(6, 10):
        do(state, "UPDATE audit SET id = :to WHERE id = :n", n=n, to=n - 1)
    assert (broken(state).line, broken(state).kind) == (5, "dropped")


def test_lines_that_changed_places_are_found(state):
    write(state)
    for was, now in ((3, 100), (7, 3), (100, 7)):
        do(state, "UPDATE audit SET id = :now WHERE id = :was", was=was, now=now)
    assert (broken(state).line, broken(state).kind) == (3, "reordered")


@pytest.mark.parametrize("right_hash", [True, False])
def test_a_line_that_was_put_between_is_found(state, right_hash):
    from insighthub.governance.audit import hash_of

    write(state)
    with state.write() as connection:
        for n in range(9, 4, -1):
            connection.execute(text("UPDATE audit SET id = :to WHERE id = :n"), {"n": n, "to": n + 1})
        before = connection.execute(text("SELECT hash FROM audit WHERE id = 4")).scalar()
        row = (5, "2026-03-05T09:33:30.000000Z", "who", "[]", "see_picture", None, None, "{}", "allowed", before)
        made = hash_of(row) if right_hash else "1" * 64
        connection.execute(audit.insert().values((*row, made)))
    assert (broken(state).line, broken(state).kind) == (5, "inserted")


def test_an_end_that_was_cut_off_is_found_by_the_seal(state):
    write(state)
    do(state, delete(audit).where(audit.c.id > 6))
    assert (broken(state).line, broken(state).kind) == (7, "cut off")


def test_an_end_that_was_cut_off_together_with_the_seal_is_found_by_the_file(state, tmp_path):
    heads = Heads(tmp_path)
    write(state)
    with state.read() as connection:
        heads.note(head(connection), AT, now=True)
    do(state, delete(audit).where(audit.c.id > 6))
    with state.write() as connection:
        last = connection.execute(text("SELECT hash FROM audit WHERE id = 6")).scalar()
        connection.execute(update(audit_seal).values(lines=6, head=last))
    assert broken(state) is None
    assert (broken(state, heads.read()).line, broken(state, heads.read()).kind) == (7, "cut off")


def test_an_audit_that_was_written_anew_is_found_by_the_file(state, tmp_path):
    heads = Heads(tmp_path)
    write(state)
    with state.read() as connection:
        heads.note(head(connection), AT, now=True)
    do(state, delete(audit))
    do(state, delete(audit_seal))
    with state.write() as connection:
        append_all(connection, [Line("somebody else", "see_picture")] * 12, AT)
    assert broken(state) is None
    assert (broken(state, heads.read()).line, broken(state, heads.read()).kind) == (9, "rewritten")


def test_a_line_after_the_end_a_seal_that_is_gone_and_one_that_is_another_are_found(state):
    write(state)
    do(state, update(audit_seal).values(lines=8))
    assert broken(state).kind == "inserted"
    do(state, update(audit_seal).values(lines=9, head=START))
    assert broken(state).kind == "seal"
    do(state, delete(audit_seal))
    assert broken(state).kind == "seal"


def test_all_lines_taken_away_are_missed(state):
    write(state)
    do(state, delete(audit))
    assert (broken(state).line, broken(state).kind) == (1, "cut off")


def test_a_line_is_kept_with_what_it_tells_of_or_not_at_all(state):
    write(state, 2)

    def write_half():
        with state.write() as connection:
            append(connection, Line("a@council.example", "see_picture"), AT)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_half()
    with state.read() as connection:
        assert head(connection).id == 2
    assert broken(state) is None


def test_the_head_is_written_now_and_then(tmp_path, state):
    heads = Heads(tmp_path, every=10, seconds=600)
    with state.write() as connection:
        written = append_all(connection, [Line("a@council.example", "see_runs")] * 35, AT)
    for n, one in enumerate(written):
        heads.note(one, AT + timedelta(seconds=n))
    assert [each.lines for each in heads.read()] == [1, 11, 21, 31]
    heads.note(written[33], AT + timedelta(hours=1))
    assert heads.read()[-1].lines == 34


def test_a_head_that_was_broken_off_is_left_out(tmp_path):
    (tmp_path / "audit.head").write_text('{"lines": 3, "hash": "ab", "at": "x"}\n{"lines": 5, "ha', encoding="ascii")
    assert Heads(tmp_path).read() == (Head(3, "ab", "x"),)


def test_a_head_that_cannot_be_written_is_told(tmp_path, state):
    (tmp_path / "audit.head").mkdir()
    with state.write() as connection:
        one = append(connection, Line("a@council.example", "see_runs"), AT)
    with pytest.raises(RunError, match="head of the audit cannot be written"):
        Heads(tmp_path).note(one, AT)


def test_pages_go_from_the_newest_to_the_oldest(state):
    write(state)
    seen, before = [], None
    with state.read() as connection:
        while True:
            found = page(connection, AuditFilter(), before=before, limit=4)
            assert found.total == 9
            seen += [line.id for line in found.lines]
            before = found.older
            if before is None:
                break
    assert seen == list(range(9, 0, -1))


def test_filters_narrow_the_lines(state):
    write(state)
    with state.write() as connection:
        append(connection, Line("user0@council.example", "find_residents", detail={"found": ["R7", "R77"]}), AT)
        append(connection, Line("x", "see_picture", (), None, "R7", None, REFUSED), AT + timedelta(days=1))

    def ids(**wanted):
        with state.read() as connection:
            return [line.id for line in page(connection, AuditFilter(**wanted)).lines]

    assert ids(who="user0@council.example") == [10, 7, 4, 1]
    assert ids(action="find_residents") == [10]
    assert ids(outcome=REFUSED) == [11]
    assert ids(purpose="benefits", who="user1@council.example") == [8, 5, 2]
    assert ids(subjects=("R7",)) == [11, 10, 8]
    assert ids(first_day=date(2026, 3, 6)) == [11]
    assert ids(last_day=date(2026, 3, 4)) == []
    with state.read() as connection:
        assert [line.id for line in who_saw(connection, ["R7", "R2"])] == [11, 10, 8, 3]
        assert seen_since(connection, "user0@council.example", AT + timedelta(minutes=2)) == 2


def test_every_line_is_given_with_its_hashes_to_be_kept_elsewhere(state):
    write(state)
    with state.read() as connection:
        table = audit_table(connection)
    assert table.num_rows == 9
    assert table["previous"].to_pylist()[1:] == table["hash"].to_pylist()[:-1]


def old_and_new(state):
    with state.write() as connection:
        append_all(connection, [Line("a", "see_picture")] * 4, AT - timedelta(days=900))
        append_all(connection, [Line("b", "see_picture")] * 3, AT)
        return let_go(connection, (AT - timedelta(days=800)).date(), who="lead", roles=("ig_lead",), at=AT)


def test_the_oldest_lines_go_and_the_rest_is_still_proved(state, tmp_path):
    assert old_and_new(state) == 4
    assert broken(state) is None
    heads = Heads(tmp_path)
    note_anchor(state, heads, AT)
    assert broken(state, heads.read()) is None
    assert [h.gone for h in heads.read()] == [4]
    do(state, delete(audit).where(audit.c.id == 5))
    assert (broken(state).line, broken(state).kind) == (5, "dropped")


def test_lines_that_are_gone_without_an_anchor_are_missed(state, tmp_path):
    write(state)
    do(state, delete(audit).where(audit.c.id < 4))
    assert (broken(state).line, broken(state).kind) == (1, "dropped")


def test_an_anchor_that_was_altered_or_dropped_is_found(state, tmp_path):
    old_and_new(state)
    heads = Heads(tmp_path)
    note_anchor(state, heads, AT)
    do(state, delete(audit).where(audit.c.id == 8))
    assert broken(state).kind == "dropped"
    found = broken(state, heads.read())
    assert (found.line, found.kind) == (8, "cut off")


def test_what_was_let_go_although_it_was_young_is_found(state):
    with state.write() as connection:
        with pytest.raises(RunError, match="for a year at least"):
            let_go(connection, AT.date() - timedelta(days=300), who="lead", roles=(), at=AT)
        append_all(connection, [Line("a", "see_picture")] * 4, AT - timedelta(days=300))
        last = head(connection)
        detail = {"lines": 4, "hash": last.hash, "before": (AT.date() - timedelta(days=200)).isoformat()}
        append(connection, Line("a", LET_GO, detail=detail), AT)
        connection.execute(delete(audit).where(audit.c.id <= 4))
    assert (broken(state).line, broken(state).kind) == (5, "dropped")
    assert "too young" in broken(state).what


def test_what_was_let_go_although_the_file_knows_that_it_was_young_is_found(state):
    with state.write() as connection:
        append_all(connection, [Line("a", "see_picture")] * 4, AT - timedelta(days=300))
        young = Head(*vars(head(connection)).values(), f"{AT - timedelta(days=300):%Y-%m-%dT%H:%M:%S}Z")
        before = (AT.date() - timedelta(days=800)).isoformat()
        append(connection, Line("a", LET_GO, detail={"lines": 4, "hash": young.hash, "before": before}), AT)
        connection.execute(delete(audit).where(audit.c.id <= 4))
    assert broken(state) is None
    assert (broken(state, [young]).line, broken(state, [young]).kind) == (5, "dropped")
