"""Two releases of a hub, compared as two runs of linkage are."""

import json

import duckdb
import pytest

from insighthub.drift.compare import drift_sections
from insighthub.drift.of_releases import compare_releases, release_snapshot
from insighthub.errors import DataError
from insighthub.residents.record_tables import create

MODEL = {
    "data": {"rows": 3},
    "classes": {"match": 0.1, "family": 0.1, "coresident": 0.1, "namesake": 0.1, "unrelated": 0.6},
    "comparisons": [
        {"name": "sex", "levels": ["same", "different"], "m": [0.9, 0.1], "u": [0.5, 0.5]},
    ],
}


@pytest.fixture
def models(tmp_path):
    (tmp_path / "m000001").mkdir()
    (tmp_path / "m000001" / "model.json").write_text(json.dumps(MODEL), encoding="utf-8")
    return tmp_path


def made(together=True):
    """Return a release of three records, of which two are one resident's, or none."""
    db = duckdb.connect()
    create(db)
    db.execute("INSERT INTO run VALUES ('r000001', '2026-03-05', 'full', 'm000001', '1', '2026-03-05 01:00:00')")
    db.execute("INSERT INTO source VALUES ('benefits', 'f', 'c', '2026-03-05', 4, 3, 1, FALSE)")
    for n, sex in enumerate(("F", "F", None)):
        db.execute(
            "INSERT INTO person_record (source, record_id, person, sex, first_seen, changed_on)"
            " VALUES ('benefits', ?, 1, ?, '2026-03-05', '2026-03-05')",
            [f"B{n}", sex],
        )
    of = {"B0": "R0", "B1": "R0" if together else "R1"}
    for record, resident in of.items():
        db.execute("INSERT INTO membership VALUES (?, 'benefits', ?, 1, NULL)", [resident, record])
    for n, resident in enumerate(sorted(set(of.values()))):
        count = sum(one == resident for one in of.values())
        db.execute("INSERT INTO resident VALUES (?, ?, ?, 1, NULL, NULL)", [resident, n + 1, count])
    if together:
        levels = json.dumps({"sex": 0})
        db.execute(
            "INSERT INTO evidence VALUES ('R0', 'benefits', 'B0', 1, 'benefits', 'B1', 1, 9.5, 0.99, ?)", [levels]
        )
    return db


def test_a_release_says_of_itself_what_a_run_of_linkage_does(models):
    found = release_snapshot(made(), models)
    state = found.sources["benefits"]
    assert (state.landed, state.quarantined, state.persons, state.not_linked, state.together) == (3, 1, 3, 1, 2)
    assert state.known == {"sex": 2, "age": 0, "area": 0}
    assert found.sizes[:3] == (0, 1, 0)
    assert sum(found.weights) == 1
    assert found.levels == {"sex": (1, 0, 0)}
    assert found.links.num_rows == 3


def test_releases_that_are_the_same_have_not_drifted_and_others_have(models):
    assert compare_releases(made(), made(), models).findings == ()
    drift = compare_releases(made(), made(together=False), models)
    assert drift.calls_for_action
    assert drift.links.lost == 1
    assert any("lost" in each.sentence for each in drift.findings)
    assert {section.key for section in drift_sections(drift)} >= {"changes", "churn", "sources"}


def test_a_release_whose_model_is_gone_cannot_be_compared(tmp_path):
    with pytest.raises(DataError, match="is not kept any more"):
        release_snapshot(made(), tmp_path)
