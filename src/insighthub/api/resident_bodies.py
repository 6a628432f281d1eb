"""What the API tells of a resident: the parts of the full picture, as bodies of JSON."""

from __future__ import annotations

import datetime as dt

from pydantic import BaseModel, ConfigDict, Field

from insighthub.api.caller import Moment

_NAMED = "the name of the source"
_SOURCES = "the sources that say so"


class _Body(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class SaidBy(_Body):
    """A source that says something, of which record."""

    source: str = Field(description=_NAMED)
    record_id: str = Field(description="the record's reference in the source")
    date: dt.date | None = Field(description="as of when it says so; null where the record is not dated")


class Value(_Body):
    """One value of a field."""

    value: str = Field(description="the value")
    said_by: list[SaidBy] = Field(description="who says it")
    why_lost: str | None = Field(description="why it does not stand; null for the one that does")


class GoldenField(_Body):
    """A field of the golden record."""

    field: str = Field(description="its name")
    values: list[Value] = Field(description="the value that stands first, then those that lost")
    inferred: bool = Field(description="whether no record says it")


class NameForm(_Body):
    """A form of the resident's name."""

    given_name: str | None = Field(description="given name")
    middle_names: str | None = Field(description="further given names")
    family_name: str | None = Field(description="family name")
    kind: str = Field(description="current, former, known as, or another spelling")
    sources: list[str] = Field(description=_SOURCES)


class Address(_Body):
    """An address of the resident."""

    address: str | None = Field(description="as one line")
    postcode: str | None = Field(description="its postcode")
    uprn: str | None = Field(description="its unique property reference number")
    from_date: dt.date | None = Field(description="since when")
    to_date: dt.date | None = Field(description="until when")
    is_current: bool = Field(description="whether they are thought to live there now")
    probability: float | None = Field(description="how sure that is, from 0 to 1")
    sources: list[str] = Field(description=_SOURCES)
    inferred: bool = Field(description="whether no record says it")
    why: str | None = Field(description="what it rests on")


class Contact(_Body):
    """A telephone number or e-mail address."""

    kind: str = Field(description="phone, mobile or email")
    value: str = Field(description="the number or address")
    sources: list[str] = Field(description=_SOURCES)
    newest: dt.date | None = Field(description="as of when it was last said")
    shared_with: int = Field(description="how many other residents have it too")


class Identifier(_Body):
    """An NHS, National Insurance or pupil number."""

    kind: str = Field(description="nhs_number, nino or upn")
    value: str = Field(description="the number")
    sources: list[str] = Field(description=_SOURCES)
    verified: bool = Field(description="whether its check digit is right")
    conflict: bool = Field(description="whether sources disagree on it")


class Mate(_Body):
    """Somebody of the same household."""

    resident_id: str = Field(description="their id")
    name: str | None = Field(description="their name; null where the purpose does not see it")
    is_current: bool = Field(description="whether they live there now")
    probability: float | None = Field(description="how sure that is, from 0 to 1")
    relation: str | None = Field(description="how they are related, where that is known")
    why: str | None = Field(description="what that rests on")


class TimelineEntry(_Body):
    """Something that a service knows."""

    date: dt.date | None = Field(description="when, or since when")
    end_date: dt.date | None = Field(description="until when")
    source: str = Field(description=_NAMED)
    record_id: str = Field(description="the record's reference in the source")
    name: str = Field(description="what it is, as the contract names it")
    kind: str = Field(description="event, state or amount")
    value: str | None = Field(description="what it says")
    amount: float | None = Field(description="an amount of money, in pounds")
    age_days: int | None = Field(description="how many days ago")


class SourceAsked(_Body):
    """A source that was asked; no records is not to say that there is nothing."""

    source: str = Field(description=_NAMED)
    records: int = Field(description="how many records it holds of the resident")
    delivered_on: dt.date = Field(description="the day of what it delivered last")
    age_days: int = Field(description="how many days ago that was")


class LinkReason(_Body):
    """Why two records are thought to be of one person."""

    left: list[str] = Field(description="source and reference of one record")
    right: list[str] = Field(description="source and reference of the other")
    probability: float = Field(description="that they are of one person, from 0 to 1")
    weight: float = Field(description="the match weight, in bits")
    agreements: list[str] = Field(description="what agrees")
    differences: list[str] = Field(description="what differs")


class Remark(_Body):
    """A note or a warning that somebody wrote on the resident."""

    remark_id: int = Field(description="its number")
    kind: str = Field(description="note or warning")
    text: str = Field(description="what it says")
    by: str = Field(description="who wrote it")
    at: Moment = Field(description="when, in UTC")
    review_on: dt.date | None = Field(description="when a warning is to be looked at again")


class Household(_Body):
    """Who lives with a resident, as far as the purpose sees."""

    resident_id: str = Field(description="whose household it is: the id now")
    release: str = Field(description="the release that it is from")
    as_of: dt.date = Field(description="the day that this is of")
    household_kind: str | None = Field(description="what the household or the place is; null where it is not known")
    household: list[Mate] = Field(description="who lives with them; empty for a resident who is hidden")


class Resident(Household):
    """All that may be seen of a resident for a purpose."""

    asked: str = Field(description="the id that was asked for")
    purpose: str = Field(description="the purpose")
    confidence: float | None = Field(description="probability that the record which fits least is theirs")
    warnings: list[Remark] = Field(description="warnings, newest first: to be read before anything else")
    notes: list[Remark] = Field(description="notes, newest first")
    flags: list[str] = Field(description="what to know, in sentences")
    fields: list[GoldenField] = Field(description="the golden record, by field")
    names: list[NameForm] = Field(description="every form of the name")
    addresses: list[Address] = Field(description="current first, then the latest")
    contacts: list[Contact] = Field(description="telephone numbers and e-mail addresses")
    identifiers: list[Identifier] | None = Field(description="null where the purpose does not see them")
    timeline: list[TimelineEntry] = Field(description="newest first; what has no date comes last")
    asked_sources: list[SourceAsked] = Field(description="sources that the purpose may use, and what they hold")
    not_allowed: list[str] = Field(description="sources that it may not use, whether they hold anything or not")
    reasons: list[LinkReason] = Field(description="why the records are thought to be of one person, weakest first")
