"""Official counts of people, by area, sex and age."""

import pytest

from insighthub.errors import DataError
from insighthub.places.denominators import read_population

FIGURES = """\
area_code,sex,age,population
A,F,0,5
A,M,0,6
A,F,1,7
A,M,1,8
A,F,90+,1
A,M,90+,2
B,F,0,10
B,M,0,20
B,F,1,30
B,M,1,40
B,F,90+,50
"""


def read(tmp_path, text):
    path = tmp_path / "population.csv"
    path.write_text(text, encoding="utf-8")
    return read_population(path)


def test_counts_by_area_sex_and_age(tmp_path):
    people = read(tmp_path, FIGURES)
    assert people.areas == ("A", "B")
    assert people.sexes == ("female", "male")
    assert people.ages == (0, 1, 90)
    assert people.by_area().tolist() == [29, 150]
    assert people.by_area(sex="male").tolist() == [16, 60]
    assert people.by_area(first=1).tolist() == [18, 120]
    assert people.by_area(last=0).tolist() == [11, 30]
    assert people.by_area(sex="female", first=1, last=89).tolist() == [7, 30]


def test_bands_keep_the_total_and_split_nothing(tmp_path):
    people = read(tmp_path, FIGURES)
    bands = people.in_bands([0, 90])
    assert bands.counts.sum() == people.counts.sum()
    assert bands.counts[0].tolist() == [[12, 1], [14, 2]]
    with pytest.raises(ValueError, match="do not tell people of 16"):
        people.in_bands([0, 16])
    with pytest.raises(ValueError, match="do not tell people of 2 "):
        people.by_area(last=1)
    for wrong in ([], [1, 90], [0, 90, 1]):
        with pytest.raises(ValueError, match="begin at 0"):
            people.in_bands(wrong)


def test_areas_in_another_order(tmp_path):
    assert read(tmp_path, FIGURES).of(["B", "C", "A"]).by_area().tolist() == [150, 0, 29]


def test_figures_that_are_not_by_sex(tmp_path):
    people = read(tmp_path, "lsoa21cd,age,count\nA,Aged 16 to 24,5\nA,0-15,7\n")
    assert people.sexes == ("all",)
    assert people.by_area(first=16).tolist() == [5]


@pytest.mark.parametrize(
    ("text", "said", "row"),
    [
        ("area,age\nA,0\n", "no column says the count of people", None),
        ("area,sex,age,count\nA,F,0,1\nA,F,0,2\n", "stand in an earlier row", 3),
        ("area,sex,age,count\nA,X,0,1\n", "no sex", 2),
        ("area,age,count\nA,all,1\n", "no age", 2),
        ("area,age,count\nA,0,-1\n", "no count", 2),
        ("area,age,count\nA,0,\n", "no count", 2),
        ("area,age,count\n", "no rows", None),
    ],
)
def test_a_fault_names_its_row(tmp_path, text, said, row):
    with pytest.raises(DataError, match=said) as caught:
        read(tmp_path, text)
    assert caught.value.row == row
