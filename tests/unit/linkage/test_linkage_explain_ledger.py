"""The account of a pair: its steps add up, and each kind of pair takes off what it explains."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insighthub.linkage.em import CLASSES
from insighthub.linkage.explain.learned import Learned
from insighthub.linkage.explain.ledger import Evidence, account, joint_likelihood, weights_of
from insighthub.linkage.explain.pair import ONE_A_PERSON, ONE_RECORD, explain_pair
from insighthub.linkage.score import MOST_BITS

FOLLOWS = {
    "given_name": {"family": "u", "coresident": "u", "namesake": "m"},
    "family_name": {"family": "m", "coresident": "u", "namesake": "m"},
    "date_of_birth": {"family": "u", "coresident": "u", "namesake": "u"},
    "address": {"family": "agrees", "coresident": "agrees", "namesake": "u"},
    "phone": {"family": "free", "coresident": "free", "namesake": "u"},
}
LABELS = ("same", "similar", "different")


def model(sizes=(1e-4, 1e-4, 1e-4, 1e-4, 0.9996), m=(0.9, 0.07, 0.03), u=(0.001, 0.009, 0.99)):
    """Return the content of a model file with five comparisons of three levels."""
    comparisons = [
        {
            "name": name,
            "levels": list(LABELS),
            "m": list(m),
            "u": list(u),
            "agreeing": 2,
            "follows": {"match": "m", "unrelated": "u", **follows},
            **({"free": {"family": [0.3, 0.1, 0.6], "coresident": [0.2, 0.1, 0.7]}} if name == "phone" else {}),
        }
        for name, follows in FOLLOWS.items()
    ]
    return {
        "classes": dict(zip(CLASSES, sizes, strict=True)),
        "comparisons": comparisons,
        "settings": {"threshold": 0.5},
        "data": {"single_sources": ["tax"]},
    }


@pytest.fixture(scope="module")
def learned():
    return Learned.read(model())


def weight_of(learned, evidence):
    return float(weights_of(learned, [evidence])[0])


levels = st.tuples(*(st.integers(-1, 2) for _ in FOLLOWS))
bits = st.floats(-8, 8)


@st.composite
def evidences(draw):
    at = draw(levels)
    named = {name: draw(bits) for name, level in zip(FOLLOWS, at, strict=True) if level == 0 and name.endswith("_name")}
    return Evidence(at, named, draw(bits) if len(named) == 2 else 0.0)


def shares(learned, at, cls):
    """The share of a kind's pairs at given levels, worked out the long way."""
    m, u = np.array(model()["comparisons"][0]["m"]), np.array(model()["comparisons"][0]["u"])
    agrees = np.array([m[0], m[1], 1e-12 * (m[0] + m[1])]) / (m[0] + m[1])
    free = {"family": [0.3, 0.1, 0.6], "coresident": [0.2, 0.1, 0.7]}
    out = 1.0
    for follows, level in zip(FOLLOWS.values(), at, strict=True):
        if level < 0:
            continue
        rule = {"match": "m", "unrelated": "u", **follows}[cls]
        table = {"m": m, "u": u, "agrees": agrees, "free": np.array(free.get(cls, u))}[rule]
        out *= table[level]
    return out


@given(levels)
def test_the_weight_is_that_of_the_shares_multiplied(learned, at):
    sizes = model()["classes"]
    mass = {cls: sizes[cls] * shares(learned, at, cls) for cls in CLASSES}
    wanted = np.log2(mass["match"] / sum(mass[c] for c in CLASSES if c != "match"))
    assert weight_of(learned, Evidence(at, {})) == pytest.approx(np.clip(wanted, -MOST_BITS, MOST_BITS), abs=1e-6)
    ledger = account(learned, Evidence(at, {}))
    for kind in ledger.kinds:
        assert kind.probability == pytest.approx(mass[kind.name] / sum(mass.values()), abs=1e-9)


@settings(max_examples=200)
@given(evidences())
def test_steps_add_up_to_the_weight_and_probabilities_to_one(learned, evidence):
    ledger = account(learned, evidence)
    assert sum(step.weight for step in ledger.steps) == pytest.approx(ledger.weight, abs=1e-9)
    assert sum(kind.probability for kind in ledger.kinds) == pytest.approx(1)
    assert ledger.kinds[0].probability == pytest.approx(1 / (1 + 2.0**-ledger.weight))
    by_kind = {kind.name: kind for kind in ledger.kinds}
    for name in ("family", "coresident", "namesake"):
        assert by_kind[name].takes == pytest.approx(-sum(s.weight for s in ledger.steps if s.kind == name))


@given(evidences())
def test_a_comparison_weighs_what_its_level_weighs_whatever_else_there_is(learned, evidence):
    for step in account(learned, evidence).steps:
        if step.comparison and step.level is not None and step.level >= 0:
            entry = model()["comparisons"][0]
            assert step.weight == pytest.approx(np.log2(entry["m"][step.level] / entry["u"][step.level]))
        elif step.comparison and step.level is None:
            assert step.weight == evidence.rarity[step.comparison]


@given(evidences())
def test_a_kind_let_in_only_takes_off_but_for_how_common_the_full_name_is(learned, evidence):
    for step in account(learned, evidence).steps:
        if step.kind and not step.label.endswith("how many share it"):
            assert step.weight <= 1e-12


def test_without_families_and_namesakes_it_is_the_classical_sum():
    alone = Learned.read(model(sizes=(1e-4, 0, 0, 0, 1 - 1e-4)))
    ledger = account(alone, Evidence((0, 0, 2, -1, 1), {}))
    assert [kind.takes for kind in ledger.kinds] == pytest.approx([0] * 5)
    wanted = np.log2(1e-4 / (1 - 1e-4)) + 2 * np.log2(900) + np.log2(0.03 / 0.99) + np.log2(0.07 / 0.009)
    assert ledger.weight == pytest.approx(wanted)


def test_two_of_a_family_are_told_by_what_a_family_shares(learned):
    # The family name and the home agree, the given name differs.
    ledger = account(learned, Evidence((2, 0, -1, 0, -1), {}))
    assert max(ledger.kinds, key=lambda kind: kind.probability).name == "family"
    assert max(ledger.kinds, key=lambda kind: kind.takes).name == "family"
    assert ledger.kinds[1].takes > 5


def test_a_rare_full_name_takes_from_namesakes_and_gives_to_the_match(learned):
    at = (0, 0, -1, -1, -1)
    plain, rare = weight_of(learned, Evidence(at, {})), weight_of(learned, Evidence(at, {}, full_name=4.0))
    assert rare > plain + 2
    labels = [step.label for step in account(learned, Evidence(at, {}, full_name=4.0)).steps]
    assert labels.index("They could be two people of one name: how many share it") == 1 + labels.index(
        "They could be two people of one name"
    )


def row(left=("one", "1", 1), right=("two", "2", 1), at=(0, 0, 0, 0, 0), weight=None, learned=None):
    """Return a row of the pairs table."""
    out = dict(zip(("source_l", "record_id_l", "person_l"), left, strict=True))
    out |= dict(zip(("source_r", "record_id_r", "person_r"), right, strict=True))
    weight = weight_of(learned, Evidence(at, {})) if weight is None else weight
    out |= {"match_weight": weight, "match_probability": 1 / (1 + 2.0**-weight), "rarity_full_name": 0.0}
    out |= {f"level_{name}": level for name, level in zip(FOLLOWS, at, strict=True)}
    return out | {"rarity_given_name": 0.0, "rarity_family_name": 0.0}


@pytest.mark.parametrize(
    ("left", "right", "why"),
    [
        (("tax", "1", 1), ("tax", "2", 1), ONE_A_PERSON),
        (("school", "1", 1), ("school", "1", 2), ONE_RECORD),
        (("school", "1", 1), ("school", "2", 1), None),
        (("tax", "1", 1), ("school", "1", 1), None),
    ],
)
def test_two_who_cannot_be_one_person_are_told_so(learned, left, right, why):
    weight = -MOST_BITS if why else None
    pair = explain_pair(learned, row(left, right, weight=weight, learned=learned))
    assert pair.barred == why
    assert sum(step.weight for step in pair.steps) == pytest.approx(pair.match_weight)
    assert sum(kind.probability for kind in pair.kinds) == pytest.approx(1)
    assert (pair.steps[-1].label == why) == (why is not None)
    assert (pair.kinds[0].probability == 0) == (why is not None)
    assert ("two people whatever they share" in pair.words) == (why is not None)


def test_a_weight_that_the_run_bounded_or_rounded_is_told_apart_from_the_sum(learned):
    for weight, label in (
        (-20.0, "So far from any threshold, names' rarity is rounded"),
        (5, "What else the model weighs"),
    ):
        other = account(learned, Evidence((0, 0, 0, 0, 0), {}), weight=weight)
        assert other.steps[-1].label == label
        assert sum(step.weight for step in other.steps) == pytest.approx(weight)
    bounded = account(learned, Evidence((0, 0, 0, 0, 0), {}), weight=MOST_BITS)
    assert bounded.steps[-1].label == "Weights end at 60 bits"


def test_the_likelihood_of_each_kind_is_its_size_where_nothing_is_known(learned):
    assert np.exp(joint_likelihood(learned, [Evidence((-1,) * 5, {})])[0]) == pytest.approx(
        list(model()["classes"].values())
    )


def test_what_is_known_of_two_sources_together_counts():
    content = model()
    sizes = {"match": 1e-3, "family": 1e-4, "coresident": 1e-4, "namesake": 1e-4, "unrelated": 0.9987}
    content["data"] |= {"sources": ["one", "two"], "rows_by_source": [10, 20]}
    content["source_pairs"] = [
        {"sources": ["one", "one"], "classes": content["classes"], "m": {"phone": [0.9, 0.07, 0.03]}},
        {"sources": ["one", "two"], "classes": sizes, "m": {"phone": [0.5, 0.1, 0.4]}},
        {"sources": ["two", "two"], "classes": content["classes"], "m": {"phone": [0.9, 0.07, 0.03]}},
    ]
    told = Learned.read(content)
    at = (-1, -1, -1, -1, 0)
    apart = [account(told, Evidence(at, {}, sources=pair)) for pair in (("two", "one"), ("one", "one"))]
    first = [ledger.steps[0].weight for ledger in apart]
    assert first == pytest.approx([np.log2(1e-3 / 0.9987), np.log2(1e-4 / 0.9996)])
    phone = [next(s.weight for s in ledger.steps if s.comparison == "phone") for ledger in apart]
    assert phone == pytest.approx([np.log2(0.5 / 0.001), np.log2(0.9 / 0.001)])
