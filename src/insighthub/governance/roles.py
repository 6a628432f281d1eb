"""Roles: what the people of a hub may do, and the purposes that they may choose for it.

Takes the ``[[role]]`` entries of a policy, gives typed roles. A role without an action does not do it; one without a
purpose does not look at a person for it.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from insighthub.governance.actions import Action


class Role(BaseModel):
    """One role."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")] = Field(
        description="what it is called where users are named: lower-case letters, digits and underscores"
    )
    title: str = Field(description="what it is, as people say it")
    purposes: tuple[str, ...] = Field(default=(), description="the purposes that it may choose, by name")
    may: tuple[Action, ...] = Field(default=(), description="what it may do; what is not listed it may not")
