"""Does what takes a whole run in a process of its own, so that pages stay quick and memory is given back.

Takes the hub's folder, what is to be done and its values, gives what came of it. The two processes speak in lines of
JSON: the parent sends one, the child sends its stages, and at last what came of it, or what went wrong. The child goes
on where the parent ends; both of these works can be begun again where they were cut off.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

from insighthub.errors import InsightHubError, RunError
from insighthub.governance.audit_proof import Heads
from insighthub.hub import Hub
from insighthub.progress import Progress
from insighthub.rights.erase import erase
from insighthub.rights.expiring import expiring, note_anchor
from insighthub.rights.retention import apply_retention
from insighthub.runs.giving_way import giving_way

ERASE, RETENTION = "erase", "retention"


def apart(home: Path, what: str, values: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Do it in another process; return what came of it.

    Args:
        home: the hub's folder.
        what: ``ERASE`` (values: request_id, by, on, accept) or ``RETENTION`` (by, roles, on, at, accept).
        values: as JSON can say them.
        progress: told of each stage.

    Raises:
        RunError: it went wrong there, or the other process was ended.
    """
    asked = json.dumps({"home": str(home.resolve()), "what": what, **values}) + "\n"
    command = [sys.executable, "-m", "insighthub.desk.apart"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8") as child:  # noqa: S603
        if child.stdin is None or child.stdout is None:
            raise RunError("the other process has no pipes", remedy="Tell who runs the hub")
        child.stdin.write(asked)
        child.stdin.close()
        for text in child.stdout:
            said = json.loads(text)
            if "stage" in said:
                progress.stage(said["stage"])
            elif "done" in said:
                progress.advance(said["done"], said["total"])
            elif "error" in said:
                raise RunError(said["error"], remedy=said["remedy"])
            else:
                came: dict[str, Any] = said["came"]
                return came
    raise RunError("the work was cut off in the middle", remedy="Begin it again: it goes on from there")


class _Telling:
    """Tells the parent of stages; where the parent is gone, nobody."""

    def stage(self, name: str) -> None:
        """A new stage begins."""
        _say({"stage": name})

    def advance(self, done: int, total: int) -> None:
        """Part of it is done."""
        _say({"done": done, "total": total})


def _say(what: dict[str, Any]) -> None:
    with suppress(BrokenPipeError):
        print(json.dumps(what), flush=True)


def _do(asked: dict[str, Any]) -> dict[str, Any]:
    on = date.fromisoformat(asked["on"])
    with Hub(asked["home"]) as hub, giving_way(hub.settings.run.nice):
        if asked["what"] == ERASE:
            proof = erase(
                hub, asked["request_id"], by=asked["by"], as_of=on, accept=asked["accept"], progress=_Telling()
            )
            told: dict[str, Any] = json.loads(proof.as_json())
            return told
        at = datetime.fromisoformat(asked["at"])
        report = apply_retention(
            hub,
            on=on,
            by=asked["by"],
            accept=asked["accept"],
            expiring=expiring(asked["by"], asked["roles"], at=at),
            progress=_Telling(),
        )
        note_anchor(hub.state, Heads(hub.home), at)
        return {"report_id": report.report_id}


def main() -> None:
    """Do what the parent asks."""
    try:
        _say({"came": _do(json.loads(sys.stdin.readline()))})
    except InsightHubError as error:
        _say({"error": error.what, "remedy": error.remedy})


if __name__ == "__main__":
    main()
