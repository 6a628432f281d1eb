"""A query taken apart: what was typed, and all that each part of it may mean."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from insighthub.errors import InsightHubError

Kind = Literal["name", "address", "postcode", "postcode_part", "born", "age", "month", "phone", "email", "reference"]


class Ask(NamedTuple):
    """One thing that a part may mean: a kind of value, the value in standard form, how far to believe it (0 to 1)."""

    kind: Kind
    value: str
    trust: float = 1.0


@dataclass(frozen=True, order=True)
class Part:
    """Something that was typed: the text in upper case, and what it may mean."""

    text: str
    asks: tuple[Ask, ...]

    @property
    def tells(self) -> bool:
        """Whether it could find somebody by itself: it is more than an initial, an age or a house number."""
        return any(
            len(ask.value) > (3 if ask.value.isdigit() else 1) for ask in self.asks if ask.kind not in {"age", "month"}
        )


class QueryError(InsightHubError):
    """What was typed cannot be searched for. The message never holds what was typed."""


def whole(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Return the parts once each, in an order of their own; raise ``QueryError`` where none could find anybody."""
    once = tuple(sorted(set(parts)))
    if not any(part.tells for part in once):
        raise QueryError(
            "The search holds nothing that a resident could be found by",
            remedy="Give a name, a date of birth, a postcode, an address, a telephone number, an e-mail address or a "
            "reference",
        )
    return once
