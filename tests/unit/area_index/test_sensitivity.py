import numpy as np
import pytest

from insighthub.area_index.build import build
from insighthub.area_index.definition import Domain, Uncertainty
from insighthub.area_index.sensitivity import explain_shift, leave_one_out, sobol_indices
from tests.unit.area_index.an_index import areas, index, indicator


def ishigami(points):
    """The usual test function, with a = 7 and b = 0.1, of inputs brought to between -pi and pi."""
    x = np.pi * (2 * points - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def test_sobol_indices_of_the_ishigami_function():
    a, b = 7, 0.1
    alone = [(1 + b * np.pi**4 / 5) ** 2 / 2, a**2 / 8, 0]
    together = b**2 * np.pi**8 * (1 / 18 - 1 / 50)
    variance = sum(alone) + together
    found = sobol_indices(ishigami, 3, 2**15, seed=1)
    assert found.variance == pytest.approx(variance, rel=0.01)
    assert found.first == pytest.approx(np.array(alone) / variance, abs=0.01)
    assert found.total == pytest.approx(
        [(alone[0] + together) / variance, alone[1] / variance, together / variance], abs=0.01
    )


def test_a_function_that_never_changes_has_no_parts():
    found = sobol_indices(lambda points: np.ones(len(points)), 2, 16)
    assert (found.first == 0).all()
    assert (found.total == 0).all()


def disagreeing(number=40):
    rng = np.random.default_rng(1)
    common = rng.standard_normal(number)
    columns = {name: common + 0.1 * rng.standard_normal(number) for name in ("x", "y")}
    return areas(*(f"a{n}" for n in range(number)), **columns, w=rng.standard_normal(number))


THREE = [indicator("x"), indicator("y", "e"), indicator("w", "f")]


def test_a_domain_of_no_weight_has_no_part_and_one_with_weight_has():
    weighted = tuple(Domain(id=name, title=name, weight=float(of)) for name, of in (("d", 1), ("e", 1), ("f", 0)))
    found = explain_shift(index(*THREE, domains=weighted, weights="budget"), disagreeing(), size=64, seed=1)
    total = dict(zip(found["choice"].to_pylist(), found["total"].to_pylist(), strict=True))
    assert list(total) == ["normalise", "within", "across", "weights", "without_d", "without_e", "without_f"]
    assert total["without_f"] == 0
    assert total["without_d"] > 0.05
    assert total["within"] == pytest.approx(0)  # each domain has one indicator, so that all means are its value
    assert found["mean_shift"].to_pylist()[0] > 0


def test_the_same_seed_gives_the_same_parts():
    table = disagreeing(20)
    found = explain_shift(index(*THREE), table, size=16, seed=4)
    assert found.equals(explain_shift(index(*THREE), table, size=16, seed=4))


def test_with_one_domain_none_is_left_out():
    alone = index(
        indicator("x"),
        indicator("w"),
        normalise="rank",
        uncertainty=Uncertainty(normalise=("rank",), aggregate=("arithmetic",)),
    )
    found = explain_shift(alone, disagreeing(20), size=16)
    assert found["choice"].to_pylist() == ["normalise", "within", "across", "weights"]
    # Nothing but weights has more than one value, so that all is theirs.
    assert found["total"].to_pylist()[:3] == pytest.approx([0, 0, 0])
    assert found["total"].to_pylist()[3] == pytest.approx(1, abs=0.3)


def test_what_is_left_out_is_built_without_by_hand():
    table = areas("p", "q", "r", x=[3, 2, 1], y=[1, 2, 3], w=[1, 3, 2])
    definition = index(indicator("x"), indicator("y"), indicator("w", "e"), normalise="rank")
    # Ranks: d = (2, 2, 2), e = (1, 3, 2): q, r, p. Without x, d = (1, 2, 3): p 1, q 2.5, r 2.5.
    assert build(definition, table).scores["rank"].to_pylist() == [3, 1, 2]
    found = {row["left_out"]: row for row in leave_one_out(definition, table).to_pylist()}
    assert list(found) == ["x", "y", "d", "e"]
    assert found["x"]["area"] == "r"
    assert (found["x"]["rank_before"], found["x"]["rank_after"]) == (2, 1)
    assert found["x"]["mean_shift"] == pytest.approx(1 / 3)
    # Without domain e all are equal, and share rank 1.
    assert (found["e"]["area"], found["e"]["largest_shift"]) == ("p", 2)
