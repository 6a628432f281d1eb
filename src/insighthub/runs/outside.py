"""What the disk does to a run, told as an error that the user can put right.

Takes whatever a run raises. Files are written by Python, by DuckDB and by Arrow, which each raise errors of their own
where there is no space or no permission; all of them are one ``RunError`` here. DuckDB has several: it raises one where
a file cannot be written, another where that keeps it from committing, and a third where it keeps it from a checkpoint.
Anything else is a fault of this program and goes on as it is.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from insighthub.errors import RunError

#: What DuckDB says where the system refused it a file, and the system's own word for why, without the file's name.
_REFUSED = re.compile(
    r'(?:Could not|Cannot|Failed to) \w+ (?:to |from |in )?(?:file|directory) "[^"]*"(?:: (?P<why>[^:\n"]+))?'
)


@contextmanager
def told_plainly(home: Path) -> Iterator[None]:
    """Tell the user where the disk, and not this program, stopped a run.

    Args:
        home: the hub's folder.

    Raises:
        RunError: it did.
    """
    try:
        yield
    except (OSError, duckdb.Error) as error:
        reason = _reason(error)
        if reason is None:
            raise
        raise RunError(
            f"the run could not go on, as files could not be read or written ({reason.lower()}); "
            "what is published stays as it was",
            remedy="Check that there is space, and that you may write there, then run again",
            file=home,
        ) from error


def _reason(error: OSError | duckdb.Error) -> str | None:
    """Return why the system refused, None where it did not."""
    if isinstance(error, OSError):
        return os.strerror(error.errno) if error.errno else type(error).__name__
    refused = _REFUSED.search(str(error))
    if refused and refused["why"]:
        return refused["why"].strip()
    if refused or isinstance(error, duckdb.IOException | duckdb.OutOfMemoryException):
        return type(error).__name__
    return None
