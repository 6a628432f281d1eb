"""One dwelling is one place, however records write it."""

from __future__ import annotations

import pytest

from tests.unit.residents.written import Written, dwelling, index, said

KNOWN = said("R", "council_tax", **dwelling(12))


def _places(*records: Written) -> list[str]:
    db = index(list(records))
    return [row[0] for row in db.execute("SELECT place_id FROM residence ORDER BY record_id").fetchall()]


@pytest.mark.parametrize(
    "written",
    [
        dwelling(12, uprn=False),
        dwelling(12, uprn=False, postcode=False),
        {**dwelling(12, uprn=False), "street": "MIL LANE", "address": "12 MIL LANE"},
        {"uprn": "1012"},
    ],
    ids=["no UPRN", "no UPRN and no postcode", "street misspelt", "nothing but the UPRN"],
)
def test_an_address_is_the_dwelling_whose_uprn_other_records_give(written: dict[str, object]) -> None:
    assert _places(KNOWN, said("S", "libraries", **written)) == ["U:1012", "U:1012"]


@pytest.mark.parametrize(
    "written",
    [
        dwelling(14, uprn=False),
        dwelling(12, flat="2", uprn=False),
        {**dwelling(12, uprn=False, postcode=False), "street": "HIGH ROAD", "address": "12 HIGH ROAD"},
    ],
    ids=["another number", "a flat at the number", "another street and no postcode"],
)
def test_another_dwelling_is_another_place(written: dict[str, object]) -> None:
    known, other = _places(KNOWN, said("S", "libraries", **written))
    assert known == "U:1012"
    assert other.startswith("A:")


def test_a_dwelling_whose_uprn_nobody_knows_is_one_place_with_and_without_its_postcode() -> None:
    whole = dwelling(12, uprn=False)
    records = [said("R", "benefits", **whole), said("S", "libraries", **dwelling(12, uprn=False, postcode=False))]
    first, second = _places(*records)
    assert first == second
    assert first.startswith("A:")


def test_flats_at_one_number_are_places_of_their_own() -> None:
    records = [said(r, "council_tax", **dwelling(12, flat=f)) for r, f in (("R", "1"), ("S", "2"))]
    later = said("T", "libraries", **dwelling(12, flat="2", uprn=False))
    assert _places(*records, later) == ["U:1112", "U:1212", "U:1212"]


def test_a_number_that_leads_to_two_dwellings_leads_to_neither() -> None:
    """Two streets of one postcode both have a number 12; a record with a third spelling may mean either."""
    high = {**dwelling(12), "street": "HIGH ROAD", "address": "12 HIGH ROAD", "uprn": "2012"}
    unclear = {**dwelling(12, uprn=False), "street": "XX", "address": "12 XX"}
    places = _places(KNOWN, said("S", "council_tax", **high), said("T", "libraries", **unclear))
    assert places[:2] == ["U:1012", "U:2012"]
    assert places[2].startswith("A:")


def test_an_address_that_nothing_is_parsed_from_is_a_place_by_its_words() -> None:
    words = {"address": "THE OLD FORGE", "postcode": "IG21 8AA"}
    first, second = _places(said("R", "benefits", **words), said("S", "libraries", **words))
    assert first == second == "A:THE OLD FORGE|IG21 8AA"


def test_a_record_without_an_address_is_of_no_place() -> None:
    assert _places(said("R", "benefits", given_name="JANE")) == []
