"""What a pair weighs, why, and what the model file says of it."""

import json
from collections import Counter
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from insighthub.linkage import tables
from insighthub.linkage.engine import link_records
from insighthub.linkage.model import FORMAT, LEAST_RECORDS, fingerprint
from insighthub.linkage.prepare import prepare
from insighthub.linkage.settings import LinkSettings

COMMON, RARE = "JOHN", "ZEBEDEE"


def syllables(random):
    return "".join(random.choice("BDFGKLMNPRSTVZ") + random.choice("AEIOU") for _ in range(3))


@pytest.fixture(scope="module")
def people():
    """Return six hundred people in two sources: half of them JOHN, some ZEBEDEE, families of three at an address."""
    random = Random(5)
    given = [COMMON] * 300 + [RARE] * 4 + [syllables(random) for _ in range(296)]
    random.shuffle(given)
    rows = []
    for n, name in enumerate(given):
        home = n // 3
        family = Random(home).choice("ABCDEFGH") + syllables(Random(1000 + home))
        person = {
            "given_name": name,
            "family_name": family,
            "date_of_birth": f"{1940 + n % 60}-{1 + n % 12:02}-{2 + n % 27:02}",
            "house_number": str(home),
            "street": "HIGH STREET",
            "address": f"{home} HIGH STREET",
            "postcode": f"IG{home % 7} {home % 10}AA",
            "email": f"{n}@example.org" if n % 4 else None,
        }
        for source in ("one", "two"):
            held = dict(person)
            if random.random() < 0.3:
                held["date_of_birth"] = None
            if random.random() < 0.1:
                held["given_name"] = held["given_name"][0]
            if random.random() < 0.15:
                held |= {
                    "house_number": "900",
                    "address": "900 MILL LANE",
                    "street": "MILL LANE",
                    "postcode": "RM8 8ZZ",
                }
            rows.append({"source": source, "record_id": f"{n:04}", **held})
    return rows


@pytest.fixture(scope="module")
def result(people, records):
    return link_records(records(people), settings=LinkSettings(keep_probability=0.0))


def test_the_steps_of_a_pair_add_up_to_its_weight(result):
    assert len(result.samples) > 5
    for sample in result.samples:
        assert sum(step.weight for step in sample.steps) == pytest.approx(sample.match_weight, abs=1e-4)
        assert sample.match_probability == pytest.approx(1 / (1 + 2**-sample.match_weight))
        assert sample.steps[0].weight < 0  # before any evidence two records are two people


def test_samples_stand_near_the_threshold_and_say_whether_they_were_joined(result):
    cluster = {(r["source"], r["record_id"]): r["cluster_id"] for r in result.links.to_pylist()}
    for s in result.samples:
        assert abs(s.match_weight) <= 6
        assert s.same_cluster == (
            cluster[s.left.source, s.left.record_id] == cluster[s.right.source, s.right.record_id]
        )
    weights = [s.match_weight for s in result.samples]
    assert weights == sorted(weights, reverse=True)


def test_samples_never_show_a_value(result, people):
    words = {w for s in result.samples for w in str(s).split()}
    assert not words & {v for row in people for k, v in row.items() if k not in {"source", "record_id"}}


def test_a_level_weighs_the_log_of_how_much_likelier_it_is_among_matches(result):
    by_comparison = {}
    for level in result.levels:
        by_comparison.setdefault(level.comparison, []).append(level)
    totals = {sum(level.pairs for level in levels) for levels in by_comparison.values()}
    assert totals == {sum(y.new_pairs for y in result.blocking)}
    for levels in by_comparison.values():
        *known, unknown = levels
        assert (unknown.level, unknown.label, unknown.weight) == (-1, "not known", 0.0)
        assert sum(level.m for level in known) == pytest.approx(1)
        assert sum(level.u for level in known) == pytest.approx(1)
        for level in known:
            assert 2**level.weight == pytest.approx(level.m / level.u)
        assert known[0].weight > 0 > known[-1].weight


def test_probability_and_weight_of_each_pair_agree(result):
    for row in result.pairs.select(["match_weight", "match_probability"]).to_pylist():
        assert row["match_probability"] == pytest.approx(1 / (1 + 2 ** -row["match_weight"]))


def test_pairs_name_two_records_in_order_and_each_pair_once(result):
    keys = [
        ((p["source_l"], p["record_id_l"], p["person_l"]), (p["source_r"], p["record_id_r"], p["person_r"]))
        for p in result.pairs.to_pylist()
    ]
    assert len(set(keys)) == len(keys)
    assert all(left < right for left, right in keys)


def test_pairs_under_the_probability_asked_for_are_left_out(result, people, records):
    fewer = link_records(records(people), settings=LinkSettings(keep_probability=0.9))
    wanted = [p for p in result.pairs.to_pylist() if p["match_probability"] >= 0.9]
    assert 0 < len(wanted) < result.pairs.num_rows
    assert fewer.pairs.num_rows == len(wanted)
    assert fewer.links.equals(result.links)


def test_agreeing_on_a_rare_name_weighs_more_than_on_a_common_one(result, people):
    given = {(row["source"], row["record_id"]): row["given_name"] for row in people}
    by_levels = {}
    for pair in result.pairs.to_pylist():
        name = given[pair["source_l"], pair["record_id_l"]]
        if pair["level_given_name"] == 0 and name in {COMMON, RARE}:
            levels = tuple(v for k, v in pair.items() if k.startswith("level_"))
            by_levels.setdefault(levels, {COMMON: [], RARE: []})[name].append(pair["match_weight"])
    both = [found for found in by_levels.values() if all(found.values())]
    assert both
    gains = [min(found[RARE]) - sum(found[COMMON]) / len(found[COMMON]) for found in both]
    assert min(gains) > -0.01  # nothing where all else agrees: a father and son of one name have it whatever it is
    assert max(gains) > 3


def test_the_histogram_counts_each_pair_that_may_be_one_person_once(result):
    assert sum(count for _, _, count in result.weight_histogram) == result.pairs.num_rows
    for (_, high, _), (low, _, _) in zip(result.weight_histogram, result.weight_histogram[1:], strict=False):
        assert high == low


def test_the_people_are_found(result, people):
    pairs = Counter(row["cluster_id"] for row in result.links.to_pylist())
    assert sum(size == 2 for size in pairs.values()) > 500


def texts(value):
    """Return every text in a JSON value, keys among them."""
    if isinstance(value, dict):
        return {t for k, v in value.items() for t in (k, *texts(v))}
    if isinstance(value, list):
        return {t for v in value for t in texts(v)}
    return {value} if isinstance(value, str) else set()


def test_the_model_is_json_and_says_where_it_is_from(result):
    model = json.loads(json.dumps(result.model, allow_nan=False))
    assert model == result.model
    assert model["format"] == FORMAT
    assert model["data"]["rows"] == 1200
    assert model["data"]["sources"] == ["one", "two"]
    assert sum(model["classes"].values()) == pytest.approx(1)
    assert [c["name"] for c in model["comparisons"]] == list(dict.fromkeys(level.comparison for level in result.levels))
    for described in model["comparisons"]:
        assert len(described["levels"]) == len(described["m"]) == len(described["u"])
        assert sum(described["m"]) == pytest.approx(1)
        assert sum(described["u"]) == pytest.approx(1)


def test_the_model_holds_no_value_that_fewer_than_ten_records_hold(result, people):
    held = Counter(v for row in people for k, v in row.items() if k not in {"source", "record_id"} and v is not None)
    rare = {value for value, times in held.items() if times < LEAST_RECORDS}
    assert not texts(result.model) & rare
    shares = result.model["comparisons"][0]["term_frequencies"]
    assert COMMON in shares["shares"]
    assert RARE not in shares["shares"]
    named = Counter(row["given_name"] for row in people)
    assert shares["distinct_values"] == len(named)
    assert shares["shares"][COMMON] == pytest.approx(named[COMMON] / 1200)


def test_the_model_does_not_depend_on_threads(result, people, records):
    for threads in (1, 2):
        settings = LinkSettings(keep_probability=0.0, threads=threads)
        assert link_records(records(people), settings=settings).model == result.model


@pytest.mark.parametrize(
    "change",
    [{"given_name": "BOC"}, {"record_id": "9"}, {"source": "b"}, {"valid_from": "2020-01-02"}, {"other_ref": "Y"}],
)
def test_records_that_differ_in_anything_that_is_compared_have_another_fingerprint(records, change):
    row = {"record_id": "1", "given_name": "BOB", "valid_from": "2020-01-01", "other_ref": "X"}
    assert fingerprint(prepare(records([row]))) != fingerprint(prepare(records([row | change])))


def test_the_same_records_in_another_order_have_one_fingerprint(records):
    rows = [{"record_id": str(n), "given_name": name} for n, name in enumerate(("BOB", "ANN", "BOB", "ZOE"))]
    one = fingerprint(prepare(records(rows)))
    assert fingerprint(prepare(records(rows[::-1]))) == one
    assert fingerprint(prepare(pa.concat_tables([records([row]) for row in rows]))) == one


def test_pairs_are_written_as_they_are_in_as_many_row_groups_as_it_takes(result, tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "ROW_GROUP", 500)
    tables.write_pairs(result.pairs, tmp_path / "pairs.parquet")
    written = pq.ParquetFile(tmp_path / "pairs.parquet")
    assert written.num_row_groups == -(-result.pairs.num_rows // 500) > 1
    assert written.read().to_pylist() == result.pairs.to_pylist()
