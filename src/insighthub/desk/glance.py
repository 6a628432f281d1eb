"""The borough at a glance: what leaders ask first, in figures that passed disclosure control.

Takes a gate and a user, gives a ``Glance``. Counts of people are those of published measures, or whole counts of the
index rounded as disclosure control rounds; a small one is not told. Counts of runs and of corrections are of the
council's own work, and of nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from insighthub.accounts.users import User
from insighthub.corrections.figures import read_figures
from insighthub.desk.figure_tables import figure_request
from insighthub.desk.figures import WAITING, FiguresDesk
from insighthub.desk.gate import Gate
from insighthub.governance.actions import Action
from insighthub.governance.disclosure import DisclosureSettings
from insighthub.quality.scorecard import scorecards
from insighthub.store.run_log import RunRow, runs

#: Measures whose names begin so tell of how many residents several services know.
KNOWN_TO = "residents_known_to_"
_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class SourceLine:
    """A source: when it was last delivered, how long before the release, and mean shares of its fields."""

    source: str
    delivered_on: date | None
    days: int | None
    complete: float | None
    valid: float | None


@dataclass(frozen=True)
class KnownTo:
    """How many residents are known to several services: the measure's title, its count and share; None: hidden."""

    name: str
    title: str
    residents: int | None
    share: float | None


@dataclass(frozen=True)
class Glance:
    """The borough at a glance.

    Attributes:
        as_of, run_id: the release.
        residents, people_expected: residents of the index, and the people they are thought to be, rounded.
        then, residents_then: the day of the run that the change is told from, and the count then; None: there is none.
        known_to: residents known to several services.
        sources: coverage and quality, by source.
        corrections_fixed, corrections_open, asks_avoided: of all sources together.
        waiting: requests to let figures out that wait for a second person.
    """

    as_of: date
    run_id: str
    residents: int | None
    people_expected: int | None
    then: date | None
    residents_then: int | None
    known_to: tuple[KnownTo, ...]
    sources: tuple[SourceLine, ...]
    corrections_fixed: int
    corrections_open: int
    median_days: float | None
    asks_avoided: int
    waiting: int

    @property
    def change(self) -> int | None:
        """How many residents more, or fewer, there are than then."""
        if self.residents is None or self.residents_then is None:
            return None
        return self.residents - self.residents_then


def glance(gate: Gate, user: User) -> Glance:
    """Return the borough at a glance.

    Raises:
        Refused: the user may not see it.
        RunError: there is no release.
    """
    gate.require(user, Action.SEE_LEADERS)
    hub, settings = gate.hub, gate.hub.settings.disclosure
    figures = FiguresDesk(gate, user)
    known = [figures.measure(line.name) for line in figures.measures() if line.name.startswith(KNOWN_TO)]
    with hub.release() as db:
        cards = scorecards(db)
        run_id, as_of = db.execute("SELECT run_id, as_of FROM run ORDER BY run_id DESC LIMIT 1").fetchall()[0]
    with hub.state.read() as connection:
        every = [run for run in runs(connection) if run.status == "published"]
        told = next((f for f in read_figures(connection) if f.source is None and f.kind is None), None)
        query = figure_request.select().where(figure_request.c.status == WAITING)
        waiting = len(connection.execute(query).all())
    now = next((run for run in every if run.run_id == run_id), None)
    then = _a_year_before(every, as_of)
    with gate.noted(user, Action.SEE_LEADERS, detail={"release": run_id}):
        return Glance(
            as_of=as_of,
            run_id=run_id,
            residents=_count(now, "residents", settings),
            people_expected=_count(now, "people_expected", settings),
            then=then.as_of if then else None,
            residents_then=_count(then, "residents", settings),
            known_to=tuple(
                KnownTo(one.line.name, one.line.title, whole.numerator, whole.share)
                for one in known
                for whole in one.rows
                if whole.by == "none"
            ),
            sources=tuple(
                SourceLine(c.source, c.delivered_on, c.days_since, c.share("complete"), c.share("valid")) for c in cards
            ),
            corrections_fixed=told.fixed if told else 0,
            corrections_open=told.open if told else 0,
            median_days=told.median_days_to_fix if told else None,
            asks_avoided=told.asks_avoided if told else 0,
            waiting=waiting,
        )


def _a_year_before(every: list[RunRow], as_of: date) -> RunRow | None:
    """Return the newest run that is a year old or older; the oldest where none is, if it is of another day."""
    before = sorted((run for run in every if run.as_of < as_of), key=lambda run: (run.as_of, run.number))
    old = [run for run in before if run.as_of <= as_of - _YEAR]
    return old[-1] if old else before[0] if before else None


def _count(run: RunRow | None, name: str, settings: DisclosureSettings) -> int | None:
    if run is None or (count := run.figures.get(name)) is None or count < settings.threshold:
        return None
    return settings.rounding * round(int(count) / settings.rounding)
