"""A file that appears whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from insighthub.errors import RunError


def write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Write a file beside its place, and put it there once it is whole; its folder is made where it is not there.

    Args:
        path: of the file; one that is there is replaced.
        write: writes the file that it is given.

    Raises:
        RunError: the file cannot be written.
    """
    beside = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            write(beside)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise RunError(
            f"the file cannot be written ({(error.strerror or type(error).__name__).lower()})",
            remedy="Check that there is space, and that you may write there",
            file=path,
        ) from error
