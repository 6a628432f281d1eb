"""What each level of our own comparisons is in SQL, for Splink.

Takes a comparison's name and levels, gives conditions in the order in which they are to be tried, on the columns of
``record_columns``. Nearly every level can be said exactly; where one cannot, its condition comes close, and the words
beside it say how. A level is exact only if those tried before it are, since a pair that they miss falls to it. A test
holds each exact level against our own comparison on real pairs.

Similarities are held against their thresholds in single precision, as our comparisons do: a similarity that is the
threshold itself then counts as over it, whatever its last digit. DuckDB compares bytes where we compare letters, so a
name with a letter from outside A to Z may be a little more or less alike there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from insighthub.linkage.comparisons.address import ADDRESS
from insighthub.linkage.comparisons.ages import AGE, LEAST_DAYS
from insighthub.linkage.comparisons.comparison import UNKNOWN, Comparison
from insighthub.linkage.comparisons.contacts import EMAIL, PHONE, SEX, equality, identifier, text
from insighthub.linkage.comparisons.dates import DATE_OF_BIRTH
from insighthub.linkage.comparisons.moves import MOVES, SAME_DAY, SAME_DAYS, SAME_WEEKS
from insighthub.linkage.comparisons.names import FAMILY_NAME, GIVEN_NAME, MIDDLE_NAMES
from insighthub.linkage.exchange.sql_levels import ELSE


@dataclass(frozen=True)
class LevelSql:
    """A condition that gives a level.

    Attributes:
        level: place among the comparison's labels, or -1 where the pair counts as not known.
        when: the condition.
        differs: how it differs from our own level; empty where it does not.
    """

    level: int
    when: str
    differs: str = ""


def level_sql(comparison: Comparison) -> Sequence[LevelSql]:
    """Return the conditions of a comparison, in the order in which they are to be tried.

    Raises:
        KeyError: the comparison, with these levels, has none.
    """
    name = comparison.name
    own = {**{(name, like(name).labels): make(name) for like, make in _OF_KINDS}, **_OF_FIELDS}
    return own[name, comparison.labels]


def _alike(left: str, right: str, least: float) -> str:
    return f"jaro_winkler_similarity({left}, {right})::FLOAT >= {least}::FLOAT"


def _alike_field(field: str, least: float) -> str:
    return _alike(f"{field}_l", f"{field}_r", least)


def _equal(*fields: str) -> str:
    return " AND ".join(f"{field}_l = {field}_r" for field in fields)


def _unknown(*fields: str) -> LevelSql:
    """Not known on one side, whichever of the fields one looks at."""
    return LevelSql(UNKNOWN, " AND ".join(f"({f}_l IS NULL OR {f}_r IS NULL)" for f in fields))


def _either(first: str, second: str) -> str:
    """One record's first field holds the other's second."""
    return f"({first}_l = {second}_r OR {first}_r = {second}_l)"


def _lists(forms: str, field: str) -> str:
    return f"list_contains({forms}_l, {field}_r) OR list_contains({forms}_r, {field}_l)"


# Names ---------------------------------------------------------------------------------------------------------


def _one_name(given: str, family: str) -> str:
    """One record's given name and the other's family name are one name: alike, a short form, or an initial of it."""
    g, f = f"given_name{given}", f"family_name{family}"
    return (
        f"({_alike(g, f, 0.92)} OR length({g}) = 1 OR length({f}) = 1"
        f" OR list_contains(given_short_forms{given}, {f}) OR list_contains(family_short_forms{family}, {g}))"
    )


_SWAPPED = (
    "given_name_l <> given_name_r AND family_name_l <> family_name_r"
    " AND given_initial_l = family_initial_r AND given_initial_r = family_initial_l"
    f" AND {_one_name('_l', '_r')} AND {_one_name('_r', '_l')}"
)
_LONG = "(length(given_name_l) >= 4 AND length(given_name_r) >= 4)"
_CONTAINS = " OR ".join(
    f"{how}(given_name{a}, given_name{b})"
    for how in ("starts_with", "ends_with")
    for a, b in (("_l", "_r"), ("_r", "_l"))
)
_SLIP = f"({_LONG} AND damerau_levenshtein(given_name_l, given_name_r) <= 1)"
_NO_INITIAL = "length(given_name_l) > 1 AND length(given_name_r) > 1"

_GIVEN_NAME = (
    _unknown("given_name"),
    LevelSql(0, "given_name_l = given_name_r AND length(given_name_l) > 1"),
    LevelSql(
        1,
        f"given_name_l <> given_name_r AND (({_alike_field('given_name', 0.92)} AND NOT {_SLIP})"
        f" OR ({_LONG} AND ({_CONTAINS})) OR {_equal('given_sound')} OR {_lists('given_short_forms', 'given_name')})",
    ),
    LevelSql(2, f"given_name_l <> given_name_r AND {_SLIP}"),
    LevelSql(5, _SWAPPED),
    LevelSql(4, f"given_name_l <> given_name_r AND {_either('middle_name', 'given_name')}"),
    LevelSql(3, f"{_equal('given_initial')} AND NOT ({_NO_INITIAL})"),
    LevelSql(6, f"{_NO_INITIAL} AND {_alike_field('given_name', 0.8)}"),
    LevelSql(7, ELSE),
)
_FAMILY_NAME = (
    _unknown("family_name"),
    LevelSql(0, _equal("family_name")),
    LevelSql(1, f"{_alike_field('family_name', 0.92)} OR {_equal('family_sound')}"),
    LevelSql(UNKNOWN, _SWAPPED),
    LevelSql(2, f"{_lists('family_other_forms', 'family_name')} OR {_either('previous_family_name', 'family_name')}"),
    LevelSql(3, _alike_field("family_name", 0.8)),
    LevelSql(4, ELSE),
)
# One given name has said the sex already.
_SEX = (
    LevelSql(
        UNKNOWN,
        "sex_l IS NULL OR sex_r IS NULL OR coalesce(given_name_l = given_name_r AND length(given_name_l) > 1, FALSE)",
    ),
    LevelSql(0, _equal("sex")),
    LevelSql(1, ELSE),
)
_MIDDLE_NAMES = (
    _unknown("middle_names"),
    LevelSql(0, _equal("middle_names")),
    LevelSql(
        1,
        f"{_alike_field('middle_names', 0.92)} OR {_equal('middle_first')}"
        f" OR ({_equal('middle_initial')} AND (length(middle_names_l) = 1 OR length(middle_names_r) = 1))",
    ),
    LevelSql(2, ELSE),
)

# Dates ---------------------------------------------------------------------------------------------------------

_PARTS = ("birth_year_known", "birth_month_known", "birth_day_known")
_BOTH = {part: f"({part}_l IS NOT NULL AND {part}_r IS NOT NULL)" for part in _PARTS}
_FULL = " AND ".join(_BOTH.values())
_KNOWN = " + ".join(f"{both}::INT" for both in _BOTH.values())
_NONE_DIFFERS = " AND ".join(f"coalesce({part}_l = {part}_r, TRUE)" for part in _PARTS)
_EQUAL_PARTS = " + ".join(f"coalesce({part}_l = {part}_r, FALSE)::INT" for part in _PARTS)
_FIRST_L, _FIRST_R = (
    f"coalesce(birth_year_known{side} >= 0 AND birth_month_known{side} = 1 AND birth_day_known{side} = 1, FALSE)"
    for side in ("_l", "_r")
)
_SAME_DATE = _equal("date_of_birth")
_DATE_OF_BIRTH = (
    _unknown("date_of_birth"),
    LevelSql(0, f"{_SAME_DATE} AND {_KNOWN} IN (0, 3) AND NOT {_FIRST_L}"),
    LevelSql(UNKNOWN, f"{_KNOWN} = 0"),
    LevelSql(1, f"({_SAME_DATE} AND {_FIRST_L}) OR ({_KNOWN} = 2 AND {_NONE_DIFFERS})"),
    LevelSql(2, f"{_KNOWN} = 1 AND {_NONE_DIFFERS}"),
    LevelSql(
        3,
        f"{_FULL} AND (levenshtein(date_of_birth_l, date_of_birth_r) = 1 OR (birth_year_known_l = birth_year_known_r"
        " AND birth_month_known_l = birth_day_known_r AND birth_day_known_l = birth_month_known_r))",
    ),
    LevelSql(
        4,
        f"{_FULL} AND ({_EQUAL_PARTS} = 2 OR (birth_year_known_l = birth_year_known_r AND ({_FIRST_L} OR {_FIRST_R})))",
    ),
    LevelSql(5, ELSE),
)

# Places --------------------------------------------------------------------------------------------------------

_HAS = {
    f: f"({f}_l IS NOT NULL AND {f}_r IS NOT NULL)" for f in ("postcode", "house_number", "uprn", "address", "flat")
}
_SAME = {
    f: f"coalesce({f}_l = {f}_r, FALSE)"
    for f in (
        "dwelling",
        "uprn",
        "street_dwelling",
        "address",
        "postcode",
        "house_number",
        "street",
        "sector",
    )
}
_SAME_NUMBER = f"{_SAME['house_number']} AND ({_SAME['street']} OR {_SAME['postcode']})"
_TEXT_DECIDES = (
    f"{_HAS['address']} AND ({_SAME['house_number']} OR NOT {_HAS['house_number']})"
    f" AND NOT ({_SAME['postcode']} AND {_HAS['house_number']})"
)
_TEXT_DIFFERS = "addresses alike by their words are told by edits, not by the share of letters in common"
_ADDRESS = (
    _unknown("postcode", "address", "uprn", "street"),
    LevelSql(
        0,
        f"{_SAME['dwelling']} OR {_SAME['uprn']} OR ({_SAME['street_dwelling']} AND NOT {_HAS['postcode']})"
        f" OR ({_SAME['address']} AND ({_SAME['postcode']} OR NOT {_HAS['postcode']}))",
    ),
    LevelSql(
        1,
        f"({_SAME['postcode']} AND NOT {_HAS['house_number']} AND NOT {_HAS['uprn']})"
        f" OR ({_SAME_NUMBER} AND NOT {_HAS['flat']})"
        f" OR ({_TEXT_DECIDES} AND (address_l = address_r"
        " OR levenshtein(address_words_l, address_words_r)"
        " <= 0.25 * greatest(length(address_words_l), length(address_words_r))))",
        _TEXT_DIFFERS,
    ),
    LevelSql(2, _SAME["postcode"], "gets the pairs that the level before misses"),
    LevelSql(
        3,
        f"{_SAME['sector']} OR ({_SAME['street']} AND NOT {_HAS['postcode']})",
        "gets the pairs that the level before misses",
    ),
    LevelSql(4, ELSE, "gets the pairs that the levels before miss"),
)

_GAP = "least(abs(valid_to_day_l - valid_from_day_r), abs(valid_to_day_r - valid_from_day_l))"
_MOVES = (
    LevelSql(
        UNKNOWN,
        "dwelling_l IS NULL OR dwelling_r IS NULL OR dwelling_l = dwelling_r OR coalesce(uprn_l = uprn_r, FALSE)"
        f" OR {_GAP} IS NULL",
    ),
    LevelSql(0, f"{_GAP} <= {SAME_DAY}"),
    LevelSql(1, f"{_GAP} <= {SAME_DAYS}"),
    LevelSql(2, f"{_GAP} <= {SAME_WEEKS}"),
    LevelSql(3, ELSE),
)

_AGE_DAYS = (
    "CASE WHEN date_of_birth_r IS NULL THEN valid_from_day_r - born_day_l"
    " WHEN date_of_birth_l IS NULL THEN valid_from_day_l - born_day_r END"
)
_AGE = (
    LevelSql(UNKNOWN, f"({_AGE_DAYS}) IS NULL"),
    *(LevelSql(level, f"({_AGE_DAYS}) >= {days}") for level, days in enumerate(LEAST_DAYS)),
    LevelSql(len(LEAST_DAYS), ELSE),
)

# Contacts and identifiers --------------------------------------------------------------------------------------

_PHONE = (
    LevelSql(UNKNOWN, "coalesce(phone_l, mobile_l) IS NULL OR coalesce(phone_r, mobile_r) IS NULL"),
    LevelSql(0, f"phone_l = phone_r OR mobile_l = mobile_r OR {_either('phone', 'mobile')}"),
    LevelSql(1, ELSE),
)
_EMAIL = (
    _unknown("email"),
    LevelSql(0, _equal("email")),
    LevelSql(1, _alike_field("email", 0.93)),
    LevelSql(2, ELSE),
)


def _identifier(name: str) -> tuple[LevelSql, ...]:
    slip = f"damerau_levenshtein({name}_l, {name}_r) <= 1"
    return (_unknown(name), LevelSql(0, _equal(name)), LevelSql(1, slip), LevelSql(2, ELSE))


def _equality(name: str) -> tuple[LevelSql, ...]:
    return (_unknown(name), LevelSql(0, _equal(name)), LevelSql(1, ELSE))


def _text(name: str) -> tuple[LevelSql, ...]:
    return (
        _unknown(name),
        LevelSql(0, _equal(name)),
        LevelSql(1, _alike_field(name, 0.92)),
        LevelSql(2, _alike_field(name, 0.8)),
        LevelSql(3, ELSE),
    )


_OF_FIELDS: Mapping[tuple[str, tuple[str, ...]], Sequence[LevelSql]] = {
    (comparison.name, comparison.labels): conditions
    for comparison, conditions in (
        (GIVEN_NAME, _GIVEN_NAME),
        (FAMILY_NAME, _FAMILY_NAME),
        (MIDDLE_NAMES, _MIDDLE_NAMES),
        (DATE_OF_BIRTH, _DATE_OF_BIRTH),
        (SEX, _SEX),
        (ADDRESS, _ADDRESS),
        (PHONE, _PHONE),
        (EMAIL, _EMAIL),
        (MOVES, _MOVES),
        (AGE, _AGE),
    )
}
_OF_KINDS = ((identifier, _identifier), (equality, _equality), (text, _text))
