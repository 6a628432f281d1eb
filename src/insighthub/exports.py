"""Exports: what a finished run gave, in files for other programs.

Takes the output folder of a run, gives one file. Each kind of export is a function; the file appears whole or not at
all.
"""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from insighthub.corrections.sheet import write_sheet
from insighthub.linkage.exchange.read import model_text, read_model_file
from insighthub.linkage.exchange.splink_export import approximate_levels, left_out, splink_records, splink_settings
from insighthub.linkage.model import see_as
from insighthub.linkage.prepare import prepare
from insighthub.pipeline import standardised
from insighthub.progress import Progress
from insighthub.store.output_folder import check_whole
from insighthub.store.whole_file import write_whole


class ExportKind(StrEnum):
    """What can be exported."""

    MODEL = "model"
    RECORDS = "records"
    RESIDENTS = "residents"
    LINKS = "links"
    PROJECT_RESIDENTS = "project-residents"
    PROJECT_FACTS = "project-facts"


class ModelForm(StrEnum):
    """For whom a model is written."""

    SPLINK = "splink"
    INSIGHTHUB = "insighthub"


def export_model(run: Path, out: Path, form: ModelForm) -> list[str]:
    """Write the model of a run.

    Args:
        run: output folder of ``insighthub link``.
        out: the file to write.
        form: Splink 5's settings, or our own model file.

    Returns:
        What Splink cannot say, or not exactly as we do, in words.

    Raises:
        DataError: the folder is not of a finished run, or its model is not of this version.
        RunError: the file cannot be written.
    """
    check_whole(run)
    path = run / "model.json"
    file = read_model_file(path)
    if form is ModelForm.INSIGHTHUB:
        write_whole(out, lambda to: _write_text(to, model_text(file.as_json())))
        return []
    settings = splink_settings(file, path)
    write_whole(out, lambda to: _write_text(to, json.dumps(settings, indent=1, ensure_ascii=False) + "\n"))
    return [*left_out(file), *approximate_levels(settings)]


def export_records(run: Path, contract: Path, out: Path, *, progress: Progress | None = None) -> int:
    """Write the person records of a contract as a model exported to Splink reads them: Parquet, one row a person.

    Args:
        run: output folder of ``insighthub link``, whose model says which shared values count as not known.
        contract: the contract.
        out: the file to write.
        progress: told of each stage.

    Returns:
        How many rows were written.

    Raises:
        ContractError: the contract cannot be used.
        DataError: a file cannot be used.
        RunError: the file cannot be written.
    """
    check_whole(run)
    file = read_model_file(run / "model.json")
    records = standardised(contract, progress=progress)
    data = prepare(records, shared_value_limit=2 * records.num_rows + 1, infer_sex=False)
    see_as(data, file)
    table = splink_records(data)
    write_whole(out, lambda to: pq.write_table(table, to, compression="zstd"))
    return int(table.num_rows)


def export_table(table: pa.Table, out: Path) -> None:
    """Write a table: Parquet, or a sheet where the name ends in .csv or .xlsx, whose lists are joined by "; ".

    Raises:
        RunError: the file cannot be written.
    """
    if out.suffix.lower() in {".csv", ".xlsx"}:
        rows = ([_cell(value) for value in row.values()] for row in table.to_pylist())
        write_sheet(out, table.column_names, list(rows))
        return
    write_whole(out, lambda to: pq.write_table(table, to, compression="zstd"))


def _cell(value: object) -> str:
    if isinstance(value, list):
        return "; ".join(str(each) for each in value)
    return "" if value is None else f"{value:.4f}" if isinstance(value, float) else str(value)


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
