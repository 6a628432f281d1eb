"""House-mates under a plan: what dwellings share, as it was when the model was learned.

Takes the rows that a model is learned from, gives tables of hashes that are kept; and of any rows and these tables,
the levels of ``MATES``. As they are learned, the levels follow from all rows, so that a record more somewhere may
change the weight of a pair elsewhere. Kept, they follow from the pair's own two records and the tables alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from insighthub.linkage.comparisons.comparison import Levels, Rows
from insighthub.linkage.comparisons.mates import TELLING, level_of_mates, names_at_homes, shared_names, telling_names
from insighthub.linkage.encode import Encoded
from insighthub.linkage.standing.hashes import Hashes, RowHashes, looked_up, together

Telling = npt.NDArray[np.int32]


@dataclass(frozen=True)
class KnownMates:
    """What was known of dwellings. Hashes are sorted, so that they can be looked up.

    Attributes:
        homes: pairs of dwellings that share a full name.
        telling: how telling the names are that each pair shares, in thousandths.
        company: dwellings at which more than one name is known.
        names: full names at dwellings, each with its dwelling, where the name is neither nowhere else nor everywhere.
        name_tells: how telling each of these names is.
    """

    homes: Hashes
    telling: Telling
    company: Hashes
    names: Hashes
    name_tells: Telling

    @classmethod
    def of(cls, hashes: RowHashes) -> KnownMates:
        """Take what the rows that a model is learned from say."""
        data = hashes.data
        home, home_hash = data.codes["dwelling"], hashes.field("dwelling")
        span = int(home.max(initial=0)) + 1
        of_home = np.zeros(span, np.uint64)
        of_home[home[home >= 0]] = home_hash[home >= 0]
        keys, total, names_a_home, _ = data.memo("shared names", lambda: shared_names(data))
        order, homes = _sorted(_both_homes(of_home[keys // span], of_home[keys % span]))
        name, dwelling, at_homes, _ = telling_names(data)
        rows, number = names_at_homes(data)
        # Entries stand in order of name and dwelling, so that each row finds its own.
        entry, wanted = name * span + dwelling, number * span + home[rows]
        found, held = looked_up(entry, wanted)
        listed, tells = hashes.full_name()[rows[held]], TELLING // (at_homes[found[held]] - 1)
        names, first = np.unique(together([listed, home_hash[rows[held]]]), return_index=True)
        return cls(
            homes,
            total[order].astype(np.int32),
            np.sort(of_home[names_a_home > 1]),
            names,
            tells[first].astype(np.int32),
        )

    def on(self, hashes: RowHashes) -> MatesOnRows:
        """Return what is known of the dwelling and the name of each of some rows."""
        home = hashes.field("dwelling")
        found, held = looked_up(self.names, together([hashes.full_name(), home]))
        held &= ~hashes.data.flags["given_is_initial"]
        own = np.zeros(len(home), np.int64)
        own[held] = self.name_tells[found[held]]
        return MatesOnRows(self, home, own, looked_up(self.company, home)[1])


@dataclass(frozen=True)
class MatesOnRows:
    """What is known of the dwellings and names of some rows.

    Attributes:
        known: the tables.
        home: hash of each row's dwelling, shape (n,).
        own: how telling the row's own name is, where it was known at the row's own dwelling, else nought.
        company: whether more than one name was known at the row's dwelling.
    """

    known: KnownMates
    home: Hashes
    own: npt.NDArray[np.int64]
    company: npt.NDArray[np.bool_]

    def levels(self, data: Encoded, left: Rows, right: Rows) -> Levels:
        """Levels of the house-mates of pairs; see ``MATES.labels``."""

        def shared(a: Rows, b: Rows) -> npt.NDArray[np.int64]:
            wanted = _both_homes(self.home[a], self.home[b])
            order = np.argsort(wanted)  # one search goes on where the one before it ended
            found, held = looked_up(self.known.homes, wanted[order])
            out = np.zeros(len(wanted), np.int64)
            out[order[held]] = self.known.telling[found[held]]
            # A pair's own name is no house-mate; it was counted if it stood at both dwellings.
            same = (data.codes["family_name"][a] >= 0) & (data.codes["family_name"][a] == data.codes["family_name"][b])
            both = same & (self.own[a] > 0) & (self.own[b] > 0)
            return np.where(both, out - self.own[a], out)

        return level_of_mates(data, left, right, shared, lambda a, b: self.company[a] & self.company[b])


def _both_homes(a: Hashes, b: Hashes) -> Hashes:
    return together([np.minimum(a, b), np.maximum(a, b)])


def _sorted(values: Hashes) -> tuple[npt.NDArray[np.int64], Hashes]:
    order = np.argsort(values, kind="stable")
    return order, values[order]
