"""The linkage report: one HTML page that stands alone.

Takes what a run of linkage gave, gives a file that opens anywhere, offline, on a phone, by keyboard, by screen
reader and on paper. It has no script and asks no host for anything, and its own policy forbids both. It names records
by source and record number, and never shows a person's data.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from insighthub import __version__
from insighthub.charts import Column, Figure, draw, palette
from insighthub.charts.table import table
from insighthub.errors import RunError
from insighthub.linkage.evaluation_result import Evaluation
from insighthub.linkage.result import LinkResult
from insighthub.report.cluster_section import cluster_section
from insighthub.report.counts import SourceCounts
from insighthub.report.evaluation_section import evaluation_section
from insighthub.report.model_section import blocking_section, comparison_section, weights_section
from insighthub.report.people import count_people
from insighthub.report.samples_section import samples_section
from insighthub.report.section import Section, words
from insighthub.report.sources_section import overlap_section, records_section

# Figures whose findings make the summary at the top, in this order.
_IN_SHORT = (
    "scores",
    "rows-by-source",
    "cluster-sizes",
    "sources-known",
    "overlap-matrix",
    "reach",
    "match-weights",
)


def write_report(
    path: Path,
    *,
    result: LinkResult,
    deliveries: Sequence[SourceCounts],
    evaluation: Evaluation | None,
    title: str,
    made_on: date | None = None,
) -> None:
    """Write the report of a linkage run as one self-contained HTML page.

    The page is written beside its place and then moved there, so that a run that dies leaves no half page.

    Args:
        path: where the page goes; its folder must exist.
        result: what linkage gave.
        deliveries: what became of each source's rows.
        evaluation: how the links compare with a truth, where there is one.
        title: the page's heading.
        made_on: the date that the page bears; today where it is not given.

    Raises:
        RunError: the page cannot be written.
    """
    page = _render(_sections(result, deliveries, evaluation), title=title, made_on=made_on or date.today())
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.write_text(page, encoding="utf-8", newline="\n")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise RunError(
            f"the report cannot be written: {error.strerror}",
            remedy="Check the folder, its permissions and the free space",
            file=path,
        ) from error


def _sections(result: LinkResult, deliveries: Sequence[SourceCounts], evaluation: Evaluation | None) -> list[Section]:
    people = count_people(result.links)
    return [
        *([evaluation_section(evaluation)] if evaluation is not None else []),
        *([records_section(deliveries)] if deliveries else []),
        overlap_section(people),
        cluster_section(people),
        blocking_section(result.blocking, result.missed),
        comparison_section(result.levels),
        weights_section(result),
        samples_section(result),
        *([_run_section(result)] if result.seconds else []),
    ]


def _run_section(result: LinkResult) -> Section:
    total = sum(result.seconds.values())
    stage, longest = max(result.seconds.items(), key=lambda item: item[1])
    times = table(
        "Wall time by stage",
        [Column("stage", "Stage"), Column("seconds", "Seconds", "seconds")],
        [*((words(name), seconds) for name, seconds in result.seconds.items()), ("All stages", total)],
    )
    finding = f"The run took {total:,.1f} seconds; the longest stage was {words(stage).lower()}, with {longest:,.1f}"
    return Section(
        "run", "The run", "", (Figure("times", finding, "Times are wall time on the machine it ran on.", times),)
    )


def _render(sections: Sequence[Section], *, title: str, made_on: date) -> str:
    environment = Environment(
        loader=PackageLoader("insighthub.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    figures = [figure for section in sections for figure in section.figures]
    findings = {figure.key: figure.title for figure in figures}
    return environment.get_template("report.html").render(
        title=title,
        made_on=f"{made_on.day} {made_on:%B %Y}",
        version=__version__,
        in_short=[(key, findings[key]) for key in _IN_SHORT if key in findings],
        sections=sections,
        drawings=draw(figures),
        palette=palette,
    )
