"""The linkage report: one self-contained HTML page, written by ``insighthub.report.page``."""
