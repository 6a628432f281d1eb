"""A clock that goes forward when a test says so."""

from datetime import UTC, datetime, timedelta


class Ticking:
    """Stands at a moment until ``pass_by``."""

    def __init__(self):
        self._at = 0.0

    def now(self):
        return datetime(2026, 3, 5, 9, 0, tzinfo=UTC) + timedelta(seconds=self._at)

    def seconds(self):
        return self._at

    def pass_by(self, seconds):
        self._at += seconds
