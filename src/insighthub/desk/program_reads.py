"""What programs read besides residents and figures: corrections, quality, sources and runs, counted: no person's data.

Takes a gate and a user. Each call asks whether the user may, and is itself a line of the audit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from insighthub.accounts.users import User
from insighthub.corrections.figures import Figures
from insighthub.desk.gate import Gate
from insighthub.desk.refused import NotThere
from insighthub.governance.actions import Action
from insighthub.quality import scorecard
from insighthub.quality.scorecard import Scorecard
from insighthub.sources.contract import Source
from insighthub.sources.home import load_home
from insighthub.store.run_log import RunRow
from insighthub.store.tables import rows

T = TypeVar("T")
_DELIVERED = "SELECT source, records, delivered_on FROM quality_source"


@dataclass(frozen=True)
class SourceTold:
    """A source: its contract's entries, and what it delivered; the last two are None before a run has read it."""

    contract: Source
    closed: bool
    records: int | None
    delivered_on: date | None


class ProgramReads:
    """What a user's programs read.

    Args:
        gate: the gate of the hub.
        user: whose program it is.
    """

    def __init__(self, gate: Gate, user: User) -> None:
        self._gate, self.user, self._hub = gate, user, gate.hub

    def corrections(self, source: str | None = None) -> tuple[Figures, ...]:
        """Return what became of corrections: of each source, then of each source and kind; of one, where it is named.

        Raises:
            Refused: the user may not.
            NotThere: no correction was ever proposed to such a source.
        """
        self._noted(Action.SEE_CORRECTIONS)
        found = tuple(f for f in self._hub.corrections.figures() if f.source is not None)
        if source is None:
            return found
        return _some(tuple(f for f in found if f.source == source), "no correction was proposed to such a source")

    def quality(self, source: str | None = None) -> tuple[Scorecard, ...]:
        """Return the scorecard of each source, or of one.

        Raises:
            Refused: the user may not.
            NotThere: there is no such source.
            RunError: there is no release.
        """
        self._noted(Action.SEE_QUALITY)
        with self._hub.release() as db:
            cards = scorecard.scorecards(db)
        if source is None:
            return cards
        return _some(tuple(card for card in cards if card.source == source), "there is no such source")

    def sources(self) -> tuple[SourceTold, ...]:
        """Return the sources that have a contract, by name.

        Raises:
            Refused: the user may not.
            ContractError: a contract is wrong.
        """
        self._noted(Action.SEE_SOURCES)
        delivered = {}
        if self._hub.releases.current() is not None:
            with self._hub.release() as db:
                delivered = {name: (records, day) for name, records, day in rows(db, _DELIVERED)}
        closed = self._hub.policy().closed
        found = sorted((s for each in load_home(self._hub.home) for s in each.contract.source), key=lambda s: s.name)
        return tuple(SourceTold(s, s.name in closed, *delivered.get(s.name, (None, None))) for s in found)

    def runs(self, *, limit: int) -> tuple[RunRow, ...]:
        """Return runs, newest first.

        Raises:
            Refused: the user may not.
        """
        self._noted(Action.SEE_RUNS)
        return tuple(reversed(self._hub.runs()))[:limit]

    def _noted(self, action: Action) -> None:
        self._gate.require(self.user, action)
        with self._gate.noted(self.user, action, detail={"by": "api"}):
            pass


def _some(found: tuple[T, ...], what: str) -> tuple[T, ...]:
    if not found:
        raise NotThere(what, remedy="Leave the name out to see all")
    return found
