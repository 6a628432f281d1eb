"""What the links say about people: who is known to which sources, and in how many records.

Takes the links table, gives counts. A person is a cluster; a record that names two persons counts once for each.
"""

from dataclasses import dataclass

import duckdb
import pyarrow as pa

from insighthub.linkage.reference import Reference

#: How many of the largest clusters are shown, and how many of a cluster's records.
LARGEST_CLUSTERS, SHOWN_RECORDS = 10, 12

_KNOWN_TO = """
create temp table known_to as
select distinct cluster_id, source from links where cluster_id is not null
"""

_PEOPLE_BY_SOURCE = """
select source, count(*) from known_to group by source order by source
"""

_OVERLAP = """
select one.source, other.source, count(*)
from known_to as one join known_to as other using (cluster_id)
where one.source < other.source
group by one.source, other.source
"""

_PEOPLE_BY_SOURCES_KNOWN = """
with person as (select cluster_id, count(*) as sources from known_to group by cluster_id)
select sources, count(*) from person group by sources order by sources
"""

_PEOPLE_BY_SIZE = """
with person as (select cluster_id, count(*) as records from links where cluster_id is not null group by cluster_id)
select records, count(*) from person group by records order by records
"""

_LARGEST = """
with largest as (
    select cluster_id, count(*) as records, count(distinct source) as sources
    from links where cluster_id is not null
    group by cluster_id
    order by records desc, cluster_id
    limit $clusters
),
member as (
    select cluster_id, records, sources, source, record_id, person,
        row_number() over (partition by cluster_id order by source, record_id, person) as place
    from links join largest using (cluster_id)
)
select cluster_id, records, sources, source, record_id, person
from member where place <= $shown
order by records desc, cluster_id, place
"""


@dataclass(frozen=True)
class Cluster:
    """One large cluster with its first few records."""

    cluster_id: str
    records: int
    sources: int
    references: tuple[Reference, ...]


@dataclass(frozen=True)
class People:
    """Counts of people over the links.

    Args:
        by_source: people known to each source, by name, in order of name.
        overlap: people known to both of two sources, the names in order.
        by_sources_known: people by how many sources know them.
        by_size: people by how many records they have.
        largest: the clusters with most records.
    """

    by_source: dict[str, int]
    overlap: dict[tuple[str, str], int]
    by_sources_known: dict[int, int]
    by_size: dict[int, int]
    largest: tuple[Cluster, ...]

    @property
    def total(self) -> int:
        """All people."""
        return sum(self.by_size.values())

    @property
    def records(self) -> int:
        """All records of people."""
        return sum(size * people for size, people in self.by_size.items())

    def both(self, one: str, other: str) -> int:
        """Return how many people are known to both sources, or to the one where they are the same."""
        if one == other:
            return self.by_source.get(one, 0)
        return self.overlap.get((min(one, other), max(one, other)), 0)


def count_people(links: pa.Table) -> People:
    """Count people by source, overlap, sources known and records.

    Args:
        links: columns source, record_id, person and cluster_id.
    """
    with duckdb.connect() as connection:
        connection.register("links", links)
        connection.execute(_KNOWN_TO)
        by_source = dict(connection.execute(_PEOPLE_BY_SOURCE).fetchall())
        overlap = {(one, other): people for one, other, people in connection.execute(_OVERLAP).fetchall()}
        by_sources_known = dict(connection.execute(_PEOPLE_BY_SOURCES_KNOWN).fetchall())
        by_size = dict(connection.execute(_PEOPLE_BY_SIZE).fetchall())
        members = connection.execute(_LARGEST, {"clusters": LARGEST_CLUSTERS, "shown": SHOWN_RECORDS}).fetchall()
    largest: dict[str, Cluster] = {}
    for cluster_id, records, sources, source, record_id, person in members:
        known = largest.get(cluster_id)
        references = (*(known.references if known else ()), Reference(source, record_id, person))
        largest[cluster_id] = Cluster(cluster_id, records, sources, references)
    return People(by_source, overlap, by_sources_known, by_size, tuple(largest.values()))
