"""Figures of which services know a resident, of segments, and of who is in need and not reached.

Takes figures as a purpose may see them, gives charts with titles that state the finding, a summary with the limits, and
the table. Counts that are not told are empty.
"""

from __future__ import annotations

from insighthub.charts import Column, Figure
from insighthub.charts.counts import Bar, bars
from insighthub.charts.lorenz import Point, lorenz
from insighthub.charts.rates import Rate, rates
from insighthub.charts.table import table
from insighthub.charts.upset import Combination, upset
from insighthub.population.declared import Reach
from insighthub.population.gaps import Gap, gap
from insighthub.population.people_counts import NOW
from insighthub.population.read import Residents
from insighthub.population.service_counts import ALL, AND, NONE_OF_THEM, NOT_KNOWN, OTHERS, REACH_BANDS
from insighthub.population.working import AGE_NOT_KNOWN, NO_SEGMENT

_AUTOMATIC = {
    AGE_NOT_KNOWN: ("Age not known", "No record says when they were born, so no rule on age can fit."),
    NO_SEGMENT: ("No segment", "No rule fits."),
}
_SEX = {"F": "women and girls", "M": "men and boys"}


def service_figures(seen: Residents) -> list[Figure]:
    """Return the figures of this module that there is something for."""
    found: list[Figure] = []
    if seen.has("combination"):
        found.append(_overlap(seen))
    if seen.shares:
        found.append(_concentration(seen))
    if seen.has("segment"):
        found.append(_segments(seen))
    if seen.has("segment") and seen.declared.services:
        found.append(_use(seen))
    return found + [_reach(seen, each) for each in seen.declared.reach]


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _overlap(seen: Residents) -> Figure:
    services = seen.declared.services
    told = [(key[1], value.value) for key, value in seen.told.items() if key[0] == "combination"]
    alone = (OTHERS, NONE_OF_THEM)
    known = sorted(((n, v) for n, v in told if v is not None and n not in alone), key=lambda each: (-each[1], each[0]))
    sets = sorted(services, key=lambda name: -(seen.value("service", name) or 0))
    marks = [
        Combination(frozenset(_plain(each) for each in name.split(AND)), value, f"{value:,}") for name, value in known
    ]
    whole = seen.value("people", NOW, "here")
    of_each = [(f"all known to {_plain(name)}", seen.value("service", name)) for name in sets]
    rows = [(label, value, _part(value, whole)) for label, value in of_each]
    rows += [(f"only {_plain(name).replace(AND, ' and ')}", value, _part(value, whole)) for name, value in known]
    rows += [(name, seen.value("combination", name), _part(seen.value("combination", name), whole)) for name in alone]
    together = [each for each in known if AND in each[0]]
    title = "Which services know a resident together"
    if together:
        name, value = together[0]
        title = f"The services that share most residents are {_plain(name).replace(AND, ' and ')}: {value:,} people"
    said = (
        "Each row is a combination of services: residents known to those with a filled dot, and no other of the "
        f"{len(sets)}. The largest are shown, and all others are one number in the table. A service knows whom it "
        f"holds a record of, also one that is closed. {_rounding(seen)}"
    )
    columns = [
        Column("services", "Known to"),
        Column("residents", "Residents", "count"),
        Column("share", "Share", "share"),
    ]
    named = [_plain(name) for name in sets]
    return Figure(
        key="overlap-of-services",
        title=title,
        summary=said,
        table=table("Overlap of services", columns, rows),
        specification=(lambda width: upset(named, marks, width)) if marks else None,
    )


def _concentration(seen: Residents) -> Figure:
    rows = [(f"{top:.0%} with most contacts", top, share) for top, share in seen.shares]
    marks = [Point(top, share, f"{top:.0%}: {share:.0%}") for top, share in seen.shares if share is not None]
    title = "How few residents have how many of the contacts cannot be told"
    if marks:
        title = (
            f"{marks[0].part:.0%} of residents have {marks[0].share:.0%} of the contacts with services in twelve months"
        )
    names = ", ".join(_plain(name) for name in seen.declared.services)
    said = (
        "A contact is an event that one of these noted and dated in the last twelve months: "
        f"{names}. Where a service notes its contacts as something else, or not at all, they are not counted, so this "
        "says who is noted often, and not who costs most. Shares are rounded to whole per cent; those that would tell "
        "of few people are not told; between the points the line is straight as nothing more is told. Few contacts "
        "are not little need."
    )
    columns = [
        Column("part", "Residents"),
        Column("top", "Part of residents", "share"),
        Column("share", "Share of contacts", "share"),
    ]
    return Figure(
        key="concentration",
        title=title,
        summary=said,
        table=table("How few residents have how many contacts", columns, rows),
        specification=(lambda width: lorenz(marks, "Residents, most contacts first", "Contacts", width))
        if marks
        else None,
    )


def _named_segments(seen: Residents) -> dict[str, tuple[str, str]]:
    found = {each.name: (each.title, each.description) for each in seen.declared.segment}
    return found | {name: words for name, words in _AUTOMATIC.items() if ("segment", name, "") in seen.told}


def _segments(seen: Residents) -> Figure:
    whole = seen.value("people", NOW, "here")
    rows, marks = [], []
    for name, (title, words) in _named_segments(seen).items():
        value = seen.value("segment", name)
        rows.append((title, value, _part(value, whole), words))
        if value is not None:
            marks.append(Bar(title, (float(value),), f"{value:,}"))
    columns = [
        Column("segment", "Segment"),
        Column("residents", "Residents", "count"),
        Column("share", "Share", "share"),
        Column("rule", "Rule"),
    ]
    told = [row for row in rows if row[1] is not None and row[0] != _AUTOMATIC[AGE_NOT_KNOWN][0]]
    most = max(told, key=lambda row: row[1] or 0, default=None)
    title = f"The largest segment is {most[0].lower()}: {most[2] or 0:.0%} of residents" if most else "Segments"
    said = (
        "Each resident is in the first segment whose rule fits; the rules stand in the table, and in a file that can "
        f"be edited. They describe, and explain nothing. {_rounding(seen)}"
    )
    return Figure(
        key="segments",
        title=title,
        summary=said,
        table=table("Segments of residents", columns, rows),
        specification=(lambda width: bars(marks, ("Residents",), width)) if marks else None,
    )


def _use(seen: Residents) -> Figure:
    services = seen.declared.services
    rows: list[tuple[str | float | None, ...]] = []
    most: tuple[float, str] | None = None
    for name, (title, _) in _named_segments(seen).items():
        whole = seen.value("segment", name)
        shares = [_part(seen.value("segment_service", name, service), whole) for service in services]
        rows.append((title, *shares))
        known = sum(share for share in shares if share is not None)
        if name not in _AUTOMATIC and (most is None or known > most[0]):
            most = (known, title)
    columns = [Column("segment", "Segment"), *(Column(name, _plain(name).capitalize(), "share") for name in services)]
    title = "Which services know whom of each segment"
    if most:
        title = f"{most[1]} are known to most services: {most[0]:.1f} of {len(services)} on average, as far as is told"
    said = (
        "The share of each segment that a service holds a record of, also a closed one. Shares are of rounded counts; "
        "where nearly none or nearly all are known, that is not told."
    )
    return Figure(
        key="service-use-of-segments",
        title=title,
        summary=said,
        table=table("Service use of segments", columns, rows),
    )


def _reach(seen: Residents, reach: Reach) -> Figure:
    need = next(each for each in seen.declared.need if each.name == reach.need)
    whole = seen.value("reach", reach.name, ALL), seen.value("need", need.name, ALL)
    rows: list[tuple[str | int | float | None, ...]] = []
    marks: list[Rate] = []
    behind: list[tuple[str, Gap]] = []
    groups = [key[2] for key in seen.told if key[:2] == ("reach", reach.name) and key[2] != ALL]
    for group in sorted(groups, key=_order):
        counts = seen.value("reach", reach.name, group), seen.value("need", need.name, group)
        label = _group(group)
        found = None
        if None not in counts and None not in whole:
            off = max(seen.off("reach", reach.name, group), seen.off("need", need.name, group))
            found = gap((counts[0] or 0, counts[1] or 0), (whole[0] or 0, whole[1] or 0), off)
        if found is None:
            rows.append((label, counts[1], counts[0], _part(*counts), None, None, None))
            continue
        words = f"{found.share:.0%} ({found.low:.0%} to {found.high:.0%})"
        rows.append(
            (label, counts[1], counts[0], found.share, *map(_points, (found.gap, found.gap_low, found.gap_high)))
        )
        marks.append(Rate(label, "Reached", found.share, found.low, found.high, words))
        if found.is_behind and not group.endswith(NOT_KNOWN):
            behind.append((label, found))
    share = _part(*whole)
    rows.insert(0, ("all in need", whole[1], whole[0], share, None, None, None))
    columns = [
        Column("group", "Group"),
        Column("in_need", "In need", "count"),
        Column("reached", "Reached", "count"),
        Column("share", "Share reached", "share"),
        Column("gap", "Gap to others, points"),
        Column("gap_low", "From"),
        Column("gap_high", "To"),
    ]
    title = f"{reach.title}: too few to be told" if share is None else f"{reach.title}: {share:.0%} are reached"
    if share is not None:
        title += ", and no group is behind the others for certain"
    if behind:
        label, worst = min(behind, key=lambda each: each[1].gap)
        title = f"{reach.title}: {share or 0:.0%} are reached, and least of all {label} ({worst.share:.0%})"
    said = (
        f"In need: {need.title}. Reached: known to {' or '.join(_plain(name) for name in reach.service)}. "
        f"{_behind(behind)} A need is what a record says: who has it and has told nobody is not counted. Not to be "
        "reached may be somebody's choice. Intervals are of 95%, and allow for rounding; with many groups, some gap is "
        f"chance. {_rounding(seen)}"
    )
    return Figure(
        key=f"reach-{reach.name.replace('_', '-')}",
        title=title,
        summary=said,
        table=table(reach.title, columns, rows),
        specification=(lambda width: rates(marks, ("Reached",), width)) if marks else None,
    )


def _behind(behind: list[tuple[str, Gap]]) -> str:
    if not behind:
        return "No group is reached less than the others by more than chance and rounding would do."
    told = "; ".join(
        f"{label}, by {-each.gap * 100:.0f} points ({-each.gap_high * 100:.0f} to {-each.gap_low * 100:.0f})"
        for label, each in sorted(behind, key=lambda each: each[1].gap)
    )
    return f"Reached less than others: {told}."


def _group(group: str) -> str:
    way, _, name = group.partition(": ")
    if name == NOT_KNOWN:
        return f"{way} not known"
    return {"age": f"aged {name}", "sex": _SEX.get(name, name)}.get(way, name)


def _order(group: str) -> tuple[str, int, str]:
    """Return where a group stands: way by way, ages rising, and who is not known last."""
    way, _, name = group.partition(": ")
    ages = [band for band, _, _ in REACH_BANDS]
    place = ages.index(name) if name in ages else len(ages) if name == NOT_KNOWN else 0
    return way, place, name


def _points(value: float) -> str:
    return f"{value * 100:+.0f}".replace("-", "−")


def _part(value: int | None, whole: int | None) -> float | None:
    return None if value is None or not whole else min(value / whole, 1.0)


def _rounding(seen: Residents) -> str:
    of = seen.disclosure
    return f"Counts are rounded to {of.rounding}s, and small ones, or those that would give them away, are not told."
