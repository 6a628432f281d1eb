import csv
import io
import math
import re
from xml.etree import ElementTree

import pytest

from insighthub.charts import (
    Column,
    Figure,
    changes,
    counts,
    draw,
    evidence,
    lorenz,
    network,
    numbers,
    rates,
    sides,
    trend,
    upset,
)
from insighthub.charts.figure import heat_matrix
from insighthub.charts.palette import contrast, heat_step
from insighthub.charts.table import table

WIDTHS = (720, 288)
LONG = "same first letters of given name, same family name by sound, and same postcode district"
FORMS = {
    "bars": lambda width: counts.bars(
        [counts.Bar("A <b> & 'c'", (10, 2), "12"), counts.Bar(LONG, (0, 0), "0")], ("x", "y"), width
    ),
    "columns": lambda width: counts.columns([str(n) for n in range(14)], list(range(14)), "Size", width),
    "histogram": lambda width: counts.histogram(
        [(-3.0, -2.0, 5_000_000), (-2.0, 2.0, 0), (2.0, 3.0, 7)], counts.Cut(0.0, "Cut"), "Bits", "Pairs", width
    ),
    "weights": lambda width: evidence.weights([evidence.Weight("for", 3.5), evidence.Weight("against", -2.25)], width),
    "waterfall": lambda width: evidence.weights(
        [evidence.Weight("Prior", -9), evidence.Weight("same", 12), evidence.Weight("Sum", 3, total=True)],
        width,
        running=True,
    ),
    "pushes": lambda width: evidence.pushes(
        [evidence.Weight("up", 0.35), evidence.Weight(LONG, -0.08), evidence.Weight("none", 0)], width, across="Points"
    ),
    "pushes of nothing": lambda width: evidence.pushes([evidence.Weight("none", 0)], width, across="Points"),
    "ranks": lambda width: evidence.ranks(
        [evidence.Span("One", 1, 4, "2 (1 to 4)", 2), evidence.Span(LONG, 3, 115, "9 (3 to 115)", 9)], 115, width
    ),
    "rank of one": lambda width: evidence.ranks([evidence.Span("One", 1, 1, "1 (1 to 1)", 1)], 1, width),
    "reach": lambda width: evidence.reach([evidence.Span("one", -3, 9, "−3.0 to +9.0")], width),
    "trend": lambda width: trend.trend(
        [trend.Point(f"{n} March 2026", f"{n} Mar", 0.9 + n / 500, f"{n}") for n in range(12)], width
    ),
    "trend of two": lambda width: trend.trend(
        [trend.Point("5 March 2026", "5 Mar", 1.0, "100.0%"), trend.Point("6 March 2026", "6 Mar", 1.0, "100.0%")],
        width,
    ),
    "network": lambda width: network.network(
        [network.Node(1, "A <b>"), network.Node(2, LONG, "other"), network.Node(3, "C (out)", "outside")],
        [network.Edge(0, 1, 12.5, holds=True), network.Edge(1, 2, -3.0, holds=False)],
        width,
    ),
    "intervals": lambda width: evidence.intervals([evidence.Span("F1", 0.991, 0.997, "0.9940", 0.994)], width),
    "rates": lambda width: rates.rates(
        [
            rates.Rate("female, missed", "Missed", 0.02, 0.01, 0.04, "2.0%*"),
            rates.Rate(LONG, "False", 0.0, 0.0, 0.3, "0.0%"),
        ],
        ("Missed", "False"),
        width,
    ),
    "no rates": lambda width: rates.rates([rates.Rate("none", "Missed", 0, 0, 0, "0.0%")], ("Missed",), width),
    "reliability": lambda width: rates.reliability(
        [rates.Reliability(0.05, 0.04, 0.01, 0.08), rates.Reliability(0.95, 0.97, 0.9, 0.99)], width
    ),
    "changes": lambda width: changes.changes(
        [changes.Change("up", 0.1, 0.2, "10% to 20%"), changes.Change(LONG, 0.3, 0.0, "30% to 0%")], width, shares=True
    ),
    "sides": lambda width: sides.sides(
        [sides.Sides("90 and over", None, 12, 14, 15.5), sides.Sides("0 to 4", 100, 0)], ("Women", "Men"), width
    ),
    "no sides": lambda width: sides.sides([sides.Sides("0 to 4", None, None)], ("Women", "Men"), width),
    "upset": lambda width: upset.upset(
        ["A <b> & 'c'", "children's social care", "libraries"],
        [
            upset.Combination(frozenset(["A <b> & 'c'", "libraries"]), 1200, "1,200"),
            upset.Combination(frozenset(["libraries"]), 30, "30"),
        ],
        width,
    ),
    "lorenz": lambda width: lorenz.lorenz(
        [lorenz.Point(0.01, 0.2, "1%: 20%"), lorenz.Point(0.5, 1.0, "50%: 100%")], "Residents", "Contacts", width
    ),
    "changes below nought": lambda width: changes.changes(
        [changes.Change("weight", -3.5, 12.0, "−3.5 to +12.0"), changes.Change("rows", 0, 3053, "0 to 3,053")],
        width,
        shares=False,
    ),
}


def figure(specification, key="key"):
    return Figure(key, "Title", "Summary", table("Caption", [Column("a", "A")], [("x",)]), specification)


def drawn(form):
    return draw([figure(FORMS[form])])["key"]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_a_valid_specification(form, width):
    # Altair checks against the schema of Vega-Lite as the specification is built, unless it is told not to.
    assert FORMS[form](width).to_dict()["$schema"].startswith("https://vega.github.io/schema/vega-lite/v6")


@pytest.mark.parametrize("form", FORMS)
def test_drawings_fit_their_width_and_carry_no_script(form):
    drawing = drawn(form)
    for text, width in ((drawing.wide, 720), (drawing.narrow, 288)):
        root = ElementTree.fromstring(text)
        assert float(root.attrib["width"]) <= width
        assert root.attrib["role"] == "img"
        assert root.attrib["aria-labelledby"] == "key-title"
        tags = {element.tag.rpartition("}")[2] for element in root.iter()}
        assert not tags & {"script", "foreignObject", "image", "a", "style"}
        assert all("role" not in element.attrib for element in root.iter() if element is not root)


def test_drawings_are_the_same_each_time():
    assert drawn("waterfall") == drawn("waterfall")


def test_labels_are_written_as_they_are_and_long_ones_are_wrapped():
    drawing = drawn("bars")
    narrow = "".join(ElementTree.fromstring(drawing.narrow).itertext())
    assert "A <b> & 'c'" in narrow
    assert "…" not in narrow
    assert "district" in narrow


def test_ids_of_two_drawings_do_not_clash():
    def ids(text):
        return {element.attrib["id"] for element in ElementTree.fromstring(text).iter() if "id" in element.attrib}

    both = draw([figure(FORMS["bars"], "one"), figure(FORMS["bars"], "other")])
    one, other = both["one"], both["other"]
    assert not (ids(one.wide) | ids(one.narrow)) & (ids(other.wide) | ids(other.narrow))


def test_a_figure_that_is_its_table_has_no_drawing():
    assert draw([figure(None)]) == {}


def test_a_waterfall_goes_on_from_where_it_was_and_ends_from_nought():
    spec = FORMS["waterfall"](720).to_dict()
    bars = next(rows for rows in spec["datasets"].values() if "from" in rows[0])
    ends = [(row["from"], row["to"]) for row in bars]
    assert ends == [(0.0, -9.0), (-9.0, 3.0), (0.0, 3.0)]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0.0%"),
        (0.0004, "<0.1%"),
        (0.001, "0.1%"),
        (0.5, "50.0%"),
        (0.9996, ">99.9%"),
        (1.0, "100.0%"),
        (None, "–"),
    ],
)
def test_a_share_is_never_rounded_up_to_all_nor_down_to_nothing(value, shown):
    assert numbers.share(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(0.93414, "0.9341"), (0.99999, ">0.9999"), (1.0, "1.0000"), (math.nan, "–"), (None, "–")]
)
def test_a_score_is_never_rounded_up_to_perfect(value, shown):
    assert numbers.score(value) == shown


@pytest.mark.parametrize(("value", "shown"), [(6.25, "+6.2"), (-9.06, "−9.1"), (-0.01, "0.0"), (0, "0.0"), (None, "–")])
def test_bits_bear_their_sign(value, shown):
    assert numbers.bits(value) == shown


def test_counts_have_commas():
    assert numbers.count(1234567) == "1,234,567"
    assert numbers.seconds(1234.56) == "1,234.6"


def test_a_table_shows_rounded_values_and_its_csv_holds_full_ones():
    shares = table("Shares", [Column("name", "Name"), Column("share", "Share", "share")], [("a", 1 / 3), ("b", None)])
    assert shares.shown() == [["a", "33.3%"], ["b", "–"]]
    rows = list(csv.reader(io.StringIO(shares.csv())))
    assert rows == [["name", "share"], ["a", repr(1 / 3)], ["b", ""]]


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_a_spreadsheet_does_not_run_a_cell_of_the_csv(start):
    references = table(
        "References", [Column("record", "Record"), Column("weight", "Weight", "bits")], [(f"{start}A1", -2.5)]
    )
    assert references.csv().splitlines()[1] == f"'{start}A1,-2.5"


def test_a_row_with_too_few_cells_is_refused():
    with pytest.raises(ValueError, match="needs 2 cells"):
        table("Short", [Column("a", "A"), Column("b", "B")], [("x",)])


def test_heat_goes_from_nothing_to_the_highest():
    assert [heat_step(v) for v in (0, 0.01, 0.2, 0.5, 1.0, 7.0, math.nan)] == [0, 1, 1, 3, 5, 5, 0]
    matrix = heat_matrix("M", "Row", ("a", "b"), texts=[["1", "2"], ["2", "–"]], values=[[1.0, 2.0], [2.0, None]])
    assert [[cell.shade for cell in row] for row in matrix.cells] == [[3, 5], [5, 0]]


def test_contrast_of_black_on_white_is_twenty_one():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_the_last_line_of_a_label_above_stands_over_its_bar():
    narrow = draw([figure(lambda width: counts.bars([counts.Bar(LONG, (5,), "5")], ("x",), width))])["key"].narrow
    marks = {
        element.attrib["class"].split()[-1]: element[0]
        for element in ElementTree.fromstring(narrow).iter()
        if element.attrib.get("class", "").startswith("mark-") and "_marks" in element.attrib["class"]
    }
    top_of_bar = float(re.match(r"M[\d.]+,([\d.]+)h", marks["layer_0_marks"].attrib["d"])[1])
    label = marks["layer_2_marks"]
    first_line = float(re.match(r"translate\([\d.]+,([\d.]+)\)", label.attrib["transform"])[1])
    further_lines = [float(line.attrib["dy"]) for line in label if "dy" in line.attrib]
    assert len(further_lines) == 2
    assert 0 < first_line < first_line + sum(further_lines) < top_of_bar


def test_a_side_that_is_not_told_has_no_bar_and_says_so():
    texts = [
        row["text"] for rows in FORMS["sides"](720).to_dict()["datasets"].values() for row in rows if "text" in row
    ]
    assert texts.count(sides.NOT_TOLD) == 1
    bars = [row for rows in FORMS["sides"](720).to_dict()["datasets"].values() for row in rows if "side" in row]
    assert {row["side"] for row in bars} == {"left", "right"}
    assert len(bars) == 3


def test_an_upset_plot_has_a_filled_dot_for_each_set_of_a_combination_and_a_line_through_several():
    datasets = FORMS["upset"](720).to_dict()["datasets"].values()
    filled = [row for rows in datasets for row in rows if row.get("in")]
    assert len(filled) == 3
    lines = [row for rows in datasets for row in rows if "x2" in row and "shown" not in row]
    assert len(lines) == 1
    assert (lines[0]["x"], lines[0]["x2"]) == (filled[0]["x"], filled[1]["x"])


def test_a_lorenz_curve_goes_from_nought_through_its_points_to_the_whole():
    curve = next(rows for rows in FORMS["lorenz"](720).to_dict()["datasets"].values() if len(rows) == 4)
    assert [(row["p"], row["s"]) for row in curve] == [(0, 0), (0.01, 0.2), (0.5, 1.0), (1, 1)]
