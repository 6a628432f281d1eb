"""What is declared of residents, and official estimates: read, and refused where they are wrong."""

import pytest

from insighthub.errors import MeasureError
from insighthub.population.declared import load_declared, parse_declared
from insighthub.population.estimates import Estimate, band_of, read_estimates
from insighthub.population.examples import example_text
from insighthub.sources.contract import parse_contract
from insighthub.sources.examples import EXAMPLES
from insighthub.sources.examples import example_text as example_contract


def sources(*names):
    return [source for name in names for source in parse_contract(example_contract(name), name).source]


def test_the_shipped_example_is_fed_whole_by_the_example_contracts():
    whole = parse_declared(example_text(), "example")
    assert load_declared(None, sources(*EXAMPLES)) == whole


def test_of_the_example_what_no_source_feeds_is_left_out():
    found = load_declared(None, sources("benefits", "libraries"))
    assert found.services == ("benefits", "libraries")
    assert found.tenants is None
    assert [each.name for each in found.reach] == ["library_for_low_income"]
    money = next(each for each in found.segment if each.name == "money_worries")
    assert money.need == ("low_income",)


@pytest.mark.parametrize(
    ("text", "column", "what"),
    [
        ('services = ["nowhere"]', "services", "no contract has nowhere"),
        ('tenants = "nowhere"', "tenants", "no contract has nowhere"),
        ('[[need]]\nname = "n"\ntitle = "t"\nsources = ["benefits"]\ncondition = { fact = "x" }', "need.n", "has x"),
        ('[[need]]\nname = "n"\ntitle = "t"', "need.0", "a condition, or an age"),
        ('[[reach]]\nname = "r"\ntitle = "t"\nneed = "n"\nservice = ["benefits"]', None, "there is no need n"),
        ('[[segment]]\nname = "s"\ntitle = "t"\ndescription = "d"\nages = 3', "segment.0.ages", "not permitted"),
        ("services = [", None, "not TOML"),
    ],
)
def test_a_hubs_own_file_that_is_wrong_is_refused_with_the_place(tmp_path, text, column, what):
    file = tmp_path / "residents.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(MeasureError, match=what) as error:
        load_declared(file, sources("benefits", "libraries"))
    assert error.value.column == column
    assert error.value.file == str(file)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(MeasureError, match="cannot be read"):
        load_declared(tmp_path / "none.toml", [])
    with pytest.raises(MeasureError, match="cannot be read"):
        read_estimates(tmp_path / "none.csv")


def test_estimates_of_single_years_are_added_up_to_bands(tmp_path):
    file = tmp_path / "e.csv"
    file.write_text(
        'Sex,Age_from,Age_to,Population,Lower,Upper\nF,0,0,"1,010",1000,1020\nf,1,4,100,90,110\nmale,90,,7,,\n',
        encoding="utf-8",
    )
    assert read_estimates(file) == {
        ("0 to 4", "F"): Estimate(1110, 1090, 1130),
        ("90 and over", "M"): Estimate(7, 7, 7),
    }


@pytest.mark.parametrize(
    ("text", "row", "what"),
    [
        ("sex,age_from,population\nF,0,1\n", 1, "no column age_to"),
        ("sex,age_from,age_to,population\nX,0,4,1\n", 2, "not a number of people"),
        ("sex,age_from,age_to,population\nF,0,4,1\nF,3,7,1\n", 3, "not a number of people"),
        ("sex,age_from,age_to,population\nF,0,4,many\n", 2, "not a number of people"),
        ("sex,age_from,age_to,population,lower,upper\nF,0,4,5,6,7\n", 2, "not a number of people"),
    ],
)
def test_estimates_that_are_wrong_are_refused_with_the_row(tmp_path, text, row, what):
    file = tmp_path / "e.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(MeasureError, match=what) as error:
        read_estimates(file)
    assert error.value.row == row


@pytest.mark.parametrize(("age", "band"), [(0, "0 to 4"), (4, "0 to 4"), (89, "85 to 89"), (104, "90 and over")])
def test_ages_are_put_in_bands_of_five_years(age, band):
    assert band_of(age) == band
