"""Who looked at a resident, as the resident can be told: the day, in which role, for which purpose, and what was done.

Takes lines of the audit and the policy, gives lines without names of officers: which people they are is for the council
to say or not. What was refused showed nobody anything, and is not among it.
"""

from __future__ import annotations

from collections.abc import Iterable

from insighthub.governance.actions import WORDS, Action
from insighthub.governance.audit import ALLOWED
from insighthub.governance.audit_read import AuditLine
from insighthub.governance.policy import Policy
from insighthub.rights.access_export import Looked

_WORDS: dict[str, str] = {
    Action.FIND_RESIDENTS: "found you in a search",
    Action.SEE_PICTURE: "saw what is held of you",
    Action.WRITE_NOTE: "wrote a note",
    Action.WRITE_WARNING: "wrote a warning",
    Action.DECIDE_IDENTITY: "decided which records are yours",
    Action.PROPOSE_CORRECTION: "proposed a correction",
    Action.BREAK_GLASS: "asked to see you in an emergency",
    Action.SUBJECT_REQUESTS: "worked on your request",
    "open_case": "opened a case",
    "close_case": "closed a case",
    "see_own_cases": "saw you in the list of their cases",
    "open_source_system": "opened your record in its own system",
}


def looked(lines: Iterable[AuditLine], policy: Policy) -> tuple[Looked, ...]:
    """Return who looked, in the order of the lines; of those that were allowed."""
    purposes = {purpose.name: purpose.title for purpose in policy.purpose}
    out = []
    for line in lines:
        if line.outcome != ALLOWED:
            continue
        titles = policy.titles(line.roles)
        role = ", ".join(titles.values()) or ("who runs the index" if not line.roles else "a role that is no more")
        purpose = "" if line.purpose is None else purposes.get(line.purpose, line.purpose)
        out.append(Looked(line.at, role, purpose, words_of(line.action)))
    return tuple(out)


def words_of(action: str) -> str:
    """Return what somebody did, as a resident is told it."""
    if action in _WORDS:
        return _WORDS[action]
    return WORDS[Action(action)] if action in set(Action) else action.replace("_", " ")
