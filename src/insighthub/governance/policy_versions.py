"""Which policy holds: the last version that a second person approved.

Takes connections of the state, gives versions. The hub's file is the first version; after that, a change of the file
or one that somebody makes on a screen is a proposal, which holds once somebody else, who may approve it, approves it.
Who wrote in the file cannot be known from it, so a proposal of the file is the file's own, and needs an approval like
any other. Nothing is ever deleted: every version stays, with who proposed and who decided.

    take_in_file(connection, text, at)       first version, or a proposal where the text is new
    live(connection)                         the policy that holds
    propose(connection, text, by=, at=)      -> version
    approve(connection, version, by=, roles=, at=)   |   refuse(...)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from insighthub.errors import RunError
from insighthub.governance.actions import Action
from insighthub.governance.policy import Policy, fingerprint, read_policy
from insighthub.governance.tables import policy_version

PROPOSED, APPROVED, REFUSED = "proposed", "approved", "refused"
FILE = "the file policy.toml"


@dataclass(frozen=True)
class PolicyVersion:
    """A version of the policy; ``decided_by`` is None while nobody has decided.

    ``approval`` counts approvals: of those that were approved, the one with the highest holds, whatever clocks say.
    """

    version: int
    text: str
    fingerprint: str
    status: str
    approval: int | None
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    note: str | None

    @property
    def policy(self) -> Policy:
        """The policy itself."""
        return read_policy(self.text)


def versions(connection: Connection, status: str | None = None) -> tuple[PolicyVersion, ...]:
    """Return the versions, newest first; those of one status where it is named."""
    query = select(policy_version).order_by(policy_version.c.version.desc())
    if status is not None:
        query = query.where(policy_version.c.status == status)
    return tuple(PolicyVersion(**row) for row in connection.execute(query).mappings())


def version(connection: Connection, number: int) -> PolicyVersion:
    """Return a version.

    Raises:
        RunError: there is no such version.
    """
    row = connection.execute(select(policy_version).where(policy_version.c.version == number)).mappings().first()
    if row is None:
        raise RunError(f"there is no version {number} of the policy", remedy="Choose one that is listed")
    return PolicyVersion(**row)


def live_version(connection: Connection) -> PolicyVersion | None:
    """Return the version that holds: of those that are approved, the one approved last; None where there is none."""
    query = (
        select(policy_version)
        .where(policy_version.c.status == APPROVED)
        .order_by(policy_version.c.approval.desc())
        .limit(1)
    )
    row = connection.execute(query).mappings().first()
    return None if row is None else PolicyVersion(**row)


def file_is_news(connection: Connection, text: str) -> bool:
    """Say whether the text of the file is none that was ever approved or proposed."""
    known = select(policy_version.c.version).where(policy_version.c.fingerprint == fingerprint(text)).limit(1)
    return connection.execute(known).first() is None


def take_in_file(connection: Connection, text: str, at: datetime) -> PolicyVersion | None:
    """Keep the file's text: as the first version where there is none, as a proposal where it is new.

    Args:
        connection: within a transaction that writes.
        text: what the file says.
        at: the time.

    Returns:
        The version that it became; None where the text is known already.

    Raises:
        ContractError: something in it is wrong.
    """
    read_policy(text)
    if not file_is_news(connection, text):
        return None
    first = live_version(connection) is None
    number = _keep(connection, text, by=FILE, at=at)
    if first:
        _decide(connection, number, APPROVED, by=FILE, at=at, note="the first version")
    return version(connection, number)


def propose(connection: Connection, text: str, *, by: str, at: datetime) -> PolicyVersion:
    """Propose a policy.

    Raises:
        ContractError: something in it is wrong.
        RunError: it is the one that holds, or nobody could change it ever after.
    """
    policy = read_policy(text)
    _check_changeable(policy)
    live = live_version(connection)
    if live is not None and live.fingerprint == fingerprint(text):
        raise RunError("this is the policy that holds already", remedy="Change something in it first")
    return version(connection, _keep(connection, text, by=by, at=at))


def approve(
    connection: Connection, number: int, *, by: str, roles: Sequence[str], at: datetime, note: str = ""
) -> PolicyVersion:
    """Have a proposal hold from now on.

    Args:
        connection: within a transaction that writes.
        number: the version.
        by: who approves, never the one who proposed.
        roles: theirs; the policy that holds now says whether they may.
        at: the time.
        note: why, in their words.

    Raises:
        RunError: it is no open proposal, or this is not for them to approve.
    """
    found = _open_proposal(connection, number, by, roles)
    _check_changeable(found.policy)
    _decide(connection, number, APPROVED, by=by, at=at, note=note)
    return version(connection, number)


def refuse(
    connection: Connection, number: int, *, by: str, roles: Sequence[str], at: datetime, note: str
) -> PolicyVersion:
    """Turn a proposal down; who proposed it may take it back so, too.

    Raises:
        RunError: it is no open proposal, or this is not for them to decide.
    """
    found = version(connection, number)
    if found.proposed_by != by:
        _open_proposal(connection, number, by, roles)
    elif found.status != PROPOSED:
        raise _not_open(number, found.status)
    _decide(connection, number, REFUSED, by=by, at=at, note=note)
    return version(connection, number)


def _open_proposal(connection: Connection, number: int, by: str, roles: Sequence[str]) -> PolicyVersion:
    found = version(connection, number)
    if found.status != PROPOSED:
        raise _not_open(number, found.status)
    if found.proposed_by == by:
        raise RunError("a change of the policy takes two people", remedy="Ask somebody else who may approve it")
    live = live_version(connection)
    if live is None or not live.policy.decide(roles, Action.APPROVE_POLICY).allowed:
        raise RunError(
            "none of your roles may approve a change of the policy", remedy="Ask somebody who may approve it"
        )
    return found


def _not_open(number: int, status: str) -> RunError:
    return RunError(f"version {number} of the policy is {status} already", remedy="Choose one that is proposed")


def _check_changeable(policy: Policy) -> None:
    """Refuse a policy that nobody could change any more."""
    may = {action for role in policy.role for action in role.may}
    if not {Action.PROPOSE_POLICY, Action.APPROVE_POLICY} <= may:
        raise RunError(
            "with this policy nobody could change the policy any more",
            remedy="Keep a role that may propose_policy, and one that may approve_policy",
        )


def _keep(connection: Connection, text: str, *, by: str, at: datetime) -> int:
    result = connection.execute(
        insert(policy_version)
        .values(text=text, fingerprint=fingerprint(text), status=PROPOSED, proposed_by=by, proposed_at=at)
        .returning(policy_version.c.version)
    )
    return int(result.scalar_one())


def _decide(connection: Connection, number: int, status: str, *, by: str, at: datetime, note: str) -> None:
    approval = None
    if status == APPROVED:
        approval = int(connection.execute(select(func.max(policy_version.c.approval))).scalar() or 0) + 1
    connection.execute(
        update(policy_version)
        .where(policy_version.c.version == number)
        .values(status=status, approval=approval, decided_by=by, decided_at=at, note=note)
    )
