"""The fictional borough: a council's messy extracts, with the truth behind them.

Takes a number of residents and a seed, gives a folder that ``insighthub link`` can be run on and judged by.
"""

from insighthub.synthetic.borough import Borough, SourceCount, generate

__all__ = ["Borough", "SourceCount", "generate"]
