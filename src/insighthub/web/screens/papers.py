"""The papers that the law asks for, from how the hub is set up now: to read, to download, and what they lack."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from insighthub.desk.papers import GAPS, gaps
from insighthub.desk.refused import NotThere
from insighthub.governance.papers.document import csv_text
from insighthub.governance.papers.set_markdown import markdown
from insighthub.governance.papers.set_page import page
from insighthub.governance.papers.set_pdf import pdf
from insighthub.web.screen import Screen
from insighthub.web.site import account, site_of

router = APIRouter(prefix="/governance/papers")
SCREEN = Screen(router)
_ABOUT = {
    "record-of-processing": "UK GDPR, Article 30: what is processed, why, whose, how long and by whom",
    "impact-assessment": "UK GDPR, Article 35: a draft of the data protection impact assessment",
    "algorithmic-transparency": "The Algorithmic Transparency Recording Standard, tiers 1 and 2",
    "privacy-notice": "What a privacy notice has to tell residents",
    "equality-analysis": "Error rates by group, as far as they were measured",
}


@router.get("")
def papers(request: Request) -> HTMLResponse:
    """List the papers, and what they lack."""
    site = site_of(request)
    found = site.desk.papers(account(request))
    rows = [
        {"name": one.name, "title": one.title, "about": _ABOUT.get(one.name, ""), "gaps": len(gaps(one))}
        for one in found
    ]
    missing: dict[tuple[str, str], list[str]] = {}
    for one in found:
        for what, who in gaps(one):
            missing.setdefault((who, what), []).append(one.title)
    return site.pages.page(
        request,
        "governance/papers.html",
        title="Papers",
        rows=rows,
        missing=[
            (what, who[:1].upper() + who[1:], ", ".join(titles)) for (who, what), titles in sorted(missing.items())
        ],
    )


@router.get("/{name}")
def paper(request: Request, name: str) -> HTMLResponse:
    """Show a paper."""
    site = site_of(request)
    found = site.desk.paper(account(request), name)
    return site.pages.page(
        request,
        "governance/paper.html",
        title=found.title,
        paper=found,
        gaps=gaps(found),
        sections=[section for section in found.sections if section.title != GAPS],
        tables=[(n, one.caption) for n, one in enumerate(found.tables(), 1)],
    )


@router.get("/{name}/paper.{kind}")
def download(request: Request, name: str, kind: str) -> Response:
    """Give a paper as Markdown, HTML or PDF."""
    found = site_of(request).desk.paper(account(request), name)
    if kind == "md":
        return _file(f"{name}.md", markdown(found).encode(), "text/markdown; charset=utf-8")
    if kind == "html":
        return _file(f"{name}.html", page(found).encode(), "text/html; charset=utf-8")
    if kind == "pdf":
        return _file(f"{name}.pdf", pdf(found), "application/pdf")
    raise NotThere("there is no such file", remedy="Choose one that is listed")


@router.get("/{name}/table-{number}.csv")
def table(request: Request, name: str, number: int) -> Response:
    """Give a table of a paper as CSV."""
    tables = site_of(request).desk.paper(account(request), name).tables()
    if not 0 < number <= len(tables):
        raise NotThere("there is no such table", remedy="Choose one that is listed")
    return _file(f"{name}-{number}.csv", csv_text(tables[number - 1]).encode(), "text/csv; charset=utf-8")


def _file(name: str, data: bytes, kind: str) -> Response:
    return Response(data, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
