"""What the app knows of a screen: its pages, who may come without signing in, and where navigation shows it.

A screen is a module in ``screens`` with a router and a ``Screen``; the list in ``screens/__init__`` is the whole app.
"""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter


@dataclass(frozen=True)
class Nav:
    """An entry of the navigation.

    Args:
        text: what it says.
        href: where it leads.
        may: the action that somebody's roles must allow to be shown it, or several of which one will do; None where
            everybody who is signed in is.
        about: a line about it, on the start page.
    """

    text: str
    href: str
    may: str | tuple[str, ...] | None = None
    about: str = ""

    def is_for(self, may: frozenset[str]) -> bool:
        """Say whether somebody whose roles allow these actions is shown it."""
        return self.may is None or not may.isdisjoint((self.may,) if isinstance(self.may, str) else self.may)


@dataclass(frozen=True)
class Screen:
    """A screen.

    Args:
        router: its pages, or its endpoints.
        public: whether it is open without signing in; say so only where nothing is shown that is anybody's.
        first: whether who is signed in reaches it before they did what they have to do first.
        nav: its entry of the navigation.
        uploads: the paths where a file may be sent.
    """

    router: APIRouter
    public: bool = False
    first: bool = False
    nav: Nav | None = None
    uploads: tuple[str, ...] = ()
