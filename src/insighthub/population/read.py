"""What a purpose may see of the figures of residents.

Takes a release and a purpose, gives what was told, without the figures that rest on a field or a source that the
purpose may not use: those are left out, and it is said which.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import duckdb

from insighthub.errors import MeasureError
from insighthub.governance.attack import NEW
from insighthub.governance.disclosure import DisclosureSettings
from insighthub.governance.fields import Field
from insighthub.governance.linked import Key, Told
from insighthub.governance.purposes import Purpose, allowed_sources
from insighthub.measures.definition import FactCondition
from insighthub.population.declared import Declared, Need, Segment
from insighthub.population.estimates import Estimate
from insighthub.store.tables import rows

#: Figures by the parts of the page, with the fields that each rests on and what a reader knows it as.
PARTS: dict[str, tuple[str, tuple[Field, ...]]] = {
    "age_sex": ("residents by age and sex", (Field.DATE_OF_BIRTH, Field.SEX)),
    "flow": ("who came and who left", (Field.ADDRESSES,)),
    "household": ("households by type", (Field.HOUSEHOLD, Field.DATE_OF_BIRTH)),
    "ethnicity": ("residents by ethnicity", (Field.ETHNICITY,)),
}
_HAS = "SELECT count(*) > 0 FROM duckdb_tables() WHERE table_name = 'population_declared'"
_DECLARED = "SELECT as_of, declared, estimates_name FROM population_declared"
_TOLD = "SELECT figure, one, other, value, told FROM population_told"
_ESTIMATES = "SELECT band, sex, population, lower, upper FROM population_estimate"
_SHARES = "SELECT top, share FROM population_share ORDER BY top"
_RUN = "SELECT run_id FROM run ORDER BY run_id DESC LIMIT 1"
_SPECIAL = "SELECT source, special_category FROM source"


@dataclass(frozen=True)
class Residents:
    """Figures of residents, as a purpose may see them.

    Attributes:
        as_of, run_id: the release.
        told: counts, by cell.
        declared: services, needs and segments: those that the purpose may use.
        estimates: the official ones, by band and sex; empty where there are none.
        estimates_name: what they are called.
        shares: how much of the contacts the top parts of residents have; empty where the purpose may not see it.
        left_out: what was left out, in words.
        disclosure: threshold and rounding.
    """

    as_of: date
    run_id: str
    told: Mapping[Key, Told]
    declared: Declared
    estimates: Mapping[tuple[str, str], Estimate]
    estimates_name: str
    shares: tuple[tuple[float, float | None], ...]
    left_out: tuple[str, ...]
    disclosure: DisclosureSettings

    def value(self, figure: str, one: str, other: str = "") -> int | None:
        """Return a count as it is told; None where it is hidden, or not there."""
        found = self.told.get((figure, one, other))
        return None if found is None else found.value

    def off(self, figure: str, one: str, other: str = "") -> int:
        """Return how far a told count may be from the count itself."""
        found = self.told.get((figure, one, other))
        is_new = found is None or found.state == NEW
        return self.disclosure.rounding // 2 if is_new else self.disclosure.threshold - 1

    def has(self, figure: str) -> bool:
        """Say whether any cell of a figure is there, hidden ones too."""
        return any(key[0] == figure for key in self.told)


def read_residents(
    db: duckdb.DuckDBPyConnection, purpose: Purpose, disclosure: DisclosureSettings | None = None
) -> Residents:
    """Return the figures of residents for a purpose.

    Raises:
        MeasureError: this release has none.
    """
    found = rows(db, _DECLARED) if db.execute(_HAS).fetchall()[0][0] else []
    if not found:
        raise MeasureError(
            "this release has no figures of residents",
            remedy="Set figures = true under [population] in the settings, and run insighthub run",
        )
    as_of, declared, name = found[0]
    whole = Residents(
        as_of=as_of,
        run_id=str(rows(db, _RUN)[0][0]) if db.execute(_RUN).fetchall() else "",
        told={(figure, one, other): Told(value, state) for figure, one, other, value, state in rows(db, _TOLD)},
        declared=Declared.model_validate_json(declared),
        estimates={(band, sex): Estimate(*numbers) for band, sex, *numbers in rows(db, _ESTIMATES)},
        estimates_name=name,
        shares=tuple((top, share) for top, share in rows(db, _SHARES)),
        left_out=(),
        disclosure=disclosure or DisclosureSettings(),
    )
    return _seen(whole, purpose, allowed_sources(purpose, rows(db, _SPECIAL)))


def _seen(whole: Residents, purpose: Purpose, allowed: frozenset[str]) -> Residents:
    """Take out what a purpose may not see."""
    declared, left_out = whole.declared, []
    keep = {key[0] for key in whole.told}
    for figure, (words, fields) in PARTS.items():
        if unseen := [field.replace("_", " ") for field in fields if not purpose.sees(field)]:
            left_out.append(f"{words}: this purpose may not see {', '.join(unseen)}")
            keep -= {figure, f"{figure}_before"}
    shares, services = whole.shares, declared.services
    if closed := sorted(set(services) - allowed):
        left_out.append(f"how services overlap, and who has most contacts: {_may_not(closed)}")
        keep -= {"combination"}
        shares, services = (), tuple(name for name in services if name in allowed)
    needs = {need.name: need for need in declared.need}
    open_needs = {name for name, need in needs.items() if not _closed_need(need, purpose, allowed)}
    reach = []
    for each in declared.reach:
        # Who is a council tenant is a breakdown of every pair.
        asked = {*each.service, *([declared.tenants] if declared.tenants else [])} - allowed
        if asked or each.need not in open_needs:
            sources = sorted(asked | _closed_need(needs[each.need], purpose, allowed))
            left_out.append(f"{each.title}: {_may_not(sources)}")
        else:
            reach.append(each)
    closed_rules = sorted({name for each in declared.segment for name in _closed_rule(each, needs, purpose, allowed)})
    if closed_rules:
        left_out.append(f"segments: {_may_not(closed_rules)}")
        keep -= {"segment", "segment_service"}
    open_reach = {each.name for each in reach}
    asked_needs = {each.need for each in reach}

    def is_open(key: Key) -> bool:
        if key[0] == "service":
            return key[1] in allowed
        if key[0] == "segment_service":
            return key[2] in allowed
        if key[0] in ("need", "reach"):
            return key[1] in (asked_needs if key[0] == "need" else open_reach)
        return True

    return replace(
        whole,
        told={key: told for key, told in whole.told.items() if key[0] in keep and is_open(key)},
        declared=declared.model_copy(
            update={"services": services, "reach": tuple(reach), "segment": () if closed_rules else declared.segment}
        ),
        shares=shares,
        left_out=tuple(left_out),
    )


def _closed_need(need: Need, purpose: Purpose, allowed: frozenset[str]) -> set[str]:
    closed = set(need.sources) - allowed
    if isinstance(need.condition, FactCondition) and not purpose.allows_fact(need.condition.fact):
        closed.add(need.condition.fact)
    return closed


def _closed_rule(
    segment: Segment, needs: Mapping[str, Need], purpose: Purpose, allowed: frozenset[str]
) -> Iterable[str]:
    of_needs = {name for need in segment.need for name in _closed_need(needs[need], purpose, allowed)}
    return {*(set(segment.known_to) - allowed), *of_needs}


def _may_not(names: Iterable[str]) -> str:
    return f"this purpose may not use {', '.join(name.replace('_', ' ') for name in names)}"
