"""A long list in pages: which part of it is shown, and the links to the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

#: How many links stand to the left and right of the page that is shown.
_NEAR = 1


@dataclass(frozen=True)
class Paging:
    """One page of a list.

    Args:
        path: where the list is.
        page: which page is asked for, counted from 1; one that there is not is taken for the nearest.
        total: rows of the whole list.
        size: rows of a page.
        keep: filters that the links keep. They stand in the address: never a name, or anything of a person.
    """

    path: str
    page: int
    total: int
    size: int = 25
    keep: tuple[tuple[str, str], ...] = ()

    @property
    def pages(self) -> int:
        """How many pages there are; an empty list has one."""
        return max(1, -(-self.total // self.size))

    @property
    def shown(self) -> int:
        """The page that is shown."""
        return min(max(1, self.page), self.pages)

    @property
    def offset(self) -> int:
        """The rows before the page."""
        return (self.shown - 1) * self.size

    @property
    def words(self) -> str:
        """Which rows are shown, in words."""
        if not self.total:
            return "Nothing to show"
        last = min(self.offset + self.size, self.total)
        return f"Showing {self.offset + 1:,} to {last:,} of {self.total:,}"

    def href(self, page: int) -> str:
        """Return the address of a page."""
        return f"{self.path}?{urlencode([*self.keep, ('page', str(page))])}"

    def options(self) -> dict[str, Any]:
        """Return what GOV.UK's pagination takes."""
        near = {1, self.pages, *range(self.shown - _NEAR, self.shown + _NEAR + 1)}
        numbers = sorted(n for n in near if 1 <= n <= self.pages)
        items: list[dict[str, Any]] = []
        for before, number in zip([0, *numbers], numbers, strict=False):
            if number - before > 1:
                items.append({"ellipsis": True})
            items.append({"number": number, "href": self.href(number), "current": number == self.shown})
        options: dict[str, Any] = {"items": items}
        if self.shown > 1:
            options["previous"] = {"href": self.href(self.shown - 1)}
        if self.shown < self.pages:
            options["next"] = {"href": self.href(self.shown + 1)}
        return options
