"""How large clusters are, and which are the largest.

Takes the counts of people, gives the section "Clusters". The largest clusters are where wrong links gather, so they are
named, by record reference, for a person to look up.
"""

from insighthub.charts import Column, Figure, counts
from insighthub.charts.numbers import count, share
from insighthub.charts.table import table
from insighthub.report.people import People
from insighthub.report.section import Section, of

# Upper ends of the groups of sizes that are shown; each size up to 10 stands alone.
_ENDS = (*range(1, 11), 20, 50, 100)


def cluster_section(people: People) -> Section:
    """Say how many records people have, and who has the most."""
    figures = (_sizes(people), _largest(people)) if people.total else ()
    return Section(
        "clusters",
        "Clusters: the people behind the records",
        "A cluster is the records judged to be one person's. A cluster that is much larger than the number of sources "
        "deserves a look.",
        figures,
    )


def _sizes(people: People) -> Figure:
    groups = _grouped(people.by_size)
    alone = people.by_size.get(1, 0)
    return Figure(
        "cluster-sizes",
        f"{of(people.records, 'record')} are of {of(people.total, 'person', 'people')}, "
        f"{people.records / people.total:.1f} records each",
        f"{share(alone / people.total)} of people have one record alone; the largest cluster has "
        f"{of(max(people.by_size), 'record')}.",
        table(
            "People by number of records",
            [
                Column("records", "Records"),
                Column("people", "People", "count"),
                Column("share", "Share of people", "share"),
            ],
            [(label, n, n / people.total) for label, n in groups],
        ),
        lambda width: counts.columns(
            [label for label, _ in groups], [n for _, n in groups], "Records of the person", width
        ),
    )


def _grouped(by_size: dict[int, int]) -> list[tuple[str, int]]:
    groups: list[tuple[str, int]] = []
    start = 1
    for end in _ENDS:
        label = str(end) if start == end else f"{start} to {end}"
        groups.append((label, sum(n for size, n in by_size.items() if start <= size <= end)))
        start = end + 1
    groups.append((f"over {_ENDS[-1]}", sum(n for size, n in by_size.items() if size > _ENDS[-1])))
    while groups and groups[-1][1] == 0:
        groups.pop()
    return groups


def _largest(people: People) -> Figure:
    largest = people.largest
    first = largest[0]
    rows = []
    for cluster in largest:
        more = cluster.records - len(cluster.references)
        named = "; ".join(str(reference) for reference in cluster.references)
        rows.append(
            (
                cluster.cluster_id,
                cluster.records,
                cluster.sources,
                f"{named}; and {count(more)} more" if more else named,
            )
        )
    return Figure(
        "largest-clusters",
        f"The largest cluster has {of(first.records, 'record')} from {of(first.sources, 'source')}",
        "Records are named by source and record number, and never by what they say.",
        table(
            f"The {of(len(rows), 'largest cluster')}",
            [
                Column("cluster_id", "Cluster"),
                Column("records", "Records", "count"),
                Column("sources", "Sources", "count"),
                Column("references", "Which records"),
            ],
            rows,
        ),
    )
