"""How right an index of residents is, held against a borough whose truth is known.

Takes a release and two truth files, gives ``IndexScores``: how many residents there are for how many people, the
share of current addresses that are right and how far their stated probabilities are, and how well households are
found.

The truth is ``truth.parquet`` (who is behind each record) and ``people.parquet`` (how each person lives on the day).
A resident is taken to be the person whom most of its records are of, and a person to be held by the resident that has
most of theirs; so somebody whose records were all given to others is held by nobody, which is the linkage's fault and
not the household's: household scores are given for the people whom a resident holds, and for all.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

#: Upper bounds of the bins of stated probabilities.
_BINS = (0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 1.01)

_WHO = """
CREATE OR REPLACE TEMP TABLE who AS
SELECT m.resident_id, t.entity_id, count(*) AS records
FROM membership m
JOIN read_parquet($truth) t ON t.source = m.source AND t.record_id = m.record_id AND t.person = m.person
GROUP BY ALL
"""
_PERSON_OF = """
CREATE OR REPLACE TEMP TABLE person_of AS
SELECT resident_id, entity_id FROM who
QUALIFY row_number() OVER (PARTITION BY resident_id ORDER BY records DESC, entity_id) = 1
"""
_RESIDENT_OF = """
CREATE OR REPLACE TEMP TABLE resident_of AS
SELECT entity_id, resident_id FROM who
QUALIFY row_number() OVER (PARTITION BY entity_id ORDER BY records DESC, resident_id) = 1
"""
_PEOPLE = "CREATE OR REPLACE TEMP TABLE person_truth AS SELECT * FROM read_parquet($people)"

_COUNTS = """
SELECT (SELECT count(*) FROM resident),
       (SELECT count(DISTINCT entity_id) FROM who),
       (SELECT count(DISTINCT w.entity_id)
        FROM who w JOIN person_truth p ON p.entity_id = w.entity_id WHERE p.lives_here),
       (SELECT count(*) FROM whereabouts WHERE status = 'lives here')
"""
_SERVICES = """
WITH person AS (
    SELECT entity_id, count(DISTINCT m.source) AS sources
    FROM membership m
    JOIN read_parquet($truth) t ON t.source = m.source AND t.record_id = m.record_id AND t.person = m.person
    GROUP BY entity_id
)
SELECT sources, coalesce(r.residents, 0), coalesce(p.people, 0)
FROM (SELECT sources, count(*) AS residents FROM resident GROUP BY sources) r
FULL JOIN (SELECT sources, count(*) AS people FROM person GROUP BY sources) p USING (sources)
ORDER BY sources
"""
_HOUSEHOLDS = """
SELECT (SELECT count(*) FROM household WHERE is_current), (SELECT count(DISTINCT household_id) FROM truly_housed)
"""
# People who live here and of whom some record gives an address: does their resident's current address say where?
_ADDRESSES = """
WITH addressed AS (
    SELECT DISTINCT t.entity_id
    FROM residence r
    JOIN read_parquet($truth) t ON t.source = r.source AND t.record_id = r.record_id AND t.person = r.person
    JOIN person_truth p ON p.entity_id = t.entity_id AND p.lives_here
)
SELECT count(*), count(*) FILTER (a.resident_id IS NOT NULL), count(*) FILTER (a.place_id = 'U:' || p.uprn)
FROM addressed d
JOIN person_truth p ON p.entity_id = d.entity_id
LEFT JOIN resident_of r ON r.entity_id = d.entity_id
LEFT JOIN address a ON a.resident_id = r.resident_id AND a.is_current
"""
_ADDRESSES_OF_RESIDENTS = """
SELECT count(*), count(*) FILTER (a.resident_id IS NOT NULL), count(*) FILTER (a.place_id = 'U:' || p.uprn)
FROM (SELECT DISTINCT resident_id FROM residence) r
JOIN person_of o ON o.resident_id = r.resident_id
JOIN person_truth p ON p.entity_id = o.entity_id AND p.lives_here
LEFT JOIN address a ON a.resident_id = r.resident_id AND a.is_current
"""
_CALIBRATION = """
SELECT b.up_to, count(*), avg(a.probability), avg((p.lives_here AND a.place_id = 'U:' || p.uprn)::INTEGER)
FROM address a
JOIN person_of o ON o.resident_id = a.resident_id
JOIN person_truth p ON p.entity_id = o.entity_id
JOIN (SELECT unnest($bins) AS up_to) b ON a.probability < b.up_to
WHERE a.is_current
  AND NOT EXISTS (SELECT 1 FROM (SELECT unnest($bins) AS up_to) c WHERE c.up_to < b.up_to AND a.probability < c.up_to)
GROUP BY 1 ORDER BY 1
"""
_HOUSED = """
CREATE OR REPLACE TEMP TABLE housed AS
SELECT DISTINCT m.household_id, o.entity_id
FROM household_member m JOIN person_of o ON o.resident_id = m.resident_id
WHERE m.is_current
"""
_TRULY_HOUSED = """
CREATE OR REPLACE TEMP TABLE truly_housed AS
SELECT p.household_id, p.entity_id, o.entity_id IS NOT NULL AS held
FROM person_truth p
JOIN (SELECT DISTINCT entity_id FROM who) w ON w.entity_id = p.entity_id
LEFT JOIN (SELECT DISTINCT entity_id FROM person_of) o ON o.entity_id = p.entity_id
WHERE p.lives_here AND p.household_id IS NOT NULL
"""
_PAIRS = """
WITH found AS (
    SELECT DISTINCT a.entity_id AS a, b.entity_id AS b
    FROM housed a JOIN housed b ON b.household_id = a.household_id AND b.entity_id > a.entity_id
),
true_ AS (
    SELECT a.entity_id AS a, b.entity_id AS b
    FROM truly_housed a JOIN truly_housed b ON b.household_id = a.household_id AND b.entity_id > a.entity_id
    WHERE $everybody OR (a.held AND b.held)
)
SELECT (SELECT count(*) FROM found), (SELECT count(*) FROM true_), (SELECT count(*) FROM found JOIN true_ USING (a, b))
"""
# B-cubed over people, each in the household of the resident that holds them; who is in none stands alone.
_B_CUBED = """
WITH item AS (
    SELECT r.entity_id, coalesce(m.household_id, r.entity_id) AS found,
           coalesce(CASE WHEN p.lives_here THEN p.household_id END, r.entity_id) AS true_
    FROM resident_of r
    JOIN person_of o ON o.resident_id = r.resident_id AND o.entity_id = r.entity_id
    JOIN person_truth p ON p.entity_id = r.entity_id
    LEFT JOIN household_member m ON m.resident_id = r.resident_id AND m.is_current
    WHERE p.lives_here OR m.household_id IS NOT NULL
),
counted AS (
    SELECT count(*) OVER (PARTITION BY found, true_) AS both_, count(*) OVER (PARTITION BY found) AS f,
           count(*) OVER (PARTITION BY true_) AS t
    FROM item
)
SELECT avg(both_ / f), avg(both_ / t) FROM counted
"""


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    right: int
    stated: int
    of: int

    @property
    def share(self) -> float:
        """Return the share of all that are right."""
        return self.right / self.of if self.of else 0.0


@dataclass(frozen=True)
class Fit:
    """Precision, recall and their harmonic mean."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Return the harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True)
class Bin:
    """Current addresses of about one stated probability."""

    addresses: int
    stated: float  # mean
    right: float  # share


@dataclass(frozen=True)
class KnownTo:
    """How many residents are known to so many services, and how many people truly are."""

    services: int
    residents: int
    people: int


@dataclass(frozen=True)
class IndexScores:
    """How right an index of residents is."""

    residents: int
    people: int  # with a record
    people_here: int  # with a record, who live in the borough
    residents_here: int  # to whom the index gives a current address
    records: int  # of residents
    known_to: tuple[KnownTo, ...]
    households: int  # now
    true_households: int  # of people with a record who live in the borough
    address: Share  # of people who live here and of whom some record gives an address
    address_of_residents: Share  # the same of residents: who is held twice counts twice
    calibration: tuple[Bin, ...]
    household_pairs: Fit  # people held by a resident of their own, who share a household
    household_pairs_all: Fit  # the same of all people with a record
    household_b_cubed: Fit

    @property
    def calibration_error(self) -> float:
        """Return the mean distance between stated and true shares over the bins, weighted by addresses."""
        total = sum(b.addresses for b in self.calibration)
        return sum(b.addresses * abs(b.stated - b.right) for b in self.calibration) / total if total else 0.0


def evaluate_index(db: duckdb.DuckDBPyConnection, truth: Path, people: Path) -> IndexScores:
    """Hold the release that ``db`` has open against the truth; makes temporary tables only.

    Args:
        db: a release with addresses and households.
        truth: source, record_id, person, entity_id: who is behind each record.
        people: entity_id, lives_here, uprn, household_id: how each person lives.
    """
    files = {"truth": str(truth), "people": str(people)}

    def run(statement: str, **values: object) -> list[tuple[float, ...]]:
        named = {k: v for k, v in {**files, **values}.items() if f"${k}" in statement}
        return db.execute(statement, named).fetchall()

    for statement in (_WHO, _PERSON_OF, _RESIDENT_OF, _PEOPLE, _HOUSED, _TRULY_HOUSED):
        run(statement)
    counts = [int(n) for n in run(_COUNTS)[0]]
    shares = [Share(int(right), int(stated), int(of)) for of, stated, right in
              (run(_ADDRESSES)[0], run(_ADDRESSES_OF_RESIDENTS)[0])]  # fmt: skip
    bins = tuple(Bin(int(n), stated, right) for _, n, stated, right in run(_CALIBRATION, bins=list(_BINS)))
    pairs = []
    for everybody in (False, True):
        found, true_, both = run(_PAIRS, everybody=everybody)[0]
        pairs.append(Fit(both / found if found else 0.0, both / true_ if true_ else 0.0))
    b_cubed = run(_B_CUBED)[0]
    households, true_households = run(_HOUSEHOLDS)[0]
    return IndexScores(
        residents=counts[0],
        people=counts[1],
        people_here=counts[2],
        residents_here=counts[3],
        records=int(run("SELECT count(*) FROM membership")[0][0]),
        known_to=tuple(KnownTo(*(int(n) for n in row)) for row in run(_SERVICES)),
        households=int(households),
        true_households=int(true_households),
        address=shares[0],
        address_of_residents=shares[1],
        calibration=bins,
        household_pairs=pairs[0],
        household_pairs_all=pairs[1],
        household_b_cubed=Fit(float(b_cubed[0] or 0.0), float(b_cubed[1] or 0.0)),
    )


def score_lines(scores: IndexScores) -> list[str]:
    """Return the scores as lines of plain text."""
    a, r = scores.address, scores.address_of_residents
    lines = [
        (
            f"residents {scores.residents:,} for {scores.people:,} people with a record; "
            f"{scores.residents_here:,} with a current address for {scores.people_here:,} people who live here"
        ),
        (
            f"current address right for {a.share:.2%} of {a.of:,} people who live here (stated for {a.stated:,}); "
            f"for {r.share:.2%} of {r.of:,} residents"
        ),
        f"stated probability off by {scores.calibration_error:.3f} on average",
    ]
    lines += [f"  stated {b.stated:.3f}, right {b.right:.3f} ({b.addresses:,} addresses)" for b in scores.calibration]
    for name, fit in (
        ("pairs who share a household, of people held by a resident", scores.household_pairs),
        ("pairs who share a household, of all people", scores.household_pairs_all),
        ("households, B-cubed", scores.household_b_cubed),
    ):
        lines.append(f"{name}: precision {fit.precision:.4f}, recall {fit.recall:.4f}, F1 {fit.f1:.4f}")
    return lines
