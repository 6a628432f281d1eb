"""What an explanation says in plain English, and how it shows itself."""

import re
from xml.etree import ElementTree

import pytest

from insighthub.linkage.explain.ledger import KINDS, Kind, Step
from insighthub.linkage.explain.pair import ONE_RECORD, PairExplanation
from insighthub.linkage.explain.pair_words import verdict
from insighthub.linkage.reference import Reference

LEVELS = {
    "given_name": ("Given name: same", 7.0, 0),
    "family_name": ("Family name: same", 6.0, 0),
    "date_of_birth": ("Date of birth: same", 9.0, 0),
    "address": ("Address: far", -3.0, 4),
    "moves": ("Moves: one ends as the other begins, to a few days", 4.0, 0),
    "mates": ("Mates: another lives at both addresses", 5.0, 0),
    "phone": ("Phone: different", -1.5, 1),
    "sex": ("Sex: not known", 0.0, -1),
    "email": ("Email: alike", 3.0, 1),
}


def pair(*names, rarity=None, takes=None, probability=0.992, left="1", **more):
    """Return an explanation with some of these levels."""
    steps = [Step("Before any evidence", -14.0)]
    for name in names:
        label, weight, level = LEVELS[name]
        steps.append(Step(label, weight, name, level))
        if name in (rarity or {}):
            steps.append(Step(f"{label.partition(':')[0]}: how rare the value is", rarity[name], name))
    shares = dict.fromkeys(KINDS, (1 - probability) / 4) | {"match": probability}
    kinds = tuple(Kind(name, label, shares[name], (takes or {}).get(name, 0.0)) for name, label in KINDS.items())
    ends = Reference("council_tax", left), Reference("benefits", "2", 2)
    return PairExplanation(*ends, sum(s.weight for s in steps), probability, 0.5, tuple(steps), kinds, **more)


@pytest.mark.parametrize(
    ("probability", "said"),
    [
        (1.0, "Almost certainly one person (100.0%)"),
        (0.9995, "Almost certainly one person (>99.9%)"),
        (0.96, "Very likely one person (96.0%)"),
        (0.5, "Likelier one person than two (50.0%)"),
        (0.3, "Likelier two people than one (30.0%)"),
        (0.02, "Very likely two people (2.0%)"),
        (0.0, "Almost certainly two people (0.0%)"),
    ],
)
def test_the_verdict_goes_by_the_probability(probability, said):
    assert verdict(probability) == said


def test_a_paragraph_says_what_agrees_what_is_rare_what_differs_and_what_is_not_known():
    words = pair("given_name", "family_name", "date_of_birth", "phone", "sex", rarity={"family_name": 3.5}).words
    assert words == (
        "Very likely one person (99.2%). The given name, family name and date of birth agree, and the family name is "
        "rare here. Against it: the telephone number (different). Not known of one or both: sex."
    )


def test_a_common_name_is_told_beside_a_rare_one():
    words = pair("given_name", "family_name", rarity={"given_name": -2.5, "family_name": 4.0}).words
    assert (
        "The given name and family name agree; the family name is rare here, but the given name is common here."
        in words
    )
    assert "agrees, but the given name is common here." in pair("given_name", rarity={"given_name": -2.5}).words


def test_rarity_that_says_little_is_not_told():
    assert "here" not in pair("given_name", rarity={"given_name": 1.0}).words


def test_a_move_is_told_with_the_homes():
    words = pair("given_name", "address", "moves").words
    assert "The homes differ, but the dates fit a move: one ends as the other begins, to a few days." in words
    assert "Against it: the home (far)." in words
    assert "In part" not in words


def test_a_household_that_fits_is_told_apart_from_what_the_two_hold():
    assert "The household fits: another lives at both addresses." in pair("given_name", "address", "mates").words
    assert "The given name agrees. Against it" in pair("given_name", "address", "mates").words


def test_what_fits_in_part_is_told_apart_from_what_agrees():
    assert "The given name agrees. In part, so does the e-mail address (alike)." in pair("given_name", "email").words
    assert "Nothing agrees in full." in pair("phone").words


def test_what_a_family_takes_off_is_told_once_it_is_a_bit():
    assert "They could be two people of one family: this takes 6.1 bits off." in pair(takes={"family": 6.1}).words
    assert "takes" not in pair(takes={"family": 0.9}).words


def test_outcomes_against_the_probability_are_told():
    assert "in two clusters all the same" in pair("given_name", same_cluster=False).words
    assert "through other records" in pair("given_name", same_cluster=True, probability=0.2).words
    for same, probability in ((True, 0.9), (False, 0.2)):
        assert "cluster" not in pair("given_name", same_cluster=same, probability=probability).words


def test_a_pair_that_the_run_did_not_keep_is_told_so():
    assert "did not keep this pair" in pair("given_name", kept=False).words
    assert "did not keep" not in pair("given_name").words


def test_two_whom_one_record_names_are_two_whatever_they_share():
    words = pair("given_name", barred=ONE_RECORD, takes={"family": 9.0}, probability=0.0).words
    assert "They are two people whatever they share: one record names both, as two people." in words
    assert "could be" not in words


def test_text_holds_words_and_tables():
    text = str(pair("given_name", "sex", takes={"family": 2.0}))
    assert text.startswith("council_tax 1 and benefits 2 (person 2)\n\nVery likely one person")
    assert re.search(r"^ +Given name: same +\+7\.0$", text, re.M)
    assert re.search(r"^ +Two people of one family +0\.2% +−2\.0$", text, re.M)


def test_html_is_escaped_well_formed_and_stands_alone():
    html = pair("given_name", "phone", left="<script>alert('1')</script>&")._repr_html_()
    assert "<script" not in html
    root = ElementTree.fromstring(html)
    assert root.find("h2").text.startswith("council_tax <script>alert('1')</script>&")
    assert not [e for e in root.iter() if e.tag in {"link", "img", "iframe", "object"}]
    for element in root.iter():
        for name in ("href", "src"):
            assert element.attrib.get(name, "data:text/csv,").startswith("data:text/csv")
    ids = [e.attrib["id"] for e in root.iter() if "id" in e.attrib]
    assert len(ids) == len(set(ids))
    for element in root.iter():
        for name in ("aria-labelledby", "aria-describedby"):
            assert set(element.attrib.get(name, "").split()) <= set(ids)


def test_two_fragments_in_one_notebook_do_not_share_ids():
    def ids(explained):
        return {e.attrib["id"] for e in ElementTree.fromstring(explained._repr_html_()).iter() if "id" in e.attrib}

    one, other = ids(pair("given_name")), ids(pair("family_name"))
    assert one
    assert not one & other
