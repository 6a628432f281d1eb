"""The distinct words of an index, and which of them a typed word may stand for.

Takes a word, gives the words that are the same name: as it stands, by sound (MOHAMMED and MUHAMMAD), by short form
(BOB for ROBERT), with one slip of the pen, by its beginning or its end, or by an initial. How well a word fits depends
on the two words alone, never on what else there is, so that words of records that a purpose may not use change nothing.

A slip is found without looking through all words: two words that are one slip apart share what is left of each when one
letter, or none, is taken out; so these leavings are kept in order, and looked up.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
from nicknames import NickNamer
from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from insighthub.linkage.sound import sound_key

Codes = npt.NDArray[np.int32]
Qualities = npt.NDArray[np.float32]

#: Jaro-Winkler under which two words with one sound key are two names all the same.
_SOUNDS_ALIKE = 0.72
#: Jaro-Winkler at which a word that nothing nearer was found for may still be meant.
_FAR = 0.84
_AFTER_Z = "\uffff"


class How(IntEnum):
    """How a word of the index answers to the word that was typed."""

    SAME = 0
    SOUND = 1
    SHORT_FORM = 2
    SLIP = 3
    STARTS = 4
    ENDS = 5
    INITIAL = 6
    ONLY_INITIAL = 7
    FAR = 8


class Alike(NamedTuple):
    """Words that fit a typed one: their codes, how well (0 to 1), and how (``How``)."""

    codes: Codes
    qualities: Qualities
    how: npt.NDArray[np.int8]

    def and_also(self, others: Alike) -> Alike:
        """Return these words and some others."""
        return Alike(
            np.concatenate([self.codes, others.codes]),
            np.concatenate([self.qualities, others.qualities]),
            np.concatenate([self.how, others.how]),
        )


class _Add(Protocol):
    def __call__(self, code: int, quality: float, how: How) -> None: ...


class Vocabulary:
    """Distinct words, in order; a word's code is its place.

    Args:
        words: distinct, in ascending order.
        names: whether they are names, which have short forms, initials and longer forms.
    """

    def __init__(self, words: Sequence[str], *, names: bool) -> None:
        self.words = list(words)
        self._names = names
        self._place = {word: code for code, word in enumerate(self.words)}
        self._sounds = self._by_sound()
        self._left_hashes, self._left_codes = self._leavings()
        backwards = sorted((word[::-1], code) for code, word in enumerate(self.words)) if names else []
        self._backwards = [word for word, _ in backwards]
        self._backwards_codes = [code for _, code in backwards]
        self._nicknames = NickNamer() if names else None

    def code(self, word: str) -> int | None:
        """Return the code of a word, nothing where no record has it."""
        return self._place.get(word)

    def like(self, word: str) -> Alike:
        """Return the words that a typed word may stand for."""
        found: dict[int, tuple[float, How]] = {}

        def add(code: int, quality: float, how: How) -> None:
            if quality > found.get(code, (0.0, How.SAME))[0]:
                found[code] = (quality, how)

        if len(word) == 1:
            if self._names:
                for code in self._starting(word):
                    add(code, 0.9 if self.words[code] == word else 0.8, How.INITIAL)
            elif word in self._place:
                add(self._place[word], 1.0, How.SAME)
            return _alike(found)
        if word in self._place:
            add(self._place[word], 1.0, How.SAME)
        if word[0].isdigit():
            return _alike(found)
        for code in self._sounds.get(_sound(word) or "", ()):
            likeness = JaroWinkler.similarity(word, self.words[code])
            if likeness >= _SOUNDS_ALIKE:
                add(code, 0.72 + 0.2 * likeness, How.SOUND)
        for code in self._one_slip(word):
            other = self.words[code]
            add(code, (0.9 if min(len(word), len(other)) > 4 else 0.8) - 0.05 * (word[0] != other[0]), How.SLIP)
        for code in self._starting(word):
            # The more of the word was typed, the likelier it is meant.
            add(code, 0.6 + 0.3 * len(word) / len(self.words[code]) if len(word) > 2 else 0.6, How.STARTS)
        if self._names:
            self._add_name_forms(word, add)
        return _alike(found)

    def far(self, word: str) -> Alike:
        """Return the words that are nearest to a typed word which nothing nearer was found for."""
        if len(word) < 5 or not word.isalpha():
            return _alike({})
        near = process.extract(word, self.words, scorer=JaroWinkler.similarity, score_cutoff=_FAR, limit=None)
        return _alike({code: (0.6 + (score - _FAR), How.FAR) for _, score, code in near if score < 1})

    def _add_name_forms(self, word: str, add: _Add) -> None:
        for form in self._short_forms(word):
            if (code := self._place.get(form)) is not None:
                add(code, 0.88, How.SHORT_FORM)
        if (code := self._place.get(word[0])) is not None:
            add(code, 0.55, How.ONLY_INITIAL)
        if len(word) > 3:
            for code in self._ending(word):
                add(code, 0.65, How.ENDS)
            for size in range(4, len(word)):
                if (code := self._place.get(word[:size])) is not None:
                    add(code, 0.65, How.STARTS)

    def _short_forms(self, word: str) -> set[str]:
        assert self._nicknames is not None
        name = word.lower()
        return {form.upper() for form in self._nicknames.nicknames_of(name) | self._nicknames.canonicals_of(name)}

    def _starting(self, word: str) -> range:
        return range(bisect_left(self.words, word), bisect_left(self.words, word + _AFTER_Z))

    def _ending(self, word: str) -> list[int]:
        turned = word[::-1]
        first = bisect_left(self._backwards, turned)
        return self._backwards_codes[first : bisect_left(self._backwards, turned + _AFTER_Z)]

    def _by_sound(self) -> dict[str, list[int]]:
        out: dict[str, list[int]] = {}
        for code, word in enumerate(self.words):
            if word.isalpha() and (sound := sound_key(word)) is not None:
                out.setdefault(sound, []).append(code)
        return out

    def _leavings(self) -> tuple[npt.NDArray[np.int64], Codes]:
        hashes: list[int] = []
        codes: list[int] = []
        for code, word in enumerate(self.words):
            if len(word) > 3 and word.isalpha():
                left = _left_of(word)
                hashes += left
                codes += [code] * len(left)
        order = np.argsort(np.array(hashes, np.int64), kind="stable")
        return np.array(hashes, np.int64)[order], np.array(codes, np.int32)[order]

    def _one_slip(self, word: str) -> list[int]:
        if len(word) < 4 or not word.isalpha():
            return []
        left = np.array(_left_of(word), np.int64)
        first = np.searchsorted(self._left_hashes, left)
        last = np.searchsorted(self._left_hashes, left, side="right")
        codes = {int(c) for a, b in zip(first, last, strict=True) if b > a for c in self._left_codes[a:b]}
        return [code for code in sorted(codes) if OSA.distance(word, self.words[code], score_cutoff=1) == 1]


def _left_of(word: str) -> list[int]:
    return list({hash(word), *(hash(word[:n] + word[n + 1 :]) for n in range(len(word)))})


def _sound(word: str) -> str | None:
    """Return the sound key of a typed word, which the key's own function would remember."""
    return sound_key.__wrapped__(word)


def _alike(found: dict[int, tuple[float, How]]) -> Alike:
    codes = sorted(found)
    return Alike(
        np.array(codes, np.int32),
        np.array([found[code][0] for code in codes], np.float32),
        np.array([found[code][1] for code in codes], np.int8),
    )
