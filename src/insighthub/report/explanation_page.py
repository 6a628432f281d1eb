"""The page of one explanation: a pair, or a cluster.

Takes an explanation, gives a file in the style of the linkage report: it stands alone, has no script, and names records
by source and record number.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from insighthub.charts import Figure
from insighthub.linkage.explain import ClusterExplanation, PairExplanation
from insighthub.report.page import write_page
from insighthub.report.section import Section

# Heading of the section of each figure of an explanation, by the figure's key.
_HEADINGS = {
    "evidence": "The evidence, step by step",
    "kinds": "What the two could be",
    "graph": "The records and the pairs between them",
    "records": "Why each record is in",
    "near": "Why near records are out",
    "what-if": "What would change it",
}


def write_explanation(
    path: Path, explained: PairExplanation | ClusterExplanation, *, made_on: date | None = None
) -> None:
    """Write an explanation as one self-contained HTML page.

    Args:
        path: where the page goes; its folder must exist.
        explained: a pair or a cluster.
        made_on: the date that the page bears; today where it is not given.

    Raises:
        RunError: the page cannot be written.
    """
    words = (explained.words,) if isinstance(explained, PairExplanation) else explained.paragraphs
    sections = [Section("in-words", "In plain English", words[0], (), words[1:]), *_sections(explained.figures())]
    write_page(path, sections, title=explained.title, made_on=made_on or date.today())


def _sections(figures: Sequence[Figure]) -> list[Section]:
    return [Section(f"about-{figure.key}", _HEADINGS[figure.key], "", (figure,)) for figure in figures]
