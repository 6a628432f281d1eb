"""The accuracy benchmark's verdicts: a target is met, missed, or not judged, and none is met by accident."""

from __future__ import annotations

import math

import pytest

from benchmarks.verdicts import BoroughScores, Check, Run, borough_checks, data_set_checks, f1_with_error_of


def _run(f1: float, b_cubed: float = 0.9) -> Run:
    return Run(f1, f1, f1, b_cubed, 1.0)


def _borough(
    title: str = "first",
    f1: float = 0.97,
    *,
    merged: float = 0.002,
    calibration: float = 0.01,
    peer: float | None = 0.87,
) -> BoroughScores:
    return BoroughScores(title, f1, merged, calibration, peer)


def _missed(checks: list[Check]) -> list[tuple[str, str]]:
    return [(c.subject, c.measure) for c in checks if c.passed is False]


@pytest.mark.parametrize(
    ("relation", "value", "passed"),
    [
        (">=", 0.87, True),
        (">=", 0.8699, False),
        ("<=", 0.87, True),
        ("<=", 0.8701, False),
        ("<", 0.87, False),
        ("<", 0.8699, True),
    ],
)
def test_a_target_is_met_up_to_its_limit_and_no_further(relation: str, value: float, passed: bool) -> None:
    assert Check("data", "F1", value, relation, 0.87).passed is passed


@pytest.mark.parametrize("relation", [">=", "<=", "<"])
def test_a_figure_that_is_not_a_number_misses(relation: str) -> None:
    assert Check("data", "F1", math.nan, relation, 0.5).passed is False


def test_the_target_from_the_peers_error_leaves_that_share_of_it() -> None:
    assert f1_with_error_of(0.25, 0.8) == pytest.approx(0.95)
    assert f1_with_error_of(0.8, 0.9) == pytest.approx(0.92)
    assert f1_with_error_of(0.8, None) is None


def test_a_data_set_is_held_against_the_targets_it_has() -> None:
    assert data_set_checks("data", _run(0.1), None) == []
    assert _missed(data_set_checks("data", _run(0.88, 0.88), None, f1=0.87, b_cubed=0.89)) == [("data", "B-cubed F1")]
    assert _missed(data_set_checks("data", _run(0.86, 0.90), None, f1=0.87, b_cubed=0.89)) == [("data", "F1")]


def test_being_a_little_ahead_of_the_peer_is_not_enough() -> None:
    ahead, far_ahead = (data_set_checks("data", _run(f1), _run(0.90), error_of_peer=0.8)[0] for f1 in (0.91, 0.92))
    assert (ahead.passed, far_ahead.passed) == (False, True)


def test_without_the_peer_its_target_is_not_judged() -> None:
    (check,) = data_set_checks("data", _run(0.99), None, error_of_peer=0.8)
    assert check.passed is None
    judged = [c.passed for c in borough_checks([_borough(peer=None)])]
    assert judged.count(None) == 1
    assert judged.count(True) == 3


@pytest.mark.parametrize(
    ("borough", "measures"),
    [
        (_borough(), []),
        (_borough(f1=0.9599, peer=0.5), ["F1"]),
        (_borough(peer=0.90), ["F1, for 0.25 of Splink's error at its best"]),
        (_borough(merged=0.0031), ["Households wrongly merged"]),
        (_borough(calibration=0.02), ["Expected calibration error"]),
    ],
)
def test_each_target_of_the_borough_can_be_missed_alone(borough: BoroughScores, measures: list[str]) -> None:
    assert [measure for _, measure in _missed(borough_checks([borough]))] == measures


def test_further_boroughs_are_near_the_first_in_either_direction() -> None:
    boroughs = [_borough(f1=0.975), _borough("near", 0.970), _borough("below", 0.969), _borough("above", 0.981)]
    assert [subject for subject, _ in _missed(borough_checks(boroughs))] == ["below", "above"]
