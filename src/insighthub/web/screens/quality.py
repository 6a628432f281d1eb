"""The quality of data: by source, field and rule, over releases, and what lacks cost."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from insighthub.charts import numbers
from insighthub.desk.quality_desk import trend_by_rule
from insighthub.governance.actions import Action
from insighthub.web import data_figures, words
from insighthub.web.faults import release_needed
from insighthub.web.figures import drawn_once
from insighthub.web.screen import Nav, Screen
from insighthub.web.site import account, site_of

router = APIRouter(prefix="/quality", dependencies=[Depends(release_needed)])
SCREEN = Screen(
    router,
    nav=Nav(
        "Data quality", "/quality", Action.SEE_QUALITY, about="How good each source is, and whether it gets better."
    ),
)
#: The rule of the trend where none is asked for.
_TREND = "valid"


@router.get("")
def quality(request: Request, rule: str = "", field: str = "") -> HTMLResponse:
    """Show the quality of all sources."""
    site = site_of(request)
    view = site.desk.data(account(request)).quality.view()
    every = [each for card in view.cards for each in card.rules]
    names = sorted({each.field for each in every if each.field != "record"})
    rule, field = rule if rule in data_figures.RULES else "", field if field in names else ""
    wanted = [each for each in every if field in ("", each.field) and rule in ("", each.rule)]
    points = [p for p in view.points if field in ("", p.field)]
    figures = [
        data_figures.fields(wanted, rule or None),
        data_figures.quality_trend(trend_by_rule(points), rule or _TREND),
    ]
    figures += [data_figures.lacks(view.lacks)] if view.lacks else []
    figures += [data_figures.set_aside(view.aside)] if view.aside else []
    cards = [
        (
            Markup('<a class="govuk-link" href="/quality/{}">{}</a>').format(card.source, words.plain(card.source)),
            *_card(card),
        )
        for card in view.cards
    ]
    return site.pages.page(
        request,
        "data/quality.html",
        title="Data quality",
        view=view,
        cards=cards,
        shown={each.figure.key: each for each in drawn_once(figures)},
        rules=_options(data_figures.RULES, rule, "All rules"),
        fields=_options({name: words.plain(name) for name in names}, field, "All fields"),
        meanings=[(said, data_figures.RULE_MEANS[name]) for name, said in data_figures.RULES.items()],
        moved=_moved(view.moved),
    )


@router.get("/download")
def download(request: Request) -> Response:
    """Give every rule of every field as CSV."""
    view = site_of(request).desk.data(account(request)).quality.view()
    every = [each for card in view.cards for each in card.rules]
    text = data_figures.fields(every).table.csv()
    headers = {"Content-Disposition": f'attachment; filename="quality-{view.run_id}.csv"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/{source}")
def of_source(request: Request, source: str, rule: str = "") -> HTMLResponse:
    """Show the quality of one source."""
    site = site_of(request)
    view = site.desk.data(account(request)).quality.view(source)
    card = view.cards[0]
    rule = rule if rule in data_figures.RULES else _TREND
    figures = [data_figures.fields(card.rules), data_figures.quality_trend(trend_by_rule(view.points), rule)]
    figures += [data_figures.lacks(view.lacks)] if view.lacks else []
    figures += [data_figures.set_aside(view.aside)] if view.aside else []
    return site.pages.page(
        request,
        "data/quality_source.html",
        title=f"Data quality: {words.plain(source)}",
        source=source,
        name=words.plain(source),
        summary=[
            ("Records", words.number(card.records)),
            ("Delivered", words.day(card.delivered_on)),
            (
                "Median age of what its records say",
                "not known" if card.median_age_days is None else words.count(round(card.median_age_days), "day"),
            ),
            ("Records without any date", words.number(card.undated)),
            ("New or changed in the last year", numbers.share(card.changed_in_a_year)),
            *((said, numbers.share(card.share(name))) for name, said in data_figures.RULES.items()),
        ],
        shown={each.figure.key: each for each in drawn_once(figures)},
        rules=_options(data_figures.RULES, rule, None),
        moved=_moved(view.moved),
        sees_sources=Action.SEE_SOURCES in site.desk.actions(account(request)),
    )


def _card(card: Any) -> tuple[str, ...]:
    days = "not known" if card.days_since is None else words.number(card.days_since)
    return (words.number(card.records), days, *(numbers.share(card.share(rule)) for rule in data_figures.RULES))


def _moved(found: Any) -> list[tuple[str, str, str, str, str]]:
    return [
        (
            words.plain(after.source),
            "Record" if after.field == "record" else words.plain(after.field),
            data_figures.RULES[after.rule],
            numbers.share(was.share),
            f"{numbers.share(after.share)}, {'better' if after.share > was.share else 'worse'}",
        )
        for was, after in found
    ]


def _options(names: dict[str, str], chosen: str, every: str | None) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = [] if every is None else [{"value": "", "text": every}]
    return items + [{"value": name, "text": text, "selected": name == chosen} for name, text in names.items()]
