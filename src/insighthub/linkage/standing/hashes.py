"""Hashes of what rows say: 64 bits that are the same whatever other rows there are.

Takes coded rows, gives for each row a hash of a field, of a blocking rule's key, or of all that it says. Codes number
the values of one set of rows; what a plan keeps, and what an index is looked up by, has to mean the same in every run,
so that it is made of the texts themselves. Each distinct text is hashed once. Nought stands for what is not known.

The hash is FNV-1a over words of eight bytes, finished as MurmurHash3 is (Appleby, public domain). It begins with the
salt of the plan, so that a list of hashes of names made elsewhere says nothing of these.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from insighthub.linkage.blocking.copies import CONTENT, may_be_copies
from insighthub.linkage.blocking.rule import BlockingRule
from insighthub.linkage.encode import Encoded
from insighthub.standardise.schema import OTHER_PREFIX

Hashes = npt.NDArray[np.uint64]
UNKNOWN = np.uint64(0)
_PRIME = np.uint64(0x100000001B3)
_WORD = 8
#: Fields that have no texts of their own, and the fields of which they are made; the last of them may be not known.
_MADE_OF = {
    "dwelling": ("postcode", "house_number", "flat"),
    "street_dwelling": ("street", "house_number", "flat"),
}
_DAYS = ("valid_from", "valid_to")


def finished(x: Hashes) -> Hashes:
    """Mix the bits of each number well; distinct numbers stay distinct."""
    x = x ^ (x >> np.uint64(33))
    x *= np.uint64(0xFF51AFD7ED558CCD)
    x ^= x >> np.uint64(33)
    x *= np.uint64(0xC4CEB9FE1A85EC53)
    x ^= x >> np.uint64(33)
    return x


def text_hashes(texts: pa.Array, salt: int) -> Hashes:
    """Return the hash of each text, never nought; shape (texts,)."""
    array = pa.concat_arrays([texts.cast(pa.string()), pa.array([], pa.string())])
    _, ends, letters = array.buffers()
    offsets = np.frombuffer(ends, np.int32)[array.offset : array.offset + len(array) + 1].astype(np.int64)
    begins, sizes = offsets[:-1], np.diff(offsets)
    out = finished(np.full(len(array), np.uint64(salt)) ^ sizes.astype(np.uint64))
    if letters is None or not len(array):
        return _never_nought(out)
    # Room for a whole word after the last letter.
    held = np.concatenate([np.frombuffer(letters, np.uint8), np.zeros(_WORD, np.uint8)])
    words = np.ndarray((len(held) - _WORD + 1,), "<u8", held, strides=(1,))
    at = np.flatnonzero(sizes > 0)
    place = 0
    while len(at):
        word = words[begins[at] + place]
        left = sizes[at] - place
        short = left < _WORD
        kept = (np.uint64(1) << (np.minimum(left, _WORD - 1).astype(np.uint64) * np.uint64(8))) - np.uint64(1)
        word = np.where(short, word & kept, word)
        out[at] = finished((out[at] ^ word) * _PRIME)
        place += _WORD
        at = at[left > _WORD]
    return _never_nought(out)


def together(parts: Sequence[Hashes]) -> Hashes:
    """Return the hash of several hashes in their order; nought where any is."""
    out = finished(parts[0])
    known = parts[0] != UNKNOWN
    for part in parts[1:]:
        out = finished((out ^ part) * _PRIME)
        known &= part != UNKNOWN
    out = _never_nought(out)
    out[~known] = UNKNOWN
    return out


def _never_nought(x: Hashes) -> Hashes:
    x[x == UNKNOWN] = np.uint64(1)
    return x


def looked_up(
    held: npt.NDArray[np.integer], wanted: npt.NDArray[np.integer]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Return where each wanted number stands among sorted ones, and whether it does; shape (wanted,)."""
    if not len(held):
        return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), bool)
    place = np.minimum(np.searchsorted(held, wanted), len(held) - 1)
    return place, np.asarray(held[place] == wanted)


class RowHashes:
    """Hashes of what each of some rows says.

    Args:
        data: coded rows, as the model takes them.
        salt: of the plan.
    """

    def __init__(self, data: Encoded, salt: int) -> None:
        self._data = data
        self._salt = salt
        self._fields: dict[str, Hashes] = {}

    @property
    def data(self) -> Encoded:
        """The rows."""
        return self._data

    def field(self, name: str) -> Hashes:
        """Return the hash of each row's value of a field, nought where it is not known; shape (n,)."""
        if name not in self._fields:
            self._fields[name] = self._field(name)
        return self._fields[name]

    def _field(self, name: str) -> Hashes:
        data = self._data
        if name in _MADE_OF:
            *needed, last = (self.field(part) for part in _MADE_OF[name])
            return together([*needed, _never_nought(last.copy())])
        if name not in data.codes:
            return np.zeros(data.n, np.uint64)
        of_values = text_hashes(data.pools[name].text, self._salt)
        return np.append(of_values, UNKNOWN)[data.codes[name]]

    def full_name(self) -> Hashes:
        """Return the hash of each row's given and family name."""
        return together([self.field("given_name"), self.field("family_name")])

    def key(self, rule: BlockingRule) -> Hashes:
        """Return the hash of the key by which a rule blocks each row."""
        parts = [self.field(name) for name in rule.fields]
        if rule.in_any_order:
            known = (parts[0] != UNKNOWN) & (parts[1] != UNKNOWN)
            out = together([np.minimum(*parts), np.maximum(*parts)])
            return np.where(known, out, UNKNOWN)
        return together(parts)

    def other_key(self, rule: BlockingRule) -> Hashes:
        """Return the hash of the key by which a rule that goes across fields looks each row up."""
        return together([self.field(name) for name in rule.other_fields])

    def content(self) -> Hashes:
        """Return the hash of all that each row says, nought for those that cannot be copies; see ``copies``."""
        data = self._data
        others = [name for name in data.codes if name.startswith(OTHER_PREFIX)]
        said = [(name, self.field(name)) for name in (*CONTENT, *others) if name != "person"]
        numbers = [("person", data.codes["person"]), *((name, data.days[name]) for name in _DAYS)]
        said += [(name, finished(column.astype(np.int64).view(np.uint64))) for name, column in numbers]
        # A sum, to which what is not known adds nothing: so it does not matter which fields the rows have no value of.
        names = text_hashes(pa.array([name for name, _ in said], pa.string()), self._salt)
        each = (
            np.where(value != UNKNOWN, finished((value ^ name) * _PRIME), UNKNOWN)
            for name, (_, value) in zip(names, said, strict=True)
        )
        out = _never_nought(finished(reduce(np.add, each)))
        out[~may_be_copies(data)] = UNKNOWN
        return out
