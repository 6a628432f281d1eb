"""The form of a name: told by its letters, the same each time, and not told where the letters do not say."""

import numpy as np
import pytest

from benchmarks.name_origin import held_out_names, outcome
from insighthub.groups import name_forms
from insighthub.groups.name_forms import (
    AFRICAN,
    BRITISH,
    EASTERN,
    FORMS,
    MUSLIM,
    NOT_TOLD,
    SOUTH_ASIAN,
    names_of,
    plain,
)
from insighthub.groups.name_origin import NameOrigin, name_origin, train


@pytest.mark.parametrize(
    ("given", "family", "form"),
    [
        ("MARGARET", "HARTWELL", BRITISH),
        ("WOJCIECH", "SZCZEPANSKI", EASTERN),
        ("ZAINAB", "CHAUDHRY", MUSLIM),
        ("OLUWASEUN", "ADEBAYO", AFRICAN),
        ("HARPREET", "DHILLON", SOUTH_ASIAN),
    ],
)
def test_a_plain_case_is_told(given, family, form):
    assert name_origin().tell([given], [family]) == [form]


@pytest.mark.parametrize(("given", "family"), [(None, None), ("", ""), ("J", "K"), ("J", None)])
def test_where_nothing_is_known_nothing_is_told(given, family):
    assert name_origin().tell([given], [family]) == [NOT_TOLD]


def test_each_name_is_told_as_if_it_were_alone():
    given, family = ["ANNA", "MOHAMMED", None, "ANNA"], ["KOWALSKA", "ALI", "SINGH", "SMITH"]
    together = name_origin().tell(given, family)
    assert together == [name_origin().tell([g], [f])[0] for g, f in zip(given, family, strict=True)]


def test_a_double_barrelled_name_counts_as_one():
    evidence = name_origin()._evidence("family", ["SMITH", "PATEL", "SMITH PATEL", "SMITH-PATEL"])
    assert evidence[2] == pytest.approx((evidence[0] + evidence[1]) / 2)
    assert evidence[3] == pytest.approx(evidence[2])


def test_letters_follow_one_another_with_probabilities_that_sum_to_one():
    model = train({"x": ("ANNA", "HANNAH"), "y": ("OTTO",)})
    letters = [*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", " ", "$"]
    for context in ("^^^", "ANN", "NNA", "TTO", "QQQ"):
        total = sum(model._follows(context, letter) for letter in letters)
        assert total == pytest.approx(np.ones(2))


def test_training_does_not_depend_on_the_order_of_a_list():
    one = NameOrigin.of({"x": ("ANNA", "BEN"), "y": ("OTTO",)}, {"x": ("LOW",), "y": ("MAY",)})
    other = NameOrigin.of({"x": ("BEN", "ANNA"), "y": ("OTTO",)}, {"x": ("LOW",), "y": ("MAY",)})
    names = ["ANNA", "BENN", "OTTA"]
    for part in ("given", "family"):
        assert one._evidence(part, names).tolist() == other._evidence(part, names).tolist()


def test_it_is_right_more_often_than_chance_by_far_on_names_it_was_not_trained_on():
    """The figures that the page on fairness states, with room for another version of the lists."""
    shares = {form: outcome(told, form) for form, told in held_out_names().items()}
    assert set(shares) == set(FORMS)
    assert all(right > 0.6 and wrong < 0.22 for right, wrong, _ in shares.values())
    assert np.mean([right for right, _, _ in shares.values()]) > 0.73
    assert np.mean([wrong for _, wrong, _ in shares.values()]) < 0.13


@pytest.mark.parametrize(
    ("written", "letters"),
    [
        ("O'Brien", "OBRIEN"),
        ("Évičiūtė", "EVICIUTE"),
        ("Łukasz", "LUKASZ"),
        ("Жукова", "ZHUKOVA"),
        ("Соловьёва", "SOLOVEVA"),
        ("Παπαδόπουλος", "PAPADOPOYLOS"),
        ("Smith-Jones", "SMITH JONES"),
        ("王", ""),
    ],
)
def test_names_are_compared_in_plain_letters(written, letters):
    assert plain(written) == letters


@pytest.mark.parametrize("part", ["given", "family"])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_has_names_in_plain_letters_and_order(form, part):
    names = names_of(form, part)
    assert len(names) > 40
    assert list(names) == sorted(set(names))
    assert all(plain(name) == name for name in names)


def test_a_country_gives_no_more_than_its_share():
    assert len(name_forms.locale_names("is_IS", "given")) <= 600
    assert name_forms.locale_names("es_CA", "family")  # the lists of a locale may be those of the one it is built on
