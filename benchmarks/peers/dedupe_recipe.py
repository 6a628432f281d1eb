"""dedupe, as its documentation's CSV and record linkage examples have it, with the truth in the labeller's place.

Text is cleaned as the example cleans it (lower case, single spaces, None where empty). Names, dates and addresses are
``String``, short ones ``ShortString``, codes ``Exact``; every column may be missing. dedupe itself chooses the pairs
that it is least sure of (``uncertain_pairs``), and is told whether they are one person; then it trains, and clusters
at its default threshold of 0.5. Two lists are joined one to one by ``RecordLink``, as its own example does.

In its favour: the labeller never errs and never says "unsure", and answers far more often than the ten of each kind
that the documentation asks for. Three things are changed so that it ends at all. Blocking rules that put more than 2%
of all pairs together, and rules on near-equal codes, are taken away, since dedupe holds every rule's pairs in memory
(over 20 GB for FEBRL3's 5,000 records). Labelling stops at ninety matches, since from a hundred on dedupe searches for
compound rules, which had not ended after nine minutes. For more than 20,000 records the rules that need an index are
left out, as its page on troubleshooting advises where training or blocking is slow.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import dedupe
import numpy as np

from benchmarks.peers.job import Job, Labels, Outcome, numbered
from benchmarks.peers.setups import LABELS

SEED = 1
DEFAULT = 0.5
GRID = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
MANY_RECORDS = 20_000
SAMPLE = 5_000
COVER = 0.02
ENOUGH_MATCHES = 90
#: Kinds of column on which a rule that needs an index may rest: in short codes nearly all values are near each other.
WORDS = frozenset({"given", "family", "place", "street", "text"})
POSITION = "position in the records"

Record = dict[str, Any]


def link(job: Job) -> Outcome:
    """Label, train and cluster."""
    if job.entities is None:
        raise ValueError("this set-up learns from labels, and was given none")
    random.seed(SEED)
    np.random.seed(SEED)
    records = _records(job)
    # Without processes of its own: on small data they cost more than they give, and memory is measured more surely.
    matcher: Any
    if job.two_lists:
        first, second = ({n: records[n] for n in places} for places in job.sources())
        matcher = dedupe.RecordLink(_variables(job, records), num_cores=0)
        matcher.prepare_training(first, second)
    else:
        matcher = dedupe.Dedupe(_variables(job, records), num_cores=0)
        matcher.prepare_training(records)
    asked, matches = _label(matcher, job.entities)
    index_rules = len(records) <= MANY_RECORDS
    matcher.train(index_predicates=index_rules)
    pairs = matcher.pairs(first, second) if job.two_lists else matcher.pairs(records)
    scores = matcher.score(pairs)
    # Clustering sorts the scores where they are, so each threshold is given a copy.
    kept = np.array(scores)

    def at(threshold: float) -> Labels:
        scores = kept.copy()
        if job.two_lists:
            groups = [pair for pair, _ in matcher.one_to_one(scores, threshold)]
        else:
            groups = [members for members, _ in matcher.cluster(scores, threshold)]
        return numbered(groups, len(records))

    def swept() -> Iterable[tuple[float, Labels]]:
        for threshold in GRID:
            yield threshold, at(threshold)

    notes = [f"{matches} of {asked} labelled pairs were matches", f"{len(kept):,} pairs compared"]
    if not index_rules:
        notes.append("trained without rules that need an index")
    return Outcome(at(DEFAULT), DEFAULT, asked, tuple(notes), swept)


def _label(matcher: Any, entities: Labels) -> tuple[int, int]:
    """Answer dedupe's own questions; return how many it asked, and how many of them were matches."""
    matches = asked = 0
    while asked < LABELS and matches < ENOUGH_MATCHES:
        pair = matcher.uncertain_pairs()[0]
        same = entities[pair[0][POSITION]] == entities[pair[1][POSITION]]
        asked, matches = asked + 1, matches + int(same)
        matcher.mark_pairs({"match": [pair] if same else [], "distinct": [] if same else [pair]})
    return asked, matches


def _records(job: Job) -> dict[int, Record]:
    columns = {name: [_clean(value) for value in job.data[name].to_pylist()] for name in job.data.column_names}
    return {
        at: {POSITION: at, **{name: values[at] for name, values in columns.items()}}
        for at in range(job.records.num_rows)
    }


def _clean(value: str | None) -> str | None:
    return re.sub(r"\s+", " ", value).strip().strip("\"'").lower().strip() or None if value else None


def _variables(job: Job, records: dict[int, Record]) -> list[Any]:
    from dedupe import variables

    kinds: dict[str, Any] = {
        "given": variables.String,
        "middle": variables.ShortString,
        "family": variables.String,
        "date": variables.String,
        "sex": variables.Exact,
        "postcode": variables.ShortString,
        "place": variables.ShortString,
        "street": variables.String,
        "number": variables.ShortString,
        "identifier": variables.ShortString,
        "contact": variables.String,
        "text": variables.ShortString,
    }
    made = []
    chosen = random.Random(SEED).sample(sorted(records), min(len(records), SAMPLE))
    sample = [records[n] for n in chosen]
    for column in job.columns:
        variable = kinds[column.kind](column.name, has_missing=True)
        words = column.kind in WORDS
        variable.predicates = [rule for rule in variable.predicates if _is_fine(rule, sample, words=words)]
        made.append(variable)
    return made


def _is_fine(rule: Any, sample: Sequence[Record], *, words: bool) -> bool:
    """Tell whether a blocking rule is fine enough for dedupe to hold all the pairs of a sample that it makes."""
    if hasattr(rule, "index"):
        return words and (rule.threshold <= 1 if rule.type.startswith("Levenshtein") else rule.threshold >= 0.6)
    sizes = Counter(block for record in sample for block in rule(record))
    return sum(n * (n - 1) // 2 for n in sizes.values()) <= COVER * len(sample) ** 2 / 2
