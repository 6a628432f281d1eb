"""Counts of which services know a resident, of segments, and of who is in need and reached.

Takes the working tables, gives raw cells and the sums that hold among them, also those with the cells of age and sex:
whoever has both tables can take one from the other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from itertools import chain

import duckdb

from insighthub.governance.linked import Key
from insighthub.population.cells import Cells
from insighthub.population.declared import Declared, Need, Reach, Segment
from insighthub.population.estimates import SEXES
from insighthub.population.people_counts import NOW, age_and_sex_cells
from insighthub.population.working import AGE_NOT_KNOWN, NO_SEGMENT
from insighthub.store.tables import rows

#: So many combinations of services are told, the largest; all others are one.
MOST_COMBINATIONS = 15
NONE_OF_THEM, OTHERS = "none of them", "other combinations"
AND = " + "

#: Bands of age by which it is told who is reached: name, first age, last age. They are made of bands of five years.
REACH_BANDS = (
    ("under 15", 0, 14),
    ("15 to 24", 15, 24),
    ("25 to 44", 25, 44),
    ("45 to 64", 45, 64),
    ("65 and over", 65, 999),  # also who would be older than anybody is, by a date of birth that is wrong
)
ALL, NOT_KNOWN = "all", "not known"
TENANT, NOT_TENANT = "council tenants", "all others"

_HERE: list[Key] = [("people", NOW, "here")]
_COMBINATIONS = """
WITH known AS (
    SELECT l.resident, list_sort(list(r.source) FILTER (list_contains($services::VARCHAR[], r.source))) AS services
    FROM living l LEFT JOIN resident_source r ON r.resident = l.resident GROUP BY l.resident
)
SELECT coalesce(services, []), count(*) FROM known GROUP BY ALL
"""
_SEGMENTS = "SELECT segment, count(*) FROM in_segment GROUP BY ALL"
_SEGMENT_SERVICE = """
SELECT s.segment, r.source, count(DISTINCT s.resident)
FROM in_segment s JOIN resident_source r ON r.resident = s.resident
WHERE list_contains($services::VARCHAR[], r.source) GROUP BY ALL
"""
_REACHED = """
WITH reached AS (SELECT DISTINCT resident FROM resident_source WHERE list_contains($service::VARCHAR[], source)),
band AS (
    SELECT unnest($bands::VARCHAR[]) AS band, unnest($firsts::INTEGER[]) AS first, unnest($lasts::INTEGER[]) AS last
)
SELECT coalesce(b.band, $not_known), coalesce(l.sex, $not_known), l.tenant, count(*), count(k.resident)
FROM has_need n JOIN living l ON l.resident = n.resident
LEFT JOIN reached k ON k.resident = l.resident
LEFT JOIN band b ON l.age BETWEEN b.first AND b.last
WHERE n.need = $need GROUP BY ALL
"""


def count_services(
    db: duckdb.DuckDBPyConnection,
    cells: Cells,
    services: tuple[str, ...],
    *,
    threshold: int,
    told_before: Collection[str] = (),
) -> None:
    """Count whom each service knows, and whom they know together.

    Args:
        db: the release, with the working tables.
        cells: to add to.
        services: the sources.
        threshold: combinations of fewer residents are never named, as that there are any would be told by it.
        told_before: combinations that the release before told; they stay cells of their own, told or not.
    """
    found = {tuple(names): count for names, count in db.execute(_COMBINATIONS, {"services": list(services)}).fetchall()}
    none = cells.tell("combination", NONE_OF_THEM, "", found.pop((), 0))
    enough = [names for names, count in found.items() if count >= threshold]
    largest = sorted(enough, key=lambda names: (-found[names], names))[:MOST_COMBINATIONS]
    told = {names: cells.tell("combination", AND.join(names), "", found[names]) for names in largest}
    others = {names: count for names, count in found.items() if names not in told}
    rest = cells.tell("combination", OTHERS, "", sum(others.values()))
    cells.equal(_HERE, [none, rest, *told.values()])
    once = [name for name in sorted({*told_before} - {NONE_OF_THEM, OTHERS}) if tuple(name.split(AND)) not in told]
    cells.rest(
        "combination_never_told",
        "",
        "",
        whole=[rest],
        parts=[cells.keep("combination", name, "", found.get(tuple(name.split(AND)), 0)) for name in once],
    )
    for service in services:
        known = cells.tell("service", service, "", sum(n for names, n in found.items() if service in names))
        cells.rest("service_not", service, "", whole=_HERE, parts=[known])
        elsewhere = cells.keep("other_with", service, "", sum(n for names, n in others.items() if service in names))
        cells.equal([known], [elsewhere, *(key for names, key in told.items() if service in names)])
        cells.rest("other_without", service, "", whole=[rest], parts=[elsewhere])


def count_segments(db: duckdb.DuckDBPyConnection, cells: Cells, declared: Declared) -> None:
    """Count segments, and whom of each the services know."""
    found = dict(rows(db, _SEGMENTS))
    names = [each.name for each in declared.segment]
    aged = any(each.age_from is not None or each.age_to is not None for each in declared.segment)
    takes_all = any(not _has_a_rule(each) for each in declared.segment)
    names += [AGE_NOT_KNOWN] * aged + [NO_SEGMENT] * (not takes_all)
    if not declared.segment:
        return
    segments = {name: cells.tell("segment", name, "", found.get(name, 0)) for name in names}
    cells.equal(_HERE, list(segments.values()))
    for each in declared.segment:
        if each.age_from is not None or each.age_to is not None:
            _within_ages(cells, each.name, segments[each.name], each.age_from, each.age_to)
    pairs = db.execute(_SEGMENT_SERVICE, {"services": list(declared.services)}).fetchall()
    reached = {(segment, service): count for segment, service, count in pairs}
    for service in declared.services:
        parts = []
        for name, key in segments.items():
            part = cells.tell("segment_service", name, service, reached.get((name, service), 0))
            cells.rest("segment_service_not", name, service, whole=[key], parts=[part])
            parts.append(part)
        cells.equal([("service", service, "")], parts)


def _has_a_rule(segment: Segment) -> bool:
    aged = segment.age_from is not None or segment.age_to is not None
    return aged or bool(segment.household or segment.need or segment.known_to)


def count_reach(db: duckdb.DuckDBPyConnection, cells: Cells, declared: Declared) -> None:
    """Count who has each need, and whom of them the services reach: all, by age, by sex and by tenure."""
    needs = {need.name: need for need in declared.need}
    for reach in declared.reach:
        _reach(db, cells, reach, needs[reach.need], declared)


def _reach(db: duckdb.DuckDBPyConnection, cells: Cells, reach: Reach, need: Need, declared: Declared) -> None:
    bound = {
        "service": list(reach.service),
        "need": need.name,
        "not_known": NOT_KNOWN,
        "bands": [name for name, _, _ in REACH_BANDS],
        "firsts": [first for _, first, _ in REACH_BANDS],
        "lasts": [last for _, _, last in REACH_BANDS],
    }
    in_need: dict[tuple[str, str], int] = defaultdict(int)
    reached: dict[tuple[str, str], int] = defaultdict(int)
    for band, sex, tenant, count, known in db.execute(_REACHED, bound).fetchall():
        for group in ((ALL, ""), ("age", band), ("sex", sex), ("tenure", TENANT if tenant else NOT_TENANT)):
            in_need[group] += count
            reached[group] += known
    whole = cells.tell("need", need.name, ALL, in_need[ALL, ""])
    met_whole = cells.tell("reach", reach.name, ALL, reached[ALL, ""])
    cells.rest("missed", reach.name, ALL, whole=[whole], parts=[met_whole])
    for way, groups in _groups(need, declared).items():
        parts = [cells.tell("need", need.name, f"{way}: {name}", in_need[way, name]) for name in groups]
        met = [cells.tell("reach", reach.name, f"{way}: {name}", reached[way, name]) for name in groups]
        for name, part, some in zip(groups, parts, met, strict=True):
            cells.rest("missed", reach.name, f"{way}: {name}", whole=[part], parts=[some])
        cells.equal([whole], parts)
        cells.equal([met_whole], met)
    _within_ages(cells, need.name, whole, need.age_from, need.age_to)
    _tie(cells, need, reach, declared)


def _groups(need: Need, declared: Declared) -> dict[str, list[str]]:
    """Return the groups of each way to break a need down: all that its rule allows, also where there is nobody."""
    low, high = need.age_from or 0, 130 if need.age_to is None else need.age_to
    ages = [name for name, first, last in REACH_BANDS if first <= high and last >= low]
    aged = need.age_from is not None or need.age_to is not None
    ways = {"age": [*ages, *([] if aged else [NOT_KNOWN])], "sex": [*SEXES, NOT_KNOWN]}
    if declared.tenants and set(need.sources) != {declared.tenants}:
        ways["tenure"] = [TENANT, NOT_TENANT]
    return {way: groups for way, groups in ways.items() if len(groups) > 1}


def _tie(cells: Cells, need: Need, reach: Reach, declared: Declared) -> None:
    """Tell the attacker what those in need, and those reached, are some of."""
    whole: Key = ("need", need.name, ALL)
    known: Key = ("reach", reach.name, ALL)
    cells.rest("without_need", need.name, ALL, whole=_HERE, parts=[whole])
    for name, first, last in REACH_BANDS:
        if (key := ("need", need.name, f"age: {name}")) in cells.counts:
            _within_ages(cells, f"{need.name}: {name}", key, first, last)
    for sex in SEXES:
        if (key := ("need", need.name, f"sex: {sex}")) in cells.counts:
            # Who has the need and whose age is not known is in no cell of age and sex.
            unknown: Key = ("people", NOW, "age or sex not known")
            cover = [*age_and_sex_cells(None, None, sex), unknown]
            cells.rest("without_need", need.name, f"sex: {sex}", whole=cover, parts=[key])
    if need.condition is not None and len(need.sources) == 1 and need.sources[0] in declared.services:
        cells.rest("known_without_need", need.name, "", whole=[("service", need.sources[0], "")], parts=[whole])
    if len(reach.service) == 1 and reach.service[0] in declared.services:
        service: Key = ("service", reach.service[0], "")
        cells.rest("reached_without_need", reach.name, "", whole=[service], parts=[known])


def _within_ages(cells: Cells, name: str, key: Key, first: int | None, last: int | None) -> None:
    """Tell the attacker that a cell's residents are some of those of an age, or of an age or sex not known."""
    if first is None and last is None:
        return
    cover = [*age_and_sex_cells(first, last), ("people", NOW, "age or sex not known")]
    cells.rest(f"{key[0]}_of_these_ages", name, "", whole=cover, parts=[key])


def services_of(declared: Declared) -> frozenset[str]:
    """Return every source that figures of services, needs and segments rest on."""
    of_needs = chain.from_iterable(need.sources for need in declared.need)
    of_reach = chain.from_iterable(each.service for each in declared.reach)
    of_segments = chain.from_iterable(each.known_to for each in declared.segment)
    tenants = [declared.tenants] if declared.tenants else []
    return frozenset((*declared.services, *of_needs, *of_reach, *of_segments, *tenants))
