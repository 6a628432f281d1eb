"""A linkage run as the report sees it: two hundred people in five sources, weights as a run would give them."""

import dataclasses
from random import Random

import pyarrow as pa
import pytest

from insighthub.linkage.evaluation_result import (
    Calibration,
    CalibrationBin,
    Evaluation,
    GroupComparison,
    GroupRate,
    GroupScores,
    HouseholdMerges,
    Interval,
    Scores,
    SourcePairScores,
)
from insighthub.linkage.explain.ledger import KINDS, Kind, Step
from insighthub.linkage.explain.pair import PairExplanation
from insighthub.linkage.reference import Reference
from insighthub.linkage.result import (
    BlockingYield,
    GroupOfRules,
    LevelWeight,
    LevelWeights,
    LinkResult,
    MissedByBlocking,
)
from insighthub.report import SourceCounts

SOURCES = ("adult_social_care", "benefits", "childrens_social_care", "council_tax", "libraries")


def links_table(rows):
    source, record_id, person, cluster_id = zip(*rows, strict=True)
    return pa.table(
        {
            "source": pa.array(source, pa.string()),
            "record_id": pa.array(record_id, pa.string()),
            "person": pa.array(person, pa.int32()),
            "cluster_id": pa.array(cluster_id, pa.string()),
        }
    )


def sample(place, weight):
    steps = (
        Step("Before any evidence", -14.2),
        Step("Given name: one letter differs", 5.1, "given_name", 1),
        Step("Family name: same", 6.4, "family_name", 0),
        Step("Family name: how rare the value is", 1.7, "family_name"),
        Step("Address: same postcode, number not known", 5.5, "address", 1),
        Step("Date of birth: not known", 0.0, "date_of_birth", -1),
    )
    rest = weight - sum(step.weight for step in steps)
    steps = (*steps, Step("Phone: different", rest, "phone", 1))
    probability = 2**weight / (1 + 2**weight)
    shares = (probability, *((1 - probability) * share for share in (0.7, 0.1, 0.1, 0.1)))
    kinds = tuple(Kind(name, KINDS[name], share, 0.0) for name, share in zip(KINDS, shares, strict=True))
    ends = Reference("council_tax", f"C{place}"), Reference("benefits", f"B{place}")
    return PairExplanation(*ends, weight, probability, 0.5, steps, kinds, same_cluster=weight > 0)


@pytest.fixture(scope="session")
def result():
    random = Random(7)
    rows = []
    for person in range(200):
        known = random.sample(SOURCES, random.choice((1, 1, 2, 2, 3, 4, 5)))
        rows += [(source, f"{source[0].upper()}{person}", 1, f"P{person:04}") for source in known]
    rows += [("libraries", f"X{n}", 1, "P0000") for n in range(20)]
    rows += [("council_tax", "JOINT", 1, "P0001"), ("council_tax", "JOINT", 2, "P0002")]
    rows += [("council_tax", "EMPTY", 1, None)]
    levels = []
    for comparison, names, scale in (
        ("given_name", ("same", "one letter differs", "nickname of the other", "different", "not known"), 1.0),
        ("family_name", ("same", "one letter differs", "different", "not known"), 1.2),
        ("date_of_birth", ("same", "one digit differs", "day and month swapped", "different", "not known"), 1.6),
        ("address", ("same home", "same postcode, number not known", "far apart", "not known"), 0.9),
        ("other_school roll", ("same", "different"), 0.0),
    ):
        for level, label in enumerate(names):
            weight = 0.0 if label == "not known" else scale * (7.5 - 4.5 * level)
            levels.append(
                LevelWeight(comparison, level, label, 0.5 ** (level + 1), 0.001, weight, 40_000 // (level + 1))
            )
    histogram = tuple(
        (float(low), float(low + 1), int(200_000 * 2 ** (-abs(low + 18) / 2)) + int(9_000 * 2 ** (-abs(low - 12) / 2)))
        for low in range(-30, 26)
    )
    return LinkResult(
        links=links_table(rows),
        pairs=pa.table({"source_l": pa.array([], pa.string())}),
        model={},
        threshold=0.5,
        levels=LevelWeights(levels),
        blocking=(
            BlockingYield("same family name and date of birth", 120_000, 120_000, 12, 0, 0),
            BlockingYield(
                "same first letters of given name, same postcode and house number", 400_000, 340_000, 88, 0, 0
            ),
            BlockingYield("same telephone", 30_000, 4_321, 40, 3, 1_234),
        ),
        missed=MissedByBlocking(
            found=52_000.0,
            missed=1_300.0,
            low=900.0,
            high=1_900.0,
            groups=(
                GroupOfRules("dates of birth", 4, 21_000.0, 22_000.0, 20_900.0),
                GroupOfRules("places", 6, 46_000.0, 43_000.0, 38_700.0),
            ),
        ),
        weight_histogram=histogram,
        samples=tuple(sample(n, -3.25 + n / 2) for n in range(16)),
        seconds={"standardise": 1.25, "block": 0.5, "compare": 2.75, "learn": 0.25, "cluster": 0.5},
    )


@pytest.fixture(scope="session")
def short_result(result):
    """The same run with few charts to draw."""
    return dataclasses.replace(result, samples=(), levels=result.levels[:5], weight_histogram=())


@pytest.fixture(scope="session")
def deliveries():
    return (
        SourceCounts("adult_social_care", 1_900, 1_900, {}, 1_900, {}),
        SourceCounts("benefits", 4_000, 3_990, {"the row has too few cells": 10}, 3_990, {"sealed adoption": 2}),
        SourceCounts("childrens_social_care", 700, 700, {}, 700, {"not yet born": 12, "sealed adoption": 3}),
        SourceCounts("council_tax", 12_345, 12_340, {"a totals row": 1, "no record id": 4}, 15_000, {"a company": 310}),
        SourceCounts("libraries", 2_500, 2_500, {}, 2_500, {}),
    )


@pytest.fixture(scope="session")
def evaluation():
    def scores(p, r, f):
        return Scores(
            Interval(p, p - 0.01, p + 0.008), Interval(r, r - 0.02, r + 0.02), Interval(f, f - 0.012, f + 0.01)
        )

    def group(name, people, missed, differs=None):
        rate = GroupRate(Interval(missed, missed / 2, missed * 2), 0.03, differs)
        return GroupScores(name, people, people * 4, rate, GroupRate(Interval(0.01, 0.0, 0.03), 0.01, None), None)

    def bins(places):
        return tuple(
            CalibrationBin(low, low + 0.1, 40, low + 0.05, Interval(o, max(0, o - 0.1), min(1, o + 0.1)))
            for low, o in places
        )

    nan = float("nan")
    return Evaluation(
        records=23_000,
        entities=9_000,
        clusters=9_400,
        pairwise=scores(0.981, 0.912, 0.945),
        b_cubed=scores(0.985, 0.931, 0.957),
        by_source_pair=(
            SourcePairScores("benefits", "council_tax", 1_234, 1_200, 0.97, 0.93, 0.95),
            SourcePairScores("benefits", "benefits", 50, 52, 0.9, 0.94, 0.92),
            SourcePairScores("council_tax", "libraries", 400, 250, 0.88, 0.55, 0.677),
            SourcePairScores("libraries", "libraries", 0, 0, nan, nan, nan),
        ),
        groups=(
            GroupComparison("sex", (group("female", 400, 0.03), group("male", 380, 0.06, "higher")), 0),
            GroupComparison("age_band", (group("16 to 24", 70, 0.02, "lower"), group("65 and over", 90, 0.03)), 2),
            GroupComparison("area", (), 2),
            GroupComparison("name_origin", (group("African", 50, 0.04), group("Other or not told", 40, 0.03)), 0),
            GroupComparison("source", tuple(group(f"source_{n}", 20 + n, 0.01 * n) for n in range(1, 21)), 0),
        ),
        households=HouseholdMerges(2_000, 6, Interval(0.003, 0.0014, 0.0065)),
        calibration=Calibration(
            pairs=80,
            matches=41,
            expected=40.0,
            error=Interval(0.012, 0.004, 0.02),
            brier=Interval(0.031, 0.02, 0.042),
            equal_width=bins([(0.0, 0.05), (0.4, 0.7), (0.9, 0.96)]),
            equal_mass=bins([(0.0, 0.05), (0.9, 0.96)]),
        ),
    )
