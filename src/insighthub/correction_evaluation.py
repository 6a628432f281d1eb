"""How right the corrections are that a hub proposes, held against a borough whose truth is known.

Takes a release, gives per kind the share of proposals whose proposed value is the truth of the person behind the
record; a proposal to a record that was linked to somebody else is wrong whatever it says. A move is right if they live
at the proposed place; a UPRN if the street, number and flat of the record have it; a duplicate if both records are of
one person.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from insighthub.corrections.settings import KINDS
from insighthub.synthetic.world import build_world

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


def precision(db: duckdb.DuckDBPyConnection, home: Path, *, residents: int, seed: int) -> list[Precision]:
    """Hold the cases of a release against the borough's truth.

    Args:
        db: the release; temporary tables are made in it.
        home: the hub's folder, in which ``extracts`` are.
        residents: with which the borough was made.
        seed: of the borough.

    Returns:
        A row a kind that is proposed, in the order of ``KINDS``.
    """
    places = build_world(residents, seed).places
    street = [places.streets[n] for n in places.street.tolist()]
    columns = {"street": street, "number": places.number, "flat": places.flat, "uprn": places.uprn}
    db.register("places", pa.table(columns))
    db.execute(_PLACES)
    extracts = home / "extracts"
    files = {"truth": str(extracts / "truth.parquet"), "people": str(extracts / "people.parquet")}
    found = {row[0]: Precision(*row) for row in db.execute(_BY_KIND, files).fetchall()}
    return [found[kind] for kind in KINDS if kind in found]
