"""Term frequencies: agreeing on a rare value says more than agreeing on a common one.

Takes coded rows, gives for each comparison with a ``rarity`` field the log of the share of records that hold each
value. At level 0 this share stands for u.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from insighthub.linkage.comparisons.comparison import Comparison, Levels
from insighthub.linkage.encode import Encoded, combine, dense

Array = npt.NDArray[np.float64]
STEP = 1.0  # nats
STEPS = 24
SHAPE = 0.5  # of the gamma prior for how many namesakes a name has: names differ widely about what is expected
COMMUNITIES = 12
COMMUNITY_ROUNDS = 16
COMMUNITY_SEED = 20_240_301
SMOOTH = 0.05
NAMESAKE_ZERO = 10.0  # nats added before taking steps, since a full name may be rarer or commoner than the average


def log_frequencies(data: Encoded, comparisons: Sequence[Comparison]) -> dict[int, Array]:
    """Return comparison number -> log share of records by value code, for comparisons with a rarity field."""
    out = {}
    for k, comparison in enumerate(comparisons):
        if comparison.rarity is None:
            continue
        codes = data.codes[comparison.rarity]
        known = codes[codes >= 0]
        counts = np.bincount(known, minlength=len(data.pools[comparison.rarity]))
        out[k] = np.log(np.maximum(counts, 1) / max(1, len(known)))
    return out


@dataclass(frozen=True)
class NameRarity:
    """How rare the names of each row are, exactly and in steps.

    Attributes:
        given: log share of records that hold the row's given name, 0 where not known; shape (n,).
        family: the same of the family name.
        namesakes: how common the full name is; see ``log_namesakes``.
    """

    given: Array
    family: Array
    namesakes: Array

    def steps(
        self, given: Levels | None, family: Levels | None, left: npt.NDArray[np.int32]
    ) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8], npt.NDArray[np.int8]]:
        """Return the rarity of the names that pairs agree on, in steps of one nat; -1 where they do not agree.

        Args:
            given: levels of the given names, or None where they are not compared.
            family: levels of the family names.
            left: left rows; where names agree, either row will do.
        """
        out = []
        agree_given = np.zeros(len(left), bool) if given is None else given == 0
        agree_family = np.zeros(len(left), bool) if family is None else family == 0
        for of_row, agree in zip(
            self._steps_of_rows, (agree_given, agree_family, agree_given & agree_family), strict=True
        ):
            out.append(np.where(agree, of_row[left], np.int8(-1)))
        return out[0], out[1], out[2]

    @cached_property
    def _steps_of_rows(self) -> tuple[npt.NDArray[np.int8], ...]:
        """The steps of every row, worked out once for all lots of pairs."""
        every = (-self.given, -self.family, self.namesakes + NAMESAKE_ZERO)
        return tuple(np.clip(np.rint(values / STEP), 0, STEPS - 1).astype(np.int8) for values in every)


def name_rarity(data: Encoded, comparisons: Sequence[Comparison], paired_by_name: npt.NDArray[np.bool_]) -> NameRarity:
    """Return the rarity of each row's names; ``paired_by_name`` as ``log_namesakes`` needs it."""
    by_field = {comparisons[k].rarity: log_share for k, log_share in log_frequencies(data, comparisons).items()}

    def of_rows(name: str) -> Array:
        if name not in by_field:
            return np.zeros(data.n)
        return np.append(by_field[name], 0.0)[data.codes[name]]

    given, family = of_rows("given_name"), of_rows("family_name")
    return NameRarity(given, family, log_namesakes(data, paired_by_name))


def log_namesakes(data: Encoded, paired_by_name: npt.NDArray[np.bool_]) -> Array:
    """Return, for each row, the log of how many namesakes its full name should have, against the average row.

    A name held by a share p of people makes p squared of the namesake pairs but only p of the matches, so among pairs
    that agree on both names the odds of a namesake grow with p. What p is for a full name is expected from which given
    and family names go together, and corrected by how many dates of birth the name was seen with: the mean of a gamma
    posterior for the rate of a Poisson count. Where no date of birth is known, what is seen of the name beyond the
    records that one person has stands in.

    The average is over the rows that are paired with all who share their name. Names too common for that make most of
    the namesake pairs there are, and none of those that are learned from; averaged over them too, the class would be
    thought far smaller among the rest than it is.

    Args:
        data: coded rows.
        paired_by_name: rows that are paired with all who share their name.

    Returns:
        Shape (n,), 0 where a name is not known.
    """
    known = (data.codes["given_name"] >= 0) & (data.codes["family_name"] >= 0)
    out = np.zeros(data.n)
    if known.any():
        full = dense(combine(data.codes["given_name"], data.codes["family_name"]))[known]
        first = np.empty(int(full.max()) + 1, np.int64)
        first[full[::-1]] = np.flatnonzero(known)[::-1]
        by_name = full_name_shares(data.codes["given_name"][first], data.codes["family_name"][first], np.bincount(full))
        each = records_a_person(data)
        people = max(1.0, known.sum() / each)
        # What names go together is expected; how many dates of birth a name was seen with is seen.
        others, seen = namesakes_seen(data, known, full, len(first))
        if seen > 0:
            expected = people * by_name
            share = (SHAPE + others) / (SHAPE / expected + seen) / people
        else:
            share = by_name + np.maximum(np.bincount(full) - 2 * each, 0.0) / known.sum()
        share = share[full]
        average = share[paired_by_name[known]].mean() if paired_by_name.any() else share.mean()
        out[known] = np.log(share / average)
    return out


def namesakes_seen(
    data: Encoded, known: npt.NDArray[np.bool_], full: npt.NDArray[np.int32], names: int
) -> tuple[Array, float]:
    """Return how many people beyond one each full name is seen to have, and what share of people would be seen.

    People of one name are told apart by their dates of birth. Dates that only one record gives may be slips, so they
    count as half.
    """
    birth = data.codes.get("birth_date")
    if birth is None or not (birth[known] >= 0).any():
        return np.zeros(names), 0.0
    dated = birth[known] >= 0
    person, count = np.unique(
        full[dated].astype(np.int64) * (int(birth.max()) + 1) + birth[known][dated], return_counts=True
    )
    name = person // (int(birth.max()) + 1)
    dates = np.bincount(name, weights=np.where(count > 1, 1.0, 0.7), minlength=names)
    people = known.sum() / records_a_person(data)
    return np.maximum(dates - 1.0, 0.0), float(min(1.0, dates.sum() / max(1.0, people)))


def full_name_shares(
    given: npt.NDArray[np.int32], family: npt.NDArray[np.int32], counts: npt.NDArray[np.int64]
) -> Array:
    """Return how common each full name should be, from which given and family names go together.

    A mixture of communities, in each of which the two are independent, learned by expectation-maximisation
    (probabilistic latent semantic analysis: Hofmann, 1999). No community is named, or looked at.
    """
    rng = np.random.Generator(np.random.PCG64(COMMUNITY_SEED))
    weight = counts / counts.sum()
    _, g = np.unique(given, return_inverse=True)
    _, f = np.unique(family, return_inverse=True)
    by_given = np.bincount(g, weights=weight)
    by_family = np.bincount(f, weights=weight)
    # A row for each name, with its share in each community beside each other; sums by name are products with these.
    of_given, of_family = _sums_by(g), _sums_by(f)
    part = rng.random((COMMUNITIES, len(by_family))) + 0.5
    p_f = np.ascontiguousarray((by_family * part).T)
    p_f /= p_f.sum(axis=0)
    p_g = np.tile(by_given[:, None], (1, COMMUNITIES))
    p_z = np.full(COMMUNITIES, 1.0 / COMMUNITIES)
    for _ in range(COMMUNITY_ROUNDS):
        joint = np.take(p_g * p_z, g, axis=0)
        joint *= np.take(p_f, f, axis=0)
        joint *= (weight / np.einsum("nz->n", joint))[:, None]
        p_z = joint.sum(axis=0)
        # A name that is seen once or twice says little of where it belongs.
        p_g = of_given @ joint + SMOOTH * by_given[:, None] * p_z
        p_f = of_family @ joint + SMOOTH * by_family[:, None] * p_z
        p_g /= p_g.sum(axis=0)
        p_f /= p_f.sum(axis=0)
    return np.asarray(np.einsum("nz,nz->n", np.take(p_g * p_z, g, axis=0), np.take(p_f, f, axis=0)))


def _sums_by(codes: npt.NDArray[np.integer]) -> csr_array:
    """Return the matrix that, times a column, sums it by code."""
    n = len(codes)
    return csr_array((np.ones(n), (codes, np.arange(n))), shape=(int(codes.max(initial=-1)) + 1, n))


def records_a_person(data: Encoded) -> float:
    """Guess how many records the person behind a record has, from records with one name and one date of birth.

    Where no date of birth is known, one name at one dwelling stands in; where neither is, two.
    """
    named = (data.codes["given_name"] >= 0) & (data.codes["family_name"] >= 0)
    for field in ("birth_date", "dwelling"):
        same = dense(combine(data.codes["given_name"], data.codes["family_name"], data.codes[field]))
        known = same >= 0
        if known.any():
            others = float((np.bincount(same[known])[same[known]] - 1).mean())
            return 1.0 + others * float(named.sum()) / float(known.sum())
    return 2.0
