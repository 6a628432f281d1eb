"""From evidence to a probability: the places where a resident may live compete with each other and with elsewhere.

Takes ``candidate``, gives the temporary table ``weighed``: the same rows with the probability that the resident lives
there now. A place's score is a sum of weights over what holds of it; the probability is exp(score) over one plus the
sum of all the resident's places, the one being "nowhere that we know of": a conditional logit (McFadden, 1974) with
an outside option.

How far each source is to be believed is learned from the council's own data (``said`` and ``lasting``, see
``address_evidence``). The weights are not: nobody's data say where people without an account live. They were fitted
on a fictional borough by ``benchmarks/address_weights.py``, and say how strong each sign is beside the others.
"""

from __future__ import annotations

import duckdb

#: Sign -> (what it is, as SQL over ``candidate``; weight in natural log odds).
SIGNS: dict[str, tuple[str, float]] = {
    "own": ("NOT follows", 0.11),
    "said": ("said", 0.31),
    "one_source": ("sources = 1", 0.70),
    "three_sources": ("sources > 2", -0.95),
    "lasting": ("CASE WHEN NOT follows AND NOT minor THEN lasting END", 0.59),
    "lasting_kin": ("CASE WHEN kin_here AND NOT minor THEN lasting END", -0.45),
    "single": ("single AND NOT open_first AND NOT follows", -0.60),
    "single_kin": ("single AND kin_here", 0.79),
    "open_first": ("open_first", 3.64),
    "open_second": ("open_second AND NOT open_first", 1.08),
    "billed_elsewhere": ("has_home AND NOT open_first", -0.36),
    "over": ("over", -4.88),
    "one_of_several": ("own_places > 1 AND NOT follows", -0.40),
    "newest_of_several": ("own_places > 1 AND newest", 0.66),
    "kin_billed": ("kin_here", 0.76),
    "kin_billed_minor": ("kin_here AND minor", 3.68),
    "kin_billed_20s": ("kin_here AND age BETWEEN 18.5 AND 24", -0.87),
    "kin_billed_30s": ("kin_here AND age BETWEEN 24 AND 35", -2.10),
    "kin_billed_no_age": ("kin_here AND age IS NULL", -0.29),
    "kin_billed_60s": ("kin_here AND age > 60", -0.96),
    "kin_tenant": ("kin_tenant > 0 AND kin_billed = 0", 1.21),
    "kin_moved": ("kin_moved > 0 AND kin_billed = 0", -1.20),
    "kin_moved_not_all": ("kin_moved > 0 AND kin_billed > 0", 1.41),
    "kin_left": ("kin_left > 0 AND kin_billed = 0", -4.39),
    "others": ("others > 0", 0.87),
    "others_strangers": ("others > 0 AND strangers <> 'none'", -0.73),
    "strangers_seen_before": ("strangers = 'seen before'", -1.88),
    "strangers_seen_after": ("strangers = 'seen after'", 0.85),
    "strangers_new": ("stranger_years < 1.5", -1.18),
    "strangers_not_dated_sources": ("strangers = 'not dated' AND kin_billed = 0 AND sources > 1", -1.32),
    "strangers_kin_unbilled": ("strangers <> 'none' AND kin > 0 AND kin_billed = 0", -1.15),
    "strangers_kin_billed": ("strangers <> 'none' AND kin_billed > 0", -0.34),
    "follows": ("follows", -0.06),
    "follows_minor": ("follows AND minor", 0.82),
    "follows_name": ("follows AND same_name", 0.37),
    "follows_record": ("follows AND same_record", 1.71),
    "follows_places": ("follows AND shared_places > 1", 1.20),
    "follows_several": ("follows AND kin_billed > 1", 1.03),
}

_SCORE = " + ".join(f"{weight} * coalesce(({sign})::DOUBLE, 0)" for sign, weight in SIGNS.values())
_WEIGHED = f"""
CREATE OR REPLACE TEMP TABLE weighed AS
WITH scored AS (SELECT *, exp(least({_SCORE}, 30.0)) AS odds FROM candidate)
SELECT s.*, d.resident_id IS NOT NULL AS died,
       CASE WHEN d.resident_id IS NOT NULL THEN 0.0 ELSE odds / total END AS probability,
       1 / total AS elsewhere  -- or dead, or gone
FROM (
    SELECT *, 1 + sum(odds) OVER (
        PARTITION BY resident_id ORDER BY place_id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    ) AS total
    FROM scored
) s
LEFT JOIN (SELECT resident_id FROM golden WHERE field = 'date_of_death') d ON d.resident_id = s.resident_id
"""


def weigh(db: duckdb.DuckDBPyConnection) -> None:
    """Make ``weighed`` from ``candidate``; who has died, by the golden record, lives nowhere."""
    db.execute(_WEIGHED)
