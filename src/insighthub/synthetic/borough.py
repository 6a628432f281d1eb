"""The fictional borough, whole: from a number of residents and a seed to a folder of extracts with their truth.

Takes residents, seed and a folder, gives the files of every source, ``contract.toml`` put together from the same
examples that ``insighthub init`` writes, ``truth.parquet`` (who is behind each record), ``people.parquet`` (how each
person lives), ``population_estimates.csv`` (what its statistics office says of them), and the counts and shares that
say how messy it came out.
The same version, residents and seed give the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from insighthub.progress import Progress, Silent
from insighthub.sources.examples import EXAMPLES, example_text
from insighthub.synthetic.calibration import HABITS, MIXES, Habits
from insighthub.synthetic.delivery import deliver
from insighthub.synthetic.entries import Clerk
from insighthub.synthetic.estimates import FILE as ESTIMATES_FILE
from insighthub.synthetic.estimates import estimates_text, summed_text
from insighthub.synthetic.extract import Extract
from insighthub.synthetic.extracts import EXTRACTS
from insighthub.synthetic.people_truth import entity_ids, household_ids, people_table
from insighthub.synthetic.population import HOSTEL, TODAY, World
from insighthub.synthetic.world import build_world, stream
from insighthub.synthetic.writing import AddressBook

TRUTH = pa.schema(
    [
        pa.field("source", pa.string(), nullable=False),
        pa.field("record_id", pa.string(), nullable=False),
        pa.field("person", pa.int32(), nullable=False),
        pa.field("entity_id", pa.string(), nullable=False),
        pa.field("household_id", pa.string()),  # none in a hostel or a care home, which are no household
    ]
)


@dataclass(frozen=True)
class SourceCount:
    """What one source holds."""

    records: int  # rows delivered once (repeats not counted)
    person_records: int  # people named in them
    people: int  # different people
    without_birth_date: float  # share of person-records


@dataclass(frozen=True)
class Borough:
    """What was made, and how messy it is. Shares are measured on the files' content, not on the parameters."""

    folder: Path
    contract: Path
    truth: Path
    people_truth: Path  # how each person lives, ``people_truth.PEOPLE``
    places: Path | None  # the folder of the borough's geography, if it was asked for
    residents: int  # living in the borough on the day of extraction
    people: int  # with a record in any source, those who left or died among them
    records: int
    person_records: int
    without_birth_date: float  # share of person-records without a date of birth
    moved_with_stale_address: float  # share of people whom some source still holds at a former address
    joint_records: float  # share of records that name more than one person
    sources: dict[str, SourceCount]


def generate(
    out: Path,
    *,
    residents: int = 20_000,
    seed: int = 1,
    mix: str = "usual",
    places: Path | None = None,
    areas: int | None = None,
    progress: Progress | None = None,
) -> Borough:
    """Make the borough in the folder ``out``, which is created if need be; files of the same names are replaced.

    residents: people living in the borough on the day of extraction, from 500 to 1,000,000.
    mix: which shares of communities, a key of ``calibration.MIXES``.
    places: a folder for the borough's geography; it is not written without one.
    areas: how many areas the geography has; without it the borough's small areas.

    Raises:
        ValueError: residents is out of that range, or there is no such mix.
    """
    if not 500 <= residents <= 1_000_000:
        raise ValueError("residents must be between 500 and 1,000,000")
    if mix not in MIXES:
        raise ValueError(f"mix must be one of {', '.join(MIXES)}")
    watcher = progress or Silent()
    out.mkdir(parents=True, exist_ok=True)
    watcher.stage("Residents, households and homes")
    world = build_world(residents, seed, mix)
    book = AddressBook(world.places)
    watcher.stage("Extracts")
    truth: list[pa.Table] = []
    counts: dict[str, SourceCount] = {}
    joint, stale, known = 0, np.zeros(len(world.people), bool), np.zeros(len(world.people), bool)
    for k, (name, make) in enumerate(EXTRACTS.items()):
        watcher.advance(k, len(EXTRACTS))
        habits = HABITS.get(name, Habits(1.0))
        extract = make(world, Clerk(world, book, habits, stream(seed, name)))
        deliver(extract, out, stream(seed, f"{name} delivery"), habits.repeated_rows)
        truth.append(truth_table(world, extract))
        counts[name] = _count(extract)
        joint += _joint(extract)
        _mark_stale(world, extract, stale, known)
    watcher.advance(len(EXTRACTS), len(EXTRACTS))
    table = pa.concat_tables(truth)
    pa.parquet.write_table(table, out / "truth.parquet", compression="zstd")
    pa.parquet.write_table(people_table(world), out / "people.parquet", compression="zstd")
    estimates = estimates_text(world, stream(seed, "official estimates"))
    (out / "contract.toml").write_text(contract_text(), encoding="utf-8")
    if places is not None:
        watcher.stage("Areas, postcodes and premises")
        from insighthub.synthetic.geography import write_geography

        by_area = write_geography(world, places, seed, areas=areas).estimate
        estimates = summed_text(by_area.sum(axis=0))  # one office has one number of people
    (out / ESTIMATES_FILE).write_text(estimates, encoding="utf-8")
    records, named = (sum(getattr(c, f) for c in counts.values()) for f in ("records", "person_records"))
    missing = sum(c.without_birth_date * c.person_records for c in counts.values())
    return Borough(
        folder=out,
        contract=out / "contract.toml",
        truth=out / "truth.parquet",
        people_truth=out / "people.parquet",
        places=places,
        residents=residents,
        people=int(known.sum()),
        records=records,
        person_records=named,
        without_birth_date=missing / named,
        moved_with_stale_address=float(stale.sum() / known.sum()),
        joint_records=joint / records,
        sources=counts,
    )


def contract_text() -> str:
    """Return the contract of the borough: the example contracts of all its sources, one after the other."""
    head = "# The fictional borough: every source in one contract, put together from the example contracts.\n\n"
    return head + "\n\n".join(example_text(name) for name in EXAMPLES if name in EXTRACTS)


def truth_table(world: World, extract: Extract) -> pa.Table:
    """Return who is behind each row, and the household that they live in, or lived in last; by record and person."""
    ids = np.array(extract.record_ids(), dtype=object)
    if not extract.named:
        return TRUTH.empty_table()
    row = np.concatenate([p.row for p in extract.named])
    place = np.concatenate([p.place for p in extract.named])
    person = np.concatenate([p.person for p in extract.named])
    order = np.lexsort((place, ids[row].astype(str)))
    row, place, person = row[order], place[order], person[order]
    household = world.people.household[person]
    shared = world.households.kind[household] >= HOSTEL
    return pa.table(
        {
            "source": pa.array([extract.name] * len(row), pa.string()),
            "record_id": pa.array(ids[row].tolist(), pa.string()),
            "person": pa.array(place, pa.int32()),
            "entity_id": pa.array(entity_ids(person), pa.string()),
            "household_id": pa.array(household_ids(household), pa.string(), mask=shared),
        },
        schema=TRUTH,
    )


def _count(extract: Extract) -> SourceCount:
    people = np.concatenate([p.person for p in extract.named]) if extract.named else np.empty(0, np.int64)
    n = len(people)
    return SourceCount(extract.rows(), n, len(np.unique(people)), extract.births_missing / n if n else 0.0)


def _joint(extract: Extract) -> int:
    """Return how many rows name more than one person."""
    if not extract.named:
        return 0
    rows = np.bincount(np.concatenate([p.row for p in extract.named]), minlength=1)
    return int((rows > 1).sum())


def _mark_stale(world: World, extract: Extract, stale: np.ndarray, known: np.ndarray) -> None:
    """Mark the people that the extract knows, and those it holds at an address they have left for another here."""
    for piece in extract.named:
        known[piece.person] = True
    for person, dwelling in extract.held_at:
        latest = world.dwelling_at(person, np.full(len(person), TODAY))
        stale[person[dwelling != latest]] = True


__all__ = ["TRUTH", "Borough", "SourceCount", "contract_text", "generate", "truth_table"]
