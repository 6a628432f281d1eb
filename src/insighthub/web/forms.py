"""What is wrong with a form that was sent: said at the top of the page, and again at the field.

A page that shows its form again passes ``errors`` to ``Pages.page`` with status 422, and what was typed; nothing that
was typed is lost, and nothing of it stands in the title or the address.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from insighthub.errors import InsightHubError


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field.

    Args:
        field: the id of the field on the page.
        message: what to do about it, a sentence without a full stop: "Enter a date of birth".
    """

    field: str
    message: str


def error_for(errors: Sequence[FieldError], field: str) -> dict[str, str] | None:
    """Return what is wrong with a field, as GOV.UK's macros take it; None where nothing is."""
    return next(({"text": error.message} for error in errors if error.field == field), None)


def sentences(error: InsightHubError) -> str:
    """Say what an error of ours says, in sentences: what happened, and what to do."""
    said = f"{error.what}. {error.remedy}."
    return said[:1].upper() + said[1:]


def message(error: InsightHubError) -> str:
    """Say the same beside a field, where the last full stop is left out."""
    return sentences(error).removesuffix(".")
