"""The linkage report: one HTML page that stands alone.

Takes what a run of linkage gave, gives a file that opens anywhere, offline, on a phone, by keyboard, by screen
reader and on paper. It has no script and asks no host for anything, and its own policy forbids both. It names records
by source and record number, and never shows a person's data.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from insighthub import __version__
from insighthub.charts import Column, Figure, draw, palette
from insighthub.charts.fragment import environment
from insighthub.charts.table import table
from insighthub.errors import RunError
from insighthub.linkage.evaluation_result import Evaluation
from insighthub.linkage.result import LinkResult
from insighthub.report.calibration_section import calibration_section
from insighthub.report.cluster_section import cluster_section
from insighthub.report.counts import SourceCounts
from insighthub.report.evaluation_section import evaluation_section
from insighthub.report.groups_section import groups_section
from insighthub.report.model_section import blocking_section, comparison_section, weights_section
from insighthub.report.people import count_people
from insighthub.report.samples_section import samples_section
from insighthub.report.section import Section, words
from insighthub.report.sources_section import overlap_section, records_section

# Figures whose findings make the summary at the top, in this order.
_IN_SHORT = (
    "scores",
    "household-merges",
    "calibration-error",
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
    """Write the report of a linkage run as one self-contained HTML page; a run that dies leaves no half page.

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
    sections = _sections(result, deliveries, evaluation)
    findings = {figure.key: figure.title for section in sections for figure in section.figures}
    in_short = [(key, findings[key]) for key in _IN_SHORT if key in findings]
    write_page(path, sections, in_short, title=title, made_on=made_on)


def write_page(
    path: Path,
    sections: Sequence[Section],
    in_short: Sequence[tuple[str, str]] = (),
    *,
    title: str,
    made_on: date | None = None,
) -> None:
    """Write sections as one self-contained HTML page, beside its place and then moved there.

    Args:
        path: where the page goes; its folder must exist.
        sections: in order.
        in_short: what the summary at the top says: the key of a figure or a section, and a sentence.
        title: the page's heading.
        made_on: the date that the page bears; today where it is not given.

    Raises:
        RunError: the page cannot be written.
    """
    page = _render(sections, in_short, title=title, made_on=made_on or date.today())
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.write_text(page, encoding="utf-8", newline="\n")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise RunError(
            f"the page cannot be written: {(error.strerror or type(error).__name__).lower()}",
            remedy="Check the folder, its permissions and the free space",
            file=path,
        ) from error


def _sections(result: LinkResult, deliveries: Sequence[SourceCounts], evaluation: Evaluation | None) -> list[Section]:
    people = count_people(result.links)
    return [
        *(_against_truth(evaluation) if evaluation is not None else []),
        *([records_section(deliveries)] if deliveries else []),
        overlap_section(people),
        cluster_section(people),
        blocking_section(result.blocking, result.missed),
        comparison_section(result.levels),
        weights_section(result),
        samples_section(result),
        *([_run_section(result)] if result.seconds else []),
    ]


def _against_truth(evaluation: Evaluation) -> list[Section]:
    groups = groups_section(evaluation)
    return [
        evaluation_section(evaluation),
        *([groups] if groups is not None else []),
        *([calibration_section(evaluation.calibration)] if evaluation.calibration is not None else []),
    ]


def _run_section(result: LinkResult) -> Section:
    total = sum(result.seconds.values())
    stage, longest = max(result.seconds.items(), key=lambda item: item[1])
    times = table(
        "Wall time by stage",
        [Column("stage", "Stage"), Column("seconds", "Seconds", "seconds"), Column("share", "Share", "share")],
        [
            *((words(name), took, took / total if total else None) for name, took in result.seconds.items()),
            ("All stages", total, 1.0),
        ],
    )
    finding = f"The run took {total:,.1f} seconds; the longest stage was {words(stage).lower()}, with {longest:,.1f}"
    return Section(
        "run", "The run", "", (Figure("times", finding, "Times are wall time on the machine it ran on.", times),)
    )


def _render(sections: Sequence[Section], in_short: Sequence[tuple[str, str]], *, title: str, made_on: date) -> str:
    return (
        environment("insighthub.report")
        .get_template("report.html")
        .render(
            title=title,
            made_on=f"{made_on.day} {made_on:%B %Y}",
            version=__version__,
            in_short=in_short,
            sections=sections,
            drawings=draw([figure for section in sections for figure in section.figures]),
            palette=palette,
        )
    )
