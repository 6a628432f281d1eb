"""Doubtful pairs and clusters, and what reviewers answered."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002_access"


def upgrade() -> None:
    """Bring the tables up to date."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "review_item",
        sa.Column("item_id", number, autoincrement=True, nullable=False),
        sa.Column("run_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("purpose", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("source_l", sa.String(length=64), nullable=False),
        sa.Column("record_id_l", sa.String(), nullable=False),
        sa.Column("person_l", sa.Integer(), nullable=False),
        sa.Column("source_r", sa.String(length=64), nullable=False),
        sa.Column("record_id_r", sa.String(), nullable=False),
        sa.Column("person_r", sa.Integer(), nullable=False),
        sa.Column("resident_l", sa.String(length=16), nullable=False),
        sa.Column("resident_r", sa.String(length=16), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("linked", sa.Boolean(), nullable=False),
        sa.Column("match_weight", sa.Float(), nullable=False),
        sa.Column("match_probability", sa.Float(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("expected", sa.Float(), nullable=False),
        sa.Column("stratum", sa.String(length=8), nullable=True),
        sa.Column("stratum_pairs", sa.Float(), nullable=True),
        sa.Column("inclusion_probability", sa.Float(), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("twice", sa.Boolean(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.Column("decisions", sa.Text(), nullable=True),
        sa.Column("held_by", sa.String(length=200), nullable=True),
        sa.Column("held_until", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("item_id"),
    )
    op.create_index("review_item_queue", "review_item", ["status", "priority", "item_id"], unique=False)
    op.create_index("review_item_run", "review_item", ["run_id", "purpose"], unique=False)
    op.create_table(
        "review_answer",
        sa.Column("answer_id", number, autoincrement=True, nullable=False),
        sa.Column("item_id", number, nullable=False),
        sa.Column("reviewer", sa.String(length=200), nullable=False),
        sa.Column("answer", sa.String(length=12), nullable=False),
        sa.Column("parts", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.Column("undone_by", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("answer_id"),
    )
    op.create_index("review_answer_item", "review_answer", ["item_id"], unique=False)
    op.create_index("review_answer_reviewer", "review_answer", ["reviewer"], unique=False)
