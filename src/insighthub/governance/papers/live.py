"""What papers are written from: the configuration as it is, the release that is published, and nothing else.

A paper says what one of these knows. What none of them knows is not made up: it stands in the paper as to be filled in,
by whom, and all of that is listed at the paper's end.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from insighthub.governance.papers.document import Bullets, Section
from insighthub.governance.papers.organisation import OrganisationSettings
from insighthub.governance.purposes import LOCKED, Purpose
from insighthub.linkage.evaluation_result import Evaluation
from insighthub.sources.contract import Source
from insighthub.spoken import spoken_date

IG_LEAD, DPO, OWNER, ANALYST = (
    "the information-governance lead",
    "the data protection officer",
    "the senior responsible owner",
    "the linkage analyst",
)


@dataclass(frozen=True)
class Live:
    """The live configuration of a hub.

    Attributes:
        made_on: the day of the papers.
        version: of this program.
        organisation: whose hub it is.
        sources: contracts, by name.
        refused: sources that are not taken in -> the entries that their contracts lack.
        purposes: for which residents may be looked at.
        settings: all settings, as JSON has them.
        release: the published one, None where there is none yet.
        as_of: the day of the release.
        held: source -> day of its delivery, and records held.
        figures: counts of the run that built the release.
        model: version, classes, comparisons and size of what linkage learned.
        runs: how many runs there were, full and of changes.
        evaluation: against a truth, where somebody made one.
    """

    made_on: date
    version: str
    organisation: OrganisationSettings
    sources: tuple[Source, ...]
    refused: Mapping[str, tuple[str, ...]]
    purposes: tuple[Purpose, ...]
    settings: Mapping[str, Any]
    release: str | None
    as_of: date | None
    held: Mapping[str, tuple[date, int]]
    figures: Mapping[str, Any]
    model: Mapping[str, Any]
    runs: Mapping[str, int]
    evaluation: Evaluation | None = None

    @property
    def hash(self) -> str:
        """SHA-256 of the configuration: settings, purposes and contracts."""
        told = {
            "settings": self.settings,
            "sources": [source.model_dump(mode="json") for source in self.sources],
        }
        return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()

    @property
    def stamp(self) -> tuple[tuple[str, str], ...]:
        """What every paper bears."""
        release = "none yet" if self.release is None or self.as_of is None else self.release
        day = () if self.as_of is None else (("Release as of", spoken_date(self.as_of)),)
        return (
            ("Date", spoken_date(self.made_on)),
            ("Release", release),
            *day,
            ("Configuration", f"SHA-256 {self.hash}"),
            ("Insight Hub", self.version),
        )

    def uses(self, purpose: Purpose) -> tuple[str, ...]:
        """Return the sources that a purpose may use."""
        return tuple(
            source.name
            for source in self.sources
            if purpose.allows(source.name, special=source.special_category, locked=source.name in LOCKED)
        )

    def purposes_of(self, source: Source) -> tuple[Purpose, ...]:
        """Return the purposes that may use a source."""
        return tuple(purpose for purpose in self.purposes if source.name in self.uses(purpose))


@dataclass
class Gaps:
    """What a paper needs and the configuration does not know, gathered as it is written."""

    found: dict[str, str] = field(default_factory=dict)

    def say(self, what: str, value: object, by: str) -> str:
        """Return what is known, or that somebody has to fill it in.

        Args:
            what: what it is, as the list of gaps calls it.
            value: what the configuration says; nothing where it says none.
            by: who is to fill it in.
        """
        if value not in (None, "", ()):
            return str(value)
        self.found[what] = by
        return f"To be filled in by {by}"

    def section(self) -> Section:
        """Return the list of gaps."""
        items = tuple(f"{what}: to be filled in by {by}" for what, by in self.found.items())
        return Section("To be filled in", (Bullets(items or ("Nothing: the configuration knows all of it.",)),))


def months(source: Source) -> str | None:
    """Say for how long a source's records are kept."""
    return None if source.retention_months is None else f"{source.retention_months} months"


def fields_of(source: Source) -> tuple[str, ...]:
    """Return the kinds of personal data that a contract takes from a source: fields of people, then facts."""
    maps = (source.person, *source.other_person)
    fields = dict.fromkeys(name.replace("_", " ") for person in maps for name in person.fields())
    return (*fields, *(fact.name.replace("_", " ") for fact in source.fact))


def subjects_of(source: Source) -> str:
    """Return whom a source's records are of."""
    return ", ".join(["people whom the source holds", *(other.role.replace("_", " ") for other in source.other_person)])
