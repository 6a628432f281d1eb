"""How often the form of a name is told rightly, on names that the classifier was not trained on.

Takes the lists of ``insighthub.groups.name_forms``, gives a table. Two ways of holding out: one name in five of every
list (names of the same kind, never seen), and whole lists of countries that are in no training list at all. Given and
family names are paired within a form. The lists hold each name once, so rare names count as much as common ones;
among people, whose names are mostly common, it is more often right.

    python -m benchmarks.name_origin
"""

from __future__ import annotations

import zlib

import numpy as np
from rich.console import Console
from rich.table import Table

from insighthub.groups.name_forms import (
    AFRICAN,
    BRITISH,
    FORMS,
    NOT_TOLD,
    OTHER_EUROPEAN,
    Part,
    locale_names,
    names_of,
)
from insighthub.groups.name_origin import name_origin, of_lists

PARTS: tuple[Part, Part] = ("given", "family")
PEOPLE = 2_000  # whole names made of each form
FOLDS = 5

#: Lists of countries that no training list has.
UNSEEN = {
    "es_AR": OTHER_EUROPEAN,
    "fr_CA": OTHER_EUROPEAN,
    "nl_BE": OTHER_EUROPEAN,
    "en_NZ": BRITISH,
    "sw": AFRICAN,
}


def held_out(name: str) -> bool:
    """Whether a name is of the fifth that is not trained on: by its letters, so that it is so in every list."""
    return zlib.crc32(name.encode()) % FOLDS == 0


def pair_up(given: list[str], family: list[str], seed: int) -> tuple[list[str], list[str]]:
    """Return whole names, drawn from names of the two parts."""
    random = np.random.Generator(np.random.PCG64(seed))
    return random.choice(given, PEOPLE).tolist(), random.choice(family, PEOPLE).tolist()


def outcome(told: list[str], form: str) -> tuple[float, float, float]:
    """Return the shares told rightly, wrongly and not at all."""
    right = sum(t == form for t in told) / len(told)
    not_told = sum(t == NOT_TOLD for t in told) / len(told)
    return right, 1 - right - not_told, not_told


def held_out_names() -> dict[str, list[str]]:
    """Return what whole names of held-out parts are told to be, by form."""
    lists = {part: {form: names_of(form, part) for form in FORMS} for part in PARTS}
    kept = {part: {f: [n for n in names if not held_out(n)] for f, names in lists[part].items()} for part in PARTS}
    classifier = of_lists(kept)
    told = {}
    for k, form in enumerate(FORMS):
        rest = {part: [n for n in lists[part][form] if held_out(n)] for part in PARTS}
        told[form] = classifier.tell(*pair_up(rest["given"], rest["family"], k))
    return told


def main() -> None:
    """Print the tables."""
    console = Console(width=110)
    told = held_out_names()
    table = Table(title="Whole names of which neither part was trained on: what their form is told to be")
    table.add_column("Form")
    for heading in ("Right", "Wrong", "Not told", "Right where told"):
        table.add_column(heading, justify="right")
    rights, wrongs = [], []
    for form, answers in told.items():
        right, wrong, nothing = outcome(answers, form)
        rights.append(right)
        wrongs.append(wrong)
        table.add_row(form, *(f"{v:.1%}" for v in (right, wrong, nothing, right / max(1e-9, right + wrong))))
    table.add_section()
    mean, amiss = float(np.mean(rights)), float(np.mean(wrongs))
    table.add_row("mean of forms", *(f"{v:.1%}" for v in (mean, amiss, 1 - mean - amiss, mean / (mean + amiss))))
    console.print(table)
    confused = Table(title="Told to be (%)")
    confused.add_column("Form")
    for form in (*FORMS, NOT_TOLD):
        confused.add_column(form.split(" ")[0], justify="right")
    for form, answers in told.items():
        confused.add_row(
            form, *(f"{100 * sum(a == other for a in answers) / len(answers):.0f}" for other in (*FORMS, NOT_TOLD))
        )
    console.print(confused)
    unseen = Table(title="Countries of which no list was trained on")
    unseen.add_column("Faker's list")
    unseen.add_column("Form")
    for heading in ("Right", "Wrong", "Not told"):
        unseen.add_column(heading, justify="right")
    for locale, form in UNSEEN.items():
        names = pair_up(list(locale_names(locale, "given")), list(locale_names(locale, "family")), 7)
        unseen.add_row(locale, form, *(f"{v:.1%}" for v in outcome(name_origin().tell(*names), form)))
    console.print(unseen)


if __name__ == "__main__":
    main()
