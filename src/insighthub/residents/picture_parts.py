"""The parts of a resident's full picture, as plain data: what a screen, a page or a command shows."""

from __future__ import annotations

import datetime
from dataclasses import dataclass


@dataclass(frozen=True)
class SaidBy:
    """A source that says something, of which record, and as of when (None where the record is not dated)."""

    source: str
    record_id: str
    date: datetime.date | None


@dataclass(frozen=True)
class Value:
    """One value of a field, with who says it; ``why_lost`` is None for the one that stands."""

    value: str
    said_by: tuple[SaidBy, ...]
    why_lost: str | None


@dataclass(frozen=True)
class FieldPicture:
    """A field of the golden record: the value that stands first, then those that lost.

    Attributes:
        field: its name.
        values: at least one, best first.
        inferred: whether no record says it.
    """

    field: str
    values: tuple[Value, ...]
    inferred: bool

    @property
    def disagree(self) -> bool:
        """Whether sources say different things."""
        return len(self.values) > 1


@dataclass(frozen=True)
class NameForm:
    """A form of the resident's name, and what it is: current, former, known as, another spelling."""

    given_name: str | None
    middle_names: str | None
    family_name: str | None
    kind: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Address:
    """An address of the resident, from when until when, and how sure it is that they live there now."""

    address: str | None
    postcode: str | None
    uprn: str | None
    from_date: datetime.date | None
    to_date: datetime.date | None
    is_current: bool
    probability: float | None
    sources: tuple[str, ...]
    inferred: bool
    why: str | None


@dataclass(frozen=True)
class Contact:
    """A telephone number or e-mail address; ``shared_with`` other residents have it too."""

    kind: str
    value: str
    sources: tuple[str, ...]
    newest: datetime.date | None
    shared_with: int


@dataclass(frozen=True)
class Identifier:
    """An NHS, National Insurance or pupil number."""

    kind: str
    value: str
    sources: tuple[str, ...]
    verified: bool
    conflict: bool


@dataclass(frozen=True)
class Mate:
    """Somebody of the same household, and what is known of how they are related; None where it is not told."""

    resident_id: str
    name: str | None
    is_current: bool
    probability: float | None
    relation: str | None
    why: str | None


@dataclass(frozen=True)
class TimelineEntry:
    """Something that a service knows, when, and how long ago that was, in days."""

    date: datetime.date | None
    end_date: datetime.date | None
    source: str
    record_id: str
    name: str
    kind: str
    value: str | None
    amount: float | None
    age_days: int | None


@dataclass(frozen=True)
class SourceAsked:
    """A source that was asked: how many records it holds of the resident, and how old what it delivered is."""

    source: str
    records: int
    delivered_on: datetime.date
    age_days: int


@dataclass(frozen=True)
class Reason:
    """Why two records are thought to be of one person: what agrees and what differs, weighed."""

    left: tuple[str, str]
    right: tuple[str, str]
    probability: float
    weight: float
    agreements: tuple[str, ...]
    differences: tuple[str, ...]


@dataclass(frozen=True)
class Picture:
    """All that may be seen of a resident for a purpose.

    Attributes:
        resident_id: the id now; ``asked`` is the one that was asked for.
        purpose: the purpose.
        release, as_of: the release that it is from, and the day that this is of.
        confidence: probability that the record which fits least is theirs; None where there is one record.
        fields: the golden record, by field.
        names: every form of the name.
        addresses: current first, then the latest.
        contacts, identifiers: identifiers are None where the purpose does not see them.
        household: who lives with them; empty for a resident who is hidden.
        household_kind: what the household or the place is; None where nothing is known.
        timeline: newest first; what has no date comes last.
        flags: warnings, in sentences.
        asked_sources: sources that the purpose may use, and what they hold.
        not_allowed: sources that the purpose may not use, whether they hold anything or not.
        reasons: why the records are thought to be of one person, weakest link first.
    """

    resident_id: str
    asked: str
    purpose: str
    release: str
    as_of: datetime.date
    confidence: float | None
    fields: tuple[FieldPicture, ...]
    names: tuple[NameForm, ...]
    addresses: tuple[Address, ...]
    contacts: tuple[Contact, ...]
    identifiers: tuple[Identifier, ...] | None
    household: tuple[Mate, ...]
    household_kind: str | None
    timeline: tuple[TimelineEntry, ...]
    flags: tuple[str, ...]
    asked_sources: tuple[SourceAsked, ...]
    not_allowed: tuple[str, ...]
    reasons: tuple[Reason, ...]

    @property
    def disagreements(self) -> tuple[FieldPicture, ...]:
        """Fields of which the sources say different things."""
        return tuple(f for f in self.fields if f.disagree)

    @property
    def hold_nothing(self) -> tuple[SourceAsked, ...]:
        """Sources that were asked and hold nothing: which is not to say that there is nothing."""
        return tuple(s for s in self.asked_sources if s.records == 0)
