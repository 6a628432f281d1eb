"""Runs: the history, one run, what drifted between two, and the model that records are linked with."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response

from insighthub.charts import numbers
from insighthub.governance.actions import Action
from insighthub.web import data_figures, words
from insighthub.web.data_words import KIND_WORDS
from insighthub.web.figures import drawn_once
from insighthub.web.paging import Paging
from insighthub.web.screen import Nav, Screen
from insighthub.web.site import account, site_of

router = APIRouter(prefix="/runs")
SCREEN = Screen(
    router,
    nav=Nav("Runs", "/runs", Action.SEE_RUNS, about="What each run did, what changed between two, and the model."),
)
STATUS = {
    "published": ("Published", "green"),
    "building": ("Under way", "blue"),
    "stopped": ("Stopped", "orange"),
    "failed": ("Failed", "red"),
}
KIND = {"full": "Full", "changes": "Changes only"}
EVENTS = {
    "merged": "Residents merged into another",
    "split": "Residents split off from another",
    "moved": "Residents some of whose records moved to another",
    "closed": "Ids closed, as no record is theirs any more",
    "reopened": "Ids opened again",
}
_FIGURES = (
    ("residents", "Residents"),
    ("people_expected", "People expected, allowing for doubtful matches"),
    ("records", "Records"),
    ("records_changed", "Records that came, changed or went"),
    ("residents_touched", "Residents worked out anew"),
    ("ids_issued", "Ids issued"),
    ("ids_closed", "Ids closed"),
    ("ids_reopened", "Ids opened again"),
    ("records_moved", "Records that changed resident"),
)
_TICKETS = {"new": "Newly proposed", "fixed": "Seen fixed", "withdrawn": "Withdrawn", "again": "Proposed again"}


@router.get("")
def runs(request: Request, page: int = 1) -> HTMLResponse:
    """List all runs, the newest first."""
    site = site_of(request)
    found = site.desk.data(account(request)).runs.history()
    paging = Paging("/runs", page, len(found))
    rows = [_row(line) for line in found[paging.offset : paging.offset + paging.size]]
    return site.pages.page(request, "data/runs.html", title="Runs", rows=rows, paging=paging)


@router.get("/models/{name}")
def model(request: Request, name: str) -> HTMLResponse:
    """Show a model."""
    site = site_of(request)
    found = site.desk.data(account(request)).runs.model(name)
    figures = [data_figures.rarity(found.rarity)] if found.rarity else []
    every = drawn_once([*figures, *(figure for section in found.sections for figure in section.figures)])
    by_key = {shown.figure.key: shown for shown in every}
    return site.pages.page(
        request,
        "data/model.html",
        title=f"Model {name}",
        model=found,
        facts=[
            ("Learned from", f"{words.count(found.rows, 'record')} of {words.count(len(found.sources), 'source')}"),
            ("Records may be joined from", f"a match probability of {numbers.share(found.threshold)}"),
            ("Learning", f"{'settled' if found.converged else 'had not settled'} after {found.iterations} rounds"),
            ("Reviewers’ answers used", "none" if found.labels is None else words.number(found.labels)),
            ("Used by", ", ".join(found.runs) or "no run in the history"),
        ],
        rarity=[by_key[figure.key] for figure in figures],
        sections=[
            {
                "key": s.key,
                "heading": s.heading,
                "paragraphs": s.paragraphs,
                "figures": [by_key[f.key] for f in s.figures],
            }
            for s in found.sections
        ],
    )


@router.get("/{run_id}")
def run(request: Request, run_id: str) -> HTMLResponse:
    """Show a run."""
    site = site_of(request)
    found = site.desk.data(account(request)).runs.run(run_id)
    line, figures = found.line, found.figures
    summary = [
        ("State", Markup("{}").format(STATUS.get(line.status, (line.status, ""))[0])),
        ("Kind", KIND.get(line.kind, line.kind)),
        ("For the day", words.day(line.as_of)),
        ("Started", words.moment(line.started_at)),
        ("Ended", words.moment(line.finished_at) if line.finished_at else "it has not ended"),
        ("Took", _took(line.seconds)),
        ("Began from", found.base or "nothing"),
        *([("Why it ended so", line.reason)] if line.reason else []),
    ]
    counted = [(text, words.number(figures[name])) for name, text in _FIGURES if figures.get(name) is not None]
    if line.churn is not None:
        counted.append(("Records known before that changed resident", numbers.share(line.churn)))
    charts = [data_figures.run_sources(found.sources)] if found.sources else []
    charts += [data_figures.stages(found.stages)] if found.stages else []
    shown = {each.figure.key: each for each in drawn_once(charts)}
    return site.pages.page(
        request,
        "data/run.html",
        title=f"Run {run_id}",
        run=found,
        summary=summary,
        counted=counted,
        shown=shown,
        events=[(EVENTS.get(kind, kind), words.number(count)) for kind, count in found.events],
        corrections=[(KIND_WORDS.get(kind, kind), words.number(count)) for kind, count in found.corrections],
        tickets=[(_TICKETS.get(name, name), words.number(count)) for name, count in found.tickets],
    )


@router.get("/{run_id}/drift")
def drift(request: Request, run_id: str, before: str = "") -> Response:
    """Show what changed between two runs."""
    site = site_of(request)
    desk = site.desk.data(account(request)).runs
    if not before:
        others = desk.run(run_id).others
        where = f"/runs/{run_id}/drift?before={others[0]}" if others else f"/runs/{run_id}"
        return RedirectResponse(where, status_code=303)
    found = desk.drift(before, run_id)
    shown = {each.figure.key: each for each in drawn_once([f for s in found.sections for f in s.figures])}
    return site.pages.page(
        request,
        "data/drift.html",
        title="What changed between two runs",
        drift=found,
        sections=[
            {
                "key": s.key,
                "heading": s.heading,
                "paragraphs": s.paragraphs,
                "figures": [shown[f.key] for f in s.figures],
            }
            for s in found.sections
        ],
    )


def _row(line: Any) -> dict[str, Any]:
    text, colour = STATUS.get(line.status, (words.plain(line.status), "grey"))
    return {
        "run_id": line.run_id,
        "as_of": words.day(line.as_of),
        "started": words.moment(line.started_at),
        "kind": KIND.get(line.kind, line.kind),
        "status": text,
        "colour": colour,
        "now": line.is_published,
        "kept": line.kept,
        "took": _took(line.seconds),
        "residents": "" if line.residents is None else words.number(line.residents),
        "records": "" if line.records is None else words.number(line.records),
        "churn": "" if line.churn is None else numbers.share(line.churn),
        "tickets": "" if line.tickets is None else words.number(line.tickets),
        "reason": line.reason,
    }


def _took(seconds: float | None) -> str:
    if seconds is None:
        return "not known"
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    minutes = round(seconds / 60)
    return f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours {minutes % 60} minutes"
