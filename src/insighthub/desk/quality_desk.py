"""What of the quality of data people see: a scorecard a source, the trend over releases, and what lacks cost.

Takes a gate and a user, gives plain values. They count rows and are about no one, so they need no purpose.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from insighthub.accounts.users import User
from insighthub.desk.gate import Gate
from insighthub.desk.refused import NotThere
from insighthub.governance.actions import Action
from insighthub.quality.scorecard import (
    RECORD,
    RULES,
    FieldQuality,
    Lack,
    Scorecard,
    SetAside,
    TrendPoint,
    lacks,
    moved,
    scorecards,
    set_aside,
    trend,
    trend_by_rule,
)
from insighthub.store.tables import rows

__all__ = ["RECORD", "RULES", "FieldQuality", "QualityDesk", "QualityView", "trend_by_rule"]

_HAS = "SELECT 1 FROM quality_source WHERE source = ?"
_OWN = "SELECT run_id, as_of FROM run ORDER BY run_id DESC LIMIT 1"


@dataclass(frozen=True)
class QualityView:
    """The quality of a release.

    Attributes:
        run_id, as_of: the release, and its day.
        cards: one a source.
        points: the shares of this run and those before it.
        moved: what changed since the run before by one in a hundred or more, worst first: before and after.
        aside: why rows were put aside.
        lacks: fields whose lack goes with missed matches.
    """

    run_id: str
    as_of: date
    cards: tuple[Scorecard, ...]
    points: tuple[TrendPoint, ...]
    moved: tuple[tuple[TrendPoint, TrendPoint], ...]
    aside: tuple[SetAside, ...]
    lacks: tuple[Lack, ...]


class QualityDesk:
    """What a user sees of the quality of data.

    Args:
        gate: the gate of the hub.
        user: who is signed in.
    """

    def __init__(self, gate: Gate, user: User) -> None:
        self._gate, self.user = gate, user

    def view(self, source: str | None = None) -> QualityView:
        """Return the quality of the published release, of all sources or of one.

        Raises:
            Refused: the user may not see it.
            RunError: there is no release. NotThere: it has no such source.
        """
        self._gate.require(self.user, Action.SEE_QUALITY)
        with self._gate.hub.release() as db:
            run_id, as_of = rows(db, _OWN)[0]
            if source is not None and not rows(db, _HAS, [source]):
                raise NotThere("the release has no source of this name", remedy="Choose one from the list of sources")
            points = trend(db, source)
            return QualityView(
                run_id,
                as_of,
                scorecards(db, source),
                points,
                tuple(moved(points)),
                set_aside(db, source),
                lacks(db, source),
            )
