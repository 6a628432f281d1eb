"""Errors that a user can cause: each says what happened, where, and what to do.

Takes nothing, gives one exception family. The command line prints these as plain text and exits with 1;
anything else that is raised is a fault of this program. Messages name files, rows and columns, and
never quote a person's data.
"""

from pathlib import Path


class InsightHubError(Exception):
    """A fault in the data, the contract or the settings that the user can put right.

    Args:
        what: what happened, one plain sentence without a full stop.
        remedy: what to do about it, one plain sentence.
        file: the file at fault.
        row: the row in that file, counted from 1 as a person would count lines or sheet rows.
        column: the column in that file, or the setting in a contract.
    """

    def __init__(
        self,
        what: str,
        *,
        remedy: str,
        file: Path | str | None = None,
        row: int | None = None,
        column: str | None = None,
    ) -> None:
        self.what = what
        self.remedy = remedy
        self.file = None if file is None else str(file)
        self.row = row
        self.column = column
        super().__init__(str(self))

    def __str__(self) -> str:
        where = [self.file] if self.file else []
        where += [f"row {self.row}"] if self.row is not None else []
        where += [f"column {self.column!r}"] if self.column else []
        prefix = f"{', '.join(where)}: " if where else ""
        return f"{prefix}{self.what}. {self.remedy}"


class ContractError(InsightHubError):
    """The contract file cannot be used as it stands."""


class DataError(InsightHubError):
    """A delivered file cannot be used as it stands."""


class RunError(InsightHubError):
    """The run could not go on: no space, no permission, or another run in the way."""


class MeasureError(InsightHubError):
    """A measure cannot be computed, or not be given out, as it is asked for."""
