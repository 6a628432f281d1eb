import numpy as np
import pyarrow as pa
import pytest

from insighthub.area_index.build import build
from insighthub.area_index.definition import Linkage, Uncertainty
from insighthub.area_index.inputs import read_inputs
from insighthub.area_index.plan import draw_weights, ways
from insighthub.area_index.ranking import worst_first, worst_first_fast
from insighthub.area_index.sampling import draw_values
from insighthub.area_index.uncertainty import draw_ranks, simulate
from insighthub.area_index.weights import Weights
from tests.unit.area_index.an_index import areas, index, indicator


def made(areas_of=60, seed=1, of=300):
    """Areas with counts that follow a known risk."""
    rng = np.random.default_rng(seed)
    risk = rng.standard_normal(areas_of)
    columns = {}
    for name in ("x", "y", "w"):
        population = rng.integers(of // 2, of * 2, areas_of)
        share = 1 / (1 + np.exp(2 - 0.5 * risk - 0.2 * rng.standard_normal(areas_of)))
        columns |= {
            f"{name}_share": share,
            f"{name}_count": rng.binomial(population, share),
            f"{name}_population": population,
        }
    return areas(*(f"a{n:03d}" for n in range(areas_of)), **columns)


def three(**settings):
    shrunk = settings.pop("shrink", True)
    return index(
        indicator("x", shrink=shrunk), indicator("y", shrink=shrunk), indicator("w", "e", shrink=shrunk), **settings
    )


def test_without_anything_that_varies_every_rank_is_the_index_s_own():
    table, definition = made(), three(uncertainty=Uncertainty(vary=()))
    found = simulate(definition, table, 20, seed=1)
    for column in ("rank_low", "rank_median", "rank_high"):
        assert found[column].to_pylist() == build(definition, table).scores["rank"].to_pylist()
    assert sum(found["worst_tenth"].to_pylist()) == 6


@pytest.mark.parametrize("vary", [("weights",), ("sampling",), ("normalise",), ("aggregate",)])
def test_each_choice_that_varies_widens_intervals(vary):
    table = made()
    found = simulate(three(normalise="min-max", uncertainty=Uncertainty(vary=vary)), table, 200, seed=1)
    width = found["rank_high"].to_numpy() - found["rank_low"].to_numpy()
    assert width.mean() > 0.5
    assert (found["rank_low"].to_numpy() <= found["rank_median"].to_numpy()).all()
    assert (found["rank_median"].to_numpy() <= found["rank_high"].to_numpy()).all()


def test_the_same_seed_gives_the_same_and_another_does_not():
    table, definition = made(), three(uncertainty=Uncertainty(vary=("weights", "sampling", "normalise")))
    first = simulate(definition, table, 100, seed=1)
    assert first.equals(simulate(definition, table, 100, seed=1))
    assert not first.equals(simulate(definition, table, 100, seed=2))


def test_the_order_of_rows_makes_no_difference():
    table, definition = made(), three()
    mixed = table.take(pa.array(np.random.default_rng(3).permutation(table.num_rows)))
    found = simulate(definition, mixed, 100, seed=1).sort_by("area")
    assert found.equals(simulate(definition, table, 100, seed=1))


def test_ninety_per_cent_intervals_hold_the_true_rank_in_about_ninety_per_cent_of_areas():
    held = []
    for seed in range(12):
        table = made(100, seed)
        definition = three(uncertainty=Uncertainty(vary=("sampling",)))
        # The truth: the same index of the shares that nobody knows.
        known = areas(*table["area"].to_pylist(), **{name: table[f"{name}_share"] for name in ("x", "y", "w")})
        true = build(three(shrink=False), known).scores["rank"].to_numpy()
        found = simulate(definition, table, 400, seed)
        held.append(((found["rank_low"].to_numpy() <= true) & (true <= found["rank_high"].to_numpy())).mean())
    assert 0.85 <= np.mean(held) <= 0.95


def test_a_pool_too_small_for_all_draws_gives_nearly_the_same_intervals():
    table, definition = made(200), three(uncertainty=Uncertainty(vary=("sampling",)))
    whole = simulate(definition, table, 2000, seed=1)
    pooled = simulate(definition, table, 2000, seed=1, pool=100 * 200 * 3 * 4)  # 100 columns of each indicator
    for column in ("rank_low", "rank_high"):
        apart = np.abs(whole[column].to_numpy() - pooled[column].to_numpy())
        assert apart.mean() < 3  # of 200 ranks
    assert np.corrcoef(whole["worst_tenth"].to_numpy(), pooled["worst_tenth"].to_numpy())[0, 1] > 0.995


def test_geometric_means_and_domains_on_a_scale_of_their_own_are_drawn_as_they_are_built():
    for settings in (
        {"normalise": "rank", "aggregate": "geometric"},
        {"normalise": "percentile", "aggregate": "harmonic"},
        {"normalise": "z", "normalise_domains": "exponential"},
        {"normalise": "exponential", "normalise_domains": "min-max", "aggregate": "geometric"},
    ):
        definition = three(uncertainty=Uncertainty(vary=()), **settings)
        table = made()
        found = simulate(definition, table, 20)["rank_median"].to_numpy()
        assert np.abs(found - build(definition, table).scores["rank"].to_numpy()).max() == 0


def test_missing_values_are_filled_in_every_draw():
    table = made()
    gone = table["x_count"].to_pylist()
    gone[5] = None
    table = table.set_column(table.schema.get_field_index("x_count"), "x_count", pa.array(gone))
    found = simulate(three(missing="domain mean"), table, 50, seed=1)
    # It has the other of its domain twice over, and so is no surer than the rest.
    assert found["rank_high"].to_pylist()[5] > found["rank_low"].to_pylist()[5]


def test_wrong_links_make_the_ranks_of_linked_figures_less_sure():
    table = made()
    linked = index(indicator("x", linkage=Linkage(missed=0.2, false=0.05)), uncertainty=Uncertainty(vary=("linkage",)))
    found = simulate(linked, table, 200, seed=1)
    assert (found["rank_high"].to_numpy() > found["rank_low"].to_numpy()).mean() > 0.8


def test_wrong_links_are_drawn_with_the_declared_mean_and_spread():
    definition = index(indicator("x", linkage=Linkage(missed=0.2, spread=0.25)))
    inputs = read_inputs(definition, areas("p", "q", x=[0.4, 0.8]))
    drawn = draw_values(inputs, inputs.columns[0], np.random.default_rng(1), 20_000, sampling=False, linkage=True)
    missed = 1 - np.array([0.4, 0.8]) / drawn
    assert missed.mean(axis=0) == pytest.approx(0.2, abs=0.002)
    assert missed.std(axis=0) == pytest.approx(0.05, abs=0.002)


def test_values_that_are_exact_are_drawn_as_they_are():
    definition = index(indicator("x"))
    inputs = read_inputs(definition, areas("p", "q", x=[0.4, 0.8]))
    drawn = draw_values(inputs, inputs.columns[0], np.random.default_rng(1), 5, sampling=True, linkage=True)
    assert (drawn == [0.4, 0.8]).all()


@pytest.mark.parametrize(
    ("columns", "counted", "mean", "deviation"),
    [
        # Beta(20.5, 80.5) and Gamma(20.5) / 100, by their formulas; the values' own variance.
        ({"x_count": [20, 20], "x_population": [100, 100]}, "people", 20.5 / 101, (20.5 * 80.5 / 101**2 / 102) ** 0.5),
        ({"x_count": [20, 20], "x_population": [100, 100]}, "events", 0.205, 20.5**0.5 / 100),
        ({"x": [0.2, 0.2], "x_variance": [0.0016, 0.0016]}, "people", 0.2, 0.04),
    ],
)
def test_values_not_shrunk_are_drawn_as_sampling_theory_has_it(columns, counted, mean, deviation):
    definition = index(indicator("x", counted=counted))
    inputs = read_inputs(definition, areas("p", "q", **columns))
    drawn = draw_values(inputs, inputs.columns[0], np.random.default_rng(1), 50_000, sampling=True, linkage=False)
    assert drawn.mean(axis=0) == pytest.approx(mean, rel=0.01)
    assert drawn.std(axis=0) == pytest.approx(deviation, rel=0.02)


def test_weights_are_drawn_around_the_declared_ones():
    weights = Weights(np.array([0.7, 0.3, 1.0]), np.array([1.0, 0.0]), np.array([0, 0, 1]))
    indicators, domains = draw_weights(weights, 20, np.random.default_rng(1), 50_000)
    assert indicators.mean(axis=0) == pytest.approx([0.7, 0.3, 1], abs=0.002)
    assert indicators[:, 0].var() == pytest.approx(0.7 * 0.3 / 21, rel=0.03)
    assert indicators[:, :2].sum(axis=1) == pytest.approx(1)
    assert (domains == [1, 0]).all()


def test_scales_below_0_are_tried_with_arithmetic_means_only():
    asked = Uncertainty(vary=("normalise", "aggregate"), normalise=("z", "rank"), aggregate=("arithmetic", "geometric"))
    found = ways(three(uncertainty=asked))
    assert {(w.normalise, w.within, w.across) for w in found} == {
        ("z", "arithmetic", "arithmetic"),
        ("rank", "arithmetic", "arithmetic"),
        ("rank", "arithmetic", "geometric"),
        ("rank", "geometric", "arithmetic"),
        ("rank", "geometric", "geometric"),
    }


def test_fast_ranks_are_the_ranks():
    scores = np.round(np.random.default_rng(1).standard_normal(500), 1).astype(np.float32)
    scores[:2] = [-0.0, 0.0]
    found = np.empty(500, dtype=np.uint16)
    worst_first_fast(scores, found)
    assert (found == worst_first(scores)).all()


def test_equal_areas_have_equal_ranks_in_every_draw():
    table = areas("p", "q", "r", x=[1, 1, 2], y=[3, 3, 0])
    ranks, order = draw_ranks(index(indicator("x"), indicator("y", "e")), table, 50, seed=1)
    assert order.tolist() == [0, 1, 2]
    assert (ranks[:, 0] == ranks[:, 1]).all()
