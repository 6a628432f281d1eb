"""The names of each community: which there are, how common each is, and how else each may be written.

Takes faker's lists of names and our own (name_lists), gives a vocabulary in which every name is a number, and draws of
those numbers for thousands of people at once. Drawing numbers and not texts is what makes a borough in seconds; texts
appear only when an extract is written.
"""

from __future__ import annotations

import importlib
import unicodedata
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from insighthub.synthetic import name_lists as lists
from insighthub.synthetic.calibration import COMMUNITIES, ZIPF_FAMILY, ZIPF_GIVEN

Codes = NDArray[np.int32]
NO_NAME = -1


class Vocabulary:
    """Every name that occurs, once: text by number and number by text."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._codes: dict[str, int] = {}

    def code(self, text: str) -> int:
        """Return the number of a name, giving it one if it is new."""
        found = self._codes.get(text)
        if found is None:
            found = self._codes[text] = len(self._texts)
            self._texts.append(text)
        return found

    def codes(self, texts: list[str] | tuple[str, ...]) -> Codes:
        """Return the numbers of several names."""
        return np.array([self.code(t) for t in texts], dtype=np.int32)

    def texts(self) -> NDArray[np.object_]:
        """Return all texts, by number; the last is the empty text, so that NO_NAME (-1) reads as empty."""
        out = np.empty(len(self._texts) + 1, dtype=object)
        out[:-1] = self._texts
        out[-1] = ""
        return out


@dataclass(frozen=True)
class Pool:
    """Names with how common each is."""

    codes: Codes
    cumulative: NDArray[np.float64]

    def draw(self, rng: np.random.Generator, n: int) -> Codes:
        """Draw ``n`` names."""
        return self.codes[np.searchsorted(self.cumulative, rng.random(n), side="right")]


@dataclass
class NamePools:
    """All pools, by community, with the tables that tie names together."""

    vocabulary: Vocabulary
    #: community -> three cohorts (born before 1965, to 1994, since) of given names.
    male: dict[str, tuple[Pool, Pool, Pool]] = field(default_factory=dict)
    female: dict[str, tuple[Pool, Pool, Pool]] = field(default_factory=dict)
    family: dict[str, Pool] = field(default_factory=dict)
    #: Family name of a man -> that of his wife, and of his daughter, where the language changes it.
    wife_form: dict[int, int] = field(default_factory=dict)
    daughter_form: dict[int, int] = field(default_factory=dict)
    womens_family: Pool | None = None  # Begum, Bibi, Khatun: not handed down


def _faker(locale: str) -> type:
    """Return faker's name provider of a locale."""
    provider: type = importlib.import_module(f"faker.providers.person.{locale}").Provider
    return provider


def _listed(locale: str, attribute: str) -> list[str]:
    return list(getattr(_faker(locale), attribute))


def zipf_pool(vocabulary: Vocabulary, texts: list[str], exponent: float, flat: int = 3) -> Pool:
    """Return a pool whose weights fall as 1 / (rank + flat) ** exponent, in the order given.

    Names are concentrated at the top and long in the tail in every country that publishes them.
    """
    unique = list(dict.fromkeys(texts))
    weight = 1.0 / (np.arange(len(unique)) + flat) ** exponent
    cumulative = np.cumsum(weight / weight.sum())
    cumulative[-1] = 1.0
    return Pool(vocabulary.codes(unique), cumulative)


def _latin(texts: list[str]) -> list[str]:
    """Keep the names written in Latin letters, without stray punctuation."""
    return [t for t in texts if all("LATIN" in unicodedata.name(c, "") or c in " '-" for c in t) and len(t) > 1]


def _combined(heads: tuple[str, ...], tails: tuple[str, ...], step: int) -> list[str]:
    """Join heads and tails into one list in a fixed, well-mixed order, every ``step``-th of the product first."""
    product = [h + t for h in heads for t in tails if not h.endswith(t[0] * 2) and h[-1:] != t[:1]]
    order = (np.arange(len(product)) * step) % len(product)
    return [product[i] for i in dict.fromkeys(order.tolist())]


def _english_family() -> list[str]:
    weights = _faker("en_GB").last_names  # type: ignore[attr-defined]
    common = sorted(weights, key=lambda name: (-weights[name], name))
    long_tail = _combined(lists.ENGLISH_FAMILY_HEADS, lists.ENGLISH_FAMILY_TAILS, 617)
    mixed = [*common[:120], *lists.ENGLISH_FAMILY_ODD]
    rest = list(common[120:])
    for i, name in enumerate(long_tail):  # the tail lies among the rarer listed names, not after them
        mixed.append(name)
        if i < len(rest):
            mixed.append(rest[i])
    return mixed


def _family_lists() -> dict[str, list[str]]:
    english = _english_family()
    yoruba = _combined(lists.YORUBA_HEADS, lists.YORUBA_TAILS, 131)
    nigerian = list(lists.NIGERIAN_FAMILY) + _listed("ig_NG", "last_names") + _listed("yo_NG", "last_names") + yoruba
    stems = lists.LITHUANIAN_FAMILY_STEMS
    lithuanian = [n for n in _listed("lt_LT", "last_names") if n.endswith(("as", "is", "us"))]
    lithuanian += _combined(stems, ("auskas", "evičius", "aitis", "ūnas", "utis"), 37)
    romanian_stems = tuple(n.rstrip("aeiuă") for n in _listed("ro_RO", "first_names_male") if len(n) > 4)
    romanian = list(lists.ROMANIAN_FAMILY) + _listed("ro_RO", "last_names")
    romanian += _combined(romanian_stems[::2], ("escu", "eanu", "aru"), 101)
    polish = _listed("pl_PL", "male_last_names") + sorted(_listed("pl_PL", "unisex_last_names"))[::5]
    return {
        "white_british": english,
        "mixed": english,
        "white_irish": list(lists.IRISH_FAMILY) + english[:120],
        "caribbean": list(lists.CARIBBEAN_FAMILY) + english[:400],
        "romanian": romanian,
        "lithuanian": lithuanian,
        "polish": polish,
        "albanian": list(lists.ALBANIAN_FAMILY),
        "bulgarian": list(lists.BULGARIAN_FAMILY),
        "portuguese": _listed("pt_PT", "last_names"),
        "turkish": _listed("tr_TR", "last_names"),
        "nigerian": nigerian,
        "ghanaian": list(lists.GHANAIAN_FAMILY) + sorted(_listed("tw_GH", "last_names")),
        "somali": list(lists.SOMALI_MALE),
        "congolese": list(lists.CONGOLESE_FAMILY) + _listed("fr_FR", "last_names")[:60],
        "pakistani": list(lists.PAKISTANI_FAMILY) + _latin(_listed("en_PK", "last_names"))[:120],
        "bangladeshi": list(lists.BANGLADESHI_FAMILY),
        "indian": list(lists.INDIAN_FAMILY) + _listed("en_IN", "last_names")[::3],
        "sikh": list(lists.SIKH_FAMILY),
        "tamil": list(lists.TAMIL_FAMILY) + list(lists.TAMIL_MALE),
        "chinese": list(lists.CHINESE_FAMILY) + [n.title() for n in _listed("zh_CN", "last_romanized_names")],
        "vietnamese": list(lists.VIETNAMESE_FAMILY),
        "afghan": list(lists.AFGHAN_FAMILY) + list(lists.AFGHAN_MALE),
        "arab": list(lists.ARAB_FAMILY),
    }


def _given_lists(sex: str) -> dict[str, tuple[list[str], list[str], list[str]]]:
    """Return the given names of one sex ("male" or "female") by community and cohort."""
    own = {"male": 0, "female": 1}[sex]
    english = (lists.ENGLISH_MALE, lists.ENGLISH_FEMALE)[own]
    listed = f"first_names_{sex}"
    tail = _listed("en_GB", listed)
    cohorts = (
        list(english[0]) + tail[::3],
        list(english[1]) + tail,
        list(english[2]) + tail[1::7],
    )

    def both(a: tuple[str, ...], b: tuple[str, ...]) -> list[str]:
        return list((a, b)[own])

    same: dict[str, list[str]] = {
        "romanian": both(lists.ROMANIAN_MALE, lists.ROMANIAN_FEMALE) + _listed("ro_RO", listed)[::4],
        "lithuanian": both(tuple(_listed("lt_LT", "first_names")[:90]), lists.LITHUANIAN_FEMALE),
        "polish": both(tuple(_listed("pl_PL", "first_names_male")), lists.POLISH_FEMALE)
        + ([] if own == 0 else _listed("pl_PL", "first_names_female")),
        "albanian": both(lists.ALBANIAN_MALE, lists.ALBANIAN_FEMALE),
        "bulgarian": both(lists.BULGARIAN_MALE, lists.BULGARIAN_FEMALE),
        "portuguese": _listed("pt_PT", listed),
        "turkish": _listed("tr_TR", listed)[::9],
        "nigerian": both(lists.NIGERIAN_MALE, lists.NIGERIAN_FEMALE)
        + _listed("ig_NG", listed)
        + _listed("yo_NG", listed),
        "ghanaian": _listed("tw_GH", listed),
        "somali": both(lists.SOMALI_MALE, lists.SOMALI_FEMALE),
        "congolese": _listed("fr_FR", listed) + tail[:40],
        "pakistani": both(lists.MUSLIM_MALE, lists.MUSLIM_FEMALE),
        "bangladeshi": both(lists.BANGLADESHI_MALE + lists.MUSLIM_MALE, lists.BANGLADESHI_FEMALE + lists.MUSLIM_FEMALE),
        "indian": both(lists.INDIAN_MALE, lists.INDIAN_FEMALE) + sorted(_listed("en_IN", listed))[::3],
        "sikh": list(lists.SIKH_GIVEN),
        "tamil": both(lists.TAMIL_MALE, lists.TAMIL_FEMALE),
        "chinese": list(lists.CHINESE_GIVEN),
        "vietnamese": list(lists.VIETNAMESE_GIVEN),
        "afghan": both(lists.AFGHAN_MALE + lists.MUSLIM_MALE[:25], lists.AFGHAN_FEMALE + lists.MUSLIM_FEMALE[:25]),
        "arab": both(lists.ARAB_MALE, lists.ARAB_FEMALE),
    }
    out = {name: (texts, texts, texts) for name, texts in same.items()}
    irish = both(lists.IRISH_MALE, lists.IRISH_FEMALE)
    out["white_irish"] = (irish + cohorts[0][:20], irish + cohorts[1], irish + cohorts[2])
    for name in ("white_british", "caribbean", "mixed"):
        out[name] = cohorts
    return out


def _womans_form(name: str, community: str, *, wife: bool) -> str:
    """Return a family name as the man's wife, or his daughter, bears it."""
    if community == "polish" and name.endswith(("ski", "cki", "dzki")):
        return name[:-1] + "a"
    if community == "bulgarian" and name.endswith(("ov", "ev")):
        return name + "a"
    if community == "lithuanian" and name.endswith(("as", "is", "us", "ys")):
        if wife:
            return name[:-2] + "ienė"
        return name[:-2] + {"as": "aitė", "is": "ytė", "ys": "ytė", "us": "utė"}[name[-2:]]
    return name


def build_pools() -> NamePools:
    """Return every community's pools of names, in one vocabulary."""
    vocabulary = Vocabulary()
    pools = NamePools(vocabulary)
    families, men, women = _family_lists(), _given_lists("male"), _given_lists("female")
    for name in COMMUNITIES:
        pools.male[name] = _cohort_pools(vocabulary, men[name])
        pools.female[name] = _cohort_pools(vocabulary, women[name])
        pools.family[name] = zipf_pool(vocabulary, families[name], ZIPF_FAMILY, flat=4)
        for family in families[name]:
            code = vocabulary.code(family)
            pools.wife_form.setdefault(code, vocabulary.code(_womans_form(family, name, wife=True)))
            pools.daughter_form.setdefault(code, vocabulary.code(_womans_form(family, name, wife=False)))
    pools.womens_family = zipf_pool(vocabulary, list(lists.MUSLIM_WOMENS_FAMILY), 1.0, flat=1)
    return pools


def _cohort_pools(vocabulary: Vocabulary, cohorts: tuple[list[str], list[str], list[str]]) -> tuple[Pool, Pool, Pool]:
    first, second, third = (zipf_pool(vocabulary, c, ZIPF_GIVEN) for c in cohorts)
    return first, second, third
