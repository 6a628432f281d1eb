"""Why: what made a pair's weight, and what holds a cluster together.

Takes the tables and the model of a run, whether in memory or from its output folder, and gives explanations that can be
read as words, as tables and as figures. None of them shows what a record says.
"""

from insighthub.linkage.explain.cluster import ClusterExplanation
from insighthub.linkage.explain.pair import PairExplanation

__all__ = ["ClusterExplanation", "PairExplanation"]
