"""Deliveries made at random, and what a standing linkage makes of them beside a full run."""

from dataclasses import dataclass, field
from random import Random

import pyarrow as pa

from insighthub.linkage.settings import LinkSettings
from insighthub.linkage.standing import link_all, relink
from tests.made_people import made_people

#: More pairs are written than regions are made of, so that some reach from one region into another.
SETTINGS = LinkSettings(threads=1, random_pairs=20_000, iterations=30, block_cap=20, keep_probability=1e-9)
SINGLE = ("c",)
KEY = ("source", "record_id", "person")
SCHEMA = made_people(0, 1).schema
DECIDED = pa.schema(
    [
        *(pa.field(f"{name}_{side}", pa.int32() if name == "person" else pa.string()) for side in "lr" for name in KEY),
        pa.field("decision", pa.string()),
    ]
)


def table(rows, schema=SCHEMA):
    return pa.Table.from_pylist(list(rows), schema=schema)


def keys(found, side=""):
    return list(zip(*(found[f"{name}{side}"].to_pylist() for name in KEY), strict=True))


def clusters(rows):
    """Return the clusters as sets of keys."""
    out = {}
    for key, number in zip(keys(rows), rows["cluster"].to_pylist(), strict=True):
        out.setdefault(number, set()).add(key)
    return {frozenset(members) for members in out.values()}


def pairs(found):
    """Return all that is said of each pair, by its two keys."""
    said = [name for name in found.column_names if name[:-2] not in KEY]
    rows = zip(*(found[name].to_pylist() for name in said), strict=True)
    return dict(zip(zip(keys(found, "_l"), keys(found, "_r"), strict=True), rows, strict=True))


def gone(records):
    source, record_id = zip(*records, strict=True) if records else ((), ())
    return pa.table({"source": pa.array(source, pa.string()), "record_id": pa.array(record_id, pa.string())})


@dataclass
class Hub:
    """Records that come and go, linked delivery by delivery.

    Attributes:
        folder: where the standing folders are.
        model: the model folder.
        records: the rows of each record there is, by source and record id.
        decisions: those in force.
        clusters: as the deliveries left them.
        pairs: as the deliveries left them.
        single: sources that hold one record a person.
        settings: of every run.
        schema: of the records.
    """

    folder: object
    model: object
    records: dict
    decisions: list = field(default_factory=list)
    clusters: set = field(default_factory=set)
    pairs: dict = field(default_factory=dict)
    runs: int = 0
    full: int = 0
    single: tuple = SINGLE
    settings: LinkSettings = SETTINGS
    schema: pa.Schema = SCHEMA

    def decided(self):
        return pa.Table.from_pylist(self.decisions, schema=DECIDED) if self.decisions else None

    def everything(self):
        return table((row for rows in self.records.values() for row in rows), self.schema)

    def in_full(self):
        """Link all that is there; return clusters, pairs and findings."""
        self.full += 1
        full = link_all(
            self.everything(),
            self.model,
            self.folder / f"full-{self.full}",
            single_sources=self.single,
            settings=self.settings,
            decisions=self.decided(),
        )
        return clusters(full.rows), pairs(full.pairs), full.findings

    def start(self):
        first = link_all(
            self.everything(),
            self.model,
            self.standing(),
            single_sources=self.single,
            settings=self.settings,
            decisions=self.decided(),
        )
        self.clusters, self.pairs = clusters(first.rows), pairs(first.pairs)

    def standing(self):
        return self.folder / f"standing-{self.runs}"

    def deliver(self, removed, added):
        """Link a delivery: keys of records that go, and lists of rows that come. Return the result."""
        base = self.standing()
        self.runs += 1
        result = relink(
            base,
            self.model,
            self.standing(),
            removed=gone(removed),
            added=table((row for rows in added for row in rows), self.schema),
            settings=self.settings,
            decisions=self.decided(),
        )
        for record in removed:
            self.records.pop(record, None)
        for rows in added:
            self.records[rows[0]["source"], rows[0]["record_id"]] = rows
        stands = zip(*(result.as_before[name].to_pylist() for name in ("source", "record_id")), strict=True)
        self.bring_in(result, set(removed) - set(stands))
        return result

    def bring_in(self, result, removed):
        """Bring the regions that were linked into all that stood, as a caller does."""
        again = set(keys(result.rows))
        rest = ({k for k in cluster if k[:2] not in removed} - again for cluster in self.clusters)
        self.clusters = {frozenset(cluster) for cluster in rest if cluster} | clusters(result.rows)
        kept = {
            (a, b): said
            for (a, b), said in self.pairs.items()
            if a[:2] not in removed and b[:2] not in removed and not (a in again and b in again)
        }
        self.pairs = kept | pairs(result.pairs)


def made_records(seed, people):
    """Return records as lists of rows, some of two people, some of nobody, in no order of their ids."""
    dice = Random(seed)
    out = []
    for row in made_people(seed, people, names=6).to_pylist():
        row["record_id"] = f"q{dice.randrange(10**6):06}"
        rows = [row]
        if dice.random() < 0.06:
            rows.append({**row, "person": 2, "given_name": dice.choice(("EMMA", "THOMAS", "PRIYA"))})
        if dice.random() < 0.04:
            rows = [{**dict.fromkeys(SCHEMA.names), "not_linked_reason": "no person",
                     **{name: row[name] for name in KEY}}]  # fmt: skip
        out.append(rows)
    return out
