"""The changing borough, whole: one month of life and deliveries after the other, each with its truth.

Takes a folder, residents, months and a seed, gives months. There is one extracts folder, as a hub has: a month's
deliveries overwrite the files of the sources that deliver in it and leave the others as they were. The first month is
the borough as ``generate`` makes it. The same version, residents, months and seed give the same bytes; the state lives
in memory from month to month.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from insighthub.progress import Progress, Silent
from insighthub.synthetic.borough import contract_text, truth_table
from insighthub.synthetic.calibration import HABITS, Habits
from insighthub.synthetic.changing import rates
from insighthub.synthetic.changing.council_tax_office import CouncilTax
from insighthub.synthetic.changing.ledger import only
from insighthub.synthetic.changing.life import Happened, Life
from insighthub.synthetic.changing.office import Desk, Office
from insighthub.synthetic.changing.offices_of_claims import Benefits, HousingRents
from insighthub.synthetic.changing.offices_of_events import AdultSocialCare, Cases, SchoolPupils, Standing
from insighthub.synthetic.changing.offices_of_people import (
    ChildrensSocialCare,
    Concessions,
    ElectoralRegister,
    Libraries,
    ParkingPermits,
)
from insighthub.synthetic.changing.schedule import How, last_day, plan
from insighthub.synthetic.delivery import DELIVERIES, deliver
from insighthub.synthetic.entries import Clerk
from insighthub.synthetic.extract import Extract
from insighthub.synthetic.extracts import EXTRACTS
from insighthub.synthetic.people_truth import people_table
from insighthub.synthetic.population import EPOCH, World
from insighthub.synthetic.world import build_world, stream
from insighthub.synthetic.writing import AddressBook


@dataclass(frozen=True)
class Month:
    """One month: what was delivered, what is true after it, and what happened in it."""

    number: int  # from 1
    as_of: dt.date  # its last day, on which sources export
    folder: Path  # the extracts as they stand once this month's deliveries have come; the next month overwrites them
    contract: Path
    deliveries: dict[str, How]  # by source, how its delivery came
    truth: Path  # of every record in the folder, ``borough.TRUTH``; households as they are now
    people: Path  # how each person lives, ``people_truth.PEOPLE``
    happened: Happened

    @property
    def delivered(self) -> tuple[str, ...]:
        """Return the sources that delivered."""
        return tuple(self.deliveries)


def generate_months(
    out: Path,
    *,
    residents: int = 3_000,
    months: int = 24,
    seed: int = 1,
    mix: str = "usual",
    progress: Progress | None = None,
) -> Iterator[Month]:
    """Make the borough month by month under ``out``: ``extracts/``, and ``months/01/`` and so on with the truths.

    Each month is made when it is asked for. residents: on the first day, from 500 to 1,000,000.

    Raises:
        ValueError: residents or months is out of range, or there is no such mix.
    """
    if not 500 <= residents <= 1_000_000:
        raise ValueError("residents must be between 500 and 1,000,000")
    if not 1 <= months <= 120:
        raise ValueError("months must be between 1 and 120")
    return _months(Path(out), residents, months, seed=seed, mix=mix, watcher=progress or Silent())


def _months(out: Path, residents: int, months: int, *, seed: int, mix: str, watcher: Progress) -> Iterator[Month]:
    watcher.stage("Residents, households and homes")
    world = build_world(residents, seed, mix)
    book = AddressBook(world.places)
    hub = _Folder(out / "extracts", seed)
    watcher.stage("Months")
    coming = plan(stream(seed, "deliveries"), months)
    first: dict[str, Extract] = {}
    for name, make in EXTRACTS.items():
        first[name] = make(world, Clerk(world, book, _habits(name), stream(seed, name)))
        hub.receive(name, first[name], "new", 1)
    yield _month(1, out, world, hub, deliveries=coming[0], happened=Happened())
    life = Life(world, stream(seed, "life"))
    offices = {
        name: _office(name, world, Clerk(world, book, _habits(name), stream(seed, f"{name} office")), extract)
        for name, extract in first.items()
    }
    faults = stream(seed, "faults")
    for number in range(2, months + 1):
        watcher.advance(number - 1, months)
        happened = life.month((last_day(number) - EPOCH).days)
        late = {name for name, how in (coming[number] if number < months else {}).items() if how == "late"}
        for name, office in offices.items():
            happened.slips_mended += office.month()
            _lose_rows(office, faults, number)
            how = coming[number - 1].get(name)
            if how is not None:
                hub.receive(name, office.ledger.extract(number) if how == "new" else None, how, number)
            if name in late:
                hub.put_by(name, office.ledger.extract(number))
        yield _month(number, out, world, hub, deliveries=coming[number - 1], happened=happened)
    watcher.advance(months, months)


def _lose_rows(office: Office, rng: np.random.Generator, number: int) -> None:
    """Let a few rows be absent from this month's export, and back in another."""
    rows = np.flatnonzero(office.ledger.absent <= number)
    lost = rows[rng.random(len(rows)) < rates.ROWS_ABSENT]
    if not isinstance(office, Standing | SchoolPupils):
        office.ledger.absent[lost] = number + rng.integers(1, rates.MONTHS_ABSENT + 1, len(lost))


class _Folder:
    """The extracts folder of a hub, and what of each source stands in it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self._seed = folder, seed
        self.standing: dict[str, Extract] = {}
        self._put_by: dict[str, Extract] = {}
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "contract.toml").write_text(contract_text(), encoding="utf-8")

    def put_by(self, name: str, extract: Extract) -> None:
        """Keep an extract that will come a month late."""
        self._put_by[name] = extract

    def receive(self, name: str, extract: Extract | None, how: How, number: int) -> None:
        """Take a delivery. extract: the source's own of this month, where that is what comes."""
        if how == "repeated":
            return  # the same bytes again
        if how == "late":
            extract = self._put_by.pop(name)
        again = extract is None
        new = self.standing[name] if extract is None else extract
        label = f"{name} delivery" if number == 1 else f"{name} delivery {number}"
        deliver(
            new if again else self._not_yet_there(name, new),
            self.folder,
            stream(self._seed, label),
            _habits(name).repeated_rows,
            day=last_day(number - (how == "late")),
            in_order=how != "reordered",
        )
        self.standing[name] = new

    def _not_yet_there(self, name: str, extract: Extract) -> Extract:
        """Return the part of an extract whose files are not in the folder; take out files that it has no more.

        A source that delivers one file replaces it; one that delivers a folder of files adds to them.
        """
        column = DELIVERIES[name].split_by
        if column is None or name not in self.standing:
            return extract
        there, coming = set(self.standing[name].columns[column].tolist()), set(extract.columns[column].tolist())
        for label in there - coming:
            (self.folder / DELIVERIES[name].path / f"{label.replace(' ', '_')}.csv").unlink()
        return only(extract, np.flatnonzero([label not in there for label in extract.columns[column].tolist()]))


def _month(
    number: int, out: Path, world: World, hub: _Folder, *, deliveries: dict[str, How], happened: Happened
) -> Month:
    """Write the truths of a month."""
    folder = out / "months" / f"{number:02d}"
    folder.mkdir(parents=True, exist_ok=True)
    truth = pa.concat_tables([truth_table(world, hub.standing[name]) for name in EXTRACTS])
    pa.parquet.write_table(truth, folder / "truth.parquet", compression="zstd")
    pa.parquet.write_table(people_table(world), folder / "people.parquet", compression="zstd")
    return Month(
        number=number,
        as_of=last_day(number),
        folder=hub.folder,
        contract=hub.folder / "contract.toml",
        deliveries=deliveries,
        truth=folder / "truth.parquet",
        people=folder / "people.parquet",
        happened=happened,
    )


def _habits(name: str) -> Habits:
    return HABITS.get(name, Habits(1.0))


_PLAIN: dict[str, Callable[[World, Clerk, Extract], Office]] = {
    "council_tax": CouncilTax,
    "benefits": Benefits,
    "housing_rents": HousingRents,
    "adult_social_care": AdultSocialCare,
    "childrens_social_care": ChildrensSocialCare,
    "school_pupils": SchoolPupils,
    "electoral_register": ElectoralRegister,
    "parking_permits": ParkingPermits,
    "freedom_pass": Concessions,
    "blue_badge": Concessions,
    "libraries": Libraries,
}
#: Sources of cases: the columns of the day a case was opened, its reference and its end, and how long it is kept.
_CASES = {
    "school_admissions": ("application_date", "child_id", "", 6.0),
    "homelessness": ("application_date", "application_ref", "duty_end", 4.0),
    "antisocial_behaviour": ("date", "case_ref", "", 4.0),
}


def _office(name: str, world: World, clerk: Clerk, first: Extract) -> Office:
    """Return the office that keeps a source."""
    if name in _PLAIN:
        return _PLAIN[name](world, clerk, first)
    if name in _CASES:
        opened, reference, closed, kept = _CASES[name]
        return Cases(
            world,
            clerk,
            first,
            make=EXTRACTS[name],
            opened=opened,
            reference=reference,
            closed=closed,
            kept_years=kept,
        )
    return Standing(world, clerk, first, Desk())


__all__ = ["Month", "generate_months"]
