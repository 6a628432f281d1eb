"""Releases: what a run derived, whole, in one file, and which of them is published.

Takes a hub's home, gives paths and the two steps that make a release seen: a file that was built under another name
takes its own by renaming, and ``current`` names it, by renaming too. Whoever opened a release keeps it until they let
it go. The folder beside a release holds what the next run of changes starts from.

    releases/r000012.duckdb      what the run derived
    releases/r000012.linkage/    linkage as it stands, for the next run
    current                      the id of the published one
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

import duckdb

from insighthub.errors import RunError
from insighthub.store.output_folder import sync_folder, sync_tree

FOLDER = "releases"
CURRENT = "current"
_PARTIAL = ".partial"
_OURS = re.compile(r"r(\d+)\.(duckdb|linkage)")  # what the names of everything that runs write begin with
_TRIES = 20


class Releases:
    """The releases of a hub.

    Args:
        home: the hub's folder.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.folder = home / FOLDER

    def file(self, run_id: str) -> Path:
        """Return where the release of a run is, or would be."""
        return self.folder / f"{run_id}.duckdb"

    def linkage(self, run_id: str) -> Path:
        """Return the folder of the linkage of a run."""
        return self.folder / f"{run_id}.linkage"

    def partial(self, run_id: str) -> Path:
        """Return where the release of a run is built."""
        return self.folder / f"{run_id}.duckdb{_PARTIAL}"

    def current(self) -> str | None:
        """Return the run whose release is published, None where there is none yet.

        Raises:
            RunError: the file that names it cannot be read, or names none.
        """
        file = self.home / CURRENT
        try:
            named = file.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError):
            named = ""
        if not re.fullmatch(r"r\d+", named):
            raise RunError(
                "this file should name the published release, and does not",
                remedy="Take the file away, and run again: the state knows which release is published",
                file=file,
            )
        return named

    def kept(self) -> list[str]:
        """Return the runs whose releases are there, oldest first."""
        names = [path.stem for path in self.folder.glob("*.duckdb") if _OURS.fullmatch(path.name)]
        return sorted(names, key=_number)

    def newest_number(self) -> int:
        """Return the highest number of a run that left anything here, 0 where none did."""
        named = [each.stem for each in self.folder.glob("r*") if _OURS.match(each.name)] if self.folder.is_dir() else []
        return max(map(_number, [*named, *([current] if (current := self.current()) else [])]), default=0)

    def finish(self, run_id: str) -> None:
        """Give a release that is built its own name; from then on it is never changed."""
        sync_tree(self.linkage(run_id))
        with self.partial(run_id).open("rb") as handle:
            os.fsync(handle.fileno())
        self.partial(run_id).rename(self.file(run_id))
        sync_folder(self.folder)

    def remove_partial(self, run_id: str) -> None:
        """Take away what is left of a release that was being built, with what DuckDB keeps beside it."""
        for path in list(self.folder.glob(f"{self.partial(run_id).name}*")):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                with suppress(OSError):
                    path.unlink()

    def publish(self, run_id: str) -> None:
        """Make a release the one that readers open from now on."""
        beside = self.home / f".{CURRENT}"
        with beside.open("w", encoding="ascii", newline="\n") as handle:
            handle.write(f"{run_id}\n")
            handle.flush()
            os.fsync(handle.fileno())
        beside.replace(self.home / CURRENT)
        sync_folder(self.home)

    def remove(self, run_id: str) -> None:
        """Take a release away. Where somebody holds it on a system that keeps held files, it goes another time."""
        with suppress(OSError):
            self.file(run_id).unlink(missing_ok=True)
        shutil.rmtree(self.linkage(run_id), ignore_errors=True)

    def tidy(self, keep: Collection[str]) -> None:
        """Take away what broken-off runs left, and every release but those to keep. Files of others stay."""
        if not self.folder.is_dir():
            return
        kept = {place.name for run_id in keep for place in (self.file(run_id), self.linkage(run_id))}
        for path in list(self.folder.iterdir()):
            if path.name in kept or not _OURS.match(path.name):
                continue
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                with suppress(OSError):
                    path.unlink()

    def open(self, run_id: str | None = None) -> duckdb.DuckDBPyConnection:
        """Open a release to read, the published one where none is named.

        Raises:
            RunError: no release is published yet, or that one is not kept.
        """
        for _ in range(_TRIES):
            wanted = run_id or self.current()
            if wanted is None:
                raise RunError("this hub has no release yet", remedy="Run insighthub run", file=self.home)
            try:
                return self._opened(wanted)
            except RunError:
                # Since it was looked up another may have been published, and this one taken away.
                if run_id is not None or self.current() == wanted:
                    raise
        raise RunError("releases are published faster than one can be opened", remedy="Try again later", file=self.home)

    def _opened(self, run_id: str) -> duckdb.DuckDBPyConnection:
        file = self.file(run_id)
        if not file.is_file():
            raise RunError(
                f"release {run_id} is not kept", remedy="Choose one that insighthub releases list shows", file=file
            )
        try:
            return duckdb.connect(str(file), read_only=True)
        except duckdb.Error as error:
            raise RunError(
                f"the release cannot be opened ({type(error).__name__})",
                remedy="Publish another with insighthub releases publish, then run insighthub run --full",
                file=file,
            ) from None


def _number(run_id: str) -> int:
    return int(run_id.partition(".")[0].removeprefix("r"))
