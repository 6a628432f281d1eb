"""Whatever the records: every person has one row, a person has what a person can have, and order is nothing."""

from collections import defaultdict

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import given, settings
from hypothesis import strategies as st

from insighthub.linkage.engine import link_records
from insighthub.linkage.settings import LinkSettings
from insighthub.standardise.schema import PERSON_RECORDS
from tests.examples import examples

FEW = {
    "given_name": ["ANN", "BOB", "ROBERT", "J", "MOHAMMED", "SMITH", "ÅSA", "李"],
    "middle_names": ["ANN", "J", "MARY ANN"],
    "family_name": ["SMITH", "SMYTH", "JONES", "SMITH JONES", "BOB"],
    "previous_family_name": ["JONES"],
    "date_of_birth": ["1980-01-01", "1980-02-01", "1980-XX-XX", "XXXX-02-XX", "1980-03-17", "not a date"],
    "sex": ["F", "M"],
    "address": ["1 HIGH STREET", "2 HIGH STREET"],
    "house_number": ["1", "2"],
    "street": ["HIGH STREET"],
    "postcode": ["IG11 8AA", "IG11 8AB", "X"],
    "uprn": ["100", "200"],
    "phone": ["+441", "+442"],
    "mobile": ["+441", "+447"],
    "email": ["a@x.org", "b@x.org", "a"],
    "nhs_number": ["9434765919", "4010232137"],
    "valid_from": ["2020-01-01", "soon"],
    "valid_to": ["2020-01-02"],
    "not_linked_reason": ["a company"],
    "other_ref": ["R1", "R2"],
}
SCHEMA = pa.schema([*PERSON_RECORDS, pa.field("other_ref", pa.string())])


@st.composite
def tables(draw):
    """Up to forty people of three sources, who hold few different values and often none."""
    fields = draw(st.sets(st.sampled_from(sorted(FEW))))
    row = st.fixed_dictionaries({f: st.sampled_from([*FEW[f], None]) for f in sorted(fields)})
    keys = st.tuples(st.sampled_from("abc"), st.integers(1, 9), st.integers(1, 2))
    held = draw(st.dictionaries(keys, row, max_size=40))
    rows = [{"source": s, "record_id": f"r{r}", "person": p, **values} for (s, r, p), values in held.items()]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


SETTINGS = LinkSettings(threads=1, random_pairs=500, iterations=30, keep_probability=0.0)


def link(table, single=("a",)):
    return link_records(table, single_sources=single, settings=SETTINGS)


@settings(max_examples=examples(75), deadline=None)
@given(tables())
def test_every_person_has_one_row_and_a_person_has_what_a_person_can_have(table):
    result = link(table)
    held = {(r["source"], r["record_id"], r["person"]): r for r in table.to_pylist()}
    clusters = defaultdict(list)
    for row in result.links.to_pylist():
        record = held.pop((row["source"], row["record_id"], row["person"]))
        assert (row["cluster_id"] is None) == (record["not_linked_reason"] is not None)
        if row["cluster_id"] is not None:
            clusters[row["cluster_id"]].append(record)
    assert held == {}
    for records in clusters.values():
        assert sum(r["source"] == "a" for r in records) <= 1
        assert len({(r["source"], r["record_id"]) for r in records}) == len(records)
        assert len({r["nhs_number"] for r in records} - {None}) <= 1


@settings(max_examples=examples(30), deadline=None)
@given(tables(), st.integers(0, 2**32))
def test_the_order_of_rows_makes_no_difference(table, seed):
    order = np.random.Generator(np.random.PCG64(seed)).permutation(table.num_rows)
    one, other = link(table), link(table.take(pa.array(order)))
    assert other.links.equals(one.links)
    assert other.pairs.equals(one.pairs)
    assert other.model == one.model


@settings(max_examples=examples(30), deadline=None)
@given(tables())
def test_weights_are_finite_and_yields_add_up(table):
    result = link(table)
    assert sum(y.new_pairs for y in result.blocking) == result.pairs.num_rows
    assert all(y.new_pairs <= y.pairs for y in result.blocking)
    weights = result.pairs["match_weight"].to_numpy()
    assert (np.abs(weights) <= 60).all()
    for sample in result.samples:
        assert abs(sum(step.weight for step in sample.steps) - sample.match_weight) < 1e-5


@settings(max_examples=examples(30), deadline=None)
@given(tables())
def test_rows_that_are_not_linked_change_nothing(table):
    linked = table.filter(pc.is_null(table["not_linked_reason"]))
    one, other = link(linked), link(table)
    assert other.pairs.equals(one.pairs)
    assert other.model == one.model
    assert other.links.filter(pc.is_valid(other.links["cluster_id"])).equals(one.links)
