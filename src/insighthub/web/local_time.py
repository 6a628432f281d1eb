"""The council's time: what the state keeps in UTC is shown as clocks in the office showed it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from insighthub.web import words
from insighthub.web.site import Site


def local(site: Site, at: datetime) -> datetime:
    """Return a moment, UTC without a zone, in the council's time, without one too."""
    zone = ZoneInfo(site.desk.hub.settings.alerts.time_zone)
    return at.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)


def local_moment(site: Site, at: datetime | None) -> str:
    """Write a moment in the council's time: 5 March 2026 at 2:05pm."""
    return words.moment(None if at is None else local(site, at))


def day_of(text: str) -> date | None:
    """Return the day that was typed in one box, as 27 3 2026, 27/03/2026 or 2026-03-27; None where there is none."""
    parts = text.replace("/", " ").replace("-", " ").replace(".", " ").split()
    if len(parts) != 3:
        return None
    return typed_day(*(reversed(parts) if len(parts[0]) == 4 else parts))


def typed_day(day: str, month: str, year: str) -> date | None:
    """Return the day that was typed in three boxes; None where there is no such day."""
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
