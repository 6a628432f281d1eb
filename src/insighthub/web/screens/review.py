"""Review of doubtful pairs and clusters: the queue, an item, answers, and taking them back.

An item is taken by a form, as it is held for whoever takes it; its page can be loaded again. After an answer the next
item comes at once, of the same sort.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from insighthub.charts import Drawing, Figure
from insighthub.desk.review import ReviewDesk, SeenCluster, SeenPair
from insighthub.errors import RunError
from insighthub.governance.actions import Action
from insighthub.web import review_view, words
from insighthub.web.faults import release_needed
from insighthub.web.figures import Shown
from insighthub.web.forms import FieldError
from insighthub.web.paging import Paging
from insighthub.web.review_view import DONE, SAID, SORTS, STATUS, Filter, filter_of
from insighthub.web.screen import Nav, Screen
from insighthub.web.session import cookie_name, is_https
from insighthub.web.site import account, site_of

router = APIRouter(prefix="/review", dependencies=[Depends(release_needed)])
SCREEN = Screen(
    router,
    nav=Nav("Review", "/review", Action.REVIEW_PAIRS, about="Say of two records whether they are of one person."),
)
#: Keeps that somebody wants no keys; that they want them is kept nowhere.
KEYS_COOKIE = "insighthub-review-keys"
#: People whom the records of a cluster can be sorted into at most.
MOST_PEOPLE = 9
_LONGEST_NOTE = 2000
Text = Annotated[str, Form()]


@router.get("")
def queue(request: Request, sort: str = "", sources: str = "", page: int = 1, done: str = "") -> HTMLResponse:
    """Show what waits, and how far review has come."""
    site, desk = site_of(request), _desk(request)
    where = filter_of(sort, sources)
    paging = Paging("/review", page, 0)
    board = desk.board(where.wanted, limit=paging.size, offset=max(0, page - 1) * paging.size)
    paging = Paging("/review", page, board.total, keep=where.fields)
    if paging.shown != page:
        board = desk.board(where.wanted, limit=paging.size, offset=paging.offset)
    counts = review_view.sort_counts(board)
    return site.pages.page(
        request,
        "review/queue.html",
        title="Review of doubtful pairs",
        purpose=purpose_of(desk),
        done=DONE.get(done, ""),
        board=board,
        counts=counts,
        sorts=[{"value": "", "text": "Anything"}]
        + [
            {"value": key, "text": f"{said} ({counts[key]:,})", "selected": key == where.sort}
            for key, (said, _) in SORTS.items()
        ],
        sort_words=SORTS,
        choices=review_view.source_choices(board, where.sources),
        rows=review_view.queue_rows(board, where),
        where=where,
        paging=paging,
        last=_last(board.last),
        standing=standing(board.estimate, board.found, board.agreement),
    )


@router.post("/next")
def take(request: Request, sort: Text = "", sources: Text = "") -> Response:
    """Go to the next item, which is held for whoever asked."""
    return _to_next(_desk(request), filter_of(sort, sources), "")


@router.get("/items/{number}")
def item(
    request: Request, number: int, *, sort: str = "", sources: str = "", done: str = "", one: str = "", other: str = ""
) -> HTMLResponse:
    """Show an item; of a cluster also what would follow if the link between two of its records were cut."""
    return _item(request, number, filter_of(sort, sources), done=done, ends=(one, other))


@router.post("/items/{number}/answer")
async def answer(request: Request, number: int) -> Response:
    """Keep an answer, and go on."""
    form = await request.form()
    typed = {name: str(value) for name, value in form.items()}
    return await run_in_threadpool(_answer, request, number, typed)


@router.post("/answers/{number}/undo")
def undo(request: Request, number: int, sort: Text = "", sources: Text = "") -> Response:
    """Take an own answer back, and show its item again."""
    where = filter_of(sort, sources)
    back = _desk(request).take_back(number)
    return RedirectResponse(where.href(f"/review/items/{back}", done="undone"), status_code=303)


@router.post("/keys")
def keys(
    request: Request, number: Annotated[int, Form()], on: Text = "", sort: Text = "", sources: Text = ""
) -> Response:
    """Turn the keys 1, 2 and 3 on or off for this browser."""
    where = filter_of(sort, sources)
    done = "keys_on" if on else "keys_off"
    response = RedirectResponse(where.href(f"/review/items/{number}", done=done), status_code=303)
    name, secure = cookie_name(request, KEYS_COOKIE), is_https(request)
    if on:
        response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="lax")
    else:
        year = 365 * 24 * 3600
        response.set_cookie(name, "off", max_age=year, path="/", secure=secure, httponly=True, samesite="lax")
    return response


def purpose_of(desk: ReviewDesk) -> dict[str, str | None]:
    """Return what the banner says of the purpose of review."""
    return {"title": desk.title, "until": None, "change": None}


def standing(estimate: Any, found: Any, agreement: Any) -> list[tuple[str, str, str]]:
    """Return how far review has come: what, how much, and what that means."""
    precision = recall = "not known yet"
    said = "Nobody has answered a pair that was drawn to measure"
    if estimate is not None and estimate.estimate is not None:
        scores = estimate.estimate.scores
        precision, recall = review_view.interval(scores.precision), review_view.interval(scores.recall)
        said = f"From {words.count(estimate.answered, 'answer')} of {estimate.drawn:,} drawn to measure"
    kappa = "not known yet"
    if agreement.kappa is not None:
        kappa = f"{agreement.kappa.value:.2f} ({agreement.kappa.low:.2f} to {agreement.kappa.high:.2f})"
    return [
        ("Of the links made, right (precision)", precision, said),
        ("Of the links to be made, found (recall)", recall, said),
        (
            "Wrong links found",
            words.number(found.wrong_links),
            "Records that the release has as one person, and reviewers say are not",
        ),
        (
            "Missed links found",
            words.number(found.missed_links),
            "Records that the release has as two people, and reviewers say are one",
        ),
        (
            "Reviewers agree (kappa)",
            kappa,
            f"On {agreement.agreed:,} of {words.count(agreement.items, 'item')} that two reviewers answered",
        ),
    ]


def _desk(request: Request) -> ReviewDesk:
    return site_of(request).desk.review(account(request))


def _to_next(desk: ReviewDesk, where: Filter, done: str) -> Response:
    found = desk.take(where.wanted)
    path = "/review" if found is None else f"/review/items/{found}"
    return RedirectResponse(where.href(path, done=done), status_code=303)


def _answer(request: Request, number: int, typed: dict[str, str]) -> Response:
    desk = _desk(request)
    where = filter_of(typed.get("sort", ""), typed.get("sources", ""))
    said, note = typed.get("said", ""), typed.get("note", "").strip()
    agreed = bool(typed.get("agreed"))
    people = _people(typed)
    errors = []
    if said not in SAID:
        errors.append(FieldError("said", "Choose an answer"))
    if len(note) > _LONGEST_NOTE:
        errors.append(FieldError("note", f"The note must be {_LONGEST_NOTE:,} characters or fewer"))
    if said == "not" and people is not None and len(set(people)) < 2:
        errors.append(FieldError("person-1", "Sort the records into at least two people, or say that they are one"))
    if errors:
        return _item(request, number, where, typed=typed, errors=errors)
    chosen: Literal["match", "not", "cannot_say"] = said  # type: ignore[assignment]
    try:
        settled = desk.answer(number, chosen, note=note, people=people if said == "not" else None, agreed=agreed)
    except RunError as error:
        told = [FieldError("said", f"{error.what[:1].upper()}{error.what[1:]}. {error.remedy}")]
        return _item(request, number, where, typed=typed, errors=told)
    done = "decided" if settled.decisions else settled.status
    if agreed:
        return RedirectResponse(f"/review/agreement?done={done}", status_code=303)
    return _to_next(desk, where, done)


def _people(typed: dict[str, str]) -> list[int] | None:
    """Return the person of each record, by its place; None where the item is no cluster."""
    given = {int(name[7:]): value for name, value in typed.items() if name.startswith("person-") and name[7:].isdigit()}
    if not given or sorted(given) != list(range(1, len(given) + 1)):
        return None
    return [int(given[at]) if given[at].isdigit() else 1 for at in sorted(given)]


def _item(
    request: Request,
    number: int,
    where: Filter,
    *,
    done: str = "",
    ends: tuple[str, str] = ("", ""),
    typed: dict[str, str] | None = None,
    errors: list[FieldError] | None = None,
) -> HTMLResponse:
    site, desk = site_of(request), _desk(request)
    cut = (int(ends[0]) - 1, int(ends[1]) - 1) if ends[0].isdigit() and ends[1].isdigit() else None
    try:
        seen = desk.show(number, cut=cut)
    except RunError as error:
        if cut is None:
            raise
        errors = [FieldError("one", f"{error.what[:1].upper()}{error.what[1:]}. {error.remedy}")]
        seen = desk.show(number)
    given = typed or {}
    common = {
        "purpose": purpose_of(desk),
        "seen": seen,
        "item": seen.item,
        "where": where,
        "done": DONE.get(done, ""),
        "why": review_view.WHY.get(seen.item.reason, ""),
        "sort": SORTS.get(seen.item.purpose, ("",))[0],
        "status": STATUS[seen.item.status],
        "outcome": SAID.get(seen.item.outcome or "", ""),
        "answers": review_view.answer_lines(seen),
        "mine": desk.user.email,
        "last": _last(desk.last()),
        "note": given.get("note", ""),
        "keys_on": request.cookies.get(cookie_name(request, KEYS_COOKIE)) != "off",
        "compared": review_view.compared(seen.fields),
        "figures": _figures(seen.figures, seen.drawings),
        "names": [review_view.record_name(r) for r in (seen.item.left, seen.item.right)],
    }
    told: dict[str, Any] = {"status": 422 if errors else 200, "errors": tuple(errors or ())}
    if isinstance(seen, SeenPair):
        return site.pages.page(
            request, "review/pair.html", title="Are these two records of one person?", **told, **_renamed(common)
        )
    return site.pages.page(
        request,
        "review/cluster.html",
        title="Are these records all of one person?",
        **told,
        **_renamed(common),
        **_cluster(seen, given),
    )


def _renamed(common: dict[str, Any]) -> dict[str, Any]:
    return {("item_status" if name == "status" else name): value for name, value in common.items()}


def _cluster(seen: SeenCluster, given: dict[str, str]) -> dict[str, Any]:
    records = seen.view.records
    part_of = {record: number for number, part in enumerate(seen.cut.parts, start=1) for record in part}
    people = [
        {
            "place": place,
            "name": review_view.record_name(record),
            "chosen": given.get(f"person-{place}", str(min(part_of.get(record, 1), MOST_PEOPLE))),
        }
        for place, record in enumerate(records, start=1)
    ]
    places = {record: place for place, record in enumerate(records, start=1)}
    numbered = [f"{place}: {review_view.record_name(record)}" for record, place in places.items()]
    return {
        "columns": review_view.cluster_columns(seen),
        "values": review_view.cluster_values(seen),
        "records": numbered,
        "people": people,
        "most": min(len(records), MOST_PEOPLE),
        "links": review_view.link_rows(seen),
        "parts": [words_of_places(sorted(places[record] for record in part)) for part in seen.cut.parts],
        "ends": [end + 1 for end in seen.ends],
        "end_choices": [
            [{"value": str(p), "text": text, "selected": p == end + 1} for p, text in enumerate(numbered, start=1)]
            for end in seen.ends
        ],
        "reproduced": seen.view.explanation.reproduced,
    }


def words_of_places(places: list[int]) -> str:
    """Write which records: record 3, or records 1, 2 and 4."""
    if len(places) == 1:
        return f"record {places[0]}"
    return f"records {', '.join(map(str, places[:-1]))} and {places[-1]}"


def _figures(figures: tuple[Figure, ...], drawings: Any) -> list[Shown]:
    found: dict[str, Drawing] = dict(drawings)
    return [Shown(figure, found.get(figure.key)) for figure in figures]


def _last(found: Any) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"answer": found.answer_id, "item": found.item_id, "said": SAID[found.answer], "at": found.at}
