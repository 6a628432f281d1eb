"""The papers at the desk, as the live configuration is at the moment.

Takes a gate and a user; each call asks whether the user may, and is itself a line of the audit.
"""

from __future__ import annotations

from insighthub.accounts.users import User
from insighthub.desk.gate import Gate
from insighthub.desk.refused import NotThere
from insighthub.governance.actions import Action
from insighthub.governance.papers.document import Bullets, Document
from insighthub.rights.papers import live_configuration, papers

GAPS = "To be filled in"


def papers_of(gate: Gate, user: User) -> tuple[Document, ...]:
    """Return every paper.

    Raises:
        Refused: the user may not see them.
    """
    gate.require(user, Action.SEE_PAPERS)
    return papers(live_configuration(gate.hub, on=gate.clock().date()))


def paper(gate: Gate, user: User, name: str) -> Document:
    """Return a paper; that it was read is in the audit.

    Raises:
        Refused: the user may not see it.
        NotThere: there is no such paper.
    """
    found = next((each for each in papers_of(gate, user) if each.name == name), None)
    if found is None:
        raise NotThere("there is no such paper", remedy="Choose one that is listed")
    with gate.noted(user, Action.SEE_PAPERS, detail={"paper": name}):
        pass
    return found


def gaps(found: Document) -> tuple[tuple[str, str], ...]:
    """Return what a paper lacks, and who is to fill it in."""
    out = []
    for section in found.sections:
        if section.title != GAPS:
            continue
        items = [item for block in section.blocks if isinstance(block, Bullets) for item in block.items]
        for item in items:
            what, by_whom, who = item.partition(": to be filled in by ")
            if by_whom:
                out.append((what, who))
    return tuple(out)
