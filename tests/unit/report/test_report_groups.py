"""The sections on groups, households and calibration: what their titles state, and what they leave out."""

import dataclasses

import pytest

from insighthub.linkage.evaluation_result import GroupComparison
from insighthub.report.calibration_section import calibration_section
from insighthub.report.group_words import differences
from insighthub.report.groups_section import groups_section


@pytest.fixture
def figures(evaluation):
    return {f.key: f for f in groups_section(evaluation).figures}


def test_titles_state_which_group_is_worse_and_by_how_much(figures):
    assert figures["errors-by-sex"].title == (
        "People whose sex is male: 6.0% of their links are missed, 2.0 times the 3.0% elsewhere"
    )
    assert figures["errors-by-age-band"].title == (
        "Age band: no group is worse off beyond chance, and 1 rate of a group is better"
    )
    assert figures["errors-by-name-origin"].title == "Form of the name: no group differs from the rest beyond chance"
    assert figures["errors-by-area"].title == "Area: groups are too small to show"


def test_households_are_stated_with_their_interval(figures):
    figure = figures["household-merges"]
    assert figure.title == "In 6 of 2,000 households (0.30%), two people are wrongly in one cluster"
    assert "0.14% to 0.65%" in figure.summary


def test_hidden_groups_are_told_of_and_not_shown(figures):
    assert "2 groups are not shown, being too small" in figures["errors-by-age-band"].summary
    assert figures["errors-by-area"].specification is None
    assert figures["errors-by-area"].table.rows == ()


def test_the_guess_at_names_is_said_to_be_one(figures):
    assert "guessed from its letters" in figures["errors-by-name-origin"].summary
    assert "guessed" not in figures["errors-by-sex"].summary


def test_a_chart_of_many_groups_draws_the_worst_and_the_table_has_all(figures):
    figure = figures["errors-by-source"]
    assert "Drawn are the 7 with most missed or false" in figure.summary
    assert len(figure.table.rows) == 20
    drawn = str(figure.specification(720).to_dict())
    assert "source_20, missed" in drawn
    assert "source_1, missed" not in drawn


def test_tables_hold_every_rate_with_its_interval_and_the_rest(figures):
    rows = figures["errors-by-sex"].table.csv().split("\r\n")
    assert rows[0].startswith("group,people,records,missed,missed_low,missed_high,missed_rest,missed_differs,false")
    assert rows[2].startswith("male,380,1520,0.06,0.03,0.12,0.03,higher,0.01")


def test_without_groups_and_households_there_is_no_section(evaluation):
    assert groups_section(dataclasses.replace(evaluation, groups=(), households=None)) is None


def test_the_worse_come_before_the_better_and_people_before_sources(evaluation):
    source = dataclasses.replace(evaluation.groups[0], by="source")
    found = differences([source, *evaluation.groups])
    assert [(d.by, d.rate.differs) for d in found] == [("sex", "higher"), ("age_band", "lower"), ("source", "higher")]


@pytest.mark.parametrize(
    ("by", "group", "start"),
    [
        ("age_band", "25 to 44", "People aged 25 to 44: "),
        ("sex", "not known", "People whose sex is not known: "),
        ("area", "IG21", "People in IG21: "),
        ("source_pair", "a and b", "Links between a and b: "),
        ("source_pair", "within a", "Links within a: "),
        ("ward", "Abbey", "People of the group Abbey: "),
    ],
)
def test_sentences_name_the_group_in_words(evaluation, by, group, start):
    worse = dataclasses.replace(evaluation.groups[0].groups[1], group=group)
    (found,) = differences([GroupComparison(by, (worse,), 0)])
    assert found.sentence().startswith(start)


def test_calibration_states_where_it_is_furthest_off(evaluation):
    curve, error = calibration_section(evaluation.calibration).figures
    assert curve.title == (
        "Probabilities are furthest off between 0.4 and 0.5: 70.0% of pairs are matches where 45.0% were predicted "
        "(too low)"
    )
    assert error.title == (
        "The expected calibration error is 0.0120 (0.0040 to 0.0200): 40 matches were expected and 41 found among "
        "80 pairs"
    )
    assert len(curve.table.rows) == 3


def test_calibration_within_chance_is_said_to_be_right(evaluation):
    calibration = evaluation.calibration
    right = dataclasses.replace(calibration, equal_width=(calibration.equal_width[0], calibration.equal_width[2]))
    curve, _ = calibration_section(right).figures
    assert curve.title == "Match probabilities agree with the truth everywhere, within what chance explains"
