"""Addresses of an index: each distinct one once, the words it is made of, and who has or had it.

Takes the address rows of residents, gives two tables that lean on each other: words and postcodes to addresses, and
addresses to residents. A house number and a street that a query names must be of one address, not one of each of two,
so addresses are matched as wholes before they are laid on residents.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from insighthub.residents.search.vocabulary import Vocabulary

Rows = npt.NDArray[np.int64]

#: What a word is in its address.
WORD, HOUSE, FLAT = range(3)
_SEPARATOR = "\x1f"


@dataclass(frozen=True)
class Addresses:
    """Distinct addresses, and the residents of each. Edges are sorted by address; ``by_resident`` turns them round."""

    words: Vocabulary
    word_starts: Rows  # by word, into:
    word_address: npt.NDArray[np.int32]
    word_role: npt.NDArray[np.int8]  # WORD, HOUSE, FLAT
    postcodes: tuple[str, ...]  # distinct, in order
    postcode_starts: Rows  # by postcode, into:
    postcode_address: npt.NDArray[np.int32]
    count: int  # of addresses
    starts: Rows  # by address, into the edges:
    address: npt.NDArray[np.int32]
    resident: npt.NDArray[np.int32]
    former: npt.NDArray[np.bool_]
    sources: npt.NDArray[np.int32]
    resident_starts: Rows  # by resident, into:
    by_resident: Rows  # edges, sorted by resident

    @classmethod
    def of(cls, table: pa.Table, sources: npt.NDArray[np.int32], residents: int) -> Addresses:
        """Return the addresses of rows with number, address, flat, house_number, postcode and former."""
        parts = [pc.fill_null(table[name], "") for name in ("address", "flat", "house_number", "postcode")]
        written = pc.binary_join_element_wise(*parts, _SEPARATOR)
        distinct = pc.unique(written).sort()
        code = np.asarray(pc.index_in(written, value_set=distinct).combine_chunks(), np.int64)
        text, flat, house, postcode = (
            pc.list_element(pc.split_pattern(distinct, _SEPARATOR), n) if len(distinct) else distinct for n in range(4)
        )
        address, word, role = _words(text, flat, house)
        words = sorted(pc.unique(word).to_pylist())
        word_code = np.asarray(pc.index_in(word, value_set=pa.array(words, pa.string())), np.int64)
        order = np.lexsort((role, address, word_code))
        known = np.flatnonzero(np.asarray(pc.not_equal(postcode, "").to_numpy(zero_copy_only=False), bool))
        known_codes = postcode.take(pa.array(known))
        postcodes = sorted(pc.unique(known_codes).to_pylist())
        of_postcode = np.asarray(pc.index_in(known_codes, value_set=pa.array(postcodes, pa.string())), np.int64)
        by_postcode = np.argsort(of_postcode, kind="stable")
        number = table["number"].to_numpy().astype(np.int32)
        edges = np.lexsort((number, code))
        turned = np.argsort(number[edges], kind="stable")
        return cls(
            words=Vocabulary(words, names=False),
            word_starts=_starts(word_code[order], len(words)),
            word_address=address[order],
            word_role=role[order],
            postcodes=tuple(postcodes),
            postcode_starts=_starts(of_postcode[by_postcode], len(postcodes)),
            postcode_address=known[by_postcode].astype(np.int32),
            count=len(distinct),
            starts=_starts(code[edges], len(distinct)),
            address=code[edges].astype(np.int32),
            resident=number[edges],
            former=table["former"].to_numpy().astype(bool)[edges],
            sources=sources[edges],
            resident_starts=_starts(number[edges][turned], residents),
            by_resident=turned,
        )


def _starts(keys: npt.NDArray[np.integer], size: int) -> Rows:
    """Return where each key's rows start among sorted keys, and where the last ends."""
    return np.searchsorted(keys, np.arange(size + 1)).astype(np.int64)


def _words(
    text: pa.Array, flat: pa.Array, house: pa.Array
) -> tuple[npt.NDArray[np.int32], pa.Array, npt.NDArray[np.int8]]:
    """Return the address of each word, the word, and its role: the words as written, then house numbers and flats.

    The house number and the flat have rows of their own: "14B HIGH ROAD" is found by 14 and by B as well, and a number
    that is a house's fits better than the same number of a flat.
    """
    pieces = pc.split_pattern(text, " ")
    every = np.arange(len(text), dtype=np.int32)
    of_word = np.asarray(pc.list_parent_indices(pieces), np.int32)
    address = np.concatenate([of_word, every, every])
    word = pa.concat_arrays([pc.list_flatten(pieces), house, flat])
    role = np.repeat(np.array([WORD, HOUSE, FLAT], np.int8), [len(of_word), len(every), len(every)])
    kept = np.flatnonzero(np.asarray(pc.not_equal(word, "").to_numpy(zero_copy_only=False), bool))
    return address[kept], word.take(pa.array(kept)), role[kept]
