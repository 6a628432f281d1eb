"""Figures of how many residents there are, by age and sex, against official estimates, and of who came and left.

Takes figures as a purpose may see them, gives charts with titles that state the finding, a summary with the limits, and
the table. Counts that are not told are empty.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from insighthub.charts import Column, Figure, numbers
from insighthub.charts.changes import Change, changes
from insighthub.charts.counts import Bar, bars
from insighthub.charts.rates import Rate, rates
from insighthub.charts.sides import Sides, sides
from insighthub.charts.table import table
from insighthub.population.estimates import BANDS, SEXES
from insighthub.population.households import TYPES
from insighthub.population.people_counts import ETHNICITY, FLOWS, NOT_SAID, NOW, THEN, YEAR, age_and_sex_cells
from insighthub.population.read import Residents
from insighthub.population.service_counts import REACH_BANDS
from insighthub.population.working import month_ends
from insighthub.spoken import spoken_date

SEX_WORDS = {"F": "Women and girls", "M": "Men and boys"}
FLOW_WORDS = {"arrived": "Arrived", "born": "Born", "left": "Left", "died": "Died"}


def people_figures(seen: Residents) -> list[Figure]:
    """Return the figures of this module that there is something for."""
    found: list[Figure] = []
    if seen.has("age_sex"):
        found.append(_pyramid(seen))
        if seen.estimates:
            found.append(_coverage(seen))
        found.append(_change(seen))
    if seen.has("flow"):
        found.append(_flows(seen))
    if seen.has("household"):
        found.append(_households(seen))
    if seen.has("ethnicity"):
        found.append(_ethnicity(seen))
    return found


def _pyramid(seen: Residents) -> Figure:
    rows, marks = [], []
    for band in reversed(BANDS):
        told = [seen.value("age_sex", band, sex) for sex in SEXES]
        official = [seen.estimates[band, sex].population if (band, sex) in seen.estimates else None for sex in SEXES]
        marks.append(Sides(band, told[0], told[1], official[0], official[1]))
        rows.append((band, told[0], told[1], *(official if seen.estimates else ())))
    columns = [Column("age", "Age"), *(Column(sex.lower(), SEX_WORDS[sex], "count") for sex in SEXES)]
    if seen.estimates:
        columns += [Column(f"official_{s.lower()}", f"{SEX_WORDS[s]}, official", "count") for s in SEXES]
    here, unknown = seen.value("people", NOW, "here"), seen.value("people", NOW, "age or sex not known")
    title = f"{numbers.count(here)} residents live here on {spoken_date(seen.as_of)}, as far as records tell"
    missing = (
        f"Of {numbers.count(unknown)} no record says the age or the sex, so they are in no bar. " if unknown else ""
    )
    against = f"Ticks are {seen.estimates_name}. " if seen.estimates else ""
    said = f"Bars are residents of the index, in bands of five years. {against}{missing}{_rounding(seen)}"
    named = (SEX_WORDS["F"], SEX_WORDS["M"])
    return Figure(
        key="pyramid",
        title=title if here is not None else "Residents by age and sex",
        summary=said,
        table=table("Residents by age and sex", columns, rows),
        specification=lambda width: sides(marks, named, width),
    )


def _coverage(seen: Residents) -> Figure:
    """Hold all, and broad groups, against the estimates, with intervals.

    They are the worst that rounding can do, with the estimates at either end of their error; those errors are taken to
    be independent from group to group, as those of counts and samples are.
    """
    rows: list[tuple[str, int | None, float | None, float | None, float | None, float | None]] = []
    marks: list[Rate] = []
    bands = {"All, also of no known age or sex": [("people", NOW, "here")]} | {
        f"{SEX_WORDS[sex]}, {name}": age_and_sex_cells(first, last, sex)
        for name, first, last in REACH_BANDS
        for sex in SEXES
    }
    for label, cells in bands.items():
        told = {key: value for key in cells if (value := seen.value(*key)) is not None}
        official = [
            each
            for (band, sex), each in seen.estimates.items()
            if ("age_sex", band, sex) in told or ("people", NOW, "here") in told
        ]
        if not told or not any(each.population for each in official):
            rows.append((label, None, None, None, None, None))
            continue
        off, count = sum(seen.off(*key) for key in told), sum(told.values())
        whole = sum(each.population for each in official)
        below = math.hypot(*(each.population - each.lower for each in official))
        above = math.hypot(*(each.upper - each.population for each in official))
        low, high = max(count - off, 0) / (whole + above), (count + off) / max(whole - below, 1)
        rows.append((label, count, whole, count / whole, low, high))
        words = f"{count / whole:.0%} ({low:.0%} to {high:.0%})"
        marks.append(Rate(label, "Index", count / whole, low, high, words))
    columns = [
        Column("group", "Group"),
        Column("index", "In the index", "count"),
        Column("official", "Official", "count"),
        Column("share", "Index as a share of official", "share"),
        Column("low", "At least", "share"),
        Column("high", "At most", "share"),
    ]
    groups = [mark for mark in marks if mark.label in bands and "," in mark.label and not mark.label.startswith("All,")]
    short = [mark for mark in groups if mark.high < 1]
    over = [mark for mark in groups if mark.low > 1]
    title = "The index against the official estimates"
    if marks and marks[0].label.startswith("All,"):
        title = f"The index holds {marks[0].shown} of the official number of residents"
    if short:
        worst = min(short, key=lambda mark: mark.value)
        title += f", and of known age fewest {_small(worst.label)}: {worst.value:.0%}"
    elif over:
        most = max(over, key=lambda mark: mark.value)
        title += f", and too many {_small(most.label)}: {most.value:.0%}"
    said = (
        f"Residents held against {seen.estimates_name}; in groups, those of known age and sex. "
        f"{numbers.of(len(short), 'group is', 'groups are')} short of the official number for certain, and "
        f"{numbers.of(len(over), 'group is', 'groups are')} over it. Short: no record names them, or none says their "
        "age or sex. Over: somebody has left and no record says so, or is in the index twice. Intervals allow for "
        "rounding and for the error of the estimates, taken to be independent from group to group. Ages that are not "
        "told are in neither number."
    )
    return Figure(
        key="against-official-estimates",
        title=title,
        summary=said,
        table=table("The index against official estimates", columns, rows),
        specification=(lambda width: rates(marks, ("Index",), width)) if marks else None,
    )


def _small(label: str) -> str:
    return label[:1].lower() + label[1:]


def _change(seen: Residents) -> Figure:
    threshold = seen.disclosure.threshold
    rows: list[tuple[str, int | None, int | None, str]] = []
    marks: list[Change] = []
    for name, first, last in REACH_BANDS:
        pairs = [
            (seen.value("age_sex_before", band, sex), seen.value("age_sex", band, sex))
            for _, band, sex in age_and_sex_cells(first, last)
        ]
        both = [(then, now) for then, now in pairs if then is not None and now is not None]
        if not both:
            rows.append((name, None, None, "not told"))
            continue
        then, now = sum(each for each, _ in both), sum(each for _, each in both)
        words = _moved(now - then, threshold)
        rows.append((name, then, now, words))
        marks.append(Change(name, then, now, words))
    whole = seen.value("people", THEN, "here"), seen.value("people", NOW, "here")
    rows.append(("all who live here", *whole, "not told" if None in whole else _moved(_less(whole), threshold)))
    columns = [
        Column("age", "Age"),
        Column("then", spoken_date(month_ends(seen.as_of)[0]), "count"),
        Column("now", spoken_date(seen.as_of), "count"),
        Column("change", "Change"),
    ]
    title = "How many residents there are by age now, and a year before"
    if None not in whole:
        title = f"Residents who are known to live here: {_moved(_less(whole), threshold)} than a year before"
    said = (
        "Who lived here a year before is told from the dates that records have now: who left before a record was first "
        "seen is in neither number, and who came long ago may be noted late, so the year before is rather too "
        f"low. Rings are the year before, dots are now. A change of fewer than {threshold} is told as no number, and "
        "bands of five years that are not told for both days are in neither number."
    )
    return Figure(
        key="change-in-a-year",
        title=title,
        summary=said,
        table=table("Residents by age, now and a year before", columns, rows),
        specification=(lambda width: changes(marks, width, shares=False)) if marks else None,
    )


def _less(pair: tuple[int | None, int | None]) -> int:
    return (pair[1] or 0) - (pair[0] or 0)


def _moved(change: int, threshold: int) -> str:
    if abs(change) < threshold:
        return f"fewer than {threshold} more or fewer"
    return f"{abs(change):,} {'more' if change > 0 else 'fewer'}"


def _flows(seen: Residents) -> Figure:
    months = sorted({key[2] for key in seen.told if key[0] == "flow" and key[2] != YEAR})
    rows, marks = [], []
    for month in (*months, YEAR):
        label = "all twelve months" if month == YEAR else _month(month)
        told = {flow: seen.value("flow", flow, month) for flow in FLOWS}
        rows.append((label, *told.values()))
        if month != YEAR:
            marks.append(Sides(label, told["left"], told["arrived"]))
    columns = [Column("month", "Month"), *(Column(f, FLOW_WORDS[f], "count") for f in FLOWS)]
    arrived, left = seen.value("flow", "arrived", YEAR), seen.value("flow", "left", YEAR)
    title = "Who came to live here and who left, month by month"
    if arrived is not None:
        title = (
            f"{arrived:,} people came to live here in twelve months, and {numbers.count(left)} are known to have left"
        )
        title = title if left is not None else f"{arrived:,} people came to live here in twelve months"
    said = (
        "Told from the spells of residence that records date. Somebody who leaves says so late or never, so the newest "
        "months have too few who left; somebody new is noted when a first record names them. Children born here "
        f"are apart, and so are deaths: both are in the table. {_rounding(seen)}"
    )
    return Figure(
        key="came-and-left",
        title=title,
        summary=said,
        table=table("Who came and who left, by month", columns, rows),
        specification=lambda width: sides(marks, ("Left", "Arrived"), width),
    )


def _households(seen: Residents) -> Figure:
    values = {kind: seen.value("household", kind) for kind in TYPES}
    whole = seen.value("household", "all")
    rows = [(kind, value, _part(value, whole)) for kind, value in values.items()]
    told = {kind: value for kind, value in values.items() if value is not None}
    known = {kind: value for kind, value in told.items() if kind != "not known"}
    title = "Households by type"
    if known:
        most = max(known, key=lambda kind: known[kind])
        title = f"The most frequent type of household is {most}: {known[most]:,} of {numbers.count(whole)} households"
    said = (
        "Types are told from ages alone: under 18 is a child, 66 and over a pensioner, and two adults fewer than 15 "
        "years apart are called couple-like, which may be two friends. Where the age of a member is not known, so is "
        "the type. Who lives together is what the index says; hostels, care homes and hidden residents are no "
        f"households. {_rounding(seen)}"
    )
    return _bars(
        "households", title=title, said=said, caption="Households by type", heading="Type", rows=rows, what="Households"
    )


def _ethnicity(seen: Residents) -> Figure:
    groups = (*ETHNICITY.values(), NOT_SAID)
    values = {group: seen.value("ethnicity", group) for group in groups}
    whole = seen.value("people", NOW, "here")
    rows = [(group, value, _part(value, whole)) for group, value in values.items()]
    unknown = _part(values[NOT_SAID], whole)
    title = "Residents by ethnicity, as far as a record says it"
    if unknown is not None:
        title = f"For {unknown:.0%} of residents no record says the ethnicity, so what it is of all cannot be told"
    said = (
        "Ethnicity is mostly noted at school, so those who are told are children above all: shares of groups are "
        f"not those of the borough. {_rounding(seen)}"
    )
    return _bars(
        "ethnicity",
        title=title,
        said=said,
        caption="Residents by ethnicity",
        heading="Ethnicity",
        rows=rows,
        what="Residents",
    )


def _bars(
    key: str,
    *,
    title: str,
    said: str,
    caption: str,
    heading: str,
    rows: Sequence[tuple[str, int | None, float | None]],
    what: str,
) -> Figure:
    marks = [Bar(label, (float(value),), f"{value:,}") for label, value, _ in rows if value is not None]
    columns = [Column("group", heading), Column("count", what, "count"), Column("share", "Share", "share")]
    return Figure(
        key=key,
        title=title,
        summary=said,
        table=table(caption, columns, rows),
        specification=(lambda width: bars(marks, (what,), width)) if marks else None,
    )


def _part(value: int | None, whole: int | None) -> float | None:
    return None if value is None or not whole else min(value / whole, 1.0)


def _rounding(seen: Residents) -> str:
    of = seen.disclosure
    return (
        f"Counts are rounded to {of.rounding}s; under {of.threshold}, or where one would give that away, they are not "
        "told."
    )


def _month(day: str) -> str:
    return f"{date.fromisoformat(day):%B %Y}"
