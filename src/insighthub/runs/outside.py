"""What the disk does to a run, told as an error that the user can put right.

Takes whatever a run raises. Files are written by Python, by DuckDB and by Arrow, which each raise errors of their own
where there is no space or no permission; all of them are one ``RunError`` here. Anything else is a fault of this
program and goes on as it is.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from insighthub.errors import RunError


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
    except (OSError, duckdb.IOException, duckdb.OutOfMemoryException) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else type(error).__name__
        raise RunError(
            f"the run could not go on, as files could not be read or written ({reason.lower()}); "
            "what is published stays as it was",
            remedy="Check that there is space, and that you may write there, then run again",
            file=home,
        ) from error
