"""No entry, no ingest: what a contract must say before a hub takes the source in.

Takes a contract's source, gives what is missing. Linking files once, for a test, needs none of it; a hub that keeps
people's data does.
"""

from __future__ import annotations

from insighthub.sources.contract import Source

#: Settings that every source of a hub needs, and that special category data need beside.
ALWAYS = ("lawful_basis", "legal_gateway", "owner", "retention_months")
SPECIAL = ("article_9_condition", "schedule_1_condition")


def missing_entries(source: Source) -> tuple[str, ...]:
    """Return the settings that a source lacks to be taken into a hub."""
    needed = (*ALWAYS, *SPECIAL) if source.special_category else ALWAYS
    return tuple(name for name in needed if not getattr(source, name))
