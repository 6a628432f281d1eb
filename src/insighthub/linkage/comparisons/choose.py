"""Which comparisons a data set gets: those whose fields it has, in a fixed order."""

from __future__ import annotations

from collections.abc import Mapping

from insighthub.linkage.comparisons.address import ADDRESS
from insighthub.linkage.comparisons.ages import AGE
from insighthub.linkage.comparisons.comparison import Comparison
from insighthub.linkage.comparisons.contacts import EMAIL, PHONE, SEX, equality, identifier, text
from insighthub.linkage.comparisons.dates import DATE_OF_BIRTH
from insighthub.linkage.comparisons.mates import MATES
from insighthub.linkage.comparisons.moves import MOVES
from insighthub.linkage.comparisons.names import FAMILY_NAME, GIVEN_NAME, MIDDLE_NAMES
from insighthub.linkage.encode import Encoded
from insighthub.linkage.prepare import IDENTIFIERS
from insighthub.standardise.schema import OTHER_PREFIX

#: Comparisons of standard fields, each with the fields of which it needs one.
_OF_FIELDS = (
    (("given_name",), GIVEN_NAME),
    (("family_name",), FAMILY_NAME),
    (("middle_names",), MIDDLE_NAMES),
    (("date_of_birth",), DATE_OF_BIRTH),
    (("sex",), SEX),
    (("postcode", "address", "uprn", "street"), ADDRESS),
    (("phone", "mobile"), PHONE),
    (("email",), EMAIL),
)
_BY_KIND = {"text": text, "exact": lambda name: equality(name, rarity=True), "identifier": identifier}


def choose_comparisons(data: Encoded, other_kinds: Mapping[str, str] | None = None) -> tuple[Comparison, ...]:
    """Return the comparisons for these rows.

    Args:
        data: coded rows.
        other_kinds: ``other_<name>`` -> "text", "exact" or "identifier", from the contract; text where it says nothing.
    """
    chosen = [comparison for fields, comparison in _OF_FIELDS if any(data.has(f) for f in fields)]
    begun = data.days["valid_from"] >= 0
    if bool((begun & (data.codes["date_of_birth"] < 0)).any() and (data.days["born"] >= 0).any()):
        chosen.append(AGE)
    if bool(begun.any() and (data.days["valid_to"] >= 0).any()) and data.has("dwelling"):
        chosen.append(MOVES)
    if data.has("dwelling", "given_name", "family_name"):
        chosen.append(MATES)
    chosen += [identifier(name) for name in IDENTIFIERS if data.has(name)]
    others = sorted(name for name in data.codes if name.startswith(OTHER_PREFIX) and data.has(name))
    chosen += [_BY_KIND[(other_kinds or {}).get(name, "text")](name) for name in others]
    return tuple(chosen)


def comparisons_named(name: str) -> tuple[Comparison, ...]:
    """Return the comparisons that this version knows under a name: for a contract's own field, one for each kind."""
    if name.startswith(OTHER_PREFIX):
        return tuple(make(name) for make in _BY_KIND.values())
    known = (*(comparison for _, comparison in _OF_FIELDS), AGE, MOVES, MATES, *(identifier(i) for i in IDENTIFIERS))
    return tuple(c for c in known if c.name == name)
