"""Writes the answer to a subject access request into a folder: JSON, a page, a PDF, and apart what to check."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from insighthub.governance.papers.set_page import page
from insighthub.governance.papers.set_pdf import pdf
from insighthub.governance.rights.requests import note_step
from insighthub.rights.access_export import AccessExport
from insighthub.rights.access_paper import access_paper
from insighthub.store.state import State
from insighthub.store.whole_file import write_whole

#: For the resident, and for the officer alone.
TO_CHECK = "to-check-before-sending.json"


def write_access(export: AccessExport, out: Path) -> tuple[Path, ...]:
    """Write an export into a folder; return the files, that for the officer last.

    Raises:
        RunError: a file cannot be written.
    """
    paper = access_paper(export)
    told = json.dumps(export.as_json(), indent=1, ensure_ascii=False, default=str) + "\n"
    check = json.dumps(list(export.to_check), indent=1, ensure_ascii=False) + "\n"
    written = {
        out / f"{paper.name}.json": told.encode(),
        out / f"{paper.name}.html": page(paper).encode(),
        out / f"{paper.name}.pdf": pdf(paper),
        out / TO_CHECK: check.encode(),
    }
    for path, data in written.items():
        write_whole(path, _writer(data))
    return tuple(written)


def note_access(state: State, export: AccessExport) -> None:
    """Note in the log of the request, where there is one, that it was made, and the search that was done."""
    if export.request_id is None:
        return
    searched = [{"source": s, "delivered_on": day.isoformat(), "records": n} for s, day, _, n in export.searched]
    note = json.dumps({"release": export.release, "searched": searched, "to_check": len(export.to_check)})
    with state.write() as connection:
        note_step(connection, export.request_id, "export made", by=export.by, note=note)


def _writer(data: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(data)

    return write
