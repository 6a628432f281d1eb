"""What stops a run before it is published: it would change more than a day's deliveries should."""

from __future__ import annotations

from insighthub.errors import RunError
from insighthub.residents.identify import Identified
from insighthub.residents.received import Received


class AlarmError(RunError):
    """A run was stopped before it was published, because it would change more than it should."""


def check_shrinkage(received: Received, most: float) -> None:
    """Stop where a source would lose too many of its records: a delivery that was cut short looks like that.

    Args:
        received: what was delivered.
        most: the share of its records that a source may lose.
    """
    for each in received.sources:
        if each.before and each.removed / each.before > most:
            raise AlarmError(
                f"{each.source} would lose {each.removed:,} of its {each.before:,} records, more than {most:.0%}",
                remedy="Check that the delivery is whole; if it is right, run again with --accept",
            )


def check_churn(identified: Identified, most: float) -> None:
    """Stop where too many records would change resident.

    Args:
        identified: what happened to identities.
        most: the share of the records known before that may.
    """
    if identified.churn > most:
        raise AlarmError(
            f"{identified.moved:,} records would change resident, {identified.churn:.1%} of those known before "
            f"(the limit is {most:.0%})",
            remedy="Look at what was delivered, and at the model; if it is right, run again with --accept",
        )
