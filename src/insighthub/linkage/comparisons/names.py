"""Names: one comparison for the given name, one for the family name, one for middle names.

They know spellings of one name, nicknames, initials, a middle name used as the given name, given and family names
swapped, a previous family name, and the halves of a double-barrelled name. Where given and family names are swapped,
the given-name comparison says so and the family name is left as not known, so that one slip is not counted twice.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
from nicknames import NickNamer
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from insighthub.linkage.comparisons.comparison import UNKNOWN, Comparison, Levels, Rows, Rule, value_pair_levels
from insighthub.linkage.encode import Codes, Encoded

CLOSE = 0.92  # Jaro-Winkler at or over which two spellings are one name with a slip
LIKE = 0.80
SAME, VARIANT, SLIP, INITIAL, MIDDLE, SWAPPED, SIMILAR, OTHER = range(8)
LEAST_LETTERS = 4  # of a name in which one letter may be a slip, or which may be a short form of another


@cache
def _nick_namer() -> NickNamer:
    return NickNamer()


@cache
def short_forms(name: str) -> frozenset[str]:
    """Return the short forms of a given name, upper case: BOB, ROB, BOBBY ... for ROBERT."""
    return frozenset(n.upper() for n in _nick_namer().nicknames_of(name))


def _spelling(values: npt.NDArray[np.object_], a: Codes, b: Codes) -> npt.NDArray[np.float32]:
    return cpdist(
        values[a], values[b], scorer=JaroWinkler.normalized_similarity, dtype=np.float32, workers=-1, score_cutoff=0.5
    )


def _one_slip(values: npt.NDArray[np.object_], a: Codes, b: Codes) -> npt.NDArray[np.bool_]:
    """Whether one letter more, fewer or other, or two letters changed about, makes one name of the other."""
    slips = cpdist(values[a], values[b], scorer=OSA.distance, dtype=np.int32, workers=-1, score_cutoff=1)
    return np.asarray(slips <= 1)


def _ends(values: npt.NDArray[np.object_]) -> tuple[Codes, Codes]:
    """Return a number for the first few letters of each name, and one for the last few."""
    parts = ([str(v)[:LEAST_LETTERS] for v in values], [str(v)[-LEAST_LETTERS:] for v in values])
    begins, ends = (np.unique(np.array(part, str), return_inverse=True)[1].astype(np.int32) for part in parts)
    return begins, ends


def _contains(values: npt.NDArray[np.object_], ends: tuple[Codes, Codes], a: Codes, b: Codes) -> npt.NDArray[np.bool_]:
    """Whether one name begins or ends with the other: ALEX and ALEXANDRU, TOYIN and OLUWATOYIN.

    Args:
        values: the names.
        ends: of the names; only those that share one are looked at letter by letter.
        a: one name of each pair, of at least ``LEAST_LETTERS``.
        b: the other.
    """
    out = np.zeros(len(a), bool)
    first, last = ends
    at = np.flatnonzero((first[a] == first[b]) | (last[a] == last[b]))
    for i, x, y in zip(at.tolist(), values[a[at]], values[b[at]], strict=True):
        short, long = (x, y) if len(x) < len(y) else (y, x)
        out[i] = long.startswith(short) or long.endswith(short)
    return out


def _is_among(a: Codes, b: Codes, known_pairs: npt.NDArray[np.int64], size: int) -> npt.NDArray[np.bool_]:
    """Whether (a, b), smaller code first, is one of the known value pairs (sorted, ``small * size + large``)."""
    if not len(known_pairs):
        return np.zeros(len(a), bool)
    keys = a.astype(np.int64) * size + b
    at = np.minimum(np.searchsorted(known_pairs, keys), len(known_pairs) - 1)
    return np.asarray(known_pairs[at] == keys)


def _value_pairs(pairs: set[tuple[int, int]], size: int) -> npt.NDArray[np.int64]:
    return np.array(sorted(min(p) * size + max(p) for p in pairs), np.int64)


def _nickname_pairs(values: npt.NDArray[np.object_]) -> npt.NDArray[np.int64]:
    place = {str(v): i for i, v in enumerate(values)}
    found = {(i, place[s]) for v, i in place.items() for s in short_forms(v) if s in place and place[s] != i}
    return _value_pairs(found, len(values))


def other_forms(name: str) -> list[str]:
    """Return what a double-barrelled name may be called: a half, the halves the other way round, or as one word."""
    parts = name.split()
    if len(parts) < 2:
        return []
    return [p for p in parts if len(p) > 2] + [" ".join(reversed(parts)), "".join(parts)]


def _part_pairs(values: npt.NDArray[np.object_]) -> npt.NDArray[np.int64]:
    """Pairs of a double-barrelled name and one of its halves, or the halves the other way round."""
    place = {str(v): i for i, v in enumerate(values)}
    found = {(i, place[o]) for name, i in place.items() for o in other_forms(name) if place.get(o, i) != i}
    return _value_pairs(found, len(values))


def _same_sound(sound: Codes, a: Codes, b: Codes) -> npt.NDArray[np.bool_]:
    return np.asarray((sound[a] == sound[b]) & (sound[a] >= 0))


def swapped_names(data: Encoded, left: Rows, right: Rows) -> npt.NDArray[np.bool_]:
    """Whether each one's given name is the other's family name, give or take a slip, a short form or an initial."""
    given, family = data.codes["given_name"], data.codes["family_name"]
    initial = data.by_value["given_initial"]
    g_l, f_l, g_r, f_r = given[left], family[left], given[right], family[right]
    out = np.zeros(len(left), bool)
    # Spelling is looked at only where the initials cross over and the names as they stand differ.
    known = (g_l >= 0) & (f_l >= 0) & (g_r >= 0) & (f_r >= 0) & (g_l != g_r) & (f_l != f_r)
    at = np.flatnonzero(known & (initial[g_l] == initial[f_r]) & (initial[g_r] == initial[f_l]))
    if len(at):
        first = _one_name(data, g_l[at], f_r[at])
        out[at] = first & _one_name(data, g_r[at], f_l[at])
    return out


def _one_name(data: Encoded, a: Codes, b: Codes) -> npt.NDArray[np.bool_]:
    """Whether two names with one initial are one name: alike, a short form, or no more than the initial."""
    pool = data.pools["given_name"].values
    short = data.memo("letters", lambda: np.array([len(str(v)) == 1 for v in pool], bool))

    def kernel(x: Codes, y: Codes) -> Levels:
        same = (_spelling(pool, x, y) >= CLOSE) | short[x] | short[y]
        same |= _is_among(x, y, data.memo("nicknames", lambda: _nickname_pairs(pool)), len(pool))
        return np.where(same, 0, 1).astype(np.int8)

    return np.asarray(value_pair_levels(a, b, kernel, size=len(pool)) == 0)


def given_name_levels(data: Encoded, left: Rows, right: Rows) -> Levels:
    """Levels of the given names of pairs; see ``GIVEN_NAME.labels``."""
    pool = data.pools["given_name"].values
    given, middle = data.codes["given_name"], data.codes["middle_name"]
    initial = data.codes["given_initial"]
    is_initial = data.flags["given_is_initial"]
    letters = data.memo("long enough", lambda: np.array([len(str(v)) >= LEAST_LETTERS for v in pool], bool))

    def kernel(a: Codes, b: Codes) -> Levels:
        sim = _spelling(pool, a, b)
        out = np.where(sim >= LIKE, SIMILAR, OTHER).astype(np.int8)
        long = letters[a] & letters[b]
        at = np.flatnonzero(long)
        out[at[_one_slip(pool, a[at], b[at])]] = SLIP
        out[at[_contains(pool, data.memo("ends of names", lambda: _ends(pool)), a[at], b[at])]] = VARIANT
        out[((sim >= CLOSE) & (out != SLIP)) | _same_sound(data.by_value["given_sound"], a, b)] = VARIANT
        out[_is_among(a, b, data.memo("nicknames", lambda: _nickname_pairs(pool)), len(pool))] = VARIANT
        return out

    g_l, g_r = given[left], given[right]
    out = value_pair_levels(g_l, g_r, kernel, size=len(pool))
    unequal = out > SAME
    weak = unequal & (out != VARIANT) & (out != SLIP)
    with_initial = weak & (is_initial[left] | is_initial[right])
    out[with_initial] = np.where(initial[left] == initial[right], INITIAL, OTHER)[with_initial]
    m_l, m_r = middle[left], middle[right]
    as_middle = ((m_l >= 0) & (m_l == g_r)) | ((m_r >= 0) & (m_r == g_l))
    out[weak & as_middle] = MIDDLE
    at = np.flatnonzero(weak)
    out[at[swapped_names(data, left[at], right[at])]] = SWAPPED
    both_initials = (out == SAME) & is_initial[left]
    out[both_initials] = INITIAL
    return out


def family_name_levels(data: Encoded, left: Rows, right: Rows) -> Levels:
    """Levels of the family names of pairs; see ``FAMILY_NAME.labels``."""
    pool = data.pools["family_name"].values
    family, previous = data.codes["family_name"], data.codes["previous_family_name"]

    def kernel(a: Codes, b: Codes) -> Levels:
        sim = _spelling(pool, a, b)
        out = np.where(sim >= LIKE, 3, 4).astype(np.int8)
        out[_is_among(a, b, data.memo("parts", lambda: _part_pairs(pool)), len(pool))] = 2
        out[(sim >= CLOSE) | _same_sound(data.by_value["family_sound"], a, b)] = 1
        return out

    f_l, f_r = family[left], family[right]
    out = value_pair_levels(f_l, f_r, kernel, size=len(pool))
    p_l, p_r = previous[left], previous[right]
    renamed = ((p_l >= 0) & (p_l == f_r)) | ((p_r >= 0) & (p_r == f_l))
    out[renamed & (out > 1)] = 2
    at = np.flatnonzero(out > 1)
    out[at[swapped_names(data, left[at], right[at])]] = UNKNOWN
    return out


def middle_names_levels(data: Encoded, left: Rows, right: Rows) -> Levels:
    """Levels of the middle names of pairs; see ``MIDDLE_NAMES.labels``."""
    pool = data.pools["middle_names"].values
    first = data.by_value["middle_first"]
    initial = data.by_value["middle_initial"]
    short = data.memo("middle letters", lambda: np.array([len(str(v)) == 1 for v in pool], bool))

    def kernel(a: Codes, b: Codes) -> Levels:
        close = _spelling(pool, a, b) >= CLOSE
        close |= (initial[a] == initial[b]) & (short[a] | short[b])
        return np.where(close | (first[a] == first[b]), 1, 2).astype(np.int8)

    codes = data.codes["middle_names"]
    return value_pair_levels(codes[left], codes[right], kernel, size=len(pool))


GIVEN_NAME = Comparison(
    "given_name",
    (
        "same",
        "another spelling or a short form",
        "one letter differs",
        "initial agrees",
        "one's middle name is the other's given name",
        "given and family names swapped",
        "similar",
        "different",
    ),
    given_name_levels,
    family=Rule.FREE,  # father and son, mother and daughter of one name: how many is learned
    namesake=Rule.M,
    agreeing=5,
    shared=0.002,
    told_by="date_of_birth",
    rarity="given_name",
)
FAMILY_NAME = Comparison(
    "family_name",
    ("same", "another spelling", "a previous name, or part of a double-barrelled one", "similar", "different"),
    family_name_levels,
    family=Rule.M,
    namesake=Rule.M,
    agreeing=3,
    rarity="family_name",
)
MIDDLE_NAMES = Comparison(
    "middle_names", ("same", "initial or spelling agrees", "different"), middle_names_levels, lasting=True
)
