"""From a landed table to facts: what a service knows of its records' people beyond who they are.

Takes the rows of one source as they were landed and its contract, gives one row for every fact that a record states:
an amount at a date, a status between two dates, an event. Texts and dates are read by the readers that person records
use. What cannot be read is not lost: the text stays as the value, without an amount or a date. A fact is of the person
whom the record is about, the first that it names.
"""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from insighthub.sources.contract import Fact, FieldMap, Source
from insighthub.standardise.columns import APART, read_column, read_field
from insighthub.standardise.person_fields import date_values
from insighthub.standardise.records import record_ids
from insighthub.standardise.text import is_placeholder

#: The columns of the table ``fact``.
FACTS = pa.schema(
    [
        pa.field("source", pa.string(), nullable=False),
        pa.field("record_id", pa.string(), nullable=False),
        pa.field("person", pa.int32(), nullable=False),
        pa.field("name", pa.string(), nullable=False),  # as the contract calls it
        pa.field("kind", pa.string(), nullable=False),  # amount, status, event
        pa.field("value", pa.string()),  # what the status or event is; the amount as it is written
        pa.field("amount", pa.float64()),
        pa.field("date", pa.date32()),
        pa.field("end_date", pa.date32()),
    ]
)

_NO_TEXT = pa.scalar(None, pa.string())
_PLAIN = r"^-?[0-9]{1,15}(\.[0-9]{1,6})?$"
# Thousands stand in threes; a comma elsewhere is no part of an amount in British writing.
_AMOUNT = re.compile(r"(?P<whole>\d{1,3}(?:,\d{3})+|\d{1,15})?(?P<part>\.\d+)?(?P<power>E[+-]?\d{1,2})?", re.ASCII)
_MONEY = re.compile(r"[£$€\s]|GBP|(?<=\d)%$")
#: What is written behind an amount that is owed, and behind one that is in the person's favour.
_DEBIT, _CREDIT = ("DR", "DB"), ("CR",)


def facts_of(landed: pa.Table, source: Source, as_of: date | None = None) -> pa.Table:
    """Return the facts of a source's landed records, in the order of the contract's facts, then of the records.

    Args:
        landed: nullable, trimmed string columns named as in the file; other columns are not looked at.
        source: the contract, whose ``fact`` entries are read.
        as_of: the day from which a two-digit year is told; today where it is not given.

    Returns:
        The columns of ``FACTS``. A record that has neither value, date nor end for a fact has no such row.

    Raises:
        ContractError: the contract names a column that is not there.
    """
    ids = record_ids(landed, source)
    tables = [_facts(landed, fact, ids, source.name, as_of or date.today()) for fact in source.fact]
    return pa.concat_tables(tables) if tables else FACTS.empty_table()


def amount(text: str) -> float | None:
    """Return the number that a text writes, or None where it is none.

    Pounds, thousands, brackets or a trailing minus for less than nothing, ``CR`` for a credit (less than nothing, as it
    is owed to the person), ``DR``, a percent sign and a spreadsheet's power of ten are understood.
    """
    plain = _MONEY.sub("", text.upper().replace("−", "-"))
    sign = 1.0
    if plain.startswith("(") and plain.endswith(")"):
        plain, sign = plain[1:-1], -sign
    if plain.endswith((*_DEBIT, *_CREDIT)):
        plain, sign = plain[:-2], -sign if plain.endswith(_CREDIT) else sign
    if plain.endswith("-") or plain.startswith("-"):
        plain, sign = plain.strip("-"), -sign
    plain = plain.removeprefix("+")
    found = _AMOUNT.fullmatch(plain)
    if found is None or not (found["whole"] or found["part"]):
        return None
    # Nought has no sign: a balance of nothing that is written as a credit is nothing.
    return sign * float(plain.replace(",", "")) or 0.0


def _facts(landed: pa.Table, fact: Fact, ids: pa.Array, source: str, as_of: date) -> pa.Table:
    rows = landed.num_rows
    value = _said(read_column(landed, fact.value, source)) if fact.value else pa.nulls(rows, pa.string())
    dates, day_texts = _days(landed, fact.date, source, as_of)
    ends, end_texts = _days(landed, fact.end_date, source, as_of)
    if fact.value is None:  # a date that cannot be read still says that something happened
        value = pc.coalesce(day_texts, end_texts)
    is_fact = pc.or_(pc.or_(pc.is_valid(value), pc.is_valid(dates)), pc.is_valid(ends))
    amounts = _amounts(value) if fact.kind == "amount" else pa.nulls(rows, pa.float64())
    told = [ids, value, amounts, dates, ends]
    ids, value, amounts, dates, ends = (column.filter(is_fact) for column in told)
    count = len(ids)
    columns = [
        pa.repeat(source, count), ids, pa.repeat(pa.scalar(1, pa.int32()), count), pa.repeat(fact.name, count),
        pa.repeat(fact.kind, count), value, amounts, dates, ends,
    ]  # fmt: skip
    return pa.Table.from_arrays(columns, schema=FACTS)


def _said(column: pa.Array) -> pa.Array:
    """Return texts without those that only say that nothing is known."""
    coded = column.dictionary_encode()
    kept = [None if not text.strip() or is_placeholder(text.strip()) else text for text in coded.dictionary.to_pylist()]
    return pa.array(kept, pa.string()).take(coded.indices)


def _days(landed: pa.Table, field: FieldMap | None, source: str, as_of: date) -> tuple[pa.Array, pa.Array]:
    """Return days, and the texts of dates that are there and give no day: a month alone, or what cannot be read."""
    if field is None:
        return pa.nulls(landed.num_rows, pa.date32()), pa.nulls(landed.num_rows, pa.string())
    found = date_values(landed, field, source, as_of)
    is_day = pc.fill_null(pc.invert(pc.match_substring(found["date"], "X")), False)
    days = pc.if_else(is_day, found["date"], _NO_TEXT).cast(pa.date32())
    text = read_field(landed, field, source)
    parted = pc.replace_substring(text, APART, " ")
    # A default such as 01/01/1900 says that the date is not known: there is nothing to keep.
    is_default = pc.fill_null(pc.match_substring(found["flags"], "default"), False)
    is_left = pc.and_(pc.invert(is_day), pc.invert(is_default))
    return days, _said(pc.if_else(is_left, pc.utf8_trim_whitespace(parted), _NO_TEXT))


def _amounts(values: pa.Array) -> pa.Array:
    """Return the amount of each text: plain numbers all at once, the others by the rule, each distinct text once."""
    coded = values.dictionary_encode()
    texts = coded.dictionary
    is_plain = pc.match_substring_regex(texts, _PLAIN)
    plain = pc.if_else(is_plain, texts, _NO_TEXT).cast(pa.float64())
    rest = np.flatnonzero(~is_plain.to_numpy(zero_copy_only=False))
    places = np.full(len(texts), -1, np.int64)
    places[rest] = np.arange(len(rest))
    ruled = pa.array([amount(text) for text in texts.take(pa.array(rest)).to_pylist()], pa.float64())
    numbers = pc.coalesce(plain, ruled.take(pa.array(places, mask=places < 0)))
    # -0.00 is nought.
    return pc.add(numbers, 0.0).take(coded.indices)
