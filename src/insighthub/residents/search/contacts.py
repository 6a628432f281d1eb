"""Telephone numbers and e-mail addresses that a typed one, or a piece of one, may stand for."""

from __future__ import annotations

from bisect import bisect_left
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from insighthub.residents.search.index import Index

Rows = npt.NDArray[np.int64]
Found = tuple[Rows, npt.NDArray[np.float32], npt.NDArray[np.int8]]

#: Digits of a British number without the nought in front.
_WHOLE = 10
_AFTER_Z = "\uffff"


class Reached(IntEnum):
    """How a number or an address answers to what was typed."""

    SAME = 0
    ENDS = 1
    ONE_OFF = 2
    STARTS = 3


def phone_hits(index: Index, digits: str) -> Found:
    """Return the rows of ``phones`` that have a number, one that is a slip off it, or one that ends with the digits."""
    numbers = index.phone_numbers
    value = int(digits)
    if len(digits) < _WHOLE - 1:
        codes = np.flatnonzero(numbers % 10 ** len(digits) == value)
        return _rows(index.phones.of(codes), [min(0.9, 0.6 + 0.05 * (len(digits) - 4))] * len(codes), Reached.ENDS)
    slips = np.array(sorted(_slips(str(value))), np.int64)
    wanted = np.concatenate([np.array([value], np.int64), slips])
    at = np.minimum(np.searchsorted(numbers, wanted), max(len(numbers) - 1, 0))
    is_there = numbers[at] == wanted if len(numbers) else np.zeros(len(wanted), bool)
    place = np.flatnonzero(is_there)
    rows, of = index.phones.of(at[place])
    is_same = (place == 0)[of]
    quality = np.where(is_same, 1.0, 0.7).astype(np.float32)
    return rows, quality, np.where(is_same, Reached.SAME, Reached.ONE_OFF).astype(np.int8)


def _slips(digits: str) -> set[int]:
    """Return the numbers in which one digit is another one, or two neighbours are changed about."""
    out = {int(digits[:n] + d + digits[n + 1 :]) for n in range(1, len(digits)) for d in "0123456789" if d != digits[n]}
    turned = {int(digits[:n] + digits[n + 1] + digits[n] + digits[n + 2 :]) for n in range(1, len(digits) - 1)}
    return (out | turned) - {int(digits)}


def email_hits(index: Index, text: str) -> Found:
    """Return the rows of ``emails`` that have an address, the part of it before the @ sign, or that begin so."""
    addresses = index.email_addresses
    start = text.partition("@")[0] + "@" if "@" in text else text
    first = bisect_left(addresses, start)
    codes = np.arange(first, bisect_left(addresses, start + _AFTER_Z))
    rows, place = index.emails.of(codes)
    is_same = np.array([addresses[code] == text for code in codes], bool)[place]
    quality = np.where(is_same, 1.0, 0.8).astype(np.float32)
    return rows, quality, np.where(is_same, Reached.SAME, Reached.STARTS).astype(np.int8)


def _rows(found: tuple[Rows, Rows], qualities: list[float], how: Reached) -> Found:
    rows, place = found
    return rows, np.array(qualities, np.float32)[place], np.full(len(rows), how, np.int8)
