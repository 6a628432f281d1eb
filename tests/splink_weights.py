"""What the installed Splink 5 weighs pairs at, from its own prediction."""

import json
import logging
from contextlib import closing
from pathlib import Path

import duckdb
import pyarrow as pa
import splink

from insighthub.linkage.exchange.own_model import OwnModel
from insighthub.linkage.exchange.read import model_text, read_model_file
from insighthub.linkage.exchange.splink_export import folded_u
from insighthub.linkage.model_schema import ModelFile

KEY = ("source", "record_id", "person")


def in_order(records: pa.Table) -> pa.Table:
    """Return the records that can be linked as Splink reads them: by source, record id and person, each numbered."""
    linkable = records.filter(pa.compute.is_null(records["not_linked_reason"]))
    kept = linkable.sort_by([(name, "ascending") for name in KEY]).drop_columns(["not_linked_reason"])
    return kept.append_column("unique_id", pa.array(range(kept.num_rows)))


def splink_weights(table: pa.Table, settings, *, train=None, shares=None, save=None):
    """Return (left, right) -> match weight of the pairs that Splink predicts.

    Args:
        table: with ``unique_id``.
        settings: a path, or a SettingsCreator.
        train: called with the linker before it predicts.
        shares: column -> value -> term frequency, registered before it predicts.
        save: where to save the model after training.
    """
    logging.getLogger("splink").setLevel(logging.CRITICAL)
    with closing(duckdb.connect()) as connection:
        connection.execute("SET threads = 1")
        api = splink.DuckDBAPI(connection=connection)
        linker = splink.Linker(api.register(table), settings, log_level=logging.CRITICAL)
        if train is not None:
            train(linker)
        for column, held in (shares or {}).items():
            frequencies = pa.table({column: list(held), f"tf_{column}": list(held.values())})
            linker.table_management.register_term_frequency_lookup(api.register(frequencies), column)
        if save is not None:
            linker.misc.save_model_to_json(str(save), overwrite=True)
        predictions = linker.inference.predict()
        found = connection.sql(
            f"SELECT unique_id_l, unique_id_r, match_weight FROM {predictions.physical_name}"
        ).to_arrow_table()
    ends = zip(found["unique_id_l"].to_pylist(), found["unique_id_r"].to_pylist(), strict=True)
    return dict(zip(ends, found["match_weight"].to_pylist(), strict=True))


def term_frequencies(file: ModelFile, records: pa.Table):
    """Return, for each column whose rarity counts, how common a model takes each value of the records to be."""
    shares = {}
    for part in file.comparisons:
        if (known := part.term_frequencies) is not None:
            held = sorted(set(records[known.field].drop_null().to_pylist()))
            shares[known.field] = {value: known.shares.get(value, known.other_share) for value in held}
    return shares


def model_of_two_kinds(learned: Path) -> str:
    """Return a model file's text with matches and unrelated pairs alone: u as the export folds it."""
    content = json.loads(learned.read_text(encoding="utf-8"))
    match = content["classes"]["match"]
    content["source_pairs"] = []
    content["classes"] = dict.fromkeys(content["classes"], 0.0) | {"match": match, "unrelated": 1 - match}
    for part, u in zip(content["comparisons"], folded_u(OwnModel.of(read_model_file(learned))), strict=True):
        part["u"] = u.tolist()
    return model_text(content)


def our_weights(pairs: pa.Table, table: pa.Table):
    """Return the same of our pairs, by the numbers of a table in order."""
    number = {key: i for i, key in enumerate(zip(*(table[name].to_pylist() for name in KEY), strict=True))}
    left, right = (
        [number[key] for key in zip(*(pairs[f"{name}_{side}"].to_pylist() for name in KEY), strict=True)]
        for side in "lr"
    )
    return dict(zip(zip(left, right, strict=True), pairs["match_weight"].to_pylist(), strict=True))
