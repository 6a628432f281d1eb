"""Projects that work on pseudonyms, and going back from a pseudonym to a person."""

import sqlalchemy as sa
from alembic import op

revision = "0007_projects"
down_revision = "0006_sign_in"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables up to date."""
    op.create_table(
        "project",
        sa.Column("project_id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("purpose", sa.String(length=64), nullable=False),
        sa.Column("coarse", sa.String(length=8), nullable=False),
        sa.Column("key_name", sa.String(length=32), nullable=False),
        sa.Column("made_by", sa.String(length=200), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("project_id"),
        sa.UniqueConstraint("key_name"),
    )
    op.create_table(
        "going_back",
        sa.Column("request_id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("project_id", _NUMBER, nullable=False),
        sa.Column("pseudonym", sa.String(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=64), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=200), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("decided_by", sa.String(length=200), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("request_id"),
    )
    op.create_index("going_back_project", "going_back", ["project_id"])
