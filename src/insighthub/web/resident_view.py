"""The full picture as a page lays it out: what the index holds, put into words and tables.

Takes what the desk shows of a resident, gives the values of the template ``officer/resident.html``. Nothing is left out
here and nothing concluded: what a purpose may not see never gets this far.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from markupsafe import Markup

from insighthub.spoken import spoken_age
from insighthub.web import words

SECTIONS = (
    ("summary", "Summary"),
    ("disagreements", "Where sources disagree"),
    ("household", "Household"),
    ("addresses", "Addresses"),
    ("services", "Services"),
    ("timeline", "Timeline"),
    ("contacts", "Names and contacts"),
    ("records", "Why these records are one person"),
    ("notes", "Notes"),
)
_NAME = ("given_name", "middle_names", "family_name")
#: Told elsewhere on the page, and so no line of the summary.
_ELSEWHERE = frozenset({*_NAME, "title", "mobile", "phone", "email", "nhs_number", "nino", "upn", "date_of_birth"})
#: Why a value lost, where the one that stands only says more than it does.
_SAYS_LESS = frozenset({"less complete"})

Row = tuple[Any, ...]


def view(shown: Any, records: Sequence[Any], *, here: str, today: date, openable: frozenset[str]) -> dict[str, Any]:
    """Return what the template shows.

    Args:
        shown: a ``Shown`` of the desk.
        records: the resident's records, as source, reference and person.
        here: the page's address.
        today: the day on which ages are counted.
        openable: sources whose records can be opened in their own system.
    """
    picture = shown.picture
    return {
        "picture": picture,
        "here": here,
        "who": _who(picture, today),
        "sections": SECTIONS,
        "warnings": [_warning(remark, today) for remark in shown.warnings],
        "notes": shown.notes,
        "summary": _summary(picture),
        "disagreements": _disagreements(picture.disagreements),
        "suggestions": [_suggestion(one) for one in shown.suggestions],
        "household": [_mate(mate) for mate in picture.household],
        "addresses": [_address(address) for address in picture.addresses],
        "services": _services(picture),
        "nothing_held": words.plain_list(s.source for s in picture.hold_nothing),
        "not_asked": words.plain_list(picture.not_allowed),
        "timeline": [_event(entry) for entry in picture.timeline],
        "names": [_form_of_name(form) for form in picture.names],
        "contacts": [_contact(contact) for contact in picture.contacts],
        "identifiers": [_identifier(one) for one in picture.identifiers or ()],
        "sure_line": _sure_line(picture, len(records)),
        "records": [_record(at, record, here, openable) for at, record in enumerate(records)],
        "reasons": [_reason(reason) for reason in picture.reasons],
    }


def full_name(picture: Any) -> str:
    """Return a resident's name as people write it; that it is not known where no source that was asked says it."""
    values = {field.field: field.values[0].value for field in picture.fields}
    return " ".join(words.proper(values[part]) for part in _NAME if part in values) or "Name not known"


def _who(picture: Any, today: date) -> dict[str, str]:
    values = {field.field: field.values[0].value for field in picture.fields}
    said = []
    if born := values.get("date_of_birth"):
        said.append(f"Born {words.day(born)}{_aged(born, values.get('date_of_death'), today)}")
    if died := values.get("date_of_death"):
        said.append(f"Died {words.day(died)}")
    now = next((address for address in picture.addresses if address.is_current), None)
    if now is not None and not died:
        said.append(
            f"Lives at {_place(now)}{'' if now.probability is None else f' ({words.sure(now.probability)} sure)'}"
        )
    return {"name": full_name(picture), "line": ". ".join(said)}


def _aged(born: str, died: str | None, today: date) -> str:
    if "X" in born or died:
        return ""
    day = date.fromisoformat(born)
    return f", aged {today.year - day.year - ((today.month, today.day) < (day.month, day.day))}"


def _summary(picture: Any) -> list[Row]:
    out: list[Row] = []
    for field in picture.fields:
        if field.field == "date_of_birth" or field.field not in _ELSEWHERE:
            stands = field.values[0]
            out.append(
                (words.plain(field.field), words.value_of(field.field, stands.value), _said_by(stands, field.inferred))
            )
    now = next((address for address in picture.addresses if address.is_current), None)
    if now is not None:
        out.append(("Current address", _place(now), _from(now.sources, now.why)))
    for contact in picture.contacts[:2]:
        shared = f"; {words.count(contact.shared_with, 'other resident has', 'other residents have')} it too"
        text = words.value_of(contact.kind, contact.value)
        told = _from(contact.sources, None, contact.newest)
        out.append((words.plain(contact.kind), text, told + (shared if contact.shared_with else "")))
    known = [words.plain(s.source) for s in picture.asked_sources if s.records]
    out.append(("Known to", ", ".join(known) or "no service that was asked", None))
    return out


def _said_by(value: Any, inferred: bool) -> str:
    if inferred or not value.said_by:
        return "No record says this: it is worked out"
    newest = max((s.date for s in value.said_by if s.date), default=None)
    return _from(dict.fromkeys(s.source for s in value.said_by), None, newest)


def _from(sources: Iterable[str], why: str | None, newest: date | None = None) -> str:
    told = f"From {words.plain_list(sources)}" if sources else "No record says this: it is worked out"
    if newest is not None:
        told += f", last as of {words.day(newest)}"
    return f"{told}; {why}" if why else told


def _place(address: Any) -> str:
    text = words.proper(address.address) if address.address else "an address that is not told"
    return f"{text}, {address.postcode}" if address.postcode else text


def _disagreements(fields: Sequence[Any]) -> list[Row]:
    out: list[Row] = []
    for field in fields:
        for value in field.values:
            if value.why_lost is None:
                verdict = "We take this one"
            elif value.why_lost in _SAYS_LESS:
                verdict = "Says less, and contradicts nothing"
            else:
                verdict = f"Not taken: {value.why_lost}"
            held = words.plain_list(dict.fromkeys(s.source for s in value.said_by)) or "worked out"
            out.append((words.plain(field.field), words.value_of(field.field, value.value), held, verdict))
    return out


def _suggestion(one: Any) -> Row:
    return (
        words.plain(one.field),
        words.value_of(one.field, one.proposed),
        words.plain(one.source),
        f"{one.by}, {words.day(one.at)}",
    )


def _warning(remark: Any, today: date) -> dict[str, Any]:
    return {
        "number": remark.remark_id,
        "text": remark.text,
        "by": remark.by,
        "at": remark.at,
        "review_on": remark.review_on,
        "overdue": remark.review_on is not None and remark.review_on < today,
    }


def _mate(mate: Any) -> Row:
    name = words.proper(mate.name) if mate.name else "name not told"
    relation = words.plain(mate.relation) if mate.relation else "not known"
    return (name, relation, "now" if mate.is_current else "before", words.sure(mate.probability), mate.why or "")


def _address(address: Any) -> Row:
    now = "no" if not address.is_current else f"yes, {words.sure(address.probability)}"
    if address.is_current and address.probability is None:
        now = "yes"
    held = words.plain_list(address.sources) or "worked out"
    return (_place(address), words.span(address.from_date, address.to_date), now, held, address.why or "")


def _services(picture: Any) -> list[Row]:
    latest: dict[str, Any] = {}
    for entry in picture.timeline:
        if entry.date is not None and (entry.age_days is None or entry.age_days >= 0):
            latest.setdefault(entry.source, entry)
    out: list[Row] = []
    for source in picture.asked_sources:
        if source.records:
            entry = latest.get(source.source)
            told = "nothing dated" if entry is None else f"{words.plain(entry.name)}, {words.day(entry.date)}"
            held = words.count(source.records, "record")
            out.append((words.plain(source.source), held, told, spoken_age(source.age_days)))
    return out


def _event(entry: Any) -> Row:
    what = words.amount(entry.amount, entry.value) if entry.kind == "amount" else entry.value or ""
    ago = "" if entry.age_days is None else spoken_age(entry.age_days)
    return (
        words.span_of_event(entry.date, entry.end_date),
        words.plain(entry.name),
        what,
        words.plain(entry.source),
        ago,
    )


def _form_of_name(form: Any) -> Row:
    name = " ".join(words.proper(x) for x in (form.given_name, form.middle_names, form.family_name) if x)
    return (name or "not told", words.plain(form.kind), words.plain_list(form.sources))


def _contact(contact: Any) -> Row:
    shared = words.count(contact.shared_with, "other resident") if contact.shared_with else "nobody else"
    text = words.value_of(contact.kind, contact.value)
    held = words.plain_list(contact.sources)
    return (text, words.plain(contact.kind), held, words.day(contact.newest, "not dated"), shared)


def _identifier(one: Any) -> Row:
    check = "check digit right" if one.verified else "not checked"
    if one.conflict:
        check = "sources hold different ones"
    return (one.value, words.plain(one.kind), words.plain_list(one.sources), check)


def _record(at: int, record: Any, here: str, openable: frozenset[str]) -> Row:
    source, reference, person = record
    named = reference if person == 1 else f"{reference}, person {person}"
    link: Any = "no link is set up"
    if source in openable:
        link = Markup(
            '<a class="govuk-link" href="{}/records/{}/open">Open<span class="govuk-visually-hidden"> {} {}</span></a>'
        ).format(here, at, words.plain(source), named)
    return (named, words.plain(source), link)


def _reason(reason: Any) -> Row:
    left, right = (f"{words.plain(source)} {reference}" for source, reference in (reason.left, reason.right))
    agrees, differs = ("; ".join(lines) or "nothing told" for lines in (reason.agreements, reason.differences))
    return (left, right, words.sure(reason.probability), agrees, differs)


def _sure_line(picture: Any, records: int) -> str:
    if records <= 1:
        return "One record is all that the sources which were asked hold of this resident."
    if picture.confidence is None:
        return f"{records} records are thought to be of one person."
    return (
        f"{records} records are thought to be of one person. The one that fits least is "
        f"{words.sure(picture.confidence)} sure to be theirs. It was worked out by machine, and can be wrong."
    )
