"""Evidence about places, for licensing: indices of areas, an area, a place that is applied for, options of a policy.

A place is asked for by a form, and then stands in the address as easting and northing: of a place that is applied for,
which the law has published, and never with what was typed.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from insighthub.charts import numbers
from insighthub.desk.places_seen import BANDWIDTHS, IndexShown, OptionsAsked, PlaceShown
from insighthub.errors import DataError
from insighthub.governance.actions import Action
from insighthub.governance.papers.set_page import page
from insighthub.governance.papers.set_pdf import pdf
from insighthub.web import place_figures, words
from insighthub.web.faults import release_needed
from insighthub.web.figures import drawn, drawn_once
from insighthub.web.forms import FieldError, message
from insighthub.web.place_figures import interval
from insighthub.web.screen import Nav, Screen
from insighthub.web.site import account, site_of

router = APIRouter(prefix="/places", dependencies=[Depends(release_needed)])
SCREEN = Screen(
    router,
    nav=Nav(
        "Places",
        "/places",
        Action.SEE_PLACES,
        about="Where people may be more at risk, and what is known of a place that somebody applies for.",
    ),
)
Text = Annotated[str, Form()]
#: Radii that pages offer, in metres, and the least and most that an address may ask for.
RADII = (200, 400, 800)
_LEAST, _MOST = 100, 2000
_LONGEST = 200  # characters
_USUAL = {"density": "1.5", "zone": "400", "most": "3", "cap": "400", "kind": "school", "near": "200"}
_DENSITIES = {"premises": "Where places to gamble stand close together", "risk": "Where residents at greater risk live"}
_UNKNOWN = "before records begin"


@router.get("")
def indices(request: Request) -> HTMLResponse:
    """List the indices that were run."""
    site = site_of(request)
    found = site.desk.places(account(request)).indices()
    return site.pages.page(request, "places/list.html", title="Places", indices=found)


@router.get("/{index}")
def index(request: Request, index: str) -> HTMLResponse:
    """Show an index of areas."""
    return _index_page(request, index)


@router.post("/{index}/find")
def find(request: Request, index: str, place: Text = "") -> Response:
    """Find a place, and go to what is known of it."""
    desk = site_of(request).desk.places(account(request))
    if not place.strip():
        return _index_page(
            request, index, errors=[FieldError("place", "Enter a postcode, an address or a grid reference")]
        )
    try:
        found = desk.find(index, place)
    except DataError as error:
        return _index_page(request, index, errors=[FieldError("place", message(error))], typed=place)
    return RedirectResponse(f"/places/{index}/at/{round(found.easting)}/{round(found.northing)}", status_code=303)


@router.get("/{index}/areas/{code}")
def area(request: Request, index: str, code: str) -> HTMLResponse:
    """Show one area: its rank with its interval, what drives it, what would change it."""
    site = site_of(request)
    shown = site.desk.places(account(request)).area(index, code)
    figure = place_figures.what_drives(shown)
    return site.pages.page(
        request,
        "places/area.html",
        title=shown.name,
        index=index,
        shown=shown,
        figures=drawn_once([figure]) if figure else [],
        changes=place_figures.would_change(shown),
        others=place_figures.other_ranks(shown.others),
        premises=[(each.name, each.kind, words.day(each.opened, _UNKNOWN)) for each in shown.premises],
    )


@router.get("/{index}/at/{easting}/{northing}")
def place(request: Request, index: str, easting: int, northing: int, within: int = 400) -> HTMLResponse:
    """Show what is known of a place."""
    return _place_page(request, index, (easting, northing), within)


@router.post("/{index}/at/{easting}/{northing}/pack")
def pack(
    request: Request,
    index: str,
    easting: int,
    northing: int,
    *,
    within: Annotated[int, Form()] = 400,
    about: Text = "",
    kind: Text = "pdf",
) -> Response:
    """Give the evidence about a place as a file."""
    if len(about) > _LONGEST:
        too_long = FieldError("about", f"What the pack is for must be {_LONGEST} characters or fewer")
        return _place_page(request, index, (easting, northing), within, errors=[too_long], about=about)
    if not _LEAST <= within <= _MOST or kind not in ("pdf", "html"):
        raise HTTPException(404)
    desk = site_of(request).desk.places(account(request))
    paper = desk.pack(index, (easting, northing), float(within), about=about)
    data, media = (pdf(paper), "application/pdf") if kind == "pdf" else (page(paper).encode(), "text/html")
    headers = {"Content-Disposition": f'attachment; filename="{paper.name}.{kind}"'}
    return Response(data, media_type=media, headers=headers)


@router.get("/{index}/density")
def density(request: Request, index: str, of: str = "premises", bandwidth: int = 400) -> HTMLResponse:
    """Show where premises, or residents at greater risk, are close together."""
    site = site_of(request)
    shown = site.desk.places(account(request)).density(index, of, bandwidth)
    return site.pages.page(
        request,
        "places/density.html",
        title=_DENSITIES[of],
        index=index,
        shown=shown,
        of=of,
        bandwidth=bandwidth,
        kinds=_DENSITIES,
        bandwidths=BANDWIDTHS,
        map=drawn([shown.map])[0],
    )


@router.get("/{index}/options")
def options(request: Request, index: str) -> HTMLResponse:
    """Hold options of a policy side by side: such as are often asked about."""
    return _options_page(request, index, _USUAL)


@router.post("/{index}/options")
def other_options(
    request: Request,
    index: str,
    *,
    density: Text = "",
    zone: Text = "",
    most: Text = "",
    cap: Text = "",
    kind: Text = "",
    near: Text = "",
) -> HTMLResponse:
    """Hold the options that were typed side by side."""
    typed = {"density": density, "zone": zone, "most": most, "cap": cap, "kind": kind, "near": near}
    return _options_page(request, index, typed)


def _index_page(
    request: Request, index: str, *, errors: list[FieldError] | None = None, typed: str = ""
) -> HTMLResponse:
    site = site_of(request)
    shown = site.desk.places(account(request)).index(index)
    result = shown.result
    rows = [_area_row(index, shown, row) for row in result.scores.to_pylist()]
    return site.pages.page(
        request,
        "places/index.html",
        title=result.index.title,
        status=422 if errors else 200,
        errors=tuple(errors or ()),
        index=index,
        shown=shown,
        typed=typed,
        map=drawn([shown.map])[0],
        intervals=drawn_once([place_figures.rank_intervals(shown)])[0],
        headings=_area_headings(shown),
        first=rows[: place_figures.FIRST],
        rest=rows[place_figures.FIRST :],
        weights=place_figures.weight_rows(result),
        twice=place_figures.double_counted(result),
        sources=[(words.plain(source), words.day(on)) for source, on in sorted(result.delivered.items())],
    )


def _options_page(request: Request, index: str, typed: dict[str, str]) -> HTMLResponse:
    site = site_of(request)
    asked, errors = _asked(typed)
    shown = site.desk.places(account(request)).options(index, asked)
    return site.pages.page(
        request,
        "places/options.html",
        title="Policy options side by side",
        status=422 if errors else 200,
        errors=tuple(errors),
        index=index,
        shown=shown,
        typed=typed,
        kinds=[("", "No such condition"), *((each, words.plain(each)) for each in shown.kinds)],
        rows=[_option_row(each) for each in shown.touched],
        premises=[(each.option.title, _touched_premises(each)) for each in shown.touched],
    )


def _place_page(
    request: Request,
    index: str,
    at: tuple[int, int],
    within: int,
    *,
    errors: list[FieldError] | None = None,
    about: str = "",
) -> HTMLResponse:
    site = site_of(request)
    if not _LEAST <= within <= _MOST:
        raise HTTPException(404)
    shown = site.desk.places(account(request)).place(index, at, float(within))
    told = shown.told
    return site.pages.page(
        request,
        "places/place.html",
        title="A place that is applied for",
        status=422 if errors else 200,
        errors=tuple(errors or ()),
        index=index,
        shown=shown,
        at=at,
        within=within,
        about=about,
        radii=RADII,
        map=drawn([shown.map])[0],
        circles=_circles(shown),
        groups=_groups(shown),
        premises=[
            (
                each.name,
                words.plain(each.kind),
                f"{each.metres:,.0f} metres",
                words.day(each.opened, _UNKNOWN),
            )
            for each in told.premises
        ],
        opened=[(each.name, words.plain(each.kind), words.day(each.opened)) for each in told.opened],
        closed=[(each.name, words.plain(each.kind), words.day(each.closed)) for each in told.closed],
        areas=_areas_there(index, shown),
    )


def _area_headings(shown: IndexShown) -> list[str]:
    then = [f"Rank on {words.day(shown.earlier_on)}#"] if shown.earlier_on else []
    return [
        "Rank#",
        "Area",
        "Rank in nine draws of ten",
        "Residents#",
        "Among the worst tenth#",
        *then,
        "Most because of",
    ]


def _area_row(index: str, shown: IndexShown, row: dict[str, Any]) -> tuple[Any, ...]:
    link = Markup('<a class="govuk-link" href="/places/{}/areas/{}">{}</a>').format(index, row["area"], row["name"])
    then = [str(shown.earlier.get(row["area"], "not known"))] if shown.earlier_on else []
    return (
        str(row["rank"]),
        link,
        interval(row["rank_low"], row["rank_high"]),
        numbers.count(row["residents"]),
        numbers.share(row["worst_tenth"], 0),
        *then,
        shown.most.get(row["area"], ""),
    )


def _circles(shown: PlaceShown) -> list[tuple[str, ...]]:
    return [
        (
            f"{circle.radius:,.0f} metres",
            "not told" if circle.residents is None else f"about {circle.residents:,}",
            numbers.share(circle.beyond, 0),
        )
        for circle in shown.told.circles
    ]


def _groups(shown: PlaceShown) -> list[tuple[str, ...]]:
    mine = next(circle for circle in shown.told.circles if circle.radius == shown.told.radius)
    return [
        (
            group.title,
            "not told" if group.residents is None else f"about {group.residents:,}",
            "not told" if group.share is None else numbers.share(group.share),
            "not told" if group.borough is None else numbers.share(group.borough),
        )
        for group in mine.groups
    ]


def _areas_there(index: str, shown: PlaceShown) -> list[tuple[Any, ...]]:
    there = shown.told.index
    if there is None:
        return []
    return [
        (
            Markup('<a class="govuk-link" href="/places/{}/areas/{}">{}</a>').format(index, each.code, each.name),
            numbers.share(each.part, 0),
            str(each.rank),
            interval(each.rank_low, each.rank_high),
            *([str(shown.earlier.get(each.code, "not known"))] if shown.earlier_on else []),
        )
        for each in there.areas
    ]


def _asked(typed: dict[str, str]) -> tuple[OptionsAsked, list[FieldError]]:
    """Return the options that were typed, and what is wrong with them; what is wrong stays as it is by default."""
    default, errors = OptionsAsked(), []

    def number(name: str, what: str, least: float, most: float, otherwise: float) -> float:
        try:
            value = float(typed[name])
        except ValueError:
            value = float("nan")
        if least <= value <= most:
            return value
        errors.append(FieldError(name, f"{what} must be a number from {least:g} to {most:g}"))
        return otherwise

    asked = OptionsAsked(
        density=number("density", "Density", 0.1, 100, default.density),
        zone_metres=number("zone", "Metres of the zone", 50, 2000, default.zone_metres),
        most=round(number("most", "Places to gamble", 0, 100, default.most)),
        cap_metres=number("cap", "Metres of the cap", 50, 2000, default.cap_metres),
        kinds=(typed["kind"],) if typed["kind"] else (),
        kinds_metres=number("near", "Metres of the condition", 25, 2000, default.kinds_metres),
    )
    return asked, errors


def _option_row(each: Any) -> tuple[str, ...]:
    number = each.premises.num_rows
    return (
        each.option.title,
        f"{number} of {each.of_premises}",
        "not told" if each.residents is None else f"about {each.residents:,}",
        "not told" if each.share is None else numbers.share(each.share),
        "not told" if each.residents is None else str(len(each.areas)),
    )


def _touched_premises(each: Any) -> list[tuple[str, ...]]:
    return [(r["name"], words.plain(r["kind"])) for r in sorted(each.premises.to_pylist(), key=lambda r: r["name"])]
