"""Lists of names by the form of a name: what the classifier of name origin learns from.

Takes faker's lists by locale (MIT licence) and our own of communities that faker has not in Latin letters, gives given
and family names by form. A form is where a way of naming comes from, and says nothing of where a person comes from:
most people of Caribbean families bear British names, and a name may come by marriage.
"""

from __future__ import annotations

import importlib
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Literal

from insighthub.synthetic import name_lists as lists

Part = Literal["given", "family"]

BRITISH = "British or Irish"
EASTERN = "Eastern European"
OTHER_EUROPEAN = "Other European or Latin American"
TURKISH = "Turkish or Central Asian"
MUSLIM = "Arabic or Muslim"
SOUTH_ASIAN = "South Asian (Hindu, Sikh or Tamil)"
AFRICAN = "African"
EAST_ASIAN = "East or South East Asian"

#: The forms, in the order in which tables show them.
FORMS = (BRITISH, EASTERN, OTHER_EUROPEAN, TURKISH, MUSLIM, SOUTH_ASIAN, AFRICAN, EAST_ASIAN)

#: Where no form is likely enough, and where no name is known.
NOT_TOLD = "Other or not told"

# Locales of faker by form. Left out: those of other alphabets that our tables below do not write in Latin letters, and
# those of countries whose lists mix many forms (the United States, New Zealand, Kenya).
_LOCALES = {
    BRITISH: ("en_GB", "en_IE", "ga_IE"),
    EASTERN: (
        "pl_PL", "ro_RO", "lt_LT", "lv_LV", "et_EE", "cs_CZ", "sk_SK", "hu_HU", "hr_HR", "sl_SI", "bg_BG", "mk_MK",
        "uk_UA", "ru_RU",
    ),
    OTHER_EUROPEAN: (
        "pt_PT", "pt_BR", "es_ES", "es_CO", "es_MX", "it_IT", "fr_FR", "fr_BE", "de_DE", "de_AT", "nl_NL", "da_DK",
        "sv_SE", "no_NO", "fi_FI", "el_GR",
    ),
    TURKISH: ("tr_TR", "az_AZ", "uz_UZ"),
    MUSLIM: ("en_PK", "fr_DZ", "ha_NG"),
    SOUTH_ASIAN: ("en_IN",),
    AFRICAN: ("yo_NG", "ig_NG", "en_NG", "tw_GH", "zu_ZA"),
    EAST_ASIAN: ("vi_VN", "zh_CN", "zh_TW", "ja_JP", "en_TH"),
}  # fmt: skip

_GIVEN = ("first_names", "first_names_male", "first_names_female", "first_names_unisex", "first_romanized_names")
_FAMILY = (
    "last_names", "last_names_male", "last_names_female", "male_last_names", "unisex_last_names",
    "last_romanized_names",
)  # fmt: skip

#: A locale's longest list would drown the others of its form: no more than this many of a locale and part are taken.
_MOST_OF_A_LOCALE = 600

_OWN_GIVEN = {
    BRITISH: (*lists.ENGLISH_MALE, *lists.ENGLISH_FEMALE, lists.IRISH_MALE, lists.IRISH_FEMALE),
    EASTERN: (
        lists.ROMANIAN_MALE, lists.ROMANIAN_FEMALE, lists.LITHUANIAN_FEMALE, lists.POLISH_FEMALE, lists.ALBANIAN_MALE,
        lists.ALBANIAN_FEMALE, lists.BULGARIAN_MALE, lists.BULGARIAN_FEMALE,
    ),
    MUSLIM: (
        lists.MUSLIM_MALE, lists.MUSLIM_FEMALE, lists.BANGLADESHI_MALE, lists.BANGLADESHI_FEMALE, lists.SOMALI_MALE,
        lists.SOMALI_FEMALE, lists.AFGHAN_MALE, lists.AFGHAN_FEMALE, lists.ARAB_MALE, lists.ARAB_FEMALE,
    ),
    SOUTH_ASIAN: (
        lists.INDIAN_MALE, lists.INDIAN_FEMALE, lists.SIKH_GIVEN, lists.TAMIL_MALE, lists.TAMIL_FEMALE,
    ),
    AFRICAN: (lists.NIGERIAN_MALE, lists.NIGERIAN_FEMALE),
    EAST_ASIAN: (lists.CHINESE_GIVEN, lists.VIETNAMESE_GIVEN),
}  # fmt: skip
_OWN_FAMILY = {
    BRITISH: (lists.IRISH_FAMILY, lists.CARIBBEAN_FAMILY),
    EASTERN: (lists.ROMANIAN_FAMILY, lists.ALBANIAN_FAMILY, lists.BULGARIAN_FAMILY),
    MUSLIM: (
        lists.PAKISTANI_FAMILY, lists.BANGLADESHI_FAMILY, lists.MUSLIM_WOMENS_FAMILY, lists.SOMALI_MALE,
        lists.AFGHAN_FAMILY, lists.AFGHAN_MALE, lists.ARAB_FAMILY,
    ),
    SOUTH_ASIAN: (
        lists.INDIAN_FAMILY, lists.SIKH_FAMILY, lists.TAMIL_FAMILY, lists.TAMIL_MALE,
        (lists.SIKH_MALE_FAMILY, lists.SIKH_FEMALE_FAMILY),
    ),
    AFRICAN: (lists.NIGERIAN_FAMILY, lists.GHANAIAN_FAMILY, lists.CONGOLESE_FAMILY),
    EAST_ASIAN: (lists.CHINESE_FAMILY, lists.VIETNAMESE_FAMILY),
}  # fmt: skip

# Letters of Cyrillic and Greek as British papers write them, and Latin letters that do not come apart into a letter
# and a mark.
_CYRILLIC = "абвгґдеєжзиіклмнопрстуфхцчшщъыэюяѓѕјљњќџ"
_AS_LATIN = "a b v g g d e ye zh z i i k l m n o p r s t u f kh ts ch sh shch a y e yu ya g dz j lj nj k dz"
_GREEK = "αβγδεζηθικλμνξοπρσςτυφχψω"
_GREEK_AS_LATIN = "a v g d e z i th i k l m n x o p r s s t y f ch ps o"
_UNMARKED = "łøđßæœıəþð"
_UNMARKED_AS = "l o d ss ae oe i a th d"
_LETTERS = str.maketrans(
    {
        letter: latin
        for letters, texts in ((_CYRILLIC, _AS_LATIN), (_GREEK, _GREEK_AS_LATIN), (_UNMARKED, _UNMARKED_AS))
        for letter, latin in zip(letters, lists.words(texts), strict=True)
    }
)


def plain(text: str) -> str:
    """Return a name in capital Latin letters without accents, words parted by single spaces; empty if it has none."""
    written = unicodedata.normalize("NFKD", text.lower())
    written = "".join(c for c in written if not unicodedata.combining(c)).translate(_LETTERS)
    kept = "".join(c if "a" <= c <= "z" else " " if c in " -" else "" for c in written)
    return " ".join(kept.upper().split())


def names_of(form: str, part: Part) -> tuple[str, ...]:
    """Return the names of a form, each once, in plain letters and in order.

    The lists of Britain and India hold the names of all who live there, Khan and Patel among the British: a name that
    our own lists know of other forms alone is left out.

    Args:
        form: one of ``FORMS``.
        part: given or family names.
    """
    own = _own(form, part)
    elsewhere: set[str] = set()
    if form in (BRITISH, SOUTH_ASIAN):
        elsewhere = {name for other in FORMS if other != form for name in _own(other, part)} - own
    listed = {name for locale in _LOCALES.get(form, ()) for name in locale_names(locale, part)}
    return tuple(sorted(own | (listed - elsewhere)))


@cache
def _own(form: str, part: Part) -> frozenset[str]:
    lists_ = _OWN_GIVEN if part == "given" else _OWN_FAMILY
    return frozenset(_plain(name for names in lists_.get(form, ()) for name in names))


def locale_names(locale: str, part: Part) -> tuple[str, ...]:
    """Return faker's names of a locale in plain letters: at most 600, evenly from the whole list in order."""
    provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
    attributes = _GIVEN if part == "given" else _FAMILY
    listed = sorted(_plain(name for a in attributes if _is_own(provider, a) for name in getattr(provider, a)))
    step = max(1, -(-len(listed) // _MOST_OF_A_LOCALE))
    return tuple(listed[::step])


def _is_own(provider: type, attribute: str) -> bool:
    """Whether the locale has this list itself; the base class's lists are a stand-in of two names."""
    holders = [c for c in provider.__mro__ if attribute in c.__dict__]
    if not holders or holders[0].__module__ == "faker.providers.person":
        return False
    return not isinstance(holders[0].__dict__[attribute], property)


def _plain(names: Iterable[str]) -> set[str]:
    return {word for name in names for word in plain(str(name)).split() if len(word) > 1}
