"""The data desk: what those who look after the data see and do. Runs, quality, corrections, sources.

Takes a gate and a user; each call asks whether the user may. Figures that are about no one are given to whoever has the
action; a value of a record is given for one of two purposes, which a role must have and whose sources and fields bind:

    correction_of_records    what a record holds, and what it should say
    data_quality             delivered rows that could not be used

Whatever names records or holds values is a line of the audit, written before it is given.
"""

from __future__ import annotations

from functools import cached_property

from insighthub.accounts.users import User
from insighthub.desk.correction_desk import CorrectionDesk
from insighthub.desk.gate import Gate
from insighthub.desk.quality_desk import QualityDesk
from insighthub.desk.run_desk import RunDesk
from insighthub.desk.source_desk import SourceDesk


class DataDesk:
    """What a user sees and does of the data.

    Args:
        gate: the gate of the hub.
        user: who is signed in.
    """

    def __init__(self, gate: Gate, user: User) -> None:
        self._gate, self.user = gate, user

    @cached_property
    def runs(self) -> RunDesk:
        """Runs, drift between them, and the models that they linked with."""
        return RunDesk(self._gate, self.user)

    @cached_property
    def quality(self) -> QualityDesk:
        """Scorecards of the data."""
        return QualityDesk(self._gate, self.user)

    @cached_property
    def corrections(self) -> CorrectionDesk:
        """What sources are told, and what they answer."""
        return CorrectionDesk(self._gate, self.user)

    @cached_property
    def sources(self) -> SourceDesk:
        """Contracts, deliveries, rows that could not be used, and files that are tried."""
        return SourceDesk(self._gate, self.user)
