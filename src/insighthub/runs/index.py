"""The part of a run that builds what follows from who is who, for the residents of whom something changed."""

from __future__ import annotations

from collections.abc import Sequence

from insighthub.residents.received import Placed
from insighthub.runs.under_way import Run
from insighthub.sources.landing import Delivery


def build_index(run: Run, sources: Sequence[Placed], deliveries: Sequence[Delivery]) -> None:
    """Build the index of a release; the temporary table ``touched`` says for whom."""
