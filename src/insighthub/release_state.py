"""How the published release stands: which it is, how old, and whether a later run came to nothing.

Takes a hub and a clock, gives ``ReleaseState``. Pages and the API say it, so that nobody takes an old release for a new
one, or the lack of a release for a lack of residents. It is asked for by every page, so what was found is kept for a
few seconds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock

from insighthub.hub import Hub

#: How runs can end without being published, as the state has it.
UNPUBLISHED = frozenset({"failed", "stopped"})
KEPT_SECONDS = 3.0


@dataclass(frozen=True)
class ReleaseState:
    """How the published release stands.

    Args:
        run_id: the published release, None where there is none yet.
        as_of: the day that it is for.
        age_days: days since then.
        stale: whether it is older than the hub's setting allows for.
        failed_at: when the newest run ended, if it came to nothing.
        failed_why: why, in the words of the run; for those who look after runs.
        under_way: whether a run is under way.
    """

    run_id: str | None = None
    as_of: date | None = None
    age_days: int | None = None
    stale: bool = False
    failed_at: datetime | None = None
    failed_why: str | None = None
    under_way: bool = False


def release_state(hub: Hub, today: date) -> ReleaseState:
    """Look up how the published release stands."""
    current, found = hub.releases.current(), hub.runs()
    newest = found[-1] if found else None
    failed = newest is not None and newest.status in UNPUBLISHED and newest.run_id != current
    published = next((row for row in found if row.run_id == current), None)
    as_of = published.as_of if published else None
    age = max(0, (today - as_of).days) if as_of else None
    return ReleaseState(
        run_id=current,
        as_of=as_of,
        age_days=age,
        stale=age is not None and age >= hub.settings.web.stale_after_days,
        failed_at=newest.finished_at if failed and newest else None,
        failed_why=newest.reason if failed and newest else None,
        under_way=newest is not None and newest.status == "building",
    )


class ReleaseStates:
    """Looks up how the release stands, at most every few seconds.

    Args:
        hub: the hub.
        now: gives the time.
        seconds: gives seconds that only ever go forward.
    """

    def __init__(self, hub: Hub, now: Callable[[], datetime], seconds: Callable[[], float]) -> None:
        self._hub, self._now, self._seconds = hub, now, seconds
        self._lock = Lock()
        self._found: tuple[float, ReleaseState] | None = None

    def current(self) -> ReleaseState:
        """Return how the published release stands.

        Raises:
            RunError: the state, or the file that names the release, cannot be read.
        """
        with self._lock:
            if self._found is None or self._seconds() - self._found[0] >= KEPT_SECONDS:
                self._found = (self._seconds(), release_state(self._hub, self._now().date()))
            return self._found[1]
