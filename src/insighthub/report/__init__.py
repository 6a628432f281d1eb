"""The linkage report: one self-contained HTML page."""
