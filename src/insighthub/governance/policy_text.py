"""Writes a purpose or a role into the text of a policy, and leaves the rest of the text, its comments too, as it is.

Takes the text and what is to stand there, gives the text. A part begins at its head, ``[[purpose]]`` or ``[[role]]``,
and goes to the next one, or to the comment that belongs to that. What is written is read again: where the text does not
say what it should, it was of a shape that is not known here, and whoever writes it does so by hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from insighthub.errors import RunError
from insighthub.governance.policy import Policy, read_policy
from insighthub.governance.purposes import Purpose
from insighthub.governance.roles import Role

_HEAD = re.compile(r"^\s*\[\[?\s*(\w+)\s*\]\]?\s*(#.*)?$")
_WIDTH = 116


def with_purpose(text: str, purpose: Purpose) -> str:
    """Return the text of a policy in which a purpose stands so; it is added at the end where there was none.

    Raises:
        ContractError: the text is no policy.
        RunError: the text is of a shape that has to be changed by hand.
    """
    policy = read_policy(text)
    wanted = policy.model_copy(update={"purpose": _put(policy.purpose, purpose)})
    return _checked(_with_part(text, "purpose", purpose.name, _written("purpose", purpose)), wanted)


def with_role(text: str, role: Role) -> str:
    """Return the text of a policy in which a role stands so; as ``with_purpose`` else."""
    policy = read_policy(text)
    wanted = policy.model_copy(update={"role": _put(policy.role, role)})
    return _checked(_with_part(text, "role", role.name, _written("role", role)), wanted)


def _put(parts: Sequence[Any], part: Any) -> tuple[Any, ...]:
    if any(each.name == part.name for each in parts):
        return tuple(part if each.name == part.name else each for each in parts)
    return (*parts, part)


def _checked(text: str, wanted: Policy) -> str:
    if read_policy(text) != wanted:
        raise RunError(
            "the text of this policy is of a shape that a form cannot change", remedy="Change the text itself"
        )
    return text


def _with_part(text: str, kind: str, name: str, written: str) -> str:
    lines = text.splitlines()
    for first, last in _parts(lines, kind):
        if _name_of(lines[first:last]) == name:
            tail = [line for line in lines[first:last] if not line.strip()]
            after = [""] if tail and last < len(lines) else []
            return "\n".join([*lines[:first], *written.splitlines(), *after, *lines[last:]]) + "\n"
    return text.rstrip("\n") + "\n\n" + written + "\n"


def _parts(lines: Sequence[str], kind: str) -> list[tuple[int, int]]:
    """Return where each part of a kind begins and ends: before the comments that stand right above the next head."""
    heads = [(n, found[1]) for n, line in enumerate(lines) if (found := _HEAD.match(line))]
    ends = [*(n for n, _ in heads[1:]), len(lines)]
    out = []
    for (first, what), end in zip(heads, ends, strict=False):
        last = end
        while end < len(lines) and last > first + 1 and lines[last - 1].lstrip().startswith("#"):
            last -= 1
        if what == kind:
            out.append((first, last))
    return out


def _name_of(lines: Sequence[str]) -> str | None:
    for line in lines:
        found = re.match(r"""\s*name\s*=\s*["']([^"']+)["']""", line)
        if found:
            return found[1]
    return None


def _written(kind: str, part: Purpose | Role) -> str:
    """Return a part as TOML: what is as it is without being said is left out."""
    out = [f"[[{kind}]]"]
    for name, info in type(part).model_fields.items():
        value = getattr(part, name)
        if not info.is_required() and value == info.get_default():
            continue
        out += _setting(name, value)
    return "\n".join(out)


def _setting(name: str, value: Any) -> list[str]:
    if isinstance(value, bool):
        return [f"{name} = {str(value).lower()}"]
    if isinstance(value, str):
        return [f"{name} = {_string(value)}"]
    items = [_string(str(each)) for each in value]
    whole = f"{name} = [{', '.join(items)}]"
    if len(whole) <= _WIDTH:
        return [whole]
    lines, line = [f"{name} = ["], "   "
    for item in items:
        if len(line) + len(item) + 2 > _WIDTH:
            lines.append(line)
            line = "   "
        line += f" {item},"
    return [*lines, line, "]"]


def _string(value: str) -> str:
    # A string of JSON is one of TOML, but for the one character that JSON leaves as it is.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
