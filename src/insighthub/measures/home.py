"""The measures of a hub: its own, or, where it has none, the shipped examples that its sources can feed.

Takes a hub's home and the contracts of its sources, gives definitions that are checked against these. A hub's own
measures are ``measures/*.toml``; a measure there that names a source or a fact which no contract has is a fault, while
an example that does is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from insighthub.errors import MeasureError
from insighthub.measures.definition import Measure, check_measures, load_measures, parse_measures
from insighthub.measures.examples import EXAMPLES, example_text
from insighthub.sources.contract import Source

MEASURES = "measures"


def hub_measures(home: Path, sources: Sequence[Source], areas: Sequence[str] = ()) -> tuple[Measure, ...]:
    """Return the measures of a hub.

    Args:
        home: the hub's folder.
        sources: those that the hub takes in.
        areas: names of the look-ups of areas that the settings have.

    Raises:
        MeasureError: a file is at fault, or a measure names a source, a fact or an area that is not there.
    """
    files = sorted((home / MEASURES).glob("*.toml"))
    for file in files:
        check_measures(load_measures([file]), sources, areas, file=file)
    if files:
        return load_measures(files)
    return tuple(measure for measure in example_measures() if _is_fed(measure, sources))


def example_measures() -> tuple[Measure, ...]:
    """Return the shipped examples."""
    return tuple(measure for name in EXAMPLES for measure in parse_measures(example_text(name), name))


def _is_fed(measure: Measure, sources: Sequence[Source]) -> bool:
    try:
        check_measures([measure], sources)
    except MeasureError:
        return False
    return True
