"""The way out of a release: rounded, held against the release before, and for a purpose."""

from datetime import date

import duckdb
import pytest

from insighthub.errors import MeasureError
from insighthub.governance.disclosure import DisclosureSettings
from insighthub.governance.purposes import Purpose
from insighthub.measures.build import build_measures
from insighthub.measures.publish import declared_measures, publish_measures, published_measure

DAY = date(2026, 9, 30)
PLANNING = Purpose(name="planning", title="Planning", basis="public task", sources=("tax", "school", "care"))
ARREARS = '[[measure.numerator.condition]]\nfact = "arrears"\namount_over = 0\nwhen = "ever"'


def fill(release, groups):
    """Add three sources, and residents: sector -> how many, and how many of them in arrears."""
    release.db.execute("DELETE FROM source")
    for source in ("tax", "school", "care"):
        release.db.execute("INSERT INTO source VALUES (?, '', '', ?, 0, 0, 0, ?)", [source, DAY, source == "care"])
    for sector, (count, owing) in groups.items():
        for n in range(count):
            name = release.resident(f"{sector}{n}", postcode=f"IG11 {sector}AA")
            if n < owing:
                release.record(name, "tax", ("arrears", "1", 1.0, None, None))


def shown(db):
    return {
        row["group_value"]: (row["numerator"], row["denominator"])
        for row in published_measure(db, "m", PLANNING).to_pylist()
    }


def test_what_is_given_out_is_rounded_and_small_counts_are_not_there(release, measure):
    fill(release, {"1": (43, 13), "2": (38, 4), "3": (31, 12)})
    build_measures(release.db, measure(ARREARS, rest='by = ["postcode_sector"]'), DAY)
    publish_measures(release.db)
    assert shown(release.db) == {"all": (30, 110), "IG11 1": (15, 45), "IG11 2": (None, 40), "IG11 3": (None, 30)}
    rows = published_measure(release.db, "m", PLANNING).to_pylist()
    assert (rows[0]["by"], rows[0]["group_value"]) == ("none", "all")
    assert rows[0]["share"] == pytest.approx(30 / 110)


def test_a_purpose_that_the_measure_is_not_allowed_for(release, measure):
    fill(release, {"1": (20, 10)})
    build_measures(release.db, measure(ARREARS), DAY)
    publish_measures(release.db)
    with pytest.raises(MeasureError, match=r"may not be given out for gossip.*allowed for: planning"):
        published_measure(release.db, "m", PLANNING.model_copy(update={"name": "gossip"}))
    with pytest.raises(MeasureError, match="no measure x"):
        published_measure(release.db, "x", PLANNING)


def test_a_purpose_that_may_not_use_one_of_the_sources(release, measure):
    fill(release, {"1": (20, 10)})
    build_measures(release.db, measure(ARREARS, rest='denominator = { known_to = ["school"] }'), DAY)
    publish_measures(release.db)
    some = PLANNING.model_copy(update={"sources": ("tax", "care")})
    with pytest.raises(MeasureError, match="rests on sources that planning may not use: school"):
        published_measure(release.db, "m", some)
    every = PLANNING.model_copy(update={"sources": ("*",)})
    with pytest.raises(
        MeasureError, match=r"may not use: care\."
    ):  # a special category source, which no star stands for
        published_measure(release.db, "m", every)
    special = every.model_copy(update={"special_category": True})
    assert published_measure(release.db, "m", special).num_rows == 1


def test_a_release_that_is_older_than_measures_are(release):
    with pytest.raises(MeasureError, match=r"no measures\. Run insighthub run"):
        declared_measures(release.db)


def test_a_name_that_is_nearly_right(release, measure):
    build_measures(release.db, measure(ARREARS), DAY)
    release.db.execute(
        "UPDATE measure SET name = 'residents', definition = replace(definition, '\"m\"', '\"residents\"')"
    )
    with pytest.raises(MeasureError, match="Did you mean residents"):
        published_measure(release.db, "resident", PLANNING)


def test_a_small_change_since_the_release_before_is_not_seen(release, measure):
    fill(release, {"1": (60, 24), "2": (60, 31)})
    build_measures(release.db, measure(ARREARS, rest='by = ["postcode_sector"]'), DAY)
    with duckdb.connect() as empty:
        publish_measures(release.db, DisclosureSettings(), empty)
    first = shown(release.db)
    assert first == {"all": (55, 120), "IG11 1": (25, 60), "IG11 2": (30, 60)}
    fill(release, {"1": (0, 0)})
    for n in range(8):
        release.record(f"1{30 + n}", "tax", ("arrears", "1", 1.0, None, None))
    build_measures(release.db, measure(ARREARS, rest='by = ["postcode_sector"]'), DAY)
    publish_measures(release.db, None, release.db)
    assert shown(release.db) == first, "32 is told as 25, as before"
    for n in range(8, 15):
        release.record(f"1{30 + n}", "tax", ("arrears", "1", 1.0, None, None))
    build_measures(release.db, measure(ARREARS, rest='by = ["postcode_sector"]'), DAY)
    publish_measures(release.db, None, release.db)
    assert shown(release.db) == {"all": (70, 120), "IG11 1": (40, 60), "IG11 2": (30, 60)}
