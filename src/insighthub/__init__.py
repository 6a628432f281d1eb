"""Insight Hub links a council's people-based data sets into one index of residents."""

__version__ = "0.1.0"
