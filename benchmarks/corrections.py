"""How right the corrections are that a hub proposes, and how long it takes to find them.

Takes a borough's hub, gives per kind the share of proposals whose proposed value is the truth of the person behind the
record; a proposal to a record that was linked to somebody else is wrong whatever it says. A move is right if they live
at the proposed place; a UPRN if the street, number and flat of the record have it; a duplicate if both records are of
one person. Then the cases are built anew for all residents and for one in a hundred, in a copy that is thrown away.

    python -m benchmarks.corrections [--residents 20000] [--seed 1] [--home DIR]

``--home`` names a hub that was made before from the same borough; without it one is made and thrown away. Deaths are
counted with the values of special category sources let through, as only social care holds them in this borough.
"""

from __future__ import annotations

import argparse
import datetime as dt
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from insighthub.corrections.cases import build_corrections
from insighthub.corrections.settings import KINDS, CorrectionSettings
from insighthub.hub import Hub
from insighthub.runs.begin import Asked
from insighthub.sources.contract import Source
from insighthub.sources.home import load_home
from insighthub.synthetic.borough import generate
from insighthub.synthetic.borough_hub import DAY, write_hub
from insighthub.synthetic.world import build_world

#: The share of proposals of a kind that must be right.
AIM = {"moved": 0.95, "died": 0.95, "birth_date": 0.95}
#: As the borough's settings have it, but for deaths: see above.
SETTINGS = CorrectionSettings(values_of_special_sources=("died",))

_PLACES = """
CREATE OR REPLACE TEMP TABLE true_place AS
SELECT upper(street) AS street, number::VARCHAR AS number, nullif(flat, 0)::VARCHAR AS flat, any_value(uprn) AS uprn
FROM places GROUP BY ALL HAVING count(*) = 1
"""
# One row a case: whether what it proposes is right, null where the truth does not say.
_JUDGED = """
WITH behind AS (SELECT * FROM read_parquet($truth)),
lives AS (SELECT * FROM read_parquet($people))
SELECT c.kind, c.source, CASE c.kind
    WHEN 'moved' THEN p.lives_here AND p.alive AND (
        a.place_id = 'U:' || p.uprn
        OR (NOT starts_with(a.place_id, 'U:') AND right(c.proposed, length(p.postcode)) = p.postcode))
    WHEN 'died' THEN p.date_of_death IS NOT NULL AND p.date_of_death = try_cast(c.proposed AS DATE)
    WHEN 'birth_date' THEN p.date_of_birth = try_cast(c.proposed AS DATE)
    WHEN 'missing_birth_date' THEN p.date_of_birth = try_cast(c.proposed AS DATE)
    WHEN 'new_name' THEN regexp_replace(upper(strip_accents(p.family_name)), '[^A-Z]', '', 'g')
                       = regexp_replace(upper(strip_accents(c.proposed)), '[^A-Z]', '', 'g')
    WHEN 'duplicate' THEN b.entity_id = k.entity_id
    WHEN 'missing_uprn' THEN t.uprn::VARCHAR = c.proposed END AS is_right
FROM correction_case c
JOIN behind b ON b.source = c.source AND b.record_id = c.record_id AND b.person = c.person
JOIN lives p ON p.entity_id = b.entity_id
JOIN person_record r ON r.source = c.source AND r.record_id = c.record_id AND r.person = c.person
LEFT JOIN address a ON c.kind = 'moved' AND a.resident_id = c.resident_id AND a.is_current
LEFT JOIN behind k ON c.kind = 'duplicate' AND k.source = c.source AND k.record_id = c.proposed AND k.person = c.person
LEFT JOIN true_place t ON c.kind = 'missing_uprn' AND t.street = r.street AND t.number = r.house_number
                      AND t.flat IS NOT DISTINCT FROM r.flat
"""
_BY_KIND = f"""
SELECT kind, count(*), count(is_right), count(*) FILTER (is_right) FROM ({_JUDGED}) GROUP BY kind
"""
_BY_SOURCE = "SELECT source, kind, count(*) FROM correction_case GROUP BY ALL ORDER BY ALL"
_ONE_IN_A_HUNDRED = """
CREATE OR REPLACE TEMP TABLE touched AS SELECT resident_id FROM resident WHERE hash(resident_id) % 100 = 0 ORDER BY 1
"""


@dataclass(frozen=True)
class Precision:
    """Of one kind: cases, those of which the truth is known, and those that are right."""

    kind: str
    cases: int
    known: int
    right: int

    @property
    def share(self) -> float:
        """Share of the known that are right."""
        return self.right / max(1, self.known)


def make(home: Path, residents: int, seed: int) -> None:
    """Make a borough and its hub, and run it."""
    generate(home / "extracts", residents=residents, seed=seed)
    write_hub(home)
    with Hub(home) as hub:
        hub.run(Asked(as_of=DAY))


def build(db: duckdb.DuckDBPyConnection, sources: list[Source], as_of: dt.date) -> tuple[float, float]:
    """Build the cases of all residents, then of one in a hundred; return the seconds of each."""
    seconds = []
    for learn, touched in (
        (True, "CREATE OR REPLACE TEMP TABLE touched AS SELECT resident_id FROM resident ORDER BY 1"),
        (False, _ONE_IN_A_HUNDRED),
    ):
        db.execute(touched)
        start = time.perf_counter()
        build_corrections(db, SETTINGS, sources, as_of, learn=learn)
        seconds.append(time.perf_counter() - start)
    return seconds[0], seconds[1]


def precision(db: duckdb.DuckDBPyConnection, home: Path, *, residents: int, seed: int) -> list[Precision]:
    """Hold the cases of a release against the borough's truth."""
    places = build_world(residents, seed).places
    street = [places.streets[n] for n in places.street.tolist()]
    columns = {"street": street, "number": places.number, "flat": places.flat, "uprn": places.uprn}
    db.register("places", pa.table(columns))
    db.execute(_PLACES)
    extracts = home / "extracts"
    files = {"truth": str(extracts / "truth.parquet"), "people": str(extracts / "people.parquet")}
    found = {row[0]: Precision(*row) for row in db.execute(_BY_KIND, files).fetchall()}
    return [found[kind] for kind in KINDS if kind in found]


def main() -> None:
    """Make a hub where none is given, and print what it proposes, how right that is, and the time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--residents", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--home", type=Path)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = told.home or Path(folder) / "hub"
        if told.home is None:
            make(home, told.residents, told.seed)
        current = (home / "current").read_text(encoding="utf-8").strip()
        copy = shutil.copy(home / "releases" / f"{current}.duckdb", Path(folder) / "copy.duckdb")
        sources = [source for each in load_home(home) for source in each.contract.source]
        with duckdb.connect(str(copy)) as db:
            everybody, few = build(db, sources, DAY)
            print("cases by source and kind")
            for source, kind, cases in db.execute(_BY_SOURCE).fetchall():
                print(f"  {source:24s}{kind:20s}{cases:8,}")
            print("right, by kind")
            for each in precision(db, home, residents=told.residents, seed=told.seed):
                aim = f" (at least {AIM[each.kind]:.0%})" if each.kind in AIM else ""
                known = "" if each.known == each.cases else f"; the truth is known of {each.known:,}"
                print(f"  {each.kind:20s}{each.right:6,} of {each.known:6,}{each.share:9.1%}{aim}{known}")
            print(f"seconds: {everybody:.1f} for all residents, {few:.2f} for one in a hundred")


if __name__ == "__main__":
    main()
