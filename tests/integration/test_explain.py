"""Explanations of a real run: the same from the folder as in memory, and true to how the run itself weighs."""

import dataclasses
import json
from random import Random
from xml.etree import ElementTree

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import insighthub
from insighthub.cli import app
from insighthub.errors import DataError
from insighthub.linkage.cluster import Exclusive, cluster
from insighthub.linkage.explain.region import Region, is_part_of
from insighthub.linkage.explain.what_if import Asking
from insighthub.linkage.opened import Linkage
from insighthub.linkage.pairs import Pairs
from insighthub.linkage.prepare import prepare
from insighthub.pipeline import run_link, standardised


@pytest.fixture(scope="module")
def linked(few_extracts, tmp_path_factory):
    """Return the run of four extracts, and its folder."""
    out = tmp_path_factory.mktemp("explained") / "linked"
    return run_link(few_extracts, out, report=False), out


@pytest.fixture(scope="module")
def in_memory(linked):
    return Linkage.of(linked[0].result)


@pytest.fixture(scope="module")
def from_folder(linked):
    return insighthub.open_linkage(linked[1])


def named(row):
    """Return the arguments that ask for a pair of the pairs table."""
    ends = (row["source_l"], row["record_id_l"], row["source_r"], row["record_id_r"])
    return ends, {"person_l": row["person_l"], "person_r": row["person_r"]}


def sizes(linkage):
    return np.bincount(linkage.tables.cluster_of_row)


def test_every_pair_kept_adds_up_to_the_weight_that_is_stored(linked, from_folder):
    rows = pq.read_table(linked[1] / "pairs.parquet").to_pylist()
    assert len(rows) > 500
    for row in Random(1).sample(rows, 200):
        ends, people = named(row)
        pair = from_folder.pair(*ends, **people)
        assert pair.match_weight == row["match_weight"]
        assert sum(step.weight for step in pair.steps) == pytest.approx(row["match_weight"], abs=1e-4)
        assert not pair.steps[-1].label.startswith("So far")
        assert sum(kind.probability for kind in pair.kinds) == pytest.approx(1)
        assert pair.kinds[0].probability == pytest.approx(row["match_probability"], abs=1e-5)


def test_a_pair_is_the_same_whichever_record_is_named_first(linked, from_folder):
    row = pq.read_table(linked[1] / "pairs.parquet").to_pylist()[7]
    (source_l, id_l, source_r, id_r), people = named(row)
    turned = from_folder.pair(source_r, id_r, source_l, id_l, person_l=people["person_r"], person_r=people["person_l"])
    assert turned == from_folder.pair(source_l, id_l, source_r, id_r, **people)


def test_the_folder_and_the_run_in_memory_explain_alike(linked, in_memory, from_folder):
    for row in Random(2).sample(linked[0].result.pairs.to_pylist(), 25):
        ends, people = named(row)
        assert in_memory.pair(*ends, **people) == from_folder.pair(*ends, **people)
    for number in Random(3).sample(range(len(sizes(in_memory))), 25):
        cluster_id = in_memory.tables.cluster_id(number)
        assert in_memory.cluster(cluster_id) == from_folder.cluster(cluster_id)


def test_any_two_records_can_be_compared_in_memory_and_it_says_so(linked, in_memory, from_folder):
    kept = {(int(a), int(b)) for a, b in zip(*in_memory.tables.ends, strict=True)}
    random, found = Random(4), 0
    while found < 10:
        a, b = sorted(random.sample(range(in_memory.tables.linked.num_rows), 2))
        if (a, b) in kept:
            continue
        found += 1
        one, other = in_memory.tables.reference(a), in_memory.tables.reference(b)
        asked = (one.source, one.record_id, other.source, other.record_id)
        people = {"person_l": one.person, "person_r": other.person}
        pair = in_memory.pair(*asked, **people)
        assert not pair.kept
        assert "did not keep this pair" in pair.words
        assert sum(step.weight for step in pair.steps) == pytest.approx(pair.match_weight, abs=1e-4)
        with pytest.raises(DataError, match="did not keep this pair"):
            from_folder.pair(*asked, **people)


def test_a_pair_compared_anew_weighs_what_the_run_gave_it(linked, in_memory):
    for row in Random(5).sample(linked[0].result.pairs.to_pylist(), 40):
        ends, people = named(row)
        rows = [in_memory.tables.row_of(*ends[i : i + 2], people[f"person_{s}"]) for i, s in ((0, "l"), (2, "r"))]
        anew = in_memory._compared(*rows)
        assert {k: anew[k] for k in row} == pytest.approx(row, abs=1e-6)


def test_what_is_written_is_all_that_clusters_follow_from(from_folder):
    first_pass = clustered_whole(from_folder)
    assert is_part_of(first_pass, from_folder.tables.cluster_of_row)
    joined = len(np.unique(first_pass)) - len(sizes(from_folder))
    assert 0 <= joined < len(sizes(from_folder)) / 20  # by the second pass


def clustered_whole(linkage, *apart):
    """Cluster every row of a run again from what it wrote, with further pairs of rows that are two people."""
    tables, learned = linkage.tables, linkage.learned
    sources = sorted(learned.single_sources)
    single = [sources.index(s) if s in sources else -1 for s in tables.linked["source"].to_pylist()]
    record = tables.record
    near = [(a, b) for a in range(len(record)) for b in range(a + 1, min(a + 6, len(record)))]
    left, right = zip(*[(a, b) for a, b in near if record[a] == record[b]], *apart, strict=True)
    held = Exclusive(
        np.array(single, np.int32),
        tables.identifier,
        Pairs(np.array(left, np.int32), np.array(right, np.int32)),
        telling=tables.telling(learned.telling),
    )
    return cluster(len(record), Pairs(*tables.ends), tables.weight, held, threshold_bits=tables.threshold_bits)


def test_a_region_clustered_again_gives_what_the_run_gave(from_folder):
    for number in Random(6).sample(range(len(sizes(from_folder))), 20):
        region = Region.around(from_folder.learned, from_folder.tables, number)
        whole = clustered_whole(from_folder)[region.rows]
        assert is_part_of(region.clustered(), whole)
        assert is_part_of(whole, region.clustered())


def test_two_judged_apart_split_as_they_do_when_the_whole_run_is_clustered_again(from_folder):
    tables = from_folder.tables
    large = [int(n) for n in np.flatnonzero(sizes(from_folder) >= 4)]
    numbers = [n for n in large if len(from_folder.cluster(tables.cluster_id(n)).parts) == 1][:12]
    assert len(numbers) == 12
    for number in numbers:
        explained = from_folder.cluster(tables.cluster_id(number))
        split = next(found for found in explained.what_ifs if "judged two people" in found.change)
        ends = (explained.members[i].reference for i in explained.weakest.strongest)
        one, other = sorted(tables.row_of(r.source, r.record_id, r.person) for r in ends)
        labels = clustered_whole(from_folder, (one, other))
        assert labels[one] != labels[other]
        held = {int(label) for label in labels[tables.rows_of_cluster(number)]}
        wanted = {tuple(tables.reference(int(r)) for r in np.flatnonzero(labels == label)) for label in held}
        assert set(split.groups) == wanted


def test_a_value_that_agreed_weighs_what_the_run_would_give_it(linked, in_memory, few_extracts):
    """Give the near record the other's date of birth, compare the two anew, and hold the answer against it."""
    records = standardised(few_extracts)
    fitted = linked[0].result.fitted
    held = 0
    for number in range(len(sizes(in_memory))):
        region = Region.around(in_memory.learned, in_memory.tables, number)
        member = region.label == number
        asking = Asking(in_memory.learned, in_memory.tables, region, member)
        for at in region.between(member, ~member):
            ends = (int(region.pairs.left[at]), int(region.pairs.right[at]))
            inner, outer = ends if member[ends[0]] else ends[::-1]
            only = np.arange(region.n) == inner
            k = in_memory.learned.place("date_of_birth")
            weight, bits = asking._rescored(outer, only, k, lambda level: 0 if level > 0 else level)
            dates = {r: _date(records, asking.name(r)) for r in ends}
            if bits is None or dates[inner].endswith(("X", "-01-01")):
                continue
            changed = _with_date(records, asking.name(outer), dates[inner])
            data = prepare(changed, single=in_memory.learned.single_sources)
            again = dataclasses.replace(in_memory, fitted=dataclasses.replace(fitted, data=data))
            found = again._compared(*sorted(int(region.rows[r]) for r in ends))
            assert found["level_date_of_birth"] == 0
            assert float(weight[at]) == pytest.approx(found["match_weight"], abs=1e-4)
            held += 1
        if held >= 5:
            break
    assert held >= 5


def _place(records, reference):
    keys = zip(*(records[name].to_pylist() for name in ("source", "record_id", "person")), strict=True)
    return list(keys).index((reference.source, reference.record_id, reference.person))


def _date(records, reference):
    return records["date_of_birth"][_place(records, reference)].as_py()


def _with_date(records, reference, date):
    column = records["date_of_birth"].to_pylist()
    column[_place(records, reference)] = date
    place = records.column_names.index("date_of_birth")
    return records.set_column(place, records.schema.field(place), pa.array(column, pa.string()))


def test_no_explanation_shows_a_value(linked, from_folder, few_extracts):
    records = standardised(few_extracts).to_pylist()
    fields = ("given_name", "family_name", "date_of_birth", "postcode", "street", "phone", "mobile", "email", "uprn")
    held = {}
    for row in records:
        values = {str(row[name]) for name in fields if row[name] and len(row[name]) > 3}
        held[row["source"], row["record_id"], row["person"]] = values
    for number in Random(8).sample(range(len(sizes(from_folder))), 30):
        explained = from_folder.cluster(from_folder.tables.cluster_id(number))
        text = str(explained)
        for member in explained.members:
            values = held[member.reference.source, member.reference.record_id, member.reference.person]
            assert not [v for v in values if v in text and v not in str(member.reference)]


@pytest.fixture(scope="module")
def asked(from_folder):
    """Return a pair and a cluster of several records."""
    number = int(np.flatnonzero(sizes(from_folder) >= 4)[0])
    explained = from_folder.cluster(from_folder.tables.cluster_id(number))
    return explained, [explained.members[i].reference for i in explained.weakest.strongest]


def invoke(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_the_command_prints_what_the_api_says(linked, from_folder, asked):
    explained, (one, other) = asked
    out = invoke("explain", linked[1], "--cluster", explained.cluster_id)
    assert (out.exit_code, out.stdout) == (0, str(explained) + "\n")
    out = invoke("explain", linked[1], "--record", one.source, one.record_id, "--person", one.person)
    assert out.stdout == str(explained) + "\n"
    people = ("--person-l", one.person, "--person-r", other.person)
    out = invoke("explain", linked[1], "--pair", one.source, one.record_id, other.source, other.record_id, *people)
    pair = from_folder.pair(
        one.source, one.record_id, other.source, other.record_id, person_l=one.person, person_r=other.person
    )
    assert out.stdout == str(pair) + "\n"


def test_the_command_writes_a_page_without_scripts(linked, asked, tmp_path):
    explained, _ = asked
    out = invoke("explain", linked[1], "--cluster", explained.cluster_id, "--out", tmp_path / "why.html")
    assert out.exit_code == 0
    assert str(tmp_path / "why.html") in out.stdout
    page = (tmp_path / "why.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert f"<h1>{explained.title}</h1>" in page
    assert page.count("<svg") == 2
    assert "default-src 'none'" in page


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--record", "parking_permits", "no such"), "this run has no record 'no such'"),
        (("--record", "elsewhere", "1"), "Its sources are"),
        (("--cluster", "c"), "this run has no cluster 'c'"),
    ],
)
def test_what_is_not_there_is_told(linked, words, said):
    out = invoke("explain", linked[1], *words)
    assert out.exit_code == 1
    assert said in out.stderr


def test_a_folder_of_an_older_version_is_told_apart(linked, tmp_path):
    older = tmp_path / "older"
    older.mkdir()
    manifest = json.loads((linked[1] / "run.json").read_text(encoding="utf-8"))
    del manifest["files"]["against.parquet"]
    for name in manifest["files"]:
        (older / name).write_bytes((linked[1] / name).read_bytes())
    (older / "run.json").write_text(json.dumps(manifest), encoding="utf-8")
    out = invoke("explain", older, "--cluster", "c0000001")
    assert out.exit_code == 1
    assert "older version" in out.stderr


def test_results_show_themselves_in_a_notebook(linked, in_memory, asked, small_borough, few_extracts, tmp_path):
    result = linked[0].result
    run = run_link(few_extracts, tmp_path / "again", truth=small_borough.truth, report=False)
    for shown, words in (
        (result, "linked records of"),
        (result.levels, "What each level weighs"),
        (run.evaluation, "Links against the truth"),
        (asked[0], "records of"),
    ):
        html = shown._repr_html_()
        assert words in html
        assert "<script" not in html
        root = ElementTree.fromstring(html)
        assert root.findall(".//table")


def test_an_opened_run_says_how_large_it_is(linked, in_memory, from_folder):
    people = len(linked[0].result.links["cluster_id"].drop_null().unique())
    assert str(from_folder) == str(in_memory)
    assert str(from_folder).endswith(f" of {people:,} people")
    assert len(repr(from_folder)) < 100  # and nothing of what it holds


def test_a_result_that_is_not_a_run_s_cannot_be_opened(linked):
    with pytest.raises(ValueError, match="no evidence"):
        Linkage.of(dataclasses.replace(linked[0].result, against=None))


def test_the_package_offers_one_way_in():
    assert insighthub.open_linkage is Linkage.open.__globals__["open_linkage"]
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        insighthub.nonsense  # noqa: B018
