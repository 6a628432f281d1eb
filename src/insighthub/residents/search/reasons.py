"""Why a resident was found, in plain words: what fits, how, and which sources say so.

Takes a resident who was ranked and what each part fits, gives a line for each part that fits. A line names only sources
that the purpose may use. It quotes a name where it is another than was typed; a number, a date, or an address is never
quoted, for the picture shows these to those who may see them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from insighthub.residents.search.births import Date
from insighthub.residents.search.contacts import Reached
from insighthub.residents.search.index import REFERENCE_KINDS, ROLES, Index
from insighthub.residents.search.matching import By, Hits
from insighthub.residents.search.ranking import Fit, Ranked
from insighthub.residents.search.scope import Scope
from insighthub.residents.search.vocabulary import How

_NAMES = {"given": "given name", "middle": "middle name", "family": "family name", "previous": "previous family name"}
_REFERENCES = {
    "record": "reference",
    "part": "part of a reference",
    "nhs_number": "NHS number",
    "nino": "National Insurance number",
    "upn": "pupil number",
    "uprn": "property number",
}
_DATES = {
    Date.SAME: "date of birth",
    Date.PART: "date of birth",
    Date.CHANGED_ABOUT: "date of birth with day and month changed about",
    Date.ONE_OFF: "date of birth, one part of which differs",
    Date.LESS_KNOWN: "date of birth, as far as it is known",
    Date.AGE: "age",
    Date.ABOUT_AGE: "age within a year",
    Date.MONTH: "month of birth",
}
_HOW = {
    How.SAME: "{role} {word}",
    How.SOUND: "{role} sounds like {word} (typed {typed})",
    How.SHORT_FORM: "{role} {word}, which goes with {typed}",
    How.SLIP: "{role} {word} is a letter off (typed {typed})",
    How.STARTS: "{role} {word} begins alike (typed {typed})",
    How.ENDS: "{role} {word} ends in {typed}",
    How.INITIAL: "{role} begins with {typed}",
    How.ONLY_INITIAL: "{role} is only an initial, {word} (typed {typed})",
    How.FAR: "{role} {word} is spelled a little like {typed}",
}
_REACHED = {
    Reached.SAME: "{what}",
    Reached.ENDS: "{what} ends in these digits",
    Reached.ONE_OFF: "{what}, one digit off",
    Reached.STARTS: "{what} begins so",
}


class Reasons:
    """Why each of some residents was found.

    Args:
        index: the index that they are of.
        ranked: the residents.
        fits: what each part of the query fits.
        scope: the sources that may be named.
    """

    def __init__(self, index: Index, ranked: Sequence[Ranked], fits: Sequence[Fit], scope: Scope) -> None:
        self._index, self._fits, self._scope = index, fits, scope
        wanted = np.zeros(len(index.residents), bool)
        wanted[[one.resident for one in ranked]] = True
        # For each part, the hits of the residents who are wanted: by resident, (kind of hit, place in it).
        self._hits: list[dict[int, list[tuple[Hits, int]]]] = []
        for one in fits:
            of_part: dict[int, list[tuple[Hits, int]]] = {}
            for hits in one.match.hits:
                for n in np.flatnonzero(wanted[hits.resident]).tolist():
                    of_part.setdefault(int(hits.resident[n]), []).append((hits, n))
            self._hits.append(of_part)

    def why(self, ranked: Ranked) -> tuple[str, ...]:
        """Return a line for each part that fits: names first, then the others, addresses last."""
        lines: list[tuple[int, str]] = []
        if ranked.edge is not None:
            lines.append((9, _address(self._index, ranked, self._fits, self._scope)))
        for one, of_part, by_address in zip(self._fits, self._hits, ranked.by_address, strict=True):
            found = of_part.get(ranked.resident)
            if found is None or by_address:
                continue
            best = max(float(hits.quality[n]) for hits, n in found)
            top = [(hits, n) for hits, n in found if hits.quality[n] == best]
            hits = top[0][0]
            places = [n for other, n in top if other is hits]
            lines.append((int(hits.by), _line(self._index, self._scope, hits, places, one.match.part.text)))
        return tuple(dict.fromkeys(text for _, text in sorted(lines, key=lambda line: line[0])))


def _line(index: Index, scope: Scope, hits: Hits, places: list[int], typed: str) -> str:
    """Return what some hits of one resident, which fit alike, say: the first, and who says the same."""
    n = places[0]
    if hits.by is By.RESIDENT:
        return "the resident's own id"
    entries = {
        By.NAME: index.names,
        By.BIRTH: index.births.entries,
        By.PHONE: index.phones,
        By.EMAIL: index.emails,
        By.REFERENCE: index.references,
    }[hits.by]
    row = int(hits.rows[n])
    if hits.by is By.NAME:
        word = index.words.words[int(np.searchsorted(index.names.starts, row, side="right")) - 1]
        role = _NAMES[ROLES[int(entries.role[row])]]
        text = _HOW[How(int(hits.how[n]))].format(role=role, word=word, typed=typed)
        # The other rows may be of another word or role, which this line does not speak of.
        places = [m for m in places if _same_name(index, int(hits.rows[m]), row)]
    elif hits.by is By.BIRTH:
        text = _DATES[Date(int(hits.how[n]))]
    elif hits.by is By.REFERENCE:
        text = _REFERENCES[REFERENCE_KINDS[int(entries.role[row])]]
    else:
        what = "telephone number" if hits.by is By.PHONE else "e-mail address"
        text = _REACHED[Reached(int(hits.how[n]))].format(what=what)
    former = "former " if bool(entries.former[row]) else ""
    sets = (index.source_sets[int(entries.sources[int(hits.rows[m])])] for m in places)
    return f"{former}{text}{_in(sets, scope)}"


def _same_name(index: Index, one: int, other: int) -> bool:
    starts = index.names.starts
    same_word = np.searchsorted(starts, one, side="right") == np.searchsorted(starts, other, side="right")
    return bool(same_word and index.names.role[one] == index.names.role[other])


def _address(index: Index, ranked: Ranked, fits: Sequence[Fit], scope: Scope) -> str:
    """Return the line of the address that fits."""
    addresses = index.addresses
    assert ranked.edge is not None
    edge = ranked.edge
    # Rows of one address differ in when their records ended; all that are alike in being former speak for it.
    first, last = addresses.starts[addresses.address[edge]], addresses.starts[addresses.address[edge] + 1]
    here = np.arange(first, last)
    alike = here[(addresses.resident[here] == ranked.resident) & (addresses.former[here] == addresses.former[edge])]
    sets = (index.source_sets[int(code)] for code in addresses.sources[alike])
    kinds = {
        ask.kind
        for one, by_address in zip(fits, ranked.by_address, strict=True)
        if by_address
        for ask in one.match.part.asks
    }
    what = "postcode" if not kinds & {"address"} else "address"
    return f"{'former ' if addresses.former[edge] else ''}{what}{_in(sets, scope)}"


def _in(source_sets: Iterable[tuple[str, ...]], scope: Scope) -> str:
    """Return ", in benefits and libraries"."""
    named = sorted({name.replace("_", " ") for names in source_sets for name in scope.named(names)})
    return f", in {_listed(named)}" if named else ""


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
