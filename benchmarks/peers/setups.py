"""The set-ups that are compared: a peer, how it is configured, and how many labels it is given.

Peers are imported only where one runs, which is in another environment, so this list can be read in any.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.peers.job import Job, Outcome

#: Pairs of records whose truth a set-up that learns from labels may ask for at most.
LABELS = 300


@dataclass(frozen=True)
class Setup:
    """One row of the table for every data set.

    name: the key on the command line.
    title: as the table has it.
    module: the module of ``benchmarks.peers`` with its recipe.
    function: the recipe, from a Job to an Outcome.
    packages: what must be installed for it.
    labels: pairs whose truth it may ask for; 0 for a set-up that is told nothing.
    """

    name: str
    title: str
    module: str
    function: str
    packages: tuple[str, ...]
    labels: int = 0

    def load(self) -> Callable[[Job], Outcome]:
        """Import the recipe."""
        recipe: Callable[[Job], Outcome] = getattr(
            importlib.import_module(f"benchmarks.peers.{self.module}"), self.function
        )
        return recipe


SETUPS: dict[str, Setup] = {
    s.name: s
    for s in (
        Setup(
            "recordlinkage_ecm", "recordlinkage, ECM", "recordlinkage_recipe", "link_unsupervised", ("recordlinkage",)
        ),
        Setup(
            "recordlinkage_logistic",
            f"recordlinkage, logistic regression, {LABELS} labels",
            "recordlinkage_recipe",
            "link_supervised",
            ("recordlinkage",),
            LABELS,
        ),
        Setup("dedupe", f"dedupe, up to {LABELS} labels", "dedupe_recipe", "link", ("dedupe",), LABELS),
        Setup(
            "goldenmatch_probabilistic",
            "GoldenMatch, probabilistic",
            "goldenmatch_recipe",
            "link_probabilistic",
            ("goldenmatch",),
        ),
        Setup(
            "goldenmatch_zero", "GoldenMatch, zero-config", "goldenmatch_recipe", "link_zero_config", ("goldenmatch",)
        ),
    )
}
