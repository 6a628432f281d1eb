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
    "own": ("NOT follows", 1.18),
    "said": ("said", 0.16),
    "one_source": ("sources = 1", 0.43),
    "three_sources": ("sources > 2", -0.45),
    "lasting": ("CASE WHEN NOT follows AND NOT minor THEN lasting END", 0.76),
    "lasting_minor": ("CASE WHEN NOT follows AND minor THEN lasting END", 0.50),
    "lasting_kin": ("CASE WHEN kin_here AND NOT minor THEN lasting END", -0.67),
    "old": ("CASE WHEN NOT follows THEN greatest(age - 65, 0) / 10 END", -0.98),  # decades: may have died unknown to us
    "single": ("single AND NOT open_first AND NOT follows", -0.56),
    "single_kin": ("single AND kin_here", 0.49),
    "open_first": ("open_first", 3.10),
    "open_second": ("open_second AND NOT open_first", 0.08),
    "billed_elsewhere": ("has_home AND NOT open_first", -0.86),
    "over": ("over", -4.51),
    "one_of_several": ("own_places > 1 AND NOT follows", -0.46),
    "newest_of_several": ("own_places > 1 AND newest", 0.51),
    "kin_billed": ("kin_here", 0.76),
    "kin_billed_minor": ("kin_here AND minor", 3.86),
    "kin_billed_20s": ("kin_here AND age BETWEEN 18.5 AND 24", -0.87),
    "kin_billed_30s": ("kin_here AND age BETWEEN 24 AND 35", -2.10),
    "kin_billed_no_age": ("kin_here AND age IS NULL", -0.43),
    "kin_billed_60s": ("kin_here AND age > 60", -0.18),
    "kin_tenant": ("kin_tenant > 0 AND kin_billed = 0", 0.91),
    "kin_moved": ("kin_moved > 0 AND kin_billed = 0", -1.46),
    "kin_moved_not_all": ("kin_moved > 0 AND kin_billed > 0", 1.50),
    "kin_left": ("kin_left > 0 AND kin_billed = 0", -3.96),
    "others": ("others > 0", 0.51),
    "others_strangers": ("others > 0 AND strangers <> 'none'", -0.19),
    "strangers_seen_before": ("strangers = 'seen before'", -2.23),
    "strangers_seen_after": ("strangers = 'seen after'", 0.67),
    "strangers_new": ("stranger_years < 1.5", -1.23),
    "strangers_minor": ("strangers <> 'none' AND minor AND kin_billed = 0", 0.92),
    "strangers_said": ("CASE WHEN strangers <> 'none' AND kin_billed = 0 THEN said END", -0.20),
    "strangers_not_dated_sources": ("strangers = 'not dated' AND kin_billed = 0 AND sources > 1", -1.89),
    "strangers_kin_unbilled": ("strangers <> 'none' AND kin > 0 AND kin_billed = 0", -0.84),
    "strangers_kin_billed": ("strangers <> 'none' AND kin_billed > 0", -0.35),
    "follows": ("follows", -0.08),
    "follows_minor": ("follows AND minor", 0.90),
    "follows_name": ("follows AND same_name", 0.40),
    "follows_record": ("follows AND same_record", 1.77),
    "follows_places": ("follows AND shared_places > 1", 1.25),
    "follows_several": ("follows AND kin_billed > 1", 1.02),
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
