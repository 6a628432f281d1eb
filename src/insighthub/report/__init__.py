"""The linkage report: one self-contained HTML page."""

from insighthub.report.counts import SourceCounts
from insighthub.report.page import write_report

__all__ = ["SourceCounts", "write_report"]
