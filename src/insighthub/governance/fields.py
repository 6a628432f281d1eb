"""What of a person a purpose sees: the fields, and the one function that takes the others out of a picture.

Takes what was read of a resident, and a purpose; gives the same without what the purpose does not see. It is called
where residents are read, so that nothing above can forget it. The residents' own types are not known here, as they
are of a later stage; a test holds the names of their parts against those that are named here.

A field goes with all that tells of it: with the date of birth, the line that says that sources disagree on it, and the
reason that it agrees between two records; with the family name, the names of those who live with the resident.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum
from typing import Any, Protocol, TypeVar, cast

EVERY = "*"


class Field(StrEnum):
    """Something that is known of a person, which a purpose may see or not."""

    TITLE = "title"
    GIVEN_NAME = "given_name"
    MIDDLE_NAMES = "middle_names"
    FAMILY_NAME = "family_name"
    PREVIOUS_FAMILY_NAME = "previous_family_name"
    DATE_OF_BIRTH = "date_of_birth"
    DATE_OF_DEATH = "date_of_death"
    SEX = "sex"
    ETHNICITY = "ethnicity"
    ADDRESSES = "addresses"
    CONTACTS = "contacts"
    IDENTIFIERS = "identifiers"
    HOUSEHOLD = "household"
    TIMELINE = "timeline"
    LINKS = "links"


#: Fields of the golden record that make up a name; a household's members are named by given and family name.
NAMES = (Field.GIVEN_NAME, Field.MIDDLE_NAMES, Field.FAMILY_NAME)

#: The kind of a form of the name that a resident no longer bears.
_FORMER = "former"

#: Golden fields that are told under another heading.
_UNDER = {
    **dict.fromkeys(("nhs_number", "nino", "upn"), Field.IDENTIFIERS),
    **dict.fromkeys(("phone", "mobile", "email"), Field.CONTACTS),
    **dict.fromkeys(("address", "postcode", "uprn", "place_id", "home", "flat", "street"), Field.ADDRESSES),
    "name_suffix": Field.FAMILY_NAME,
}
#: Words of comparisons and flags that tell of a field; a comparison is known by the words that its name has.
_TOLD = {
    "given": Field.GIVEN_NAME, "first": Field.GIVEN_NAME, "forename": Field.GIVEN_NAME,
    "middle": Field.MIDDLE_NAMES, "family": Field.FAMILY_NAME, "surname": Field.FAMILY_NAME,
    "suffix": Field.FAMILY_NAME, "title": Field.TITLE,
    "birth": Field.DATE_OF_BIRTH, "age": Field.DATE_OF_BIRTH, "ages": Field.DATE_OF_BIRTH, "dob": Field.DATE_OF_BIRTH,
    "death": Field.DATE_OF_DEATH, "sex": Field.SEX, "ethnicity": Field.ETHNICITY,
    "address": Field.ADDRESSES, "postcode": Field.ADDRESSES, "uprn": Field.ADDRESSES, "place": Field.ADDRESSES,
    "move": Field.ADDRESSES, "moves": Field.ADDRESSES, "home": Field.ADDRESSES,
    "phone": Field.CONTACTS, "mobile": Field.CONTACTS, "email": Field.CONTACTS, "telephone": Field.CONTACTS,
    "contact": Field.CONTACTS, "contacts": Field.CONTACTS,
    "nhs": Field.IDENTIFIERS, "nino": Field.IDENTIFIERS, "upn": Field.IDENTIFIERS,
    "insurance": Field.IDENTIFIERS, "pupil": Field.IDENTIFIERS, "property": Field.ADDRESSES,
    "mates": Field.HOUSEHOLD, "household": Field.HOUSEHOLD,
}  # fmt: skip


class Sees(Protocol):
    """What is needed of a purpose."""

    def sees(self, field: str) -> bool:
        """Say whether it sees a field."""
        ...


#: A picture: the residents' own type, a frozen dataclass whose parts are named as in ``shown``.
P = TypeVar("P")


def heading(name: str) -> str:
    """Return the field under which a golden field, or a column of a list, is told; itself where there is none."""
    return _UNDER.get(name, name)


def all_but_identifiers() -> tuple[str, ...]:
    """Return every field but identifiers, which a purpose sees only where it says so."""
    return tuple(field for field in Field if field is not Field.IDENTIFIERS)


def shown(picture: P, purpose: Sees) -> P:
    """Return a picture without what a purpose does not see.

    Args:
        picture: all that its sources say of a resident.
        purpose: the purpose.
    """
    if all(purpose.sees(field) for field in Field):
        return picture
    sees, whole = purpose.sees, cast("Any", picture)
    changes: dict[str, Any] = {
        "fields": tuple(f for f in whole.fields if sees(heading(f.field))),
        "names": tuple(_named(form, purpose) for form in whole.names if _may_name(form, purpose)),
        "flags": tuple(flag for flag in whole.flags if _may_say(flag, purpose)),
        "household": tuple(_mate(mate, purpose) for mate in whole.household) if sees(Field.HOUSEHOLD) else (),
        "timeline": whole.timeline if sees(Field.TIMELINE) else (),
        "reasons": tuple(_reason(reason, purpose) for reason in whole.reasons) if sees(Field.LINKS) else (),
    }
    if not sees(Field.LINKS):
        changes["confidence"] = None
    if not sees(Field.HOUSEHOLD):
        changes["household_kind"] = None
    if not sees(Field.ADDRESSES):
        changes["addresses"] = ()
    if not sees(Field.CONTACTS):
        changes["contacts"] = ()
    if not sees(Field.IDENTIFIERS):
        changes["identifiers"] = None
    return cast("P", replace(whole, **changes))


def columns_shown(columns: Iterable[str], purpose: Sees) -> list[str]:
    """Return the columns of a list of residents that a purpose sees; those that are of no field it always does."""
    fields = set(Field)
    return [name for name in columns if _field_of_column(name) not in fields or purpose.sees(_field_of_column(name))]


def may_tell(line: str, purpose: Sees) -> bool:
    """Say whether a line that tells which field fits, agrees or differs may be told for a purpose.

    A line of which nothing says what field it tells of is told only to a purpose that sees them all.
    """
    told = _told(line)
    if not told:
        return all(purpose.sees(field) for field in all_but_identifiers())
    return all(purpose.sees(field) for field in told)


def _told(line: str) -> set[Field]:
    words = _words(line.casefold().replace("e-mail address", "email"))
    told = {_TOLD[word] for word in words if word in _TOLD}
    if {"name", "names", "forenames"} & set(words) and not told & {*NAMES, Field.PREVIOUS_FAMILY_NAME}:
        told |= {Field.GIVEN_NAME, Field.FAMILY_NAME}
    return told


def _field_of_column(name: str) -> str:
    return Field.ADDRESSES if name.startswith("address") else heading(name)


def _may_name(form: Any, purpose: Sees) -> bool:
    """A former name is told under its own field, whichever record bears it."""
    return any(purpose.sees(field) for field in NAMES) and (
        form.kind != _FORMER or purpose.sees(Field.PREVIOUS_FAMILY_NAME)
    )


def _named(form: Any, purpose: Sees) -> Any:
    hidden = {str(field): None for field in NAMES if not purpose.sees(field)}
    return replace(form, **hidden) if hidden else form


def _mate(mate: Any, purpose: Sees) -> Any:
    whole = purpose.sees(Field.GIVEN_NAME) and purpose.sees(Field.FAMILY_NAME)
    # Why two are related may rest on a name or an age.
    rests = whole and purpose.sees(Field.DATE_OF_BIRTH) and purpose.sees(Field.ADDRESSES)
    changes: dict[str, Any] = {} if whole else {"name": None}
    return replace(mate, **(changes if rests else {**changes, "why": None, "relation": None}))


def _reason(reason: Any, purpose: Sees) -> Any:
    return replace(
        reason,
        agreements=tuple(line for line in reason.agreements if may_tell(line.partition(":")[0], purpose)),
        differences=tuple(line for line in reason.differences if may_tell(line.partition(":")[0], purpose)),
    )


def _may_say(flag: str, purpose: Sees) -> bool:
    if flag.startswith("Hidden: "):
        return True
    if flag.startswith("Died"):
        return purpose.sees(Field.DATE_OF_DEATH)
    if flag.startswith("Has probably left"):
        return purpose.sees(Field.ADDRESSES)
    if flag.startswith("The id "):
        return True
    if flag.startswith("A telephone number"):
        return purpose.sees(Field.CONTACTS)
    return may_tell(flag, purpose)


def _words(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in text.casefold()).split()
