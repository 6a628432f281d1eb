"""The same records and version give the same links, to the byte, whatever does not matter."""

import json
import os
import re

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from insighthub.linkage.engine import link_records
from insighthub.linkage.settings import LinkSettings
from insighthub.pipeline import standardised
from insighthub.sources.contract import load_contract
from insighthub.sources.landing import land

FILES = ("links.parquet", "pairs.parquet", "model.json")

needs_fork = pytest.mark.skipif(os.name != "posix", reason="a process is forked")


def written(out):
    return {name: (out / name).read_bytes() for name in FILES}


@pytest.fixture(scope="module")
def reference(warm, few_extracts, tmp_path_factory):
    out = tmp_path_factory.mktemp("reference") / "out"
    assert warm.run("link", few_extracts, "--out", out, "--threads", "1") == 0, warm.says()
    return written(out)


def landed_again(contract, folder, seed):
    """Write what a contract's files hold as Parquet in another order of rows and sources; give their contract."""
    random = np.random.Generator(np.random.PCG64(seed))
    folder.mkdir()
    parts = re.split(r"(?m)^(?=\[\[source\]\]$)", contract.read_text(encoding="utf-8"))[1:]
    sources = load_contract(contract).source
    texts = []
    for place in random.permutation(len(sources)):
        source = sources[place]
        landed = pq.read_table(land(source, contract.parent, folder / "landing").path)
        landed = landed.drop_columns([name for name in landed.column_names if name.startswith("_")])
        pq.write_table(landed.take(pa.array(random.permutation(landed.num_rows))), folder / f"{source.name}.parquet")
        texts.append(re.sub(r"(?m)^path = .*$", f'path = "{source.name}.parquet"', parts[place]))
    (folder / "contract.toml").write_text("\n".join(texts), encoding="utf-8")
    return folder / "contract.toml"


@needs_fork
def test_the_number_of_threads_makes_no_difference(warm, reference, few_extracts, tmp_path):
    for threads in (2, 3, 0):
        assert warm.run("link", few_extracts, "--out", tmp_path / "out", "--threads", threads) == 0, warm.says()
        assert written(tmp_path / "out") == reference


@needs_fork
@pytest.mark.parametrize("seed", ["0", "1", "4294967295"])
def test_the_order_in_which_python_hashes_makes_no_difference(start_warm, reference, few_extracts, tmp_path, seed):
    process = start_warm(PYTHONHASHSEED=seed)
    assert process.run("link", few_extracts, "--out", tmp_path / "out", "--threads", "2") == 0, process.says()
    assert written(tmp_path / "out") == reference


@needs_fork
@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_rows_and_of_sources_makes_no_difference(warm, reference, few_extracts, tmp_path, seed):
    contract = landed_again(few_extracts, tmp_path / "shuffled", seed)
    assert warm.run("link", contract, "--out", tmp_path / "out") == 0, warm.says()
    assert written(tmp_path / "out") == reference


@needs_fork
def test_another_place_on_the_disk_makes_no_difference(warm, reference, few_extracts, tmp_path):
    elsewhere = tmp_path / "another folder"
    elsewhere.mkdir()
    for path in few_extracts.parent.iterdir():
        (elsewhere / path.name).symlink_to(path)
    assert warm.run("link", elsewhere / few_extracts.name, "--out", elsewhere / "out") == 0, warm.says()
    assert written(elsewhere / "out") == reference


def test_all_extracts_of_the_borough_give_the_same_in_any_order_and_chunking(small_borough):
    records = standardised(small_borough.contract)
    first = link_records(records, settings=LinkSettings(threads=1))
    random = np.random.Generator(np.random.PCG64(7))
    for threads in (1, 2):
        shuffled = records.take(pa.array(random.permutation(records.num_rows)))
        pieces = pa.concat_tables([shuffled.slice(at, 100) for at in range(0, shuffled.num_rows, 100)])
        again = link_records(pieces, settings=LinkSettings(threads=threads))
        assert again.links.equals(first.links)
        assert again.pairs.equals(first.pairs)
        assert json.dumps(again.model) == json.dumps(first.model)
        assert again.levels == first.levels
        assert again.blocking == first.blocking
        assert again.samples == first.samples
        assert again.weight_histogram == first.weight_histogram


def test_links_are_sorted_and_numbered_as_they_come(small_borough):
    links = link_records(standardised(small_borough.contract)).links
    keys = list(zip(*(links[name].to_pylist() for name in ("source", "record_id", "person")), strict=True))
    assert keys == sorted(set(keys))
    seen = list(dict.fromkeys(c for c in links["cluster_id"].to_pylist() if c is not None))
    assert seen == [f"c{n:07d}" for n in range(1, len(seen) + 1)]


def test_one_changed_record_changes_the_fingerprint(small_borough):
    records = standardised(small_borough.contract)
    first = link_records(records).model["data"]
    named = next(i for i, name in enumerate(records["given_name"].to_pylist()) if name is not None)
    values = records["given_name"].to_pylist()
    values[named] = "QUENTIN" if values[named] != "QUENTIN" else "ALBERTINE"
    changed = records.set_column(records.schema.get_field_index("given_name"), "given_name", pa.array(values))
    assert link_records(changed).model["data"]["fingerprint"] != first["fingerprint"]
