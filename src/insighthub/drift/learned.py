"""What changed in what was learned: m, u, weights of levels, how pairs fall into levels, and sizes of classes.

Takes two snapshots, gives findings and the section "What was learned".
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from insighthub.charts import Column, Figure, counts
from insighthub.charts.changes import Change, changes
from insighthub.charts.numbers import bits
from insighthub.charts.table import table
from insighthub.drift.distributions import Distance, of_counts, of_shares
from insighthub.drift.finding import ACT, LOOK, Finding, severity, worst_first
from insighthub.drift.snapshot import Snapshot
from insighthub.report.section import Section, words

#: A level's weight that moved by so many bits, each of which is a factor of two in the odds.
BITS_LOOK, BITS_ACT = 1.0, 2.0
#: A class that has so many times the pairs for each record, or that part of them.
TIMES_LOOK, TIMES_ACT = 1.25, 1.5
# A level that fewer matches than this have tells little, and its weight moves by chance.
_LEAST_M = 0.01


@dataclass(frozen=True)
class ComparedTwice:
    """A comparison that both runs made, at the same levels."""

    name: str
    labels: tuple[str, ...]
    m: Distance
    u: Distance
    shares: Distance
    weights: tuple[tuple[float, float], ...]  # bits by level, before and after
    telling: tuple[bool, ...]  # whether matches have the level often enough for its weight to count

    def furthest(self) -> int | None:
        """Return the level whose weight moved most."""
        moved = [(abs(a - b), -k) for k, (b, a) in enumerate(self.weights) if self.telling[k]]
        return -max(moved)[1] if moved else None


def compared_twice(before: Snapshot, after: Snapshot) -> list[ComparedTwice]:
    """Return the comparisons that both runs made at the same levels, in the order of the later run."""
    earlier = {c["name"]: c for c in before.model["comparisons"]}
    out = []
    for later in after.model["comparisons"]:
        name = later["name"]
        same = earlier.get(name)
        if same is None or same["levels"] != later["levels"]:
            continue
        weights = tuple(zip(_weights(same), _weights(later), strict=True))
        telling = tuple(min(b, a) >= _LEAST_M for b, a in zip(same["m"], later["m"], strict=True))
        shares = of_counts(before.levels[name], after.levels[name])
        m, u = (of_shares(same[part], later[part]) for part in ("m", "u"))
        out.append(ComparedTwice(name, tuple(later["levels"]), m, u, shares, weights, telling))
    return out


def _weights(comparison: Mapping[str, Any]) -> list[float]:
    return [math.log2(max(m, 1e-9) / max(u, 1e-9)) for m, u in zip(comparison["m"], comparison["u"], strict=True)]


def learned_findings(before: Snapshot, after: Snapshot) -> list[Finding]:
    """Return what changed in what was learned past a threshold."""
    return worst_first(_findings(before, after))


def _findings(before: Snapshot, after: Snapshot) -> Iterator[Finding]:
    if before.model.get("version") != after.model.get("version"):
        versions = f"{before.model.get('version')} and {after.model.get('version')}"
        yield Finding(LOOK, 1.0, "level-weights", f"The runs are of different versions of Insight Hub, {versions}")
    names = [{c["name"]: c["levels"] for c in s.model["comparisons"]} for s in (before, after)]
    for name in sorted(set(names[0]) ^ set(names[1])):
        only = "before, and not after" if name in names[0] else "after, and not before"
        yield Finding(ACT, 8.0, "level-weights", f"{words(name)} was compared {only}")
    for name in sorted(set(names[0]) & set(names[1])):
        if names[0][name] != names[1][name]:
            yield Finding(LOOK, 1.0, "level-weights", f"{words(name)} has other levels than before")
    for compared in compared_twice(before, after):
        yield from _of_comparison(compared)
    for name, was, now in _classes(before, after):
        times = now / was if was > 0 else 1.0
        factor = max(times, 1 / times) if times > 0 else math.inf
        grade = severity(factor, TIMES_LOOK, TIMES_ACT)
        if grade and max(was, now) >= 0.01:
            sentence = f"Pairs of the kind “{name}” went from {was:.2f} to {now:.2f} for each record"
            yield Finding(grade, min(factor, 10.0) / TIMES_LOOK, "classes", sentence)


def _of_comparison(compared: ComparedTwice) -> Iterator[Finding]:
    name = words(compared.name)
    distances = (
        ("level-shares", compared.shares, "compared pairs fall into other levels"),
        ("level-weights", compared.m, "matches agree otherwise than before (m)"),
        ("level-weights", compared.u, "random pairs agree otherwise than before (u)"),
    )
    for figure, distance, sentence in distances:
        if distance.severity:
            stated = f"{name}: {sentence}, by a stability index of {distance.psi:.2f}"
            yield Finding(distance.severity, distance.psi / 0.1, figure, stated)
    level = compared.furthest()
    if level is None:
        return
    was, now = compared.weights[level]
    grade = severity(abs(now - was), BITS_LOOK, BITS_ACT)
    if grade:
        sentence = f"{name}, “{compared.labels[level]}” now weighs {bits(now)} bits; it was {bits(was)}"
        yield Finding(grade, abs(now - was) / BITS_LOOK, "level-weights", sentence)


def _classes(before: Snapshot, after: Snapshot) -> list[tuple[str, float, float]]:
    """Return pairs of each kind for each record, before and after; unrelated pairs left out."""
    out = []
    for name in after.model["classes"]:
        if name == "unrelated" or name not in before.model["classes"]:
            continue
        was, now = (s.model["classes"][name] * (s.model["data"]["rows"] - 1) / 2 for s in (before, after))
        out.append((name, was, now))
    return out


def learned_section(before: Snapshot, after: Snapshot) -> Section:
    """Show what was learned before and after."""
    compared = compared_twice(before, after)
    found = learned_findings(before, after)
    return Section(
        "learned",
        "What was learned",
        "m is how often matches fall in a level, u how often random pairs do, and a level's weight is log2 of m over "
        "u. The stability index (PSI) is the sum over levels of (after − before) × log(after / before); by custom "
        "under 0.1 is steady, from 0.1 deserves a look, and from 0.25 calls for action. The Jensen-Shannon divergence "
        "runs from 0 for the same to 1 for nothing in common. A weight that moved by one bit deserves a look, by two "
        "calls for action: each bit is a factor of two in the odds.",
        (_weight_figure(compared, found), _share_figure(compared, found), _class_figure(before, after, found)),
    )


def _first(found: list[Finding], figure: str, otherwise: str) -> str:
    return next((f.sentence for f in found if f.figure == figure), otherwise)


def _weight_figure(compared: list[ComparedTwice], found: list[Finding]) -> Figure:
    drawn = []
    for c in compared:
        level = c.furthest()
        if level is not None:
            b, a = c.weights[level]
            drawn.append(Change(f"{words(c.name)}: {c.labels[level]}", b, a, f"{bits(b)} to {bits(a)}"))
    rows = [
        (words(c.name), label, b, a, a - b, c.m.psi, c.m.divergence, c.u.psi, c.u.divergence)
        for c in compared
        for label, (b, a) in zip(c.labels, c.weights, strict=True)
    ]
    return Figure(
        "level-weights",
        _first(found, "level-weights", "No level weighs much more or less than before"),
        "For each comparison, the level whose weight moved most among those that at least 1% of matches have, in bits. "
        "A ring is before, a dot after.",
        table(
            "Weight of every level, in bits, and how far m and u moved over all levels of the comparison",
            [
                Column("comparison", "Comparison"),
                Column("level", "Level"),
                Column("before", "Before", "bits"),
                Column("after", "After", "bits"),
                Column("change", "Change", "bits"),
                Column("m_psi", "PSI of m", "score"),
                Column("m_divergence", "Divergence of m", "score"),
                Column("u_psi", "PSI of u", "score"),
                Column("u_divergence", "Divergence of u", "score"),
            ],
            rows,
        ),
        (lambda width: changes(drawn, width, shares=False)) if drawn else None,
    )


def _share_figure(compared: list[ComparedTwice], found: list[Finding]) -> Figure:
    bars = [counts.Bar(words(c.name), (c.shares.psi,), f"{c.shares.psi:.3f}") for c in compared]
    return Figure(
        "level-shares",
        _first(found, "level-shares", "Compared pairs fall into levels as before"),
        "The stability index of how the pairs that were kept fall into the levels of each comparison, those of values "
        "that are not known among them.",
        table(
            "How far the shares of levels moved, by comparison",
            [
                Column("comparison", "Comparison"),
                Column("psi", "PSI", "score"),
                Column("divergence", "Divergence", "score"),
                Column("by_chance", "PSI that chance passes once in a hundred", "score"),
            ],
            [(words(c.name), c.shares.psi, c.shares.divergence, c.shares.by_chance) for c in compared],
        ),
        (lambda width: counts.bars(bars, ("PSI",), width)) if bars else None,
    )


def _class_figure(before: Snapshot, after: Snapshot, found: list[Finding]) -> Figure:
    rows = _classes(before, after)
    drawn = [Change(words(name), b, a, f"{b:.2f} to {a:.2f}") for name, b, a in rows]
    return Figure(
        "classes",
        _first(found, "classes", "Each record has as many matches, relatives and namesakes as before"),
        "How many pairs of each kind there are for each record, as learned. A ring is before, a dot after. "
        f"{TIMES_LOOK} times as many deserve a look, {TIMES_ACT} times call for action, and so does as much less.",
        table(
            "Pairs of each kind for each record",
            [Column("kind", "Kind"), Column("before", "Before", "score"), Column("after", "After", "score")],
            [(words(name), b, a) for name, b, a in rows],
        ),
        (lambda width: changes(drawn, width, shares=False)) if drawn else None,
    )
