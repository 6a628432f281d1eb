"""A reference with the name of its source: "council tax 601008006".

Takes what the parts of a query fit, gives the same where no source is named beside a reference. Where one is, the
references of other sources count for half, and the words of the source's name are not looked for as words.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from insighthub.residents.search.index import Index
from insighthub.residents.search.matching import By, Hits, Match
from insighthub.residents.search.scope import Scope

_OTHER_SOURCE = np.float32(0.5)


def of_named_source(index: Index, matches: list[Match], scope: Scope) -> list[Match]:
    """Return what the parts fit, with a source's name beside a reference taken as that."""
    if not any(hits.by is By.REFERENCE for one in matches for hits in one.hits):
        return matches
    typed = {_singular(one.part.text) for one in matches}
    known = {name for names in index.source_sets for name in scope.named(names)}
    words_of = {name: {_singular(word) for word in name.upper().split("_")} for name in sorted(known)}
    named = {name for name, words in words_of.items() if words <= typed}
    if not named:
        return matches
    taken = set().union(*(words_of[name] for name in named))
    of_named = np.array([not named.isdisjoint(names) for names in index.source_sets], bool)
    kept = [one for one in matches if _singular(one.part.text) not in taken or _has_reference(one)]
    return [replace(one, hits=tuple(_weighed(index, hits, of_named) for hits in one.hits)) for one in kept]


def _singular(word: str) -> str:
    return word.removesuffix("S")


def _has_reference(one: Match) -> bool:
    return any(hits.by is By.REFERENCE for hits in one.hits)


def _weighed(index: Index, hits: Hits, of_named: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Hits:
    if hits.by is not By.REFERENCE:
        return hits
    named = of_named[index.references.sources[hits.rows]]
    return replace(hits, quality=np.where(named, hits.quality, hits.quality * _OTHER_SOURCE))
