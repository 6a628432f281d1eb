"""The equality analysis: who is missed or merged by linkage more than others, from an evaluation where there is one."""

from __future__ import annotations

from insighthub.governance.papers.document import Document, Paragraph, Section, Table, table
from insighthub.governance.papers.live import ANALYST, IG_LEAD, Gaps, Live
from insighthub.linkage.evaluation_result import GroupComparison, GroupRate

_BY = {"sex": "Sex", "age_band": "Age", "area": "Area", "name_origin": "Form of the name"}
#: Protected characteristics of the Equality Act 2010, section 4, and the fields or groupings that tell of them.
_PROTECTED = (
    ("age", "age_band"),
    ("disability", None),
    ("gender reassignment", None),
    ("marriage and civil partnership", None),
    ("pregnancy and maternity", None),
    ("race", "name_origin"),
    ("religion or belief", None),
    ("sex", "sex"),
    ("sexual orientation", None),
)
_HOW = "insighthub evaluate, or insighthub labels, and give the file to insighthub papers --evaluation"


def equality_analysis(live: Live) -> Document:
    """Return the analysis."""
    gaps = Gaps()
    groups = {c.by: c for c in (live.evaluation.groups if live.evaluation else ())}
    looked = [
        (name.capitalize(), _BY[by] if by else "", "rates below" if by in groups else _unknown(gaps, name, by))
        for name, by in _PROTECTED
    ]
    rates = tuple(_rates(comparison) for by, comparison in groups.items() if by in _BY)
    lead = (
        "Under the public sector equality duty (Equality Act 2010, section 149).",
        "A person whose records are missed may get no help; one who is merged with another is shown another's life.",
    )
    return Document(
        "equality-analysis",
        "Equality analysis of linkage",
        live.stamp,
        lead,
        (
            Section("In short", (Paragraph(rates_in_short(live, gaps)),)),
            Section(
                "Characteristics", (table("What is known by characteristic", ("Characteristic", "By", "What"), looked),)
            ),
            Section("Error rates by group", rates or (Paragraph("There are none: no evaluation was given."),)),
            Section(
                "What is done about it",
                (Paragraph(gaps.say("What is done about differences, and by when", None, IG_LEAD) + "."),),
            ),
            gaps.section(),
        ),
    )


def rates_in_short(live: Live, gaps: Gaps) -> str:
    """Say how good linkage is, and for whom it is worse; or that nobody has measured it."""
    if live.evaluation is None:
        gaps.say("Error rates by group", None, f"{ANALYST} ({_HOW})")
        return "Nobody has measured how often linkage errs: " + gaps.say("Error rates", None, ANALYST) + "."
    scores = live.evaluation.pairwise
    worse = [
        f"{group.group} ({_BY[c.by].lower()}: {rate.rate.value:.1%} {name}, elsewhere {rate.rest or 0:.1%})"
        for c in live.evaluation.groups
        if c.by in _BY
        for group in c.groups
        for name, rate in (("missed", group.missed), ("false", group.false))
        if rate is not None and rate.differs == "higher"
    ]
    return (
        f"Against a truth of {live.evaluation.records:,} records, {scores.precision.value:.1%} of the links that were "
        f"made are right, and {scores.recall.value:.1%} of those that should be were made. Rates that are higher than "
        f"elsewhere by more than chance: {'; '.join(worse) or 'none'}."
    )


def _unknown(gaps: Gaps, name: str, by: str | None) -> str:
    return gaps.say(f"Error rates by {name}", None, ANALYST if by else IG_LEAD)


def _rates(comparison: GroupComparison) -> Table:
    rows = [
        (g.group, f"{g.people:,}", f"{g.records:,}", *_said(g.missed), *_said(g.false), *_said(g.wrong))
        for g in comparison.groups
    ]
    names = ("Group", "People", "Records", "Missed", "", "False", "", "In a wrong cluster", "")
    hidden = f"; {comparison.hidden} groups are too small to be shown" if comparison.hidden else ""
    return table(f"{_BY[comparison.by]}{hidden}", names, rows)


def _said(rate: GroupRate | None) -> tuple[str, str]:
    if rate is None:
        return ("", "")
    interval = f"{rate.rate.value:.1%} ({rate.rate.low:.1%} to {rate.rate.high:.1%})"
    return (interval, "" if rate.differs is None else f"{rate.differs} than elsewhere")
