"""Fits the weights of ``insighthub.residents.address_model`` to a borough whose truth is known, and prints them.

    python -m benchmarks.address_weights RELEASE.duckdb BOROUGH [--people FILE] [--as-of 2026-09-30]

The likelihood of a conditional logit with an outside option (lives at none of the places that are known) is
maximised, with a small penalty on large weights. Those in the module were fitted on a borough of 30,000 residents
(seed 7) and are held against others: another seed, ten times the size, and another mix of communities.
"""

from __future__ import annotations

import argparse
import datetime as dt
import shutil
import tempfile
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from benchmarks.index_truth import build_all
from insighthub.residents.address_model import SIGNS

Reals = npt.NDArray[np.float64]
_PENALTY = 0.5

_EXAMPLES = """
WITH who AS (
    SELECT m.resident_id, t.entity_id, count(*) AS n
    FROM membership m
    JOIN read_parquet($truth) t ON t.source = m.source AND t.record_id = m.record_id AND t.person = m.person
    GROUP BY ALL
),
person_of AS (
    SELECT resident_id, entity_id FROM who
    QUALIFY row_number() OVER (PARTITION BY resident_id ORDER BY n DESC, entity_id) = 1
)
SELECT dense_rank() OVER (ORDER BY c.resident_id) - 1 AS resident,
       coalesce(p.lives_here AND c.place_id = 'U:' || p.uprn, false)::INTEGER AS is_home, {signs}
FROM candidate c
JOIN person_of o ON o.resident_id = c.resident_id
JOIN read_parquet($people) p ON p.entity_id = o.entity_id
WHERE c.resident_id NOT IN (SELECT resident_id FROM golden WHERE field = 'date_of_death')
ORDER BY c.resident_id, c.place_id
"""


def fit(signs: Reals, is_home: Reals, resident: npt.NDArray[np.int64]) -> Reals:
    """Return the weights of the signs (candidates x signs) that make the homes likeliest."""
    residents = int(resident.max()) + 1

    def loss(weights: Reals) -> tuple[float, Reals]:
        score = np.clip(signs @ weights, -30, 30)
        odds = np.exp(score)
        total = 1 + np.bincount(resident, odds, minlength=residents)
        value = np.log(total).sum() - (score * is_home).sum() + _PENALTY * (weights @ weights)
        return float(value), signs.T @ (odds / total[resident] - is_home) + 2 * _PENALTY * weights

    found = minimize(loss, np.zeros(signs.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 500})
    return np.asarray(found.x)


def main() -> None:
    """Read the command line, fit the weights and print them as the module has them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("release", type=Path)
    parser.add_argument("borough", type=Path)
    parser.add_argument("--people", type=Path, help="people.parquet, where it is not in the borough's folder")
    parser.add_argument("--as-of", type=dt.date.fromisoformat, default=dt.date(2026, 9, 30))
    given = parser.parse_args()
    files = {
        "truth": str(given.borough / "truth.parquet"),
        "people": str(given.people or given.borough / "people.parquet"),
    }
    columns = ", ".join(f"coalesce(({sql})::DOUBLE, 0) AS s_{name}" for name, (sql, _) in SIGNS.items())
    with tempfile.TemporaryDirectory() as folder, duckdb.connect(shutil.copy(given.release, folder)) as db:
        db.execute("CREATE TEMP TABLE touched AS SELECT resident_id FROM resident ORDER BY 1")
        build_all(db, given.as_of, learn=True)
        table = db.execute(_EXAMPLES.format(signs=columns), files).fetchnumpy()
    signs = np.column_stack([table[f"s_{name}"] for name in SIGNS]).astype(np.float64)
    weights = fit(signs, table["is_home"].astype(np.float64), table["resident"].astype(np.int64))
    for (name, (sql, now)), weight in zip(SIGNS.items(), weights, strict=True):
        print(f'    "{name}": ("{sql}", {weight:.2f}),  # was {now}')


if __name__ == "__main__":
    main()
