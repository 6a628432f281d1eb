"""What became of the rows that each source delivered.

Takes the counts of the stages before linkage, and holds them to their sums: delivered = landed + quarantined, and no
more persons are left out than were named.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class SourceCounts:
    """The counts of one source, in rows and in persons.

    Args:
        source: the source's name in the contract.
        delivered: rows in its files.
        landed: rows that were taken in.
        quarantined: rows that were not, by reason.
        persons_named: persons that the landed rows name; a joint record names two.
        not_linked: persons kept but never linked, by reason; part of ``persons_named``.

    Raises:
        ValueError: the counts do not add up.
    """

    source: str
    delivered: int
    landed: int
    quarantined: Mapping[str, int] = field(default_factory=dict)
    persons_named: int = 0
    not_linked: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.delivered != self.landed + self.quarantined_rows:
            raise ValueError(
                f"{self.source}: {self.delivered} rows delivered, but {self.landed} landed and "
                f"{self.quarantined_rows} quarantined"
            )
        if self.not_linked_persons > self.persons_named:
            raise ValueError(
                f"{self.source}: {self.persons_named} persons named, but {self.not_linked_persons} not linked"
            )

    @property
    def quarantined_rows(self) -> int:
        """Rows that were not taken in, for any reason."""
        return sum(self.quarantined.values())

    @property
    def not_linked_persons(self) -> int:
        """Persons kept but never linked, for any reason."""
        return sum(self.not_linked.values())
