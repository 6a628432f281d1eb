"""The borough at a glance: for leaders, in figures that passed disclosure control."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse

from insighthub.charts import Column, Figure, Table
from insighthub.charts.counts import Bar, bars
from insighthub.desk.glance import Glance
from insighthub.governance.actions import Action
from insighthub.web import words
from insighthub.web.faults import release_needed
from insighthub.web.figures import drawn
from insighthub.web.screen import Nav, Screen
from insighthub.web.site import account, site_of

router = APIRouter()
SCREEN = Screen(
    router,
    nav=Nav("Borough", "/borough", Action.SEE_LEADERS, about="Residents, services, data and corrections, at a glance."),
)


@router.get("/borough", dependencies=[Depends(release_needed)])
def borough(request: Request) -> HTMLResponse:
    """Show the borough at a glance."""
    site, user = site_of(request), account(request)
    seen = site.desk.glance(user)
    return site.pages.page(
        request,
        "leaders/borough.html",
        title="The borough at a glance",
        glance=seen,
        people=_people(seen),
        work=_work(seen),
        figures=drawn([_services(seen), _coverage(seen)]),
        may_release=Action.RELEASE_FIGURES in site.desk.actions(user),
        may_see_residents=Action.SEE_POPULATION in site.desk.actions(user),
    )


def _people(seen: Glance) -> list[tuple[str, ...]]:
    change = "there is no earlier release to hold it against"
    if seen.change is not None and seen.then is not None:
        way = "more" if seen.change >= 0 else "fewer"
        change = f"{abs(seen.change):,} {way} than on {words.day(seen.then)}"
    return [
        ("Residents of the index", _told(seen.residents), f"Of {words.day(seen.as_of)}, rounded; {change}"),
        (
            "People they are thought to be",
            _told(seen.people_expected),
            "Some people are in the index twice; this is how many there are if each doubtful match counts as likely",
        ),
    ]


def _work(seen: Glance) -> list[tuple[str, ...]]:
    days = "none is fixed yet" if seen.median_days is None else f"half of them within {seen.median_days:.0f} days"
    return [
        ("Corrections that sources made", words.number(seen.corrections_fixed), f"Seen in a later delivery; {days}"),
        (
            "Corrections waiting",
            words.number(seen.corrections_open),
            "Proposed, sent or accepted, and not seen fixed yet",
        ),
        ("Asks avoided", words.number(seen.asks_avoided), "Facts that a service need not ask a resident again"),
        ("Figures waiting to be checked", words.number(seen.waiting), "Somebody else than who asked must check them"),
    ]


def _before(days: int) -> str:
    return "made on the day of" if days == 0 else f"made {words.count(days, 'day')} before"


def _told(count: int | None) -> str:
    return "too few to be told" if count is None else words.number(count)


def _services(seen: Glance) -> Figure:
    shown = [known for known in seen.known_to if known.residents is not None and known.share is not None]
    rows = tuple((k.title, k.residents, k.share) for k in sorted(shown, key=lambda k: -(k.share or 0)))
    columns = (
        Column("measure", "Residents"),
        Column("residents", "How many", "count"),
        Column("share", "Share", "share"),
    )
    marks = [Bar(title, (float(share or 0),), f"{share:.1%}") for title, _, share in rows]
    first = (
        f"{rows[0][2]:.0%} of residents are known to two or more services" if rows else "No such figure is published"
    )
    if rows and "two or more" not in rows[0][0]:
        first = f"{rows[0][0]}: {rows[0][2]:.0%}"
    said = "; ".join(f"{title}: {share:.1%}" for title, _, share in rows) or "There is nothing to show."
    return Figure(
        key="known-to-services",
        title=first,
        summary=said,
        table=Table("Residents known to several services", columns, rows),
        specification=(lambda width: bars(marks, ("Share",), width)) if marks else None,
    )


def _coverage(seen: Glance) -> Figure:
    rows = tuple(
        (words.plain(s.source), words.day(s.delivered_on), s.complete, s.valid)
        for s in sorted(seen.sources, key=lambda s: (s.complete or 0, s.source))
    )
    columns = (
        Column("source", "Source"),
        Column("delivered", "Delivered"),
        Column("complete", "Fields filled in", "share"),
        Column("valid", "Values of use", "share"),
    )
    old = [s for s in seen.sources if s.days is not None and s.days > 31]
    title = f"All {len(rows)} sources were delivered in the month before the release"
    if old:
        title = f"{words.count(len(old), 'source was', 'sources were')} not delivered in the month before the release"
    worst = next((row for row in rows if row[2] is not None), None)
    summary = (
        f"The source with most empty fields is {worst[0]}: {worst[2] or 0:.0%} are filled in." if worst else "None yet."
    )
    if seen.sources and (days := [s.days for s in seen.sources if s.days is not None]):
        summary += f" The oldest delivery was {_before(max(days))} the release."
    return Figure(key="coverage", title=title, summary=summary, table=Table("Sources and their data", columns, rows))
