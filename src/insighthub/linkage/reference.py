"""A record as it is named everywhere: by where it is found, and never by what it says."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Reference:
    """One person of one record."""

    source: str
    record_id: str
    person: int = 1  # which of the people that the record names, counted from 1

    def __str__(self) -> str:
        further = f" (person {self.person})" if self.person > 1 else ""
        return f"{self.source} {self.record_id}{further}"
