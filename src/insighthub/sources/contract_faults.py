"""Says in plain words what is wrong with a contract: which setting, and what to write instead.

Takes the model's own fault, gives a ``ContractError`` for the first setting at fault, which names the rest.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from insighthub.errors import ContractError

_DOCS = "See docs/reference/contract.md"

#: What people call a standard field in their own systems.
_OTHER_WORDS = {
    "surname": "family_name",
    "last_name": "family_name",
    "forename": "given_name",
    "first_name": "given_name",
    "middle_name": "middle_names",
    "name": "full_name",
    "maiden_name": "previous_family_name",
    "dob": "date_of_birth",
    "birth_date": "date_of_birth",
    "dod": "date_of_death",
    "gender": "sex",
    "post_code": "postcode",
    "telephone": "phone",
    "landline": "phone",
    "mobile_phone": "mobile",
    "email_address": "email",
    "nhs": "nhs_number",
    "nhs_no": "nhs_number",
    "national_insurance_number": "nino",
    "ni_number": "nino",
    "ni_no": "nino",
    "start_date": "valid_from",
    "end_date": "valid_to",
    "id": "record_id",
    "file": "path",
    "totals": "totals_row",
    "header": "header_row",
    "separator": "delimiter",
}


def contract_fault(
    error: ValidationError, tables: Mapping[str, Any], model: type[BaseModel], file: Path | str
) -> ContractError:
    """Return the fault of a contract that does not fit the model.

    Args:
        error: what the model found.
        tables: the contract as TOML gave it, from which sources are called by their names.
        model: the model of the whole contract, which knows the settings that there are.
        file: the contract file.
    """
    faults = sorted(error.errors(include_url=False), key=_urgency)
    if len(faults) > 1:
        faults = [f for f in faults if f["type"] != "too_short" or f["loc"] != ("source",)]
    first = faults[0]
    what, remedy = _explain(first["type"], first["loc"], first.get("ctx", {}), first["msg"], model)
    others = [_setting(fault["loc"], tables) for fault in faults[1:6]]
    if others:
        remedy += f"{'' if remedy.endswith('?') else '.'} Also at fault: {', '.join(dict.fromkeys(others))}"
    return ContractError(what, remedy=remedy, file=file, column=_setting(first["loc"], tables) or None)


def _urgency(fault: Mapping[str, Any]) -> int:
    """Put a setting that is not known before one that is missing: the first may be the second, misspelled."""
    return 0 if fault["type"] == "extra_forbidden" else 1


def _explain(
    kind: str, loc: Sequence[int | str], details: Mapping[str, Any], message: str, model: type[BaseModel]
) -> tuple[str, str]:
    """Return what is wrong and what to do about it."""
    last = str(loc[-1]) if loc else "source"
    match kind:
        case "missing" if list(loc) == ["source"]:
            return "there is no source in the contract", f"Add one that begins with [[source]]. {_DOCS}"
        case "missing":
            return f"the setting {last} is missing", f"Add {last} = ... there. {_DOCS}"
        case "extra_forbidden":
            return "there is no such setting", _nearest(last, loc, model)
        case "literal_error":
            return "this is none of the words that can stand here", f"Write {details.get('expected', 'one of them')}"
        case "string_pattern_mismatch" if last == "name":
            return (
                "this is no name for a source",
                "Begin with a small letter, then up to 62 small letters, digits and underscores: council_tax",
            )
        case "string_pattern_mismatch" | "string_too_short" | "too_short":
            return "this is empty", f"Give at least one. {_DOCS}"
        case "greater_than_equal":
            return "the number is too small", f"Give {details.get('ge')} or more"
        case "tuple_type" if list(loc) == ["source"]:
            return "a source must begin with two square brackets", "Write [[source]], not [source]"
        case "string_type" | "tuple_type":
            expected = "a text in quotes" if kind == "string_type" else "a text in quotes, or a list of them"
            return f"this must be {expected}", _DOCS
        case "model_type" | "model_attributes_type" | "dict_type":
            short = 'a column in quotes, a list of columns, or a table such as { column = "dob" }'
            return "this is not of the form that can stand here", f"Write {short}. {_DOCS}"
        case "value_error":
            return message.removeprefix("Value error, "), _DOCS
        case _:
            return f"this cannot stand here: {message}", _DOCS


def _setting(loc: Sequence[int | str], tables: Mapping[str, Any]) -> str:
    """Return the path of a setting as a person would say it: council_tax.person.date_of_birth."""
    parts: list[str] = []
    for part in loc:
        if isinstance(part, int):
            parts[-1] += f"[{part + 1}]"
        else:
            parts.append(part)
    if len(loc) > 1 and loc[0] == "source" and isinstance(loc[1], int):
        sources = tables.get("source")
        source = sources[loc[1]] if isinstance(sources, list) else None
        name = source.get("name") if isinstance(source, dict) else None
        if isinstance(name, str) and name and len(loc) > 2 and loc[2] != "name":
            parts[0] = name
    return ".".join(parts)


def _nearest(name: str, loc: Sequence[int | str], model: type[BaseModel]) -> str:
    """Say which setting was meant, of those that may stand in that place."""
    allowed = _allowed(loc, model)
    other = _OTHER_WORDS.get(name.lower())
    near = [other] if other in allowed else difflib.get_close_matches(name.lower(), allowed, n=1, cutoff=0.6)
    if near:
        return f"Did you mean {near[0]}?"
    if "other" in allowed:
        return "Remove it; a field beyond the standard ones goes under [source.person.other]"
    return f"Remove it, or write one of: {', '.join(allowed)}" if allowed else f"Remove it. {_DOCS}"


def _allowed(loc: Sequence[int | str], model: type[BaseModel]) -> list[str]:
    """Return the settings that may stand where the last part of a path stands."""
    a_key_is_next = False
    for part in loc[:-1]:
        if isinstance(part, int):
            continue
        if a_key_is_next:
            a_key_is_next = False
            continue
        if part not in model.model_fields:
            return []
        annotation = model.model_fields[part].annotation
        within = _models(annotation)
        if not within:
            return []
        model, a_key_is_next = within[0], get_origin(annotation) is dict
    return list(model.model_fields)


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [m for inner in get_args(annotation) for m in _models(inner)]
