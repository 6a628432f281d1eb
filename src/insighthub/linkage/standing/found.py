"""What learning found on its way, kept beside the model for people to read.

Takes what a run of linkage gave, gives a file of counts: the pairs that each blocking rule brought, the candidate pairs
in each level, and how their match weights are spread. Nothing links by it, and a model is whole without it: those of
versions that kept none have none. It names no record and holds no value.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from insighthub.linkage.result import BlockingYield, GroupOfRules, LevelWeight, LinkResult, MissedByBlocking

FILE = "found.json"


@dataclass(frozen=True)
class LearningFound:
    """What learning found.

    Attributes:
        blocking: what each blocking rule brought, in order.
        missed: an estimate of the matches that no rule gave.
        levels: what each level of each comparison weighs, and the candidate pairs in it.
        weights: from bits, to bits, candidate pairs that may be one person.
        threshold: the match probability from which records may be joined.
    """

    blocking: tuple[BlockingYield, ...]
    missed: MissedByBlocking
    levels: tuple[LevelWeight, ...]
    weights: tuple[tuple[float, float, int], ...]
    threshold: float

    @classmethod
    def of(cls, result: LinkResult) -> LearningFound:
        """Return what is kept of a run of linkage."""
        return cls(result.blocking, result.missed, tuple(result.levels), result.weight_histogram, result.threshold)

    def save(self, folder: Path) -> None:
        """Write it into a model folder."""
        (folder / FILE).write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> LearningFound | None:
        """Read it from a model folder; None where it has none that can be read."""
        try:
            said = json.loads((folder / FILE).read_text(encoding="utf-8"))
            missed = said["missed"]
            return cls(
                tuple(BlockingYield(**each) for each in said["blocking"]),
                MissedByBlocking(**{**missed, "groups": tuple(GroupOfRules(**each) for each in missed["groups"])}),
                tuple(LevelWeight(**each) for each in said["levels"]),
                tuple((low, high, pairs) for low, high, pairs in said["weights"]),
                said["threshold"],
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None
