"""A section of the report, and the plain words that several sections use."""

from dataclasses import dataclass

from insighthub.charts import Figure
from insighthub.charts.numbers import of

__all__ = ["Section", "of", "words"]


@dataclass(frozen=True)
class Section:
    """A heading, a few sentences, and figures."""

    key: str
    heading: str
    lead: str
    figures: tuple[Figure, ...]
    more: tuple[str, ...] = ()  # further paragraphs, after the lead

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The lead and what follows it."""
        return tuple(text for text in (self.lead, *self.more) if text)


# Fields whose names are short for something, as people write them.
_WRITTEN = {"nhs": "NHS", "nino": "NINO", "upn": "UPN", "uprn": "UPRN"}


def words(name: str) -> str:
    """Write the name of a field or a comparison as words: ``given_name`` as "Given name", ``upn`` as "UPN"."""
    text = " ".join(_WRITTEN.get(word, word) for word in name.replace("_", " ").split())
    return text[:1].upper() + text[1:]
