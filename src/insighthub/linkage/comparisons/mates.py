"""House-mates: whether others who live with each of two records share their two addresses.

A household moves together. Two records of one name at two addresses may be namesakes; if a second name stands at both
addresses too, they are hardly so. What is looked up is names of full length by dwelling; the pairs of dwellings that
share a name are found once, by sorting. At one address it says nothing about who is who.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from insighthub.linkage.comparisons.comparison import UNKNOWN, Comparison, Levels, Rows, Rule
from insighthub.linkage.encode import Encoded, dense

MOST_HOMES = 60  # a name at more dwellings than this is too common to say anything
MOST_NAMES = 40  # and so is a dwelling with more names: a hostel, a tower without flat numbers

TELLING = 1000  # what a name at two dwellings alone says; one at n dwellings says 1 / (n - 1) of it
STEPS = (1500, 600, 300, 100, 1)

Keys = npt.NDArray[np.int64]


def _at(data: Encoded) -> npt.NDArray[np.int64]:
    """Return the rows whose full name and dwelling are known."""
    known = [data.codes[name] >= 0 for name in ("given_name", "family_name", "dwelling")]
    return np.flatnonzero(np.logical_and.reduce(known) & ~data.flags["given_is_initial"])


def names_at_homes(data: Encoded) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the rows whose full name and dwelling are known, and the number of the full name of each."""
    given, family = data.codes["given_name"], data.codes["family_name"]
    at = _at(data)
    return at, dense(given[at].astype(np.int64) * len(data.pools["family_name"]) + family[at]).astype(np.int64)


def _names_by_home(data: Encoded) -> tuple[Keys, Keys]:
    """Return the distinct (full name, dwelling) there are, sorted by name and dwelling."""
    home = data.codes["dwelling"]
    at, name = names_at_homes(data)
    span = int(home.max(initial=0)) + 1
    entry = np.unique(name * span + home[at])
    return entry // span, entry % span


def _own(data: Encoded, name: Keys, homes: Keys) -> tuple[Keys, Keys]:
    """Return the full names that are looked at (given x span + family, sorted), and how telling each is."""
    given, family = data.codes["given_name"], data.codes["family_name"]
    at = _at(data)
    full = given[at].astype(np.int64) * len(data.pools["family_name"]) + family[at]
    names, first = np.unique(full, return_index=True)
    number = dense(full)
    by_name = np.zeros(int(number.max(initial=-1)) + 1, np.int64)
    by_name[name] = TELLING // (homes - 1)
    return names, by_name[number[first]]


def telling_names(data: Encoded) -> tuple[Keys, Keys, Keys, npt.NDArray[np.int32]]:
    """Return the names that may be shared, by dwelling.

    Returns:
        Number of the name, dwelling, and how many dwellings the name stands at: one each for every name and dwelling
        that says something, sorted; and how many names each dwelling has, of any kind.
    """
    name, home = _names_by_home(data)
    span = int(data.codes["dwelling"].max(initial=0)) + 1
    names_a_home = np.bincount(home, minlength=span).astype(np.int32)
    few = names_a_home[home] <= MOST_NAMES
    name, home = name[few], home[few]
    homes = np.bincount(name)[name] if len(name) else name
    use = (homes > 1) & (homes <= MOST_HOMES)
    return name[use], home[use], homes[use], names_a_home


def shared_names(data: Encoded) -> tuple[Keys, Keys, npt.NDArray[np.int32], tuple[Keys, Keys]]:
    """Return what dwellings share.

    Returns:
        The pairs of dwellings that share a full name (smaller x span + larger, sorted); how telling the names are that
        each shares, in thousandths; how many names each dwelling has; and the full names that are looked at, sorted,
        with how telling each is.
    """
    name, home, homes, names_a_home = telling_names(data)
    span = int(data.codes["dwelling"].max(initial=0)) + 1
    found, telling = [name[:0]], [name[:0]]
    for step in range(1, MOST_HOMES):
        same = np.flatnonzero(name[:-step] == name[step:]) if step < len(name) else name[:0]
        if not len(same):
            break
        found.append(home[same] * span + home[same + step])  # sorted within a name, so the smaller dwelling is first
        telling.append(TELLING // (homes[same] - 1))
    every = np.concatenate(found)
    keys, inverse = np.unique(every, return_inverse=True)
    total = np.bincount(inverse, weights=np.concatenate(telling), minlength=len(keys)).astype(np.int64)
    return keys, total, names_a_home, _own(data, name, homes)


def _shared(data: Encoded) -> tuple[Keys, Keys, npt.NDArray[np.int32], tuple[Keys, Keys]]:
    return data.memo("shared names", lambda: shared_names(data))


def mates_levels(data: Encoded, left: Rows, right: Rows) -> Levels:
    """Levels of the house-mates of pairs at two addresses; see ``MATES.labels``."""
    keys, total, names_a_home, (names, telling) = _shared(data)
    home, given, family = (data.codes[name] for name in ("dwelling", "given_name", "family_name"))

    def others(a: Rows, b: Rows) -> Keys:
        low, high = np.minimum(home[a], home[b]), np.maximum(home[a], home[b])
        wanted = low.astype(np.int64) * len(names_a_home) + high
        # In order, one search goes on where the one before it ended; in any order each would go through all of memory.
        order = np.argsort(wanted)
        place = np.empty(len(wanted), np.int64)
        place[order] = np.minimum(np.searchsorted(keys, wanted[order]), max(0, len(keys) - 1))
        shared = np.where(keys[place] == wanted, total[place], 0) if len(keys) else np.zeros(len(a), np.int64)
        same = (family[a] >= 0) & (family[a] == family[b])
        full = given[a].astype(np.int64) * len(data.pools["family_name"]) + family[a]
        own = telling[np.minimum(np.searchsorted(names, full), len(names) - 1)] if len(names) else np.zeros_like(full)
        return np.asarray(shared - np.where(same, own, 0))

    return level_of_mates(
        data, left, right, others, lambda a, b: (names_a_home[home[a]] > 1) & (names_a_home[home[b]] > 1)
    )


def level_of_mates(
    data: Encoded,
    left: Rows,
    right: Rows,
    others: Callable[[Rows, Rows], Keys],
    company: Callable[[Rows, Rows], npt.NDArray[np.bool_]],
) -> Levels:
    """Levels of pairs, given what is known of their dwellings.

    Args:
        data: coded rows.
        left: left rows of the pairs.
        right: right rows.
        others: how telling the names of others are that the dwellings of pairs share, in thousandths.
        company: whether several names are known at both dwellings of pairs.
    """
    home, given = data.codes["dwelling"], data.codes["given_name"]
    out = np.full(len(left), UNKNOWN, np.int8)
    # Of two people who moved together one is no evidence of the other: only records of one given name are asked.
    named = (given[left] >= 0) & (given[left] == given[right]) & ~data.flags["given_is_initial"][left]
    at = np.flatnonzero(named & (home[left] >= 0) & (home[right] >= 0) & (home[left] != home[right]))
    a, b = left[at], right[at]
    shared = others(a, b)
    steps = np.minimum(np.searchsorted(-np.array(STEPS), -shared, side="right"), len(STEPS) - 1)
    out[at] = np.where(shared >= STEPS[-1], steps, np.where(company(a, b), len(STEPS), UNKNOWN))
    return out


MATES = Comparison(
    "mates",
    (
        "several others with rare names live at both addresses",
        "another with a rare name lives at both addresses",
        "another with an uncommon name lives at both addresses",
        "another with a fairly common name lives at both addresses",
        "another with a common name lives at both addresses",
        "others are known at both addresses, and none is the same",
    ),
    mates_levels,
    namesake=Rule.FREE,
    agreeing=5,
    shared=0.002,
    floor=0.0,
    of_others=True,
    prepare=_shared,
)
