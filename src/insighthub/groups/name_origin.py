"""Name origin: the form that a name most likely has, for comparing error rates between groups and nothing else.

Takes given and family names, gives one of a few forms, or "Other or not told" where none is likely enough. For each
form and part of the name, letters follow one another with probabilities counted on lists of names, backed off from
three letters of context to none (Witten and Bell, 1991, "The zero-frequency problem"); a name on a form's list counts
in part as itself. The form under which the whole name is likeliest is taken; no form is held commoner than another.

It is trained on first use, in about a second, and is the same wherever the lists are. It is never used to link, and
never shown for one person; ``make bench-names`` prints how often it is right on names that it was not trained on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import numpy.typing as npt

from insighthub.groups.name_forms import FORMS, NOT_TOLD, Part, names_of

Array = npt.NDArray[np.float64]
Lists = Mapping[str, Sequence[str]]

CONTEXT = 3  # letters
_LETTERS = 28  # A to Z, the space, and the end of a name
# How far a name on a list counts as itself, beside the letters that it is made of.
_LISTED = 0.5
#: The least probability at which a form is told.
SURE = 0.8


@dataclass(frozen=True)
class LetterModel:
    """How likely a name is under each form, by its letters.

    follows: context and next letter -> how often, by form. context: how often, by form. kinds: in how many different
    ways it goes on, by form. listed: name -> 1 over the length of the list, by form, where it is on it.
    """

    follows: dict[str, Array]
    context: dict[str, Array]
    kinds: dict[str, Array]
    listed: dict[str, Array]
    _logs: dict[str, Array] = field(default_factory=dict, repr=False)  # of a letter in its context, once worked out

    def log_likelihood(self, name: str) -> Array:
        """Return the log of P(name | form) for each form, in the order of the lists; shape (forms,)."""
        total: Array = np.zeros(len(next(iter(self.context.values()))))
        padded = "^" * CONTEXT + name + "$"
        for place in range(CONTEXT, len(padded)):
            gram = padded[place - CONTEXT : place + 1]
            known = self._logs.get(gram)
            if known is None:
                known = self._logs[gram] = np.log(self._follows(gram[:-1], gram[-1]))
            total += known
        by_letters = np.exp(total)
        on_list = self.listed.get(name)
        mixed = (1 - _LISTED) * by_letters + (_LISTED * on_list if on_list is not None else 0.0)
        return np.asarray(np.log(mixed))

    def _follows(self, context: str, letter: str) -> Array:
        chance: Array = np.full(len(next(iter(self.context.values()))), 1.0 / _LETTERS)
        for start in range(len(context), -1, -1):
            short = context[start:]
            seen = self.context.get(short)
            if seen is None:
                break
            kinds = self.kinds[short]
            times = self.follows.get(short + letter, 0.0)
            known = seen + kinds
            chance = np.where(known > 0, (times + kinds * chance) / np.maximum(known, 1e-300), chance)
        return chance


def train(lists: Lists) -> LetterModel:
    """Count letters on lists of names.

    Args:
        lists: form -> its names in capital letters, each once.
    """
    forms = len(lists)
    model = LetterModel({}, {}, {}, {})
    for f, names in enumerate(lists.values()):
        for name in names:
            model.listed.setdefault(name, np.zeros(forms))[f] = 1.0 / len(names)
            padded = "^" * CONTEXT + name + "$"
            for place in range(CONTEXT, len(padded)):
                for start in range(place - CONTEXT, place + 1):
                    context, gram = padded[start:place], padded[start : place + 1]
                    follows = model.follows.setdefault(gram, np.zeros(forms))
                    if not follows[f]:
                        model.kinds.setdefault(context, np.zeros(forms))[f] += 1
                    follows[f] += 1
                    model.context.setdefault(context, np.zeros(forms))[f] += 1
    return model


@dataclass(frozen=True)
class NameOrigin:
    """Tells the form of names."""

    forms: tuple[str, ...]
    models: Mapping[Part, LetterModel]

    @classmethod
    def of(cls, given: Lists, family: Lists) -> NameOrigin:
        """Train on lists of given and of family names, of the same forms in the same order."""
        return cls(tuple(given), {"given": train(given), "family": train(family)})

    def tell(self, given: Sequence[str | None], family: Sequence[str | None]) -> list[str]:
        """Return the form of each whole name, or ``NOT_TOLD``.

        Args:
            given: given names in capital letters, as ``person_records`` holds them; None where not known.
            family: family names, as many.
        """
        evidence = self._evidence("given", given) + self._evidence("family", family)
        best = evidence.argmax(axis=1)
        share = np.exp(evidence - evidence.max(axis=1, keepdims=True))
        sure = 1.0 / share.sum(axis=1) >= SURE
        return [self.forms[f] if ok else NOT_TOLD for f, ok in zip(best.tolist(), sure.tolist(), strict=True)]

    def _evidence(self, part: Part, names: Sequence[str | None]) -> Array:
        """Return the log-likelihood of each name by form, each different name looked at once; 0 where not known."""
        model = self.models[part]
        places: dict[str | None, int] = {}
        rows: list[Array] = []
        codes = np.empty(len(names), np.int64)
        for row, name in enumerate(names):
            place = places.get(name)
            if place is None:
                place = places[name] = len(rows)
                rows.append(self._words(model, name))
            codes[row] = place
        return np.stack(rows)[codes] if rows else np.zeros((0, len(self.forms)))

    def _words(self, model: LetterModel, name: str | None) -> Array:
        """Return the mean over the words of a name, so that a double-barrelled one counts as one."""
        # An initial tells nothing.
        words = [word for word in (name or "").replace("-", " ").split() if len(word) > 1]
        if not words:
            return np.zeros(len(self.forms))
        return np.asarray(np.mean([model.log_likelihood(word) for word in words], axis=0))


def of_lists(keep: Mapping[Part, Mapping[str, Iterable[str]]]) -> NameOrigin:
    """Train on the lists that are given for each part."""
    return NameOrigin.of(
        {form: tuple(keep["given"][form]) for form in FORMS}, {form: tuple(keep["family"][form]) for form in FORMS}
    )


@cache
def name_origin() -> NameOrigin:
    """Return the classifier trained on all lists; trained once."""
    return of_lists({part: {form: names_of(form, part) for form in FORMS} for part in ("given", "family")})
