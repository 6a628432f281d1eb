"""A refusal: the policy says no, and what may be done about it."""

from __future__ import annotations

from insighthub.errors import InsightHubError, RunError
from insighthub.governance.policy import NOBODY
from insighthub.residents.search import QueryError

__all__ = ["NotThere", "QueryError", "Refused", "refused"]


class Refused(InsightHubError):  # noqa: N818 - what it is, in the words of the audit
    """Somebody may not do what they asked for. It is in the audit."""


class NotThere(RunError):  # noqa: N818
    """What was asked for is not there; of what may not be seen the same is said."""


def refused(reason: str) -> Refused:
    """Return the refusal for a reason of the policy.

    Of a hidden resident it says what it says of one who does not exist: nothing in it may depend on which it is.
    """
    if reason == NOBODY:
        return Refused(reason, remedy="Search by name")
    if "none was chosen" in reason:
        return Refused(reason, remedy="Open a case, and choose the purpose that you work for")
    return Refused(reason, remedy="Ask your manager or the information-governance lead, if your work needs it")
