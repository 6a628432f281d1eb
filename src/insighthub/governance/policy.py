"""The policy: who may do what, for which purpose, with which source and field. One file, and one answer.

Takes the text of ``policy.toml``, gives a ``Policy``; ``Policy.decide`` says allow or deny, and why, and nothing else
in the program does. What is not allowed is denied: an action that no role has, a purpose that the role with the action
may not choose, a source or a field that the purpose does not list, a hidden resident.

The file is the first version, and a proposal after that: which policy holds is kept in the state, as
``policy_versions`` explains.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from insighthub.errors import ContractError
from insighthub.governance.actions import OF_A_PERSON, WORDS, Action
from insighthub.governance.purposes import LOCKED, Purpose
from insighthub.governance.roles import Role

#: The file in a hub's folder.
POLICY = "policy.toml"

#: What is said of a hidden resident is what is said of one who does not exist.
NOBODY = "there is no resident with this id that may be seen for this purpose"


class Ruling(NamedTuple):
    """What the policy says: whether it may be done, and why (not)."""

    allowed: bool
    reason: str


class Policy(BaseModel):
    """Purposes and roles of a hub."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    purpose: tuple[Purpose, ...] = Field(default=(), description="what a person's data may be looked at for")
    role: tuple[Role, ...] = Field(default=(), description="what people may do, and the purposes they may choose")
    closed: frozenset[str] = Field(
        default=frozenset(),
        description="sources that nobody may use for now, whatever a purpose says; those whose contract records no "
        "lawful gateway are closed in any case",
    )

    @model_validator(mode="after")
    def _names_fit(self) -> Policy:
        for kind, names in (("purpose", [p.name for p in self.purpose]), ("role", [r.name for r in self.role])):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"each {kind} needs a name of its own; repeated: {', '.join(twice)}")
        known = {p.name for p in self.purpose}
        for role in self.role:
            unknown = sorted(set(role.purposes) - known)
            if unknown:
                raise ValueError(f"the role {role.name} has purposes that there are not: {', '.join(unknown)}")
        return self

    def decide(
        self,
        roles: Iterable[str],
        action: Action,
        purpose: str | None = None,
        source: str | None = None,
        field: str | None = None,
        *,
        hidden: bool = False,
        special: bool = False,
        broken: str | None = None,
    ) -> Ruling:
        """Say whether somebody may do something, and why, or why not.

        Args:
            roles: theirs; roles that the policy does not have count for nothing.
            action: what they would do.
            purpose: what for; actions that touch a person's data need one.
            source: the source that they would use, if one is meant.
            field: the field of a person that they would see, if one is meant; see ``governance.fields.Field``.
            hidden: whether the resident is hidden.
            special: whether the source holds special category data.
            broken: the purpose that they have by breaking the glass, for the resident whom it is about.
        """
        held = set(roles)
        having = [role for role in self.role if role.name in held and action in role.may]
        if not having:
            return Ruling(False, f"none of your roles may {WORDS[action]}")
        if purpose is None:
            if action in OF_A_PERSON or source is not None or field is not None or hidden:
                return Ruling(False, f"to {WORDS[action]} takes a purpose, and none was chosen")
            return Ruling(True, f"{having[0].title} may {WORDS[action]}")
        why = next((p for p in self.purpose if p.name == purpose), None)
        if why is None:
            return Ruling(False, "the policy knows no such purpose")
        by_glass = broken == purpose and why.break_glass
        if not by_glass and not any(purpose in role.purposes for role in having):
            return Ruling(False, f"none of your roles may {WORDS[action]} for {why.title}")
        if source is not None and not self.may_use(why, source, special=special):
            return Ruling(False, f"{why.title} may not use this source")
        if field is not None and not why.sees(field):
            return Ruling(False, f"{why.title} does not see this field")
        if hidden and not why.hidden:
            return Ruling(False, NOBODY)
        return Ruling(True, f"{having[0].title} may {WORDS[action]} for {why.title}")

    def may_use(self, purpose: Purpose, source: str, *, special: bool) -> bool:
        """Say whether a purpose may use a source, which may hold special category data."""
        return source not in self.closed and purpose.allows(source, special=special, locked=source in LOCKED)

    def purposes_of(self, roles: Iterable[str], action: Action = Action.SEE_PICTURE) -> tuple[Purpose, ...]:
        """Return the purposes that somebody of these roles may choose for an action."""
        held = set(roles)
        may = {name for r in self.role if r.name in held and action in r.may for name in r.purposes}
        return tuple(p for p in self.purpose if p.name in may)

    def actions_of(self, roles: Iterable[str]) -> frozenset[Action]:
        """Return what somebody of these roles may do, with a purpose where it takes one."""
        held = set(roles)
        return frozenset(action for role in self.role if role.name in held for action in role.may)

    def titles(self, roles: Iterable[str]) -> Mapping[str, str]:
        """Return the titles of those of some roles that there are, by name."""
        held = set(roles)
        return {role.name: role.title for role in self.role if role.name in held}


def read_policy(text: str, file: Path | str = POLICY) -> Policy:
    """Read a policy.

    Raises:
        ContractError: it is no TOML, or something in it is wrong; the message names it.
    """
    try:
        return Policy.model_validate(tomllib.loads(text))
    except ValidationError as error:
        first = error.errors()[0]
        raise ContractError(
            f"this part of the policy is wrong: {first['msg'].removeprefix('Value error, ').lower()}",
            remedy="See the reference of the policy for what it may be",
            file=file,
            column=".".join(str(part) for part in first["loc"]) or None,
        ) from None
    except (ValueError, RecursionError) as error:
        raise ContractError(
            f"the policy cannot be read ({type(error).__name__})", remedy="Mend the file; it is TOML", file=file
        ) from None


def fingerprint(text: str) -> str:
    """Return the SHA-256 of a policy's text."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def default_policy_text() -> str:
    """Return the policy that a new hub begins with: the usual roles, and purposes as a council may agree them."""
    return files("insighthub.governance").joinpath("default_policy.toml").read_text(encoding="utf-8")
