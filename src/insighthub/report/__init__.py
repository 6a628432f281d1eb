"""The linkage report: one self-contained HTML page."""

from typing import TYPE_CHECKING, Any

from insighthub.report.counts import SourceCounts

if TYPE_CHECKING:
    from insighthub.report.page import write_report

__all__ = ["SourceCounts", "write_report"]


def __getattr__(name: str) -> Any:
    """Load the page, and with it the charts, when it is asked for: they take half a second, and not every run draws."""
    if name == "write_report":
        from insighthub.report import page

        return page.write_report
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
