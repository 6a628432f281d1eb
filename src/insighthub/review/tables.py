"""The state's tables of review: what was asked, and what each reviewer answered.

Records are named by source and reference, and what is kept of the evidence is levels and bits: no name, date or address
of a person stands here, but for what a reviewer writes in a note.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Float, Index, Integer, String, Table, Text

from insighthub.store.state_tables import metadata

_NUMBER = BigInteger().with_variant(Integer, "sqlite")

review_item = Table(
    "review_item",
    metadata,
    Column("item_id", _NUMBER, primary_key=True, autoincrement=True),
    Column("run_id", String(40), nullable=False),  # the release that it was drawn from
    Column("kind", String(8), nullable=False),  # pair, cluster
    Column("purpose", String(8), nullable=False),  # measure, teach, check
    Column("reason", String(24), nullable=False),
    # Of a pair its two records; of a cluster the two across its weakest link.
    *(
        Column(f"{name}_{side}", kind, nullable=False)
        for side in "lr"
        for name, kind in (("source", String(64)), ("record_id", String()), ("person", Integer))
    ),
    Column("resident_l", String(16), nullable=False),  # whose they were when it was drawn
    Column("resident_r", String(16), nullable=False),
    Column("records", Integer, nullable=False),  # of the cluster; 2 of a pair
    Column("linked", Boolean, nullable=False),  # whether the release says that the two are one person
    Column("match_weight", Float, nullable=False),
    Column("match_probability", Float, nullable=False),
    Column("evidence", Text, nullable=False),  # JSON: the levels of the comparisons, and rarity in bits
    Column("expected", Float, nullable=False),  # the share of such pairs that the model expects to be matches
    Column("stratum", String(8)),  # of what measures: how it was drawn
    Column("stratum_pairs", Float),
    Column("inclusion_probability", Float),
    Column("priority", Integer, nullable=False),  # the lower comes first
    Column("twice", Boolean, nullable=False),  # two reviewers answer it, neither seeing what the other said
    Column("drawn_at", DateTime, nullable=False),
    Column("status", String(12), nullable=False),  # open, second, third, discussion, settled
    Column("outcome", String(12)),  # of a settled one: match, not, cannot_say
    Column("settled_at", DateTime),
    Column("decisions", Text),  # JSON: ids of the decisions that it became
    Column("held_by", String(200)),  # who is looking at it now
    Column("held_until", DateTime),
    Index("review_item_queue", "status", "priority", "item_id"),
    Index("review_item_run", "run_id", "purpose"),
)

review_answer = Table(
    "review_answer",
    metadata,
    Column("answer_id", _NUMBER, primary_key=True, autoincrement=True),
    Column("item_id", _NUMBER, nullable=False),
    Column("reviewer", String(200), nullable=False),
    Column("answer", String(12), nullable=False),  # match, not, cannot_say
    Column("parts", Text),  # JSON, of a cluster: the records of each person
    Column("note", Text, nullable=False),
    Column("at", DateTime, nullable=False),
    Column("agreed", Boolean, nullable=False),  # the outcome of a discussion, which settles it
    Column("undone_at", DateTime),
    Column("undone_by", String(200)),
    Index("review_answer_item", "item_id"),
    Index("review_answer_reviewer", "reviewer"),
)
