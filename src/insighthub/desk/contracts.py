"""Contracts of a hub's sources, as the desk asks them: by name, and whether a source's data are of a special category.

Takes a hub, gives contracts. A source counts as special where its contract says so now, or said so when the published
release was built: a change of the contract opens nothing before the next run.
"""

from __future__ import annotations

from insighthub.desk.refused import NotThere
from insighthub.errors import InsightHubError
from insighthub.hub import Hub
from insighthub.sources.contract import Source
from insighthub.sources.home import load_home
from insighthub.store.tables import rows

_SPECIAL = "SELECT source FROM source WHERE special_category"


def contracts(hub: Hub) -> dict[str, Source]:
    """Return the contract of each source, by name, in order of names.

    Raises:
        ContractError: a contract is wrong.
    """
    found = {source.name: source for each in load_home(hub.home) for source in each.contract.source}
    return dict(sorted(found.items()))


def contract_of(hub: Hub, source: str) -> Source:
    """Return the contract of a source.

    Raises:
        NotThere: there is no such source.
        ContractError: a contract is wrong.
    """
    found = contracts(hub).get(source)
    if found is None:
        raise NotThere("this hub has no source of this name", remedy="Choose one from the list of sources")
    return found


def special_sources(hub: Hub) -> frozenset[str]:
    """Return the sources that hold special category data; of contracts that cannot be read, what the release says."""
    try:
        said = {name for name, source in contracts(hub).items() if source.special_category}
    except InsightHubError:
        said = set()
    if hub.releases.current() is None:
        return frozenset(said)
    with hub.release() as db:
        return frozenset({*said, *(name for (name,) in rows(db, _SPECIAL))})
