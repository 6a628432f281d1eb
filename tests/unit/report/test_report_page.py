import itertools
from datetime import date
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest

from insighthub.charts import palette
from insighthub.errors import RunError
from insighthub.report import write_report

VOID = {"meta", "link", "br", "img", "input", "hr"}


class Page(HTMLParser):
    """What a page is made of: elements with their attributes, texts, and whether tags pair up."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.text, self.faults = [], [], {}, []
        self.feed(text)
        self.faults += [f"{tag} is never closed" for tag in self.open]

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs), tuple(self.open)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs), tuple(self.open)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"{tag} closes out of turn")

    def handle_data(self, data):
        if self.open:
            self.text.setdefault(self.open[-1], []).append(data)

    def all(self, tag):
        return [attrs for name, attrs, _ in self.elements if name == tag]


@pytest.fixture(scope="session")
def text(tmp_path_factory, result, deliveries, evaluation):
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_report(
        path,
        result=result,
        deliveries=deliveries,
        evaluation=evaluation,
        title="Five extracts <b>linked</b>",
        made_on=date(2026, 3, 5),
    )
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def page(text):
    return Page(text)


def test_tags_pair_up_and_ids_are_unique(page):
    assert page.faults == []
    ids = [attrs["id"] for _, attrs, _ in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_every_reference_within_the_page_has_its_target(page):
    ids = {attrs["id"] for _, attrs, _ in page.elements if "id" in attrs}
    wanted = {attrs["href"][1:] for attrs in page.all("a") if attrs["href"].startswith("#")}
    for _, attrs, _ in page.elements:
        for name in ("aria-labelledby", "aria-describedby"):
            wanted |= set(attrs.get(name, "").split())
    assert wanted
    assert wanted <= ids


def test_nothing_is_loaded_from_anywhere_and_nothing_runs(page, text):
    assert not page.all("script")
    assert not page.all("link")
    assert not page.all("iframe")
    assert not page.all("img")
    assert "@import" not in text
    assert "url(http" not in text
    for tag, attrs, _ in page.elements:
        assert not any(name.startswith("on") for name in attrs), tag
        for name in ("src", "href", "xlink:href", "action", "data", "poster"):
            assert attrs.get(name, "#").startswith(("#", "data:text/csv;")), (tag, name)
    policy = next(attrs["content"] for attrs in page.all("meta") if attrs.get("http-equiv"))
    assert "default-src 'none'" in policy


def test_page_says_what_it_is(page):
    assert page.all("html")[0]["lang"] == "en-GB"
    assert len(page.all("h1")) == 1
    assert page.text["title"] == ["Five extracts <b>linked</b>"]
    assert any("5 March 2026" in text for text in page.text["p"])
    first_link = page.all("a")[0]
    assert first_link["href"] == "#main"
    assert page.all("main")[0]["id"] == "main"


def test_headings_do_not_skip_a_level(page):
    levels = [int(tag[1]) for tag, _, _ in page.elements if tag in {"h1", "h2", "h3", "h4"}]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_every_table_has_a_caption_and_scoped_headings(page):
    assert page.all("table")
    assert len(page.all("caption")) == len(page.all("table"))
    assert {attrs.get("scope") for attrs in page.all("th")} == {"col", "row"}


def test_every_figure_has_a_title_a_summary_a_table_and_a_csv(page, text):
    figures = text.split("<figure ")[1:]
    assert len(figures) > 15
    for figure in figures:
        body = figure.split("</figure>")[0]
        assert "<h3 " in body
        assert '-summary">' in body
        assert "<table" in body
        assert 'href="data:text/csv;' in body
        assert ".csv" in body


def test_every_chart_is_an_image_with_a_name_in_two_widths(page):
    charts = page.all("svg")
    assert charts
    assert all(attrs["role"] == "img" and attrs["aria-labelledby"] for attrs in charts)
    assert sum(attrs["class"] == "wide" for attrs in charts) == sum(attrs["class"] == "narrow" for attrs in charts)
    widths = {attrs["class"]: set() for attrs in charts}
    for attrs in charts:
        widths[attrs["class"]].add(float(attrs["width"]))
    assert max(widths["narrow"]) <= 288
    assert max(widths["wide"]) <= 720


def test_csv_holds_the_table(page):
    link = next(attrs for attrs in page.all("a") if attrs.get("download") == "rows-by-source.csv")
    rows = unquote(link["href"].split(",", 1)[1]).split("\r\n")
    assert rows[0] == "source,delivered,landed,quarantined"
    assert "council_tax,12345,12340,5" in rows
    assert "All sources,21445,21430,15" in rows


def test_titles_state_what_was_found(page):
    titles = page.text["h3"]
    assert "5 sources delivered 21,445 rows, of which 15 were quarantined (0.1%)" in titles
    assert "Pairwise F1 is 0.9450, with precision 0.9810 and recall 0.9120" in titles
    assert "Most is to be gained between council_tax and libraries, where F1 is 0.6770 over 400 true links" in titles
    assert "Date of birth tells the most: from −9.6 to +12.0 bits" in titles
    assert "Other school roll: it told nothing in this data" in titles


def test_sample_pairs_are_the_nearest_to_the_threshold_in_order(page):
    pairs = [title for title in page.text["h3"] if title.startswith("council_tax C")]
    assert len(pairs) == 10
    assert pairs[0].startswith("council_tax C2 and benefits B2: −2.2 bits")
    assert pairs[-1].endswith("judged one person")


def test_page_without_truth_or_counts_leaves_those_sections_out(tmp_path, short_result):
    path = tmp_path / "report.html"
    write_report(path, result=short_result, deliveries=(), evaluation=None, title="No truth")
    page = Page(path.read_text(encoding="utf-8"))
    assert not {"Against the truth", "Records by source"} & set(page.text["h2"])
    assert "Overlap between sources" in page.text["h2"]
    assert page.faults == []


def test_page_that_cannot_be_written_is_an_error_that_names_it_and_leaves_nothing(tmp_path, short_result):
    path = tmp_path / "report.html"
    path.mkdir()
    (path / "kept").touch()
    with pytest.raises(RunError, match=r"report\.html"):
        write_report(path, result=short_result, deliveries=(), evaluation=None, title="In the way")
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_text_colours_stand_out_from_what_is_behind_them():
    for text_colour in (palette.INK, palette.QUIET, palette.LINK):
        assert palette.contrast(text_colour, palette.PAGE) >= 4.5
    for shade in palette.HEAT:
        assert palette.contrast(palette.INK, shade) >= 4.5
    assert palette.contrast(palette.INK, palette.FOCUS) >= 4.5
    for mark in (palette.FOR, palette.AGAINST, palette.QUIET):
        assert palette.contrast(mark, palette.PAGE) >= 3
