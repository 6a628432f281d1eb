"""Decisions, whatever officers do: nothing is lost, and what is in force never contradicts itself."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from insighthub.errors import InsightHubError
from insighthub.residents.decisions import Record, decide, decisions, in_force, undo
from insighthub.store.state import State

RECORDS = [Record("benefits", str(number)) for number in range(5)]
MUST, CANNOT = "must_link", "cannot_link"

deeds = st.lists(
    st.one_of(
        st.tuples(st.sampled_from([MUST, CANNOT]), st.sampled_from(RECORDS), st.sampled_from(RECORDS)),
        st.tuples(st.just("undo"), st.integers(1, 12), st.none()),
    ),
    max_size=12,
)


def holds(kept, number):
    """Say whether a decision holds: no undo of it does."""
    return not any(
        undoes == number and holds(kept, later) for later, (kind, undoes, _) in kept.items() if kind == "undo"
    )


def contradicts(pairs):
    """Say whether some records would be one person and two, by joining people until nothing is left to join."""
    people = [{record} for record in RECORDS]
    for kind, left, right in pairs:
        if kind == MUST:
            joined = [person for person in people if person & {left, right}]
            people = [person for person in people if person not in joined] + [set().union(*joined)]
    return any(kind == CANNOT and {left, right} <= person for kind, left, right in pairs for person in people)


@given(deeds)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_kept_and_in_force_is_what_was_decided(asked):
    with tempfile.TemporaryDirectory() as folder:
        state = State(f"sqlite:///{Path(folder) / 'state.db'}")
        kept = {}
        for kind, left, right in asked:
            would = {**kept, len(kept) + 1: (kind, left, right)}
            pairs = [deed for number, deed in would.items() if deed[0] != "undo" and holds(would, number)]
            allowed = (left in kept and holds(kept, left)) if kind == "undo" else left != right
            allowed = allowed and not contradicts(pairs)
            try:
                with state.write() as connection:
                    if kind == "undo":
                        undo(connection, left, by="an officer", note="")
                    else:
                        decide(connection, kind, [(left, right)], by="an officer", note="")
                assert allowed
                kept = would
            except InsightHubError:
                assert not allowed
        with state.read() as connection:
            found, applied = decisions(connection), in_force(connection).to_pylist()
        state.close()
        told = {d.decision_id: (d.kind, d.undoes if d.kind == "undo" else d.left, d.right) for d in found}
        assert told == kept
        assert {d.decision_id for d in found if d.in_force} == {number for number in kept if holds(kept, number)}
        assert {(row["decision"], row["record_id_l"], row["record_id_r"]) for row in applied} == {
            (kind, left.record_id, right.record_id)
            for number, (kind, left, right) in kept.items()
            if kind != "undo" and holds(kept, number)
        }
