"""The fictional borough as it lives on: monthly deliveries of its sources, with the truth of each month.

Takes residents, months and a seed, gives one month after the other, each as a hub would find its extracts folder.
"""

from insighthub.synthetic.changing.life import Happened
from insighthub.synthetic.changing.months import Month, generate_months

__all__ = ["Happened", "Month", "generate_months"]
