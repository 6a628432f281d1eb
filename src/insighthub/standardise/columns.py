"""Rules over columns: every rule runs once for each distinct text, never once a row.

Takes a column of text and a rule, gives the column of what the rule makes of it. Codes and look-ups are Arrow's; only
the distinct values pass through Python. A council's columns repeat themselves, so this is where the speed comes from.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from insighthub.errors import ContractError
from insighthub.sources.contract import FieldMap

#: Joins columns that stay apart for a rule; no cell holds it.
APART = "\x1f"


@dataclass(frozen=True, slots=True)
class Coded:
    """A column as distinct texts and, for each row, which one it is (null for none)."""

    values: list[str]
    codes: pa.Array  # int32

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.codes)

    def look_up(self, results: pa.Array) -> pa.Array:
        """Return for each row the result of its text."""
        return results.take(self.codes)


def code(column: pa.Array) -> Coded:
    """Return a column with its distinct texts apart."""
    encoded = column.dictionary_encode()
    return Coded(encoded.dictionary.to_pylist(), encoded.indices)


def read_column(landed: pa.Table, name: str, source: str) -> pa.Array:
    """Return one text column of the landed table, in one piece."""
    if name not in landed.column_names:
        raise ContractError(
            f"the contract of {source} names a column that the files do not have",
            remedy="Correct the name in the contract, or take the field out",
            column=name,
        )
    column = landed.column(name)
    if column.type != pa.string():
        column = column.cast(pa.string())
    return pa.concat_arrays(column.chunks) if column.num_chunks != 1 else column.chunk(0)


def joined(columns: Sequence[pa.Array], separator: str, *, keep_nulls: bool = False) -> pa.Array:
    """Return columns joined row by row. Null parts are left out, or with ``keep_nulls`` stand as empty text."""
    if keep_nulls:
        return pc.binary_join_element_wise(*columns, separator, null_handling="replace", null_replacement="")
    # Arrow drops a row that has nothing to join, so such a row gets an empty text first.
    no_part = pc.is_null(columns[0])
    for column in columns[1:]:
        no_part = pc.and_(no_part, pc.is_null(column))
    first = pc.if_else(no_part, pa.scalar(""), columns[0])
    text = pc.binary_join_element_wise(first, *columns[1:], separator, null_handling="skip")
    return pc.if_else(no_part, pa.scalar(None, pa.string()), text)


def read_field(
    landed: pa.Table, field: FieldMap, source: str, separator: str = " ", *, keep_null_values: bool = False
) -> pa.Array:
    """Return the text of a field, with what the contract says means "not known" made null.

    A rule that says more of such texts than nothing, as the one for dates, asks to have them kept. Year, month and day
    in columns of their own come joined by ``APART``.

    Raises:
        ContractError: a column that the contract names is not there.
    """
    columns = [read_column(landed, name, source) for name in field.names()]
    if field.year or field.month or field.day:
        by_name = dict(zip(field.names(), columns, strict=True))
        nothing = pa.nulls(landed.num_rows, pa.string())
        parts = [
            _without(by_name[name], field.null_values) if name else nothing
            for name in (field.year, field.month, field.day)
        ]
        return joined(parts, APART, keep_nulls=True)
    if not keep_null_values:
        columns = [_without(column, field.null_values) for column in columns]
    if len(columns) == 1:
        return columns[0]
    return joined(columns, separator if field.separator is None else field.separator)


def _without(column: pa.Array, null_values: Sequence[str]) -> pa.Array:
    if not null_values:
        return column
    unwanted = pa.array(sorted({text.strip().upper() for text in null_values}), pa.string())
    is_unwanted = pc.is_in(pc.utf8_upper(pc.utf8_trim_whitespace(column)), value_set=unwanted)
    return pc.if_else(is_unwanted, pa.scalar(None, pa.string()), column)


def mapped(column: pa.Array, rule: Callable[[str], str | None]) -> pa.Array:
    """Return what a rule makes of each cell; the rule never sees a null."""
    coded = code(column)
    return coded.look_up(pa.array(map(rule, coded.values), pa.string()))


def unpacked(
    column: pa.Array, rule: Callable[[str], tuple[str | None, ...]], attributes: Sequence[str]
) -> dict[str, pa.Array]:
    """Return several columns from a rule that gives a tuple: one for each of its parts."""
    coded = code(column)
    results = [rule(text) for text in coded.values]
    parts = zip(*results, strict=True) if results else ((),) * len(attributes)
    return {name: coded.look_up(pa.array(part, pa.string())) for name, part in zip(attributes, parts, strict=True)}
