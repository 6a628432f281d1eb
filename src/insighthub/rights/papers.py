"""Papers of a hub: gathers the live configuration, writes each paper as Markdown and HTML, and its tables as CSV."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from pydantic import TypeAdapter, ValidationError

import insighthub
from insighthub.config import HubSettings
from insighthub.errors import DataError
from insighthub.governance.papers.document import Document, csv_text
from insighthub.governance.papers.equality import equality_analysis
from insighthub.governance.papers.impact_assessment import impact_assessment
from insighthub.governance.papers.live import Live
from insighthub.governance.papers.records_of_processing import privacy_notice, record_of_processing
from insighthub.governance.papers.set_markdown import markdown
from insighthub.governance.papers.set_page import page
from insighthub.governance.papers.transparency import transparency_record
from insighthub.governance.policy import Policy
from insighthub.linkage.evaluation_result import Evaluation
from insighthub.runs.under_way import MODELS
from insighthub.sources.home import load_home
from insighthub.sources.lawful import missing_entries
from insighthub.store.releases import Releases
from insighthub.store.run_log import PUBLISHED, runs
from insighthub.store.state import State
from insighthub.store.tables import rows
from insighthub.store.whole_file import write_whole

PAPERS = (record_of_processing, impact_assessment, transparency_record, privacy_notice, equality_analysis)
_HELD = """
SELECT s.source, any_value(s.delivered_on), count(r.record_id)
FROM source s LEFT JOIN source_record r ON r.source = s.source GROUP BY s.source ORDER BY s.source
"""


class OfHub(Protocol):
    """What is needed of a hub."""

    home: Path
    settings: HubSettings
    state: State
    releases: Releases

    def policy(self) -> Policy:
        """Return the policy that holds."""
        ...


def live_configuration(hub: OfHub, *, on: date, evaluation: Path | None = None) -> Live:
    """Return the configuration of a hub as it is.

    Args:
        hub: the hub.
        on: the day of the papers.
        evaluation: a file of ``insighthub evaluate``, with error rates by group.

    Raises:
        DataError: the evaluation cannot be read.
    """
    sources = sorted((s for each in load_home(hub.home) for s in each.contract.source), key=lambda s: s.name)
    with hub.state.read() as connection:
        log = runs(connection)
    held: dict[str, tuple[date, int]] = {}
    model: dict[str, Any] = {}
    as_of = None
    release = hub.releases.current()
    if release is not None:
        db = hub.releases.open(release)
        try:
            held = {source: (day, count) for source, day, count in rows(db, _HELD)}
            as_of, name = rows(db, "SELECT as_of, model FROM run ORDER BY run_id DESC LIMIT 1")[0]
        finally:
            db.close()
        model = _model(hub.home / MODELS / name)
    return Live(
        made_on=on,
        version=insighthub.__version__,
        organisation=hub.settings.organisation,
        sources=tuple(sources),
        refused={s.name: missing for s in sources if (missing := missing_entries(s))},
        purposes=hub.policy().purpose,
        settings=hub.settings.model_dump(mode="json", exclude={"state"}),  # in which a password may stand
        release=release,
        as_of=as_of,
        held=held,
        figures=next((r.figures for r in log if r.run_id == release), {}),
        model=model,
        runs=dict(sorted(Counter(r.kind for r in log if r.status == PUBLISHED).items())),
        evaluation=None if evaluation is None else _evaluation(evaluation),
    )


def papers(live: Live) -> tuple[Document, ...]:
    """Return every paper."""
    return tuple(write(live) for write in PAPERS)


def write_papers(live: Live, out: Path) -> tuple[Path, ...]:
    """Write every paper into a folder; return the files.

    Raises:
        RunError: a file cannot be written.
    """
    texts: dict[Path, str] = {}
    for paper in papers(live):
        texts[out / f"{paper.name}.md"] = markdown(paper)
        texts[out / f"{paper.name}.html"] = page(paper)
        for one in paper.tables():
            texts[out / f"{paper.name}.{_file_name(one.caption)}.csv"] = csv_text(one)
    for path, text in texts.items():
        write_whole(path, _writer(text))
    return tuple(texts)


def _writer(text: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_text(text, encoding="utf-8", newline="\n")

    return write


def _file_name(caption: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", caption.lower()).strip("-")


def _model(folder: Path) -> dict[str, Any]:
    told = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    return {
        "id": folder.name,
        "version": told["version"],
        "rows": told["data"]["rows"],
        "sources": told["data"]["sources"],
        "comparisons": [part["name"].replace("_", " ") for part in told["comparisons"]],
    }


def _evaluation(file: Path) -> Evaluation:
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        told.pop("format", None)
        return TypeAdapter(Evaluation).validate_python(told)
    except (OSError, ValueError, ValidationError):
        raise DataError(
            "this is no evaluation that can be read", remedy="Give the file that insighthub evaluate --json wrote",
            file=file,
        ) from None  # fmt: skip
