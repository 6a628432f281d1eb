"""Standing linkage: records are linked once, and then only what changed, with the same clusters and pairs.

``learn`` gives a model and its plan; ``link_all`` links all records under them and leaves a standing folder; ``relink``
takes such a folder and a delivery, links what the delivery touches, and leaves the next.
"""

from insighthub.linkage.standing.learn import learn
from insighthub.linkage.standing.plan import Learned, Plan
from insighthub.linkage.standing.relink import relink
from insighthub.linkage.standing.relinked import Relinked
from insighthub.linkage.standing.whole import link_all

__all__ = ["Learned", "Plan", "Relinked", "learn", "link_all", "relink"]
