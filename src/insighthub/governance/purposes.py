"""Purposes: what a person's data may be looked at for, and which of it then.

Takes the ``[[purpose]]`` entries of a hub's policy, gives typed purposes. Whoever asks about a person names one;
without a purpose, or with one that the hub does not know, the answer is no. A purpose sees the sources that it lists
and no other, the fields that it lists and no other, and hidden residents only where it says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from insighthub.errors import RunError
from insighthub.governance import fields as of_person

EVERY = of_person.EVERY
#: A field that a purpose may list; identifiers have a switch of their own, so that nobody gets them by a star.
Listed = Literal[
    "*",
    "title",
    "given_name",
    "middle_names",
    "family_name",
    "previous_family_name",
    "date_of_birth",
    "date_of_death",
    "sex",
    "ethnicity",
    "addresses",
    "contacts",
    "household",
    "timeline",
    "links",
]


class Purpose(BaseModel):
    """One purpose."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")] = Field(
        description="what it is called in commands: lower-case letters, digits and underscores"
    )
    title: str = Field(description="what it is, as an officer would say it")
    basis: str = Field(description="the law that it rests on")
    sources: tuple[str, ...] = Field(
        min_length=1, description='the sources that it may use, or ["*"] for all but those that are locked'
    )
    statutory_sources: tuple[str, ...] = Field(
        default=(),
        description="sources that only purposes which name them may use, such as the electoral register",
    )
    fields: tuple[Listed, ...] = Field(
        default=("*",),
        description='what of a person it may see: ["*"] for all, or some of title, given_name, middle_names, '
        "family_name, previous_family_name, date_of_birth, date_of_death, sex, ethnicity, addresses, contacts, "
        "household, timeline (what services know) and links (why records are thought to be of one person); "
        "identifiers are seen only where identifiers is true",
    )
    facts: tuple[str, ...] = Field(default=(EVERY,), description='the facts that it may see, or ["*"] for all')
    identifiers: bool = Field(default=False, description="whether NHS, NI and pupil numbers are shown")
    special_category: bool = Field(
        default=False, description="whether sources with special category data may be used through the star"
    )
    hidden: bool = Field(default=False, description="whether residents with hidden status may be found and seen")
    break_glass: bool = Field(
        default=False,
        description="whether somebody who may break the glass gets it for one resident for some hours, although none "
        "of their roles has it",
    )

    def allows(self, source: str, *, special: bool, locked: bool) -> bool:
        """Say whether the purpose may use a source.

        Args:
            source: its name.
            special: whether it holds special category data.
            locked: whether only purposes that name it may use it.
        """
        if source in (*self.statutory_sources, *(s for s in self.sources if s != EVERY)):
            return True
        return EVERY in self.sources and not locked and (self.special_category or not special)

    def allows_fact(self, name: str) -> bool:
        """Say whether the purpose may see a fact."""
        return EVERY in self.facts or name in self.facts

    def sees(self, field: str) -> bool:
        """Say whether the purpose may see a field; see ``governance.fields.Field``."""
        if field == of_person.Field.IDENTIFIERS:
            return self.identifiers
        return EVERY in self.fields or field in self.fields


#: Sources that a star never stands for.
LOCKED = frozenset({"electoral_register"})


def named(purposes: Sequence[Purpose], name: str) -> Purpose:
    """Return the purpose of a name.

    Raises:
        RunError: there is none.
    """
    for purpose in purposes:
        if purpose.name == name:
            return purpose
    known = ", ".join(p.name for p in purposes) or "none yet"
    raise RunError(
        f"this hub knows no purpose {name!r}", remedy=f"Name one that its policy has ({known}), or have one added"
    )


def allowed_sources(purpose: Purpose, sources: Iterable[tuple[str, bool]]) -> frozenset[str]:
    """Return the sources that a purpose may use, of (name, whether special category) pairs."""
    return frozenset(name for name, special in sources if purpose.allows(name, special=special, locked=name in LOCKED))
