"""The parts of the linkage that can be left out, and how each is left out of a run.

Gives ``PARTS``: for each a name, words for the page, and replacements. A part is left out by putting something simpler
in place of a name that the linkage calls, within ``left_out``: the code that is measured is the code that runs, with no
switch in it that only a benchmark would use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from insighthub.linkage import em, engine, frequencies, prepare
from insighthub.linkage.blocking import choose, judge, pairing
from insighthub.linkage.blocking.candidates import candidate_rules, needed_rules
from insighthub.linkage.blocking.rule import BlockingRule
from insighthub.linkage.cluster import Exclusive, components, exclusive_of, in_order_of_rows
from insighthub.linkage.encode import Encoded
from insighthub.linkage.frequencies import NameRarity
from insighthub.linkage.pairs import Pairs

#: A short list as many would write it by hand, beside the rules that every run needs.
FIXED_RULES = (
    ("family_name", "birth_date"),
    ("given_name", "birth_date"),
    ("postcode", "birth_date"),
    ("dwelling", "given_initial"),
    ("family_sound", "given_sound"),
    ("given_initial", "family_name", "birth_year"),
)


@dataclass(frozen=True)
class Replacement:
    """Something put in place of a name: ``make`` is given what stood there, and gives what shall stand there."""

    where: Any
    name: str
    make: Callable[[Any], Any]


@dataclass(frozen=True)
class Part:
    """A part: its name on the command line, its title, what it is, what a run without it does, and how."""

    name: str
    title: str
    what: str
    without: str
    replacements: tuple[Replacement, ...]


@contextmanager
def left_out(part: Part | None) -> Iterator[None]:
    """Leave a part out of every linkage within the context; None leaves all in."""
    with ExitStack() as undo:
        for each in part.replacements if part else ():
            original = getattr(each.where, each.name)
            undo.callback(setattr, each.where, each.name, original)
            setattr(each.where, each.name, each.make(original))
        yield


def _no_comparison(name: str) -> Replacement:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def chosen(*args: Any, **kwargs: Any) -> Any:
            return tuple(c for c in original(*args, **kwargs) if c.name != name)

        return chosen

    return Replacement(engine, "choose_comparisons", make)


def _without_sources(original: Callable[..., Any]) -> Callable[..., Any]:
    def learn(*args: Any, **kwargs: Any) -> Any:
        return original(*args, **(kwargs | {"sources": None}))

    return learn


def _no_namesakes(data: Encoded, _paired_by_name: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    return np.zeros(data.n)


def _independent_names(
    given: npt.NDArray[np.int32], family: npt.NDArray[np.int32], counts: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Share of the given name times share of the family name."""
    weight = counts / counts.sum()
    by_given, by_family = np.bincount(given, weights=weight), np.bincount(family, weights=weight)
    return np.asarray(by_given[given] * by_family[family])


def _full_names_only(original: Callable[..., Any]) -> Callable[..., Any]:
    """Steps that say nothing of the given or the family name alone; how many namesakes a name has stays."""

    def steps(self: NameRarity, given: Any, family: Any, left: Any) -> Any:
        _, _, both = original(self, given, family, left)
        unknown = np.full(len(left), -1, np.int8)
        return unknown, unknown, both

    return steps


def _needed(data: Encoded, *_args: Any, **_settings: Any) -> tuple[BlockingRule, ...]:
    return needed_rules(data)


def _fixed(data: Encoded, *_args: Any, **_settings: Any) -> tuple[BlockingRule, ...]:
    needed = needed_rules(data)
    wanted = {frozenset(fields) for fields in FIXED_RULES}
    more = (r for r in candidate_rules(data) if not r.other_fields and frozenset(r.fields) in wanted)
    return (*needed, *(r for r in more if r not in needed))


def _chained(
    n: int, pairs: Pairs, weight: npt.NDArray[np.float32], _exclusive: Exclusive, *, threshold_bits: float
) -> npt.NDArray[np.int32]:
    joins = weight >= threshold_bits
    return in_order_of_rows(components(n, pairs.left[joins], pairs.right[joins]))


def _as_first(*_args: Any, labels: npt.NDArray[np.int32], **_settings: Any) -> npt.NDArray[np.int32]:
    return labels


def _each_first(data: Encoded) -> npt.NDArray[np.int32]:
    return np.arange(data.n, dtype=np.int32)


def _no_pairs(*_args: Any, **_settings: Any) -> tuple[Pairs, float]:
    return Pairs(np.empty(0, np.int32), np.empty(0, np.int32)), 1.0


def _two_classes(original: Callable[..., Any]) -> Callable[..., Any]:
    """Sizes of nought: a class that begins with nothing is given nothing in any round."""

    def guess(*args: Any, **kwargs: Any) -> em.Parameters:
        parameters: em.Parameters = original(*args, **kwargs)
        sizes = parameters.sizes.copy()
        sizes[[em.F, em.A, em.N]] = 0.0
        parameters.sizes = sizes / sizes.sum()
        return parameters

    return guess


def _put(where: Any, name: str, new: Callable[..., Any]) -> Replacement:
    return Replacement(where, name, lambda _: new)


def _none_rare(*_args: Any) -> dict[int, npt.NDArray[np.float64]]:
    return {}


PARTS: dict[str, Part] = {
    part.name: part
    for part in (
        Part(
            "classes",
            "Five kinds of pair",
            "The model tells pairs of one person from family, from co-residents, from namesakes and from the rest.",
            "Two kinds: one person, and all others. The other parts stay as they were made for five kinds, so that "
            "this shows how far they lean on them, not the best that a model of two kinds could do.",
            (Replacement(em, "_first_guess", _two_classes),),
        ),
        Part(
            "rarity",
            "Rarity of values",
            "Agreeing on a rare name, or on another rare value, says more than agreeing on a common one.",
            "All values count alike, in learning and in scoring; how many namesakes a full name has still counts.",
            (
                _put(frequencies, "log_frequencies", _none_rare),
                _put(engine, "log_frequencies", _none_rare),
                _put(judge, "log_frequencies", _none_rare),
                Replacement(NameRarity, "steps", _full_names_only),
            ),
        ),
        Part(
            "namesakes",
            "How many namesakes a name has",
            "Two records with a full name that many people bear are more often two people.",
            "Every full name is thought to have as many namesakes as the average one.",
            (_put(frequencies, "log_namesakes", _no_namesakes),),
        ),
        Part(
            "communities",
            "Which names go together",
            "How common a full name should be is learned from which given and family names go together.",
            "The share of the given name times that of the family name; what is seen of the full name still counts.",
            (_put(frequencies, "full_name_shares", _independent_names),),
        ),
        Part(
            "sex",
            "Sex from titles and names",
            "Where a record does not say the sex, its title does, or others who bear its given name.",
            "Sex is known only where a record says it.",
            (_put(prepare, "fill_in_sex", lambda _data, _by_name: None),),
        ),
        Part(
            "mates",
            "House-mates",
            "Whether the people at the two records' homes are the same.",
            "Not compared.",
            (_no_comparison("mates"),),
        ),
        Part(
            "moves",
            "Moves",
            "Whether the dates at two addresses fit one person who moved.",
            "Not compared; rules may still pair records of which one begins on the day on which the other ends.",
            (_no_comparison("moves"),),
        ),
        Part(
            "age",
            "Age when a record began",
            "Where one record alone holds a date of birth, it is held against the first day of the other.",
            "Not compared.",
            (_no_comparison("age"),),
        ),
        Part(
            "sources",
            "Pairs of sources",
            "Each pair of sources has its own sizes of the five kinds, and its own shares of agreement.",
            "All pairs of sources are thought alike.",
            (Replacement(engine, "learn_with_random_pairs", _without_sources),),
        ),
        Part(
            "coresidents",
            "A sample of co-residents",
            "Co-residents that no rule paired are learned from too.",
            "Learned from the pairs to compare alone, and from random pairs.",
            (_put(engine, "coresident_pairs", _no_pairs),),
        ),
        Part(
            "rules",
            "Chosen blocking rules",
            "The rules that find pairs to compare are chosen by the likely matches that they bring.",
            "A fixed short list, where the fields are there: the rules that every run needs (identifiers, contacts, "
            "full name, family name in one postcode), date of birth with family name, given name or postcode, dwelling "
            "with initial, the sounds of both names, and initial with family name and year of birth.",
            (_put(engine, "choose_rules", _fixed),),
        ),
        Part(
            "more-rules",
            "Any rules but the needed",
            "Chosen blocking rules once more, against less.",
            "Only the rules that every run needs. Where a data set has no identifier, contact or postcode, that is the "
            "full name alone.",
            (_put(engine, "choose_rules", _needed),),
        ),
        Part(
            "copies",
            "Copies behind the first",
            "Of records that say the same, one stands for all when pairs are looked for. Meant for speed.",
            "Each copy is paired on its own.",
            (_put(pairing, "first_identical", _each_first), _put(choose, "first_identical", _each_first)),
        ),
        Part(
            "linkage",
            "Average linkage",
            "Records joined in a chain are taken apart where those at its ends differ, or cannot be one person.",
            "Whatever is joined by any chain of likely pairs is one person. The second pass still runs.",
            (_put(engine, "cluster", _chained),),
        ),
        Part(
            "telling",
            "A say for pairs that know more",
            "Pairs that both hold a date of birth, or an identifier, can keep two clusters apart by themselves.",
            "All pairs between two clusters count alike.",
            (_put(engine, "exclusive_of", lambda data, _telling: exclusive_of(data)),),
        ),
        Part(
            "second-pass",
            "The second pass",
            "Clusters are compared again as wholes, and joined if together they look like one person.",
            "The first pass has the last word.",
            (_put(engine, "join_again", _as_first),),
        ),
    )
}
