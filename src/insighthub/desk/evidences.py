"""The evidence of each index, kept ready while its result stands.

Takes a hub, gives ``Evidence`` by index. It is read anew once an index was run again, a release was published, or the
hub's rules changed, and its places with it. An index that was counted from what the policy no longer allows is not
given at all.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from insighthub.errors import RunError
from insighthub.governance.policy import Policy
from insighthub.governance.purposes import named
from insighthub.hub import Hub
from insighthub.places.home import HubPlaces
from insighthub.vulnerability.clusters import Clusters, clusters
from insighthub.vulnerability.conditions import hub_conditions
from insighthub.vulnerability.definition import INDICES, HarmIndex, hub_indices
from insighthub.vulnerability.evidence import Evidence
from insighthub.vulnerability.gather import Lawful, may_be_used
from insighthub.vulnerability.result import PURPOSE, Result, earlier_result, read_result, result_file

#: An index is held against that of a year before, or of the nearest release before that.
_YEAR = timedelta(days=330)


class _Kept(NamedTuple):
    key: tuple[object, ...]
    evidence: Evidence
    earlier: Result | None


class Evidences:
    """The evidence of a hub's indices; any number of threads may ask at once."""

    def __init__(self, hub: Hub) -> None:
        self._hub, self._lock = hub, Lock()
        self._kept: dict[str, _Kept] = {}
        self._alike: dict[str, tuple[object, Clusters]] = {}
        self._ruled: dict[str, tuple[object, bool]] = {}

    def indices(self) -> tuple[HarmIndex, ...]:
        """Return the indices of the hub that have a result.

        Raises:
            ContractError: the file of an index is at fault.
        """
        return tuple(i for i in hub_indices(self._hub.home) if result_file(self._hub.home, i.id) is not None)

    def evidence(self, index_id: str) -> Evidence:
        """Return the evidence of an index.

        Raises:
            RunError: it has no result, or the policy no longer allows what it was counted from.
        """
        return self._of(index_id).evidence

    def earlier(self, index_id: str) -> Result | None:
        """Return the index of about a year before, None where no release is kept from then."""
        return self._of(index_id).earlier

    def clusters(self, index_id: str) -> Clusters:
        """Return whether neighbouring areas are alike in an index; worked out once, as it takes shufflings."""
        kept = self._of(index_id)
        with self._lock:
            found = self._alike.get(index_id)
            if found is None or found[0] != kept.key:
                found = self._alike[index_id] = (kept.key, clusters(kept.evidence))
        return found[1]

    def _of(self, index_id: str) -> _Kept:
        hub = self._hub
        file = result_file(hub.home, index_id)
        key = (index_id, file, *map(_changed, (file, hub.home / INDICES / "conditions.toml")))
        with self._lock:
            kept = self._kept.get(index_id)
            if kept is None or kept.key != key:
                result = read_result(hub.home, index_id)
                places = HubPlaces(hub.home, hub.settings.places)
                evidence = Evidence(result, places, hub_conditions(hub.home), hub.settings.disclosure)
                kept = _Kept(key, evidence, earlier_result(hub.home, index_id, result.as_of - _YEAR))
                self._kept[index_id] = kept
            self._ask_policy(index_id, kept, hub.policy())
        return kept

    def _ask_policy(self, index_id: str, kept: _Kept, policy: Policy) -> None:
        """Ask whether the policy still allows the sources, fields and facts that an index was counted from."""
        result = kept.evidence.result
        told = (kept.key, policy.model_dump_json())
        if self._ruled.get(index_id, (None, False))[0] != told:
            release, sources = self._hub.releases.file(result.run_id), result.delivered.keys()
            try:
                lawful = Lawful(policy, named(policy.purpose, PURPOSE))
            except RunError:  # the purpose is gone
                allowed = False
            else:
                allowed = may_be_used(release, result.index, sources, kept.evidence.places, lawful)
            self._ruled[index_id] = (told, allowed)
        if not self._ruled[index_id][1]:
            raise RunError(
                "the policy no longer allows what this index was counted from",
                remedy=f"Run insighthub vulnerability run {index_id} again",
            )


def _changed(file: Path | None) -> int | None:
    try:
        return None if file is None else file.stat().st_mtime_ns
    except OSError:
        return None
