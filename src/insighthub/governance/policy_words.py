"""What a policy says and what a change of it changes, in words that whoever decides about it can read.

Takes two policies, gives their differences line by line: where, what, and what was and will be. Nothing that a policy
can say is left out: a setting that has no words here is told under its own name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from insighthub.governance.actions import WORDS, Action
from insighthub.governance.policy import Policy
from insighthub.governance.purposes import Purpose
from insighthub.governance.roles import Role

ADDED, TAKEN_AWAY, CHANGED = "added", "taken away", "changed"
#: Settings of purposes and roles, as a line about them begins.
_SAYS = {
    "title": "what it is called",
    "basis": "the law that it rests on",
    "sources": "source that it may use",
    "statutory_sources": "statutory source that it may use",
    "fields": "field that it may see",
    "facts": "fact that it may see",
    "identifiers": "NHS, NI and pupil numbers are shown",
    "special_category": "sources with special category data may be used through “all”",
    "hidden": "hidden residents may be found and seen",
    "break_glass": "it is given to who breaks the glass",
    "purposes": "purpose that it may choose",
    "may": "action that it may do",
}


@dataclass(frozen=True)
class Difference:
    """A line of a change.

    Attributes:
        where: the purpose or the role, by its title.
        kind: added, taken away or changed.
        what: what is added, taken away or changed.
        before, after: what was and what will be; empty where it is added or taken away.
    """

    where: str
    kind: str
    what: str
    before: str = ""
    after: str = ""


def differences(old: Policy, new: Policy) -> tuple[Difference, ...]:
    """Return what a change of the policy changes, purposes first."""
    titles = {p.name: p.title for p in (*old.purpose, *new.purpose)}
    out: list[Difference] = []
    out += _of_parts("the purpose", old.purpose, new.purpose, titles)
    out += _of_parts("the role", old.role, new.role, titles)
    for source in sorted(new.closed - old.closed):
        out.append(Difference("All purposes", ADDED, f"closed source, which nobody may use: {source}"))
    for source in sorted(old.closed - new.closed):
        out.append(Difference("All purposes", TAKEN_AWAY, f"closed source, which nobody may use: {source}"))
    return tuple(out)


def _of_parts(
    kind: str, old: Sequence[Purpose | Role], new: Sequence[Purpose | Role], titles: dict[str, str]
) -> Iterable[Difference]:
    before, after = {each.name: each for each in old}, {each.name: each for each in new}
    for name in [*before, *(name for name in after if name not in before)]:
        was, will = before.get(name), after.get(name)
        if was is None and will is not None:
            yield Difference(will.title, ADDED, f"{kind} {will.title}, as a whole")
            yield from _settings(type(will).model_construct(name=name, title=will.title), will, titles)
        elif will is None and was is not None:
            yield Difference(was.title, TAKEN_AWAY, f"{kind} {was.title}, as a whole")
        elif was is not None and will is not None:
            yield from _settings(was, will, titles)


def _settings(was: Purpose | Role, will: Purpose | Role, titles: dict[str, str]) -> Iterable[Difference]:
    for name in type(will).model_fields:
        one, other = getattr(was, name, None), getattr(will, name)
        if one == other:
            continue
        says = _SAYS.get(name, name.replace("_", " "))
        if isinstance(other, tuple):
            gone = [each for each in one or () if each not in other]
            come = [each for each in other if each not in (one or ())]
            for each in gone:
                yield Difference(will.title, TAKEN_AWAY, f"{says}: {_item(name, each, titles)}")
            for each in come:
                yield Difference(will.title, ADDED, f"{says}: {_item(name, each, titles)}")
            if not gone and not come:
                yield Difference(will.title, CHANGED, f"{says}: the order")
        else:
            yield Difference(will.title, CHANGED, says, _value(one), _value(other))


def _item(setting: str, value: Any, titles: dict[str, str]) -> str:
    if setting == "may":
        return WORDS[Action(value)]
    if setting == "purposes":
        return str(titles.get(value, value))
    return "all" if value == "*" else str(value).replace("_", " ")


def _value(value: Any) -> str:
    if value is None:
        return "not said"
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
