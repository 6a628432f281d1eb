"""One more record changes little of what is known of the others."""

from collections import defaultdict
from itertools import combinations

import pyarrow as pa
import pytest

from insighthub.linkage.engine import link_records
from insighthub.pipeline import standardised


def joined(links):
    """Return the pairs of people of records that one cluster holds."""
    clusters = defaultdict(list)
    for row in links.to_pylist():
        if row["cluster_id"] is not None:
            clusters[row["cluster_id"]].append((row["source"], row["record_id"], row["person"]))
    return {pair for rows in clusters.values() for pair in combinations(sorted(rows), 2)}


@pytest.fixture(scope="module")
def borough(small_borough):
    records = standardised(small_borough.contract)
    return records, joined(link_records(records).links)


@pytest.mark.parametrize(
    ("given", "family"), [("XANTHIPPE", "QUARTERMAINE"), ("JOHN", "SMITH"), ("MOHAMMED", "AHMED"), (None, None)]
)
def test_an_unrelated_record_stays_alone_and_moves_hardly_any_other(borough, given, family):
    records, before = borough
    newcomer = {
        "source": "council_tax",
        "record_id": "newcomer",
        "person": 1,
        "given_name": given,
        "family_name": family,
        "house_number": "1",
        "postcode": "ZE1 0AA",
    }
    after = joined(
        link_records(pa.concat_tables([records, pa.Table.from_pylist([newcomer], schema=records.schema)])).links
    )
    assert not [pair for pair in after if ("council_tax", "newcomer", 1) in pair]
    assert len(before ^ after) <= 0.01 * len(before)


def test_a_copy_of_a_record_joins_its_person(borough):
    """A claim sent in again, under another reference."""
    records, before = borough
    rows = records.to_pylist()
    for row in [r for r in rows if r["source"] == "benefits" and r["date_of_birth"] and r["house_number"]][:3]:
        again = {**row, "record_id": "again"}
        links = link_records(pa.concat_tables([records, pa.Table.from_pylist([again], schema=records.schema)])).links
        cluster = {(r["source"], r["record_id"], r["person"]): r["cluster_id"] for r in links.to_pylist()}
        assert cluster["benefits", "again", row["person"]] == cluster["benefits", row["record_id"], row["person"]]
        assert len(before - joined(links)) <= 0.01 * len(before)
