"""Disclosure control: the only exit for figures about people.

Takes tables of raw counts, gives tables that may be read by anyone: small counts are hidden, what would give them away
is hidden too, all else is rounded, and percentages are of what is rounded. Beside what is published comes its basis,
the raw counts that it was published for, which stays in the release: the next one is held against it.

A **block** is the figures of one measure for one period: the whole, and its groups by each way in which it is broken
down. Every group has a numerator and a denominator, and the groups of one way add up to the whole.

1. A count under the threshold is hidden, nought included: that nobody in a group is something is told of all of it. So
   is a share whose remainder is under the threshold, and any figure with too few people behind it.
2. Where something is hidden and its whole is not, others are hidden with it, the smallest first, until every hidden
   count could be any of as many numbers as the threshold with all that is shown the same. People are moved in thought
   between hidden cells to see that, so it holds whatever else is shown of the same people.
3. What is shown is rounded.
4. A figure that was published before and is less than the threshold away from that is published as before. If the two
   publications together would still give a hidden count away, the whole block stays as it was: "not updated".

It is never said why a cell is hidden, since that tells which of the hidden ones is small. What disclosure control does
not see: other tables of the same people, made elsewhere. See docs/explanation/disclosure-control.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from insighthub.governance.attack import AS_BEFORE, HIDDEN, NEW, NOT_UPDATED, WHOLE, Case, Publication, withstand_each
from insighthub.governance.suppression import hidden_cells

#: What goes in: raw counts. ``people``: residents or households behind the numerator. ``is_share``: those in the
#: numerator are some of those in the denominator.
FIGURES = pa.schema(
    [
        pa.field("name", pa.string(), nullable=False),
        pa.field("by", pa.string(), nullable=False),  # "none" for the whole
        pa.field("group_value", pa.string(), nullable=False),
        pa.field("month", pa.date32()),
        pa.field("numerator", pa.int64(), nullable=False),
        pa.field("denominator", pa.int64(), nullable=False),
        pa.field("people", pa.int64(), nullable=False),
        pa.field("is_share", pa.bool_(), nullable=False),
    ]
)

#: What comes out. Hidden counts are null; the two ``_is`` say new, as before, not updated or hidden.
PUBLISHED = pa.schema(
    [
        pa.field("name", pa.string(), nullable=False),
        pa.field("by", pa.string(), nullable=False),
        pa.field("group_value", pa.string(), nullable=False),
        pa.field("month", pa.date32()),
        pa.field("numerator", pa.int64()),
        pa.field("denominator", pa.int64()),
        pa.field("share", pa.float64()),  # of a share; from the published counts
        pa.field("per_thousand", pa.float64()),  # of what is no share
        pa.field("numerator_is", pa.string(), nullable=False),
        pa.field("denominator_is", pa.string(), nullable=False),
    ]
)

Counts = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Key = tuple[str, date | None]


class DisclosureSettings(BaseModel):
    """How careful figures about people are."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    threshold: int = Field(default=10, ge=3, description="a count under this is hidden, nought included")
    rounding: int = Field(default=5, ge=1, description="shown counts are rounded to the nearest multiple of this")


@dataclass(frozen=True)
class Protected:
    """Figures that may be read, and what they were published for.

    Attributes:
        published: as ``PUBLISHED``; this may leave.
        basis: as ``FIGURES``, the same rows; this stays in the release.
    """

    published: pa.Table
    basis: pa.Table


class _Block(NamedTuple):
    """The raw figures of one measure and period."""

    ways: tuple[tuple[str, str], ...]  # by, group
    numerator: Counts
    denominator: Counts
    people: Counts
    is_share: bool


def protect(
    figures: pa.Table, settings: DisclosureSettings | None = None, before: Protected | None = None
) -> Protected:
    """Return figures as they may be given out.

    Args:
        figures: as ``FIGURES``; each measure and month has one row by "none", the whole, and the groups of every other
            ``by`` add up to it.
        settings: threshold and rounding.
        before: what the release before gave; figures of the same measure, month and group are held against it.

    Raises:
        ValueError: the groups do not add up to the whole, or there is no whole.
    """
    settings = settings or DisclosureSettings()
    old_basis = _blocks(before.basis) if before else {}
    old_published = _publications(before.published) if before else {}
    published: list[dict[str, Any]] = []
    basis: list[dict[str, Any]] = []
    blocks = dict(sorted(_blocks(figures).items(), key=lambda item: (item[0][0], item[0][1] or date.min)))
    candidates = {}
    for key, block in blocks.items():
        _check(key, block)
        candidates[key] = _published(block, settings, old_published.get(key))
    both = {
        key: _both(block, candidates[key], old_basis[key], old_published[key])
        for key, block in blocks.items()
        if key in old_basis
    }
    withstand = withstand_each(list(both.values()), threshold=settings.threshold, rounding=settings.rounding)
    given_away = {key for key, is_safe in zip(both, withstand, strict=True) if not is_safe}
    for key, block in blocks.items():
        base, shown = block, candidates[key]
        if key in given_away:
            base, shown = _not_updated(block, old_basis[key], old_published[key])
        published.extend(_rows(key, block, shown))
        for place, (by, group) in enumerate(block.ways):
            basis.append(
                {
                    "name": key[0],
                    "by": by,
                    "group_value": group,
                    "month": key[1],
                    "numerator": int(base.numerator[place]),
                    "denominator": int(base.denominator[place]),
                    "people": int(base.people[place]),
                    "is_share": block.is_share,
                }
            )
    return Protected(pa.Table.from_pylist(published, schema=PUBLISHED), pa.Table.from_pylist(basis, schema=FIGURES))


def _blocks(figures: pa.Table) -> dict[Key, _Block]:
    rows: dict[Key, list[dict[str, Any]]] = {}
    for row in figures.select(FIGURES.names).to_pylist():
        rows.setdefault((row["name"], row["month"]), []).append(row)
    blocks = {}
    for key, found in rows.items():
        found.sort(key=lambda r: (r["by"] != WHOLE, r["by"], r["group_value"]))
        n, d, people = (np.array([r[c] for r in found], np.int64) for c in ("numerator", "denominator", "people"))
        blocks[key] = _Block(tuple((r["by"], r["group_value"]) for r in found), n, d, people, found[0]["is_share"])
    return blocks


def _publications(published: pa.Table) -> dict[Key, dict[tuple[str, str], dict[str, Any]]]:
    blocks: dict[Key, dict[tuple[str, str], dict[str, Any]]] = {}
    for row in published.to_pylist():
        blocks.setdefault((row["name"], row["month"]), {})[row["by"], row["group_value"]] = row
    return blocks


def _check(key: Key, block: _Block) -> None:
    if block.ways[0][0] != WHOLE or (len(block.ways) > 1 and block.ways[1][0] == WHOLE):
        raise ValueError(f"{key[0]}: there must be one whole")
    for way in _ways(block):
        for counts in (block.numerator, block.denominator):
            if counts[way].sum() != counts[0]:
                raise ValueError(f"{key[0]}: the groups by {block.ways[way[0]][0]} do not add up to the whole")


def _ways(block: _Block) -> list[npt.NDArray[np.int64]]:
    """Return for each way to break the whole down the places of its groups."""
    places: dict[str, list[int]] = {}
    for place, (by, _) in enumerate(block.ways):
        if by != WHOLE:
            places.setdefault(by, []).append(place)
    return [np.array(found, np.int64) for found in places.values()]


def _published(
    block: _Block, settings: DisclosureSettings, old: Mapping[tuple[str, str], Mapping[str, Any]] | None
) -> tuple[Publication, Publication]:
    """Return numerators and denominators as they may be published, apart from what was published before."""
    was_hidden = [
        np.array([old is not None and way in old and old[way][f"{count}_is"] == HIDDEN for way in block.ways])
        for count in ("numerator", "denominator")
    ]
    hide = hidden_cells(
        block.numerator,
        block.denominator,
        block.people,
        _ways(block),
        is_share=block.is_share,
        threshold=settings.threshold,
        rather=(was_hidden[0], was_hidden[1]),
    )
    numerators, denominators = (
        Publication(*_rounded(counts, hidden, _old_values(block, old, count), settings))
        for count, counts, hidden in zip(
            ("numerator", "denominator"), (block.numerator, block.denominator), hide, strict=True
        )
    )
    return numerators, denominators


def _old_values(block: _Block, old: Mapping[tuple[str, str], Mapping[str, Any]] | None, count: str) -> list[int | None]:
    return [old[way][count] if old is not None and way in old else None for way in block.ways]


def _rounded(
    counts: Counts, hidden: Mask, old: list[int | None], settings: DisclosureSettings
) -> tuple[tuple[int | None, ...], tuple[str, ...]]:
    values: list[int | None] = []
    states: list[str] = []
    for count, is_hidden, value in zip(counts.tolist(), hidden.tolist(), old, strict=True):
        if is_hidden:
            values.append(None)
            states.append(HIDDEN)
        elif value is not None and abs(count - value) < settings.threshold:
            values.append(value)
            states.append(AS_BEFORE)
        else:
            base = settings.rounding
            values.append((count + base // 2) // base * base)
            states.append(NEW)
    return tuple(values), tuple(states)


Shown = tuple[Publication, Publication]
OldRows = Mapping[tuple[str, str], Mapping[str, Any]]


def _both(block: _Block, shown: Shown, old_block: _Block, old: OldRows) -> Case:
    """Return the old and the new publication of a block, which together must hide what either of them hides."""
    before = tuple(
        Publication(
            tuple(old[way][count] for way in old_block.ways), tuple(old[way][f"{count}_is"] for way in old_block.ways)
        )
        for count in ("numerator", "denominator")
    )
    return Case(
        (
            (old_block.ways, (old_block.numerator, old_block.denominator), (before[0], before[1])),
            (block.ways, (block.numerator, block.denominator), shown),
        ),
        block.is_share,
    )


def _not_updated(block: _Block, old: _Block, rows: OldRows) -> tuple[_Block, Shown]:
    """Return the old publication for the groups of the new block; what was not in it is hidden."""
    place = {way: n for n, way in enumerate(old.ways)}
    at = [place.get(way) for way in block.ways]
    n, d, people = (
        np.array([0 if place is None else counts[place] for place in at], np.int64)
        for counts in (old.numerator, old.denominator, old.people)
    )
    base = _Block(block.ways, n, d, people, block.is_share)
    shown = []
    for count in ("numerator", "denominator"):
        values = tuple(rows[way][count] if way in rows else None for way in block.ways)
        states = tuple(HIDDEN if value is None else NOT_UPDATED for value in values)
        shown.append(Publication(values, states))
    return base, (shown[0], shown[1])


def _rows(key: Key, block: _Block, shown: Shown) -> Iterator[dict[str, Any]]:
    numerators, denominators = shown
    for place, (by, group) in enumerate(block.ways):
        numerator, denominator = numerators.values[place], denominators.values[place]
        ratio = None if numerator is None or not denominator else numerator / denominator
        yield {
            "name": key[0],
            "by": by,
            "group_value": group,
            "month": key[1],
            "numerator": numerator,
            "denominator": denominator,
            # Counts of different publications may cross by a little.
            "share": None if ratio is None or not block.is_share else min(ratio, 1.0),
            "per_thousand": None if ratio is None or block.is_share else 1000 * ratio,
            "numerator_is": numerators.states[place],
            "denominator_is": denominators.states[place],
        }
