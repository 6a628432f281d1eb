"""Our own levels in SQL: each exact one holds for the very pairs that our comparison gives it."""

import numpy as np
import pytest

from insighthub.linkage.blocking.choose import choose_rules
from insighthub.linkage.blocking.judge import first_look
from insighthub.linkage.blocking.names import paired_by_name
from insighthub.linkage.blocking.pairing import candidate_pairs
from insighthub.linkage.comparisons.choose import choose_comparisons
from insighthub.linkage.exchange.level_sql import level_sql
from insighthub.linkage.exchange.sql_levels import SqlCase
from insighthub.linkage.frequencies import name_rarity
from insighthub.linkage.model_schema import SqlLevel
from insighthub.linkage.prepare import prepare
from insighthub.progress import Silent
from tests.made_people import made_people

KINDS = {"other_ref": "identifier", "other_place": "text", "other_team": "exact"}
NAMES = (
    *("given_name", "family_name", "middle_names", "date_of_birth", "sex", "address", "phone", "email", "moves", "age"),
    *("nhs_number", "nino", "other_ref", "other_place", "other_team"),
)


@pytest.fixture(scope="module")
def compared():
    """Return comparisons, coded rows, and their candidate pairs with as many random ones."""
    table = made_people(4, 3_000)
    table = table.append_column("other_place", table["street"]).append_column("other_team", table["sex"])
    data = prepare(table)
    chosen = choose_comparisons(data, KINDS)
    judge = first_look(data, chosen, name_rarity(data, chosen, paired_by_name(data, 150)))
    rules = choose_rules(data, judge, cap=150, pairs_per_record=12.0)
    pairs = candidate_pairs(data, rules, cap=150, progress=Silent()).pairs
    dice = np.random.Generator(np.random.PCG64(1))
    left, right = dice.integers(0, data.n, (2, len(pairs)), dtype=np.int32)
    comparisons = {c.name: c for c in chosen}
    return comparisons, data, np.append(pairs.left, left), np.append(pairs.right, right)


def test_every_comparison_there_is_has_its_levels_in_sql(compared):
    comparisons, *_ = compared
    assert {name for name, comparison in comparisons.items() if not comparison.of_others} == set(NAMES)
    for comparison in (comparisons[name] for name in NAMES):
        levels = [condition.level for condition in level_sql(comparison) if condition.level >= 0]
        assert sorted(levels) == list(range(len(comparison.labels)))


@pytest.mark.parametrize("name", NAMES)
def test_the_levels_in_sql_are_those_of_the_comparison(name, compared):
    comparisons, data, left, right = compared
    comparison = comparisons[name]
    conditions = level_sql(comparison)
    case = SqlCase(name, [SqlLevel(level=c.level, when=c.when) for c in conditions])
    found = case.levels(data, case.bind(data), left, right)
    ours = comparison.levels(data, left, right)
    approximate = [c.level for c in conditions if c.differs]
    for condition in conditions:
        if not condition.differs:
            assert np.array_equal(found == condition.level, ours == condition.level), condition
    assert np.mean(found != ours) < 0.005
    assert approximate or np.array_equal(found, ours)
    # Every level is seen, or this would be no test of it.
    assert set(ours.tolist()) == set(range(-1, len(comparison.labels)))


def test_a_comparison_with_other_levels_has_none(compared):
    comparison = compared[0]["given_name"]
    with pytest.raises(KeyError):
        level_sql(type(comparison)("given_name", ("yes", "no"), comparison.levels))
