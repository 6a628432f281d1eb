"""What was delivered, what became of it, and who is known to which sources.

Takes the counts of each source and of people, gives the sections "Records by source" and "Overlap between sources".
"""

from collections.abc import Sequence

from insighthub.charts import Column, Figure, counts
from insighthub.charts.figure import heat_matrix
from insighthub.charts.numbers import count, share
from insighthub.charts.table import table
from insighthub.report.counts import SourceCounts
from insighthub.report.people import People
from insighthub.report.section import Section, of


def records_section(deliveries: Sequence[SourceCounts]) -> Section:
    """Say what each source delivered, and what was set aside."""
    figures = [_rows(deliveries), _persons(deliveries)]
    reasons = _reasons(deliveries)
    if reasons is not None:
        figures.append(reasons)
    return Section(
        "records",
        "Records by source",
        "Each row that a file delivered was either landed or quarantined. A landed row may name one person, several "
        "(a joint record), or none.",
        tuple(figures),
    )


def overlap_section(people: People) -> Section:
    """Say who is known to which sources together."""
    figures = [_known_to(people)]
    if len(people.by_source) > 1:
        figures.insert(0, _overlap(people))
    return Section(
        "overlap",
        "Overlap between sources",
        "A person is known to a source when at least one of its records is in their cluster.",
        tuple(figures),
    )


def _rows(deliveries: Sequence[SourceCounts]) -> Figure:
    delivered = sum(d.delivered for d in deliveries)
    held = sum(d.quarantined_rows for d in deliveries)
    set_aside = f"{of(held, 'was', 'were')} quarantined" if held else "none were quarantined"
    if held:
        set_aside += f" ({share(held / delivered)})"
    bars = [
        counts.Bar(
            d.source,
            (d.landed, d.quarantined_rows),
            count(d.delivered) + (f", {count(d.quarantined_rows)} quarantined" if d.quarantined_rows else ""),
        )
        for d in deliveries
    ]
    largest = max(deliveries, key=lambda d: d.delivered)
    return Figure(
        "rows-by-source",
        f"{of(len(deliveries), 'source')} delivered {of(delivered, 'row')}, of which {set_aside}",
        f"The largest source is {largest.source}, with {of(largest.delivered, 'row')}.",
        table(
            "Rows delivered, landed and quarantined, by source",
            [
                Column("source", "Source"),
                Column("delivered", "Delivered", "count"),
                Column("landed", "Landed", "count"),
                Column("quarantined", "Quarantined", "count"),
            ],
            [
                *((d.source, d.delivered, d.landed, d.quarantined_rows) for d in deliveries),
                ("All sources", delivered, delivered - held, held),
            ],
        ),
        lambda width: counts.bars(bars, ("Landed", "Quarantined"), width),
    )


def _persons(deliveries: Sequence[SourceCounts]) -> Figure:
    named = sum(d.persons_named for d in deliveries)
    left_out = sum(d.not_linked_persons for d in deliveries)
    bars = [
        counts.Bar(
            d.source,
            (d.persons_named - d.not_linked_persons, d.not_linked_persons),
            count(d.persons_named) + (f", {count(d.not_linked_persons)} not linked" if d.not_linked_persons else ""),
        )
        for d in deliveries
    ]
    finding = f"{of(left_out, 'is', 'are')} kept but not linked" if left_out else "all of them can be linked"
    most = max(deliveries, key=lambda d: d.not_linked_persons)
    return Figure(
        "persons-by-source",
        f"The landed rows name {of(named, 'person', 'persons')}; {finding}",
        f"Most of those not linked are in {most.source}: {count(most.not_linked_persons)}."
        if left_out
        else "No source has records that are kept without being linked.",
        table(
            "Persons named and not linked, by source",
            [
                Column("source", "Source"),
                Column("persons_named", "Persons named", "count"),
                Column("not_linked", "Not linked", "count"),
                Column("share_not_linked", "Share not linked", "share"),
            ],
            [
                (
                    d.source,
                    d.persons_named,
                    d.not_linked_persons,
                    d.not_linked_persons / d.persons_named if d.persons_named else None,
                )
                for d in deliveries
            ],
        ),
        lambda width: counts.bars(bars, ("Can be linked", "Not linked"), width),
    )


def _reasons(deliveries: Sequence[SourceCounts]) -> Figure | None:
    rows = [(d.source, "Quarantined row", reason, n) for d in deliveries for reason, n in d.quarantined.items() if n]
    rows += [(d.source, "Person not linked", reason, n) for d in deliveries for reason, n in d.not_linked.items() if n]
    if not rows:
        return None
    rows.sort(key=lambda row: (-row[3], row))
    source, _, reason, most = rows[0]
    return Figure(
        "reasons",
        f"The commonest reason to set something aside is “{reason}”: {count(most)} in {source}",
        "Quarantined rows were not taken in. Persons not linked were taken in and kept, and have no cluster.",
        table(
            "Why rows were quarantined and persons not linked",
            [
                Column("source", "Source"),
                Column("what", "What was set aside"),
                Column("reason", "Reason"),
                Column("number", "Number", "count"),
            ],
            rows,
        ),
    )


def _overlap(people: People) -> Figure:
    sources = tuple(people.by_source)
    pairs = [(a, b) for i, a in enumerate(sources) for b in sources[i + 1 :]]
    one, other = max(pairs, key=lambda pair: people.both(*pair))
    most = people.both(one, other)
    texts, shades = [], []
    for row in sources:
        texts.append([count(people.both(row, column)) for column in sources])
        known = people.by_source[row]
        shades.append([None if row == column else people.both(row, column) / known for column in sources])
    lonely = [s for s in sources if all(people.both(s, o) == 0 for o in sources if o != s)]
    shared_by_none = f" No person of {', '.join(lonely)} is known to another source." if lonely else ""
    return Figure(
        "overlap-matrix",
        f"{one} and {other} share the most people: {count(most)}" if most else "No person is known to two sources",
        "Each cell is the number of people known to both the row's source and the column's; where the two are one, all "
        "people known to that source. The darker a cell, the larger the share of the row's people that the column's "
        f"source knows too.{shared_by_none}",
        table(
            "People known to both of two sources",
            [
                Column("source_l", "Source"),
                Column("source_r", "Other source"),
                Column("people", "Known to both", "count"),
                Column("share_of_l", "Share of the source", "share"),
                Column("share_of_r", "Share of the other", "share"),
            ],
            [
                (
                    a,
                    b,
                    people.both(a, b),
                    people.both(a, b) / people.by_source[a],
                    people.both(a, b) / people.by_source[b],
                )
                for a, b in sorted(pairs, key=lambda pair: (-people.both(*pair), pair))
            ],
        ),
        matrix=heat_matrix("People known to two sources", "Source", sources, texts=texts, values=shades, highest=1.0),
    )


def _known_to(people: People) -> Figure:
    several = sum(n for known, n in people.by_sources_known.items() if known > 1)
    rows = sorted(people.by_sources_known.items())
    labels = [str(known) for known, _ in rows]
    heights = [n for _, n in rows]
    total = people.total
    most = max(people.by_sources_known, default=0)
    best_known = people.by_sources_known.get(most, 0)
    return Figure(
        "sources-known",
        f"{share(several / total if total else None)} of {of(total, 'person', 'people')} are known to more than one "
        "source",
        f"The best known are known to {of(most, 'source')}: {of(best_known, 'person', 'people')}.",
        table(
            "People by the number of sources that know them",
            [
                Column("sources", "Sources", "count"),
                Column("people", "People", "count"),
                Column("share", "Share of people", "share"),
            ],
            [(known, n, n / total) for known, n in rows],
        ),
        lambda width: counts.columns(labels, heights, "Sources that know the person", width),
    )
