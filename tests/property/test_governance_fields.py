"""Nothing that a purpose does not see is anywhere in what it is given, however the fields are chosen."""

from __future__ import annotations

import json
from dataclasses import asdict
from dataclasses import fields as fields_of
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from insighthub.governance.fields import Field, columns_shown, shown
from insighthub.governance.purposes import Purpose
from insighthub.residents import listing
from insighthub.residents.golden_settings import GOLDEN_FIELDS
from insighthub.residents.picture_parts import (
    Address,
    Contact,
    FieldPicture,
    Identifier,
    Mate,
    NameForm,
    Picture,
    Reason,
    SaidBy,
    SourceAsked,
    TimelineEntry,
    Value,
)

_DAY = date(2026, 9, 30)
_UNDER = {
    **dict.fromkeys(("nhs_number", "nino", "upn"), "identifiers"),
    **dict.fromkeys(("phone", "mobile", "email"), "contacts"),
    "name_suffix": "family_name",
}
_OPEN = sorted(set(map(str, Field)) - {"identifiers"})


def _marked(field: str) -> str:
    """Return a value that says which field it is of."""
    return f"<{field}>"


def _picture() -> Picture:
    """Return a picture in which everything that is of a field says so."""
    said = (SaidBy("benefits", "B1", _DAY),)
    golden = tuple(
        FieldPicture(
            name,
            (Value(_marked(_UNDER.get(name, name)), said, None), Value(_marked(_UNDER.get(name, name)), said, "older")),
            inferred=False,
        )
        for name in GOLDEN_FIELDS
    )
    mate = Mate("R2", "<given_name> <family_name>", True, 0.9, "parent", "<date_of_birth>, <addresses>")
    reason = Reason(
        ("benefits", "B1"), ("libraries", "L1"), 0.9, 12.0,
        ("given_name: <given_name>", "date_of_birth: <date_of_birth>", "phone: <contacts>", "moves: <addresses>",
         "mates: <household>", "nhs_number: <identifiers>"),
        ("family_name: <family_name>", "address: <addresses>", "email: <contacts>", "middle_names: <middle_names>",
         "age: <date_of_birth>", "sex: <sex>", "nino: <identifiers>"),
    )  # fmt: skip
    return Picture(
        resident_id="R1", asked="R1", purpose="some", release="r1", as_of=_DAY, confidence=0.9, fields=golden,
        names=(NameForm("<given_name>", "<middle_names>", "<family_name>", "current", ("benefits",)),),
        addresses=(
            Address("<addresses>", "<addresses>", "<addresses>", _DAY, None, True, 0.9, ("benefits",), False, "x"),
        ),
        contacts=(Contact("mobile", "<contacts>", ("benefits",), _DAY, 0),),
        identifiers=(Identifier("nino", "<identifiers>", ("benefits",), True, False),),
        household=(mate,), household_kind="<household>",
        timeline=(TimelineEntry(_DAY, None, "benefits", "B1", "claim", "event", "<timeline>", None, 3),),
        flags=("Hidden: refuge", "Died, as benefits says", "Has probably left the borough",
               "Sources disagree on the date of birth", "Sources disagree on the sex",
               "Sources disagree on the nhs number",
               "A telephone number or e-mail address is shared with five or more other residents"),
        asked_sources=(SourceAsked("benefits", 1, _DAY, 1),), not_allowed=(), reasons=(reason,),
    )  # fmt: skip


_FLAGS = {
    "Died": "date_of_death",
    "Has probably left": "addresses",
    "Sources disagree on the date of birth": "date_of_birth",
    "Sources disagree on the sex": "sex",
    "Sources disagree on the nhs": "identifiers",
    "A telephone number": "contacts",
}


@settings(max_examples=200, deadline=None)
@given(st.sets(st.sampled_from(_OPEN)), st.booleans())
def test_no_hidden_value_leaves(sees: set[str], identifiers: bool) -> None:
    purpose = Purpose(
        name="some", title="Some", basis="a test", sources=("*",), fields=tuple(sorted(sees)), identifiers=identifiers
    )  # type: ignore[arg-type]
    given_out = shown(_picture(), purpose)
    text = json.dumps(asdict(given_out), default=str)
    seen = sees | ({"identifiers"} if identifiers else set())
    for field in map(str, Field):
        if field not in seen:
            assert _marked(field) not in text, field
    for start, field in _FLAGS.items():
        assert any(flag.startswith(start) for flag in given_out.flags) == (field in seen), start
    assert given_out.flags[0] == "Hidden: refuge"
    # And what it sees is there: hiding everything would be easy.
    told = {f.field for f in given_out.fields}
    assert told == {name for name in GOLDEN_FIELDS if _UNDER.get(name, name) in seen}
    for part in ("addresses", "contacts", "household", "timeline"):
        assert bool(getattr(given_out, part)) == (part in seen)
    assert (given_out.identifiers is not None) == identifiers
    assert bool(given_out.reasons) == ("links" in seen)


@settings(max_examples=50, deadline=None)
@given(st.sets(st.sampled_from(_OPEN)))
def test_no_hidden_column_is_in_a_list(sees: set[str]) -> None:
    purpose = Purpose(name="some", title="Some", basis="a test", sources=("*",), fields=tuple(sees))  # type: ignore[arg-type]
    home = ("address", "postcode", "uprn", "address_probability")
    columns = ("resident_id", *listing.FIELDS, *home, "records", "sources")
    kept = columns_shown(columns, purpose)
    assert set(kept) - {"resident_id", "records", "sources"} == {
        name for name in (*listing.FIELDS, *home) if ("addresses" if name in home else name) in sees
    }


def test_a_purpose_that_sees_all_is_given_the_picture_as_it_is() -> None:
    purpose = Purpose(name="some", title="Some", basis="a test", sources=("*",), identifiers=True)
    assert shown(_picture(), purpose) == _picture()


def test_every_part_of_a_picture_is_thought_of() -> None:
    """A part that is added to the picture must be hidden, or be known to be of no field."""
    of_no_field = {
        "resident_id", "asked", "purpose", "release", "as_of", "asked_sources", "not_allowed",
    }  # fmt: skip
    purpose = Purpose(name="some", title="Some", basis="a test", sources=("*",), fields=())
    bare = shown(_picture(), purpose)
    for part in fields_of(Picture):
        if part.name not in of_no_field and part.name != "flags":
            assert not getattr(bare, part.name), part.name
