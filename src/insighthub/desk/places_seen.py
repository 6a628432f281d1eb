"""What the desk gives of places: indices, an area, a place, a density, options of a policy; and what may be asked for.

Each holds figures that passed disclosure control, and nothing of a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from insighthub.charts.figure import Figure
from insighthub.spatial import BANDWIDTHS as WIDTHS
from insighthub.vulnerability.application import Application, Standing
from insighthub.vulnerability.clusters import Clusters
from insighthub.vulnerability.densities import Of
from insighthub.vulnerability.drivers import Drivers
from insighthub.vulnerability.options import Cap, NearKinds, Option, Touched, Zone
from insighthub.vulnerability.result import Result

#: Densities that can be asked for, and the bandwidths, in metres.
DENSITIES: tuple[Of, ...] = ("premises", "risk")
BANDWIDTHS = tuple(int(each) for each in WIDTHS)


@dataclass(frozen=True)
class IndexLine:
    """An index that has a result; where that may not be shown, ``why`` says so, and of when it is is not told."""

    id: str
    title: str
    description: str
    as_of: date | None
    run_id: str
    why: str = ""


@dataclass(frozen=True)
class IndexShown:
    """An index of areas.

    Attributes:
        result: the whole of it, after disclosure control.
        purpose: the title of the purpose that it was counted for.
        map: of all areas.
        earlier: rank of each area about a year before, by code; empty where no release is kept from then.
        earlier_on: the day of that.
        most: the indicator that raises the score of each area most, by code.
        wrong: rows of the register of premises that could not be placed.
        alike: whether neighbouring areas are alike.
        old: whether a newer release is published, on which the index was not run yet.
    """

    result: Result
    purpose: str
    map: Figure
    earlier: dict[str, int]
    earlier_on: date | None
    most: dict[str, str]
    wrong: int
    alike: Clusters
    old: bool


@dataclass(frozen=True)
class AreaShown:
    """One area.

    Attributes:
        result: the index.
        drivers: what its rank hangs on; None where the area is not shown.
        name: of the area.
        code: of the area.
        others: its rank in the other indices of the hub: title, rank, lowest, highest, of how many.
        earlier: its rank about a year before; None where that is not known.
        earlier_on: the day of that.
        premises: those of the register that are open in it.
        middle: easting and northing of a point within it.
    """

    result: Result
    drivers: Drivers | None
    name: str
    code: str
    others: tuple[tuple[str, int, int, int, int], ...]
    earlier: int | None
    earlier_on: date | None
    premises: tuple[Standing, ...]
    middle: tuple[int, int]


@dataclass(frozen=True)
class PlaceShown:
    """What is known of one place.

    Attributes:
        result: the index.
        told: who lives and what stands around it, and the index there.
        words: that name the place.
        map: of what is around it.
        earlier: rank about a year before of each area that the circle touches, by code.
        earlier_on: the day of that.
        old: whether a newer release is published, on which the index was not run yet.
    """

    result: Result
    told: Application
    words: str
    map: Figure
    earlier: dict[str, int]
    earlier_on: date | None
    old: bool


@dataclass(frozen=True)
class OptionsAsked:
    """Options of a policy to be held side by side: a zone, a cap, and a condition near premises of some kinds.

    Attributes:
        density: of premises, from which on the zone begins; each counts from 1 beside it down to 0 at the reach.
        zone_metres: that reach.
        most: how many places to gamble the cap allows.
        cap_metres: within how many metres of one another.
        kinds: of premises that the condition is about; none for no such condition.
        kinds_metres: how near.
    """

    density: float = 1.5
    zone_metres: float = 400.0
    most: int = 3
    cap_metres: float = 400.0
    kinds: tuple[str, ...] = ("school",)
    kinds_metres: float = 200.0

    def options(self) -> list[Option]:
        """Return the options."""
        asked: list[Option] = [Zone(self.density, self.zone_metres), Cap(self.most, self.cap_metres)]
        return [*asked, NearKinds(self.kinds, self.kinds_metres)] if self.kinds else asked


@dataclass(frozen=True)
class OptionsShown:
    """Options of a policy side by side.

    Attributes:
        result: the index.
        touched: what each touches; ``names`` has the names of areas by code.
        kinds: kinds of premises that a condition may be about.
    """

    result: Result
    touched: tuple[Touched, ...]
    names: dict[str, str]
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class DensityShown:
    """Where something is close together.

    Attributes:
        result: the index.
        map: of the density, with tables of areas and of bandwidths.
    """

    result: Result
    map: Figure
