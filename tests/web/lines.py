"""A log that keeps its lines."""


class Lines:
    """Keeps what is logged, as (level, event, values)."""

    def __init__(self):
        self.kept = []

    def info(self, event, **values):
        self.kept.append(("info", event, values))

    def error(self, event, **values):
        self.kept.append(("error", event, values))
