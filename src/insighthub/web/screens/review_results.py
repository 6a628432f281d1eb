"""What review comes to: how far reviewers agree, how good the links are by their answers, and what was decided."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse

from insighthub.charts import Column, Figure
from insighthub.charts.numbers import share
from insighthub.charts.rates import Rate, rates
from insighthub.charts.table import table
from insighthub.web import review_view, words
from insighthub.web.faults import release_needed
from insighthub.web.figures import drawn
from insighthub.web.review_view import DONE, SAID, SORTS, between
from insighthub.web.screen import Screen
from insighthub.web.screens.review import purpose_of
from insighthub.web.site import account, site_of

router = APIRouter(prefix="/review", dependencies=[Depends(release_needed)])
SCREEN = Screen(router)
_SHOWN = 100
#: Pairs of sources that a chart shows at most; the table has all.
_MOST_ROWS = 12


@router.get("/agreement")
def agreement(request: Request, done: str = "") -> HTMLResponse:
    """Show how far reviewers agree, and the items on which they differ."""
    site = site_of(request)
    desk = site.desk.review(account(request))
    found, items = desk.agreement()
    rows = [
        (
            " and ".join(one.reviewers) or "All reviewers",
            words.number(one.items),
            words.number(one.agreed),
            "not known" if one.kappa is None else f"{one.kappa.value:.2f}",
            "" if one.kappa is None else f"{one.kappa.low:.2f} to {one.kappa.high:.2f}",
        )
        for one in found
    ]
    return site.pages.page(
        request,
        "review/agreement.html",
        title="How far reviewers agree",
        purpose=purpose_of(desk),
        done=DONE.get(done, ""),
        all=found[0],
        meaning=_meaning(found[0].kappa),
        rows=rows,
        items=[
            {
                "number": item.item_id,
                "what": "Two records" if item.kind == "pair" else f"Cluster of {item.records} records",
                "sources": between((item.left.source, item.right.source)),
                "sort": SORTS[item.purpose][0],
            }
            for item in items
        ],
        settings=site.desk.hub.settings.review,
    )


@router.get("/estimates")
def estimates(request: Request) -> HTMLResponse:
    """Show precision and recall from the answers given so far."""
    site = site_of(request)
    desk = site.desk.review(account(request))
    values = _estimates(desk.estimate())
    return site.pages.page(
        request, "review/estimates.html", title="How good the links are", purpose=purpose_of(desk), **values
    )


@router.get("/estimates/figures")
def figures(request: Request) -> HTMLResponse:
    """Give the figures alone, which a page that is open brings up to date."""
    site = site_of(request)
    return site.pages.part(
        request, "review/estimates_part.html", **_estimates(site.desk.review(account(request)).estimate())
    )


@router.get("/decisions")
def decisions(request: Request) -> HTMLResponse:
    """List what answers became."""
    site = site_of(request)
    desk = site.desk.review(account(request))
    every = desk.decided()
    rows = [
        {
            "number": one.item.item_id,
            "kind": SAID[one.item.outcome or "cannot_say"],
            "records": "; ".join(review_view.record_name(r) for r in (one.item.left, one.item.right))
            if one.item.kind == "pair"
            else f"Cluster of {one.item.records} records",
            "holds": words.count(len(one.holds), "decision"),
            "at": one.item.settled_at,
            "by": ", ".join(answer.reviewer for answer in one.answers),
            "undo": next((a.answer_id for a in reversed(one.answers) if a.reviewer == desk.user.email), None),
        }
        for one in every[:_SHOWN]
    ]
    return site.pages.page(
        request,
        "review/decisions.html",
        title="Decisions from review",
        purpose=purpose_of(desk),
        rows=rows,
        total=len(every),
        binding=site.desk.hub.settings.review.binding,
    )


def _estimates(given: tuple[Any, Any]) -> dict[str, Any]:
    live, found = given
    values: dict[str, Any] = {"live": live, "found": found, "scores": None, "figures": [], "more": []}
    if live is None or live.estimate is None:
        return values
    scores = live.estimate.scores
    told = (
        ("Of the links made, right (precision)", scores.precision, _more(live.more_for_precision)),
        ("Of the links to be made, found (recall)", scores.recall, _more(live.more_for_recall)),
        ("Both together (F1)", scores.f1, ""),
    )
    values["scores"] = [
        (name, share(one.value), f"{share(one.low)} to {share(one.high)}", more) for name, one, more in told
    ]
    if live.by_sources:
        values["figures"] = drawn([_by_sources(live, name) for name in ("precision", "recall")])
    return values


def _by_sources(live: Any, name: str) -> Figure:
    rows = [(between((one.source_l, one.source_r)), one.answered, getattr(one, name)) for one in live.by_sources]
    lowest = min(rows, key=lambda row: row[2].value)
    finding = f"{name.capitalize()} is lowest between {lowest[0]}: {share(lowest[2].value)}"
    if lowest[2].value == 1.0:
        wrong = "wrong" if name == "precision" else "missed"
        finding = f"{name.capitalize()}: no {wrong} link was found between sources with enough answers"
    shown = [
        Rate(label, name.capitalize(), found.value, found.low, found.high, share(found.value))
        for label, _, found in rows[:_MOST_ROWS]
    ]
    what = "links that are right" if name == "precision" else "links to be made that were found"
    return Figure(
        f"{name}-by-sources",
        finding,
        f"The share of {what}, by the two sources, with 95% intervals. Sources with under 10 answers are left out.",
        table(
            f"{name.capitalize()} by the two sources",
            [
                Column("sources", "Sources"),
                Column("answered", "Answers", "count"),
                Column(name, name.capitalize(), "share"),
                Column("low", "From", "share"),
                Column("high", "To", "share"),
            ],
            [(label, answered, found.value, found.low, found.high) for label, answered, found in rows],
        ),
        lambda width: rates(shown, [name.capitalize()], width),
    )


def _more(count: int | None) -> str:
    if count is None:
        return "more than twelve times as many as now"
    return words.count(count, "more answer") if count else "it is no interval any more"


def _meaning(kappa: Any) -> str:
    """Say what a kappa means, in the words of Landis and Koch (1977)."""
    if kappa is None:
        return ""
    scale = ((0.8, "almost perfect"), (0.6, "substantial"), (0.4, "moderate"), (0.2, "fair"), (0.0, "slight"))
    return next((said for least, said in scale if kappa.value > least), "poor")
