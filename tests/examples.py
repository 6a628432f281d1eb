"""How many examples a test at random tries: few every day, as many times more as INSIGHTHUB_EXAMPLES says."""

import os

TIMES = float(os.environ.get("INSIGHTHUB_EXAMPLES", "1"))


def examples(every_day):
    """Return how many examples to try where ``every_day`` are tried every day."""
    return max(1, round(every_day * TIMES))
