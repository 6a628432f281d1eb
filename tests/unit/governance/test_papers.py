"""Papers: set as pages, Markdown, PDF and CSV, whatever stands in them; and nothing in them is made up."""

import csv
import datetime as dt
import io

import html5lib
import pytest

from insighthub.governance.papers.document import Bullets, Document, Paragraph, Section, Table, csv_text, table
from insighthub.governance.papers.equality import equality_analysis
from insighthub.governance.papers.impact_assessment import impact_assessment
from insighthub.governance.papers.live import Gaps, Live
from insighthub.governance.papers.organisation import OrganisationSettings
from insighthub.governance.papers.records_of_processing import privacy_notice, record_of_processing
from insighthub.governance.papers.set_markdown import markdown
from insighthub.governance.papers.set_page import page
from insighthub.governance.papers.set_pdf import pdf
from insighthub.governance.papers.transparency import transparency_record
from insighthub.governance.purposes import Purpose
from insighthub.linkage.evaluation_result import (
    Evaluation,
    GroupComparison,
    GroupRate,
    GroupScores,
    Interval,
    Scores,
)
from insighthub.sources.contract import parse_contract

WILD = '<script>alert("x")</script> #panic() $x$ *a* | = @ & \\ "'
PAPERS = (record_of_processing, impact_assessment, transparency_record, privacy_notice, equality_analysis)
SAFEGUARDING = Purpose(name="safeguarding", title="Safeguarding", basis="Care Act 2014", sources=("*",))


def paper(text=WILD):
    inner = Section("Same", (Paragraph(text),))
    blocks = (Paragraph(text), Bullets((text, "b")), table(text, ("One", text), [(text, None), ("=1+1", "x" * 90)]))
    return Document("p", text, (("Date", "5 March 2026"),), (text,), (Section("Same", blocks, (inner,)), inner))


def live(*, evaluation=None, organisation=None, **source):
    told = {"owner": "tax@x.example", "lawful_basis": "public task", "retention_months": 84} | source
    lines = "\n".join(f"{name} = {value!r}" for name, value in told.items() if value is not None)
    text = f"[[source]]\nname = 'tax'\npath = 'x.csv'\nrecord_id = 'ref'\n{lines}\n[source.person]\nfull_name = 'n'\n"
    return Live(
        made_on=dt.date(2026, 3, 5),
        version="1",
        organisation=organisation or OrganisationSettings(),
        sources=parse_contract(text, "a contract").source,
        refused={},
        purposes=(SAFEGUARDING,),
        settings={"disclosure": {"threshold": 10, "rounding": 5}},
        release="r000001",
        as_of=dt.date(2026, 3, 1),
        held={"tax": (dt.date(2026, 3, 1), 1234)},
        figures={"residents": 1000},
        model={"id": "m000001", "rows": 1234, "sources": ["tax"], "comparisons": ["given name"]},
        runs={"full": 1},
        evaluation=evaluation,
    )


def words(document):
    return markdown(document).replace("\\", "")


def test_a_page_is_sound_and_holds_what_was_said_as_text():
    text = page(paper())
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    assert tree.find(".//script") is None
    assert [e.text for e in tree.iter("h1")] == [WILD]
    places = [e.get("id") for e in tree.iter() if e.get("id")]
    assert len(places) == len(set(places)) == 3
    assert all(e.find("caption") is not None for e in tree.iter("table"))
    assert {e.get("scope") for e in tree.iter("th")} == {"col", "row"}
    assert all(e.get("href").removeprefix("#") in places for e in tree.iter("a"))


def test_a_pdf_is_the_same_each_time_and_is_tagged():
    made = pdf(paper())
    assert made == pdf(paper())
    assert made.startswith(b"%PDF")
    assert b"/MarkInfo" in made
    assert b"pdfuaid" in made


def test_no_cell_is_a_formula_and_no_row_is_short():
    (one,) = paper().tables()
    found = list(csv.reader(io.StringIO(csv_text(one))))
    assert found[2][0] == "'=1+1"
    assert found[1][0] == WILD
    with pytest.raises(ValueError, match="not as long"):
        Table("x", ("a", "b"), (("1",),))


@pytest.mark.parametrize("write", PAPERS)
def test_every_paper_bears_the_day_the_release_and_the_configuration(write):
    document = write(live())
    stamp = dict(document.stamp)
    assert (stamp["Date"], stamp["Release"]) == ("5 March 2026", "r000001")
    assert stamp["Configuration"] == f"SHA-256 {live().hash}"
    assert document.sections[-1].title == "To be filled in"
    html5lib.HTMLParser(strict=True).parse(page(document))
    assert pdf(document).startswith(b"%PDF")


def test_the_configuration_changes_its_hash():
    assert live().hash != live(retention_months=12).hash


def test_what_is_not_known_is_to_be_filled_in_and_what_is_known_is_said():
    unknown = words(record_of_processing(live(lawful_basis=None)))
    assert "Lawful basis of tax: to be filled in by the information-governance lead" in unknown
    assert "Name of the controller: to be filled in" in unknown
    known = words(record_of_processing(live(organisation=OrganisationSettings(name="A Borough"))))
    assert "A Borough" in known
    assert "Name of the controller" not in known
    assert "84 months" in known
    assert "public task" in known


def test_a_gap_is_listed_once():
    gaps = Gaps()
    assert gaps.say("What", "known", "nobody") == "known"
    for _ in range(2):
        assert gaps.say("What", None, "somebody") == "To be filled in by somebody"
    assert gaps.found == {"What": "somebody"}


def rate(value, differs=None):
    return GroupRate(Interval(value, value / 2, value * 2), 0.01, differs)


def test_error_rates_are_those_of_the_evaluation_or_nobody_has_measured_them():
    assert "Nobody has measured" in words(equality_analysis(live()))
    one = Interval(0.99, 0.98, 1.0)
    scores = Scores(one, Interval(0.97, 0.96, 0.98), one)
    group = GroupScores("under 16", 500, 900, rate(0.08, "higher"), rate(0.004), None)
    evaluation = Evaluation(9000, 100, 100, scores, scores, (), (GroupComparison("age_band", (group,), 1),))
    told = words(equality_analysis(live(evaluation=evaluation)))
    assert "99.0% of the links" in told
    assert "97.0% of those that should be" in told
    assert "under 16 (age: 8.0% missed, elsewhere 1.0%)" in told
    assert "Age; 1 groups are too small to be shown" in told
    assert "Error rates by disability: to be filled in" in told
    assert "Error rates by age" not in told
