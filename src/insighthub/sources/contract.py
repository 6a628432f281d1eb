"""Source contracts: what a file is, whose it is, and which column holds what.

Takes a TOML file, gives typed models, exported as JSON Schema. Texts are taken as they are written, so a contract that
has no fault here can still name a column that the file has not: reading the file tells. A contract is the only thing
that differs between one council, or one data set, and another: nothing about a source is known anywhere else.
"""

from __future__ import annotations

import codecs
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from insighthub.errors import ContractError
from insighthub.sources.contract_faults import contract_fault

OtherKind = Literal["text", "exact", "identifier"]

#: Codecs that Python has, and no text file is in.
_NO_ENCODINGS = frozenset({"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "mbcs", "oem"})

_TEXT = {"type": "string", "minLength": 1}
_TEXT_OR_TEXTS = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Column = Annotated[str, StringConstraints(min_length=1, pattern=r"\S")]
#: One text, or a list of them.
Texts = Annotated[tuple[str, ...], BeforeValidator(_as_tuple), WithJsonSchema(_TEXT_OR_TEXTS)]
Columns = Annotated[tuple[Column, ...], BeforeValidator(_as_tuple), Field(min_length=1), WithJsonSchema(_TEXT_OR_TEXTS)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FieldMap(_Model):
    """Where a standard field is found in a row, and how it is written there.

    Exactly one of ``column``, ``columns`` (joined in order) or, for dates, any of ``year``, ``month`` and ``day``.
    """

    column: Column | None = Field(default=None, description="the column that holds the field")
    columns: tuple[Column, ...] = Field(default=(), description="columns whose texts are joined, in order")
    separator: str | None = Field(default=None, description="what joins columns; ', ' for an address, else a space")
    year: Column | None = Field(
        default=None, description="the column of a date's year, where a date lies in several columns"
    )
    month: Column | None = Field(default=None, description="the column of a date's month")
    day: Column | None = Field(default=None, description="the column of a date's day of the month")
    format: Texts = Field(default=(), description="strptime formats of a date, tried in order")
    null_values: Texts = Field(default=(), description="texts that mean 'not known'")
    country: str = Field(default="GB", description="two-letter country of a postcode, phone or address; 'XX' for any")

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"column": value}
        if isinstance(value, list):
            return {"columns": value}
        return value

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        whole = handler.resolve_ref_schema(handler(core))
        return {"anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}, whole]}

    @model_validator(mode="after")
    def _one_place(self) -> FieldMap:
        parts = bool(self.year or self.month or self.day)
        if (self.column is not None) + bool(self.columns) + parts != 1:
            raise ValueError("one of column, columns, or year, month and day must be given, and only one")
        return self

    def names(self) -> tuple[str, ...]:
        """Return the source columns this field reads, in order."""
        if self.column is not None:
            return (self.column,)
        return self.columns or tuple(c for c in (self.year, self.month, self.day) if c)


class OtherField(FieldMap):
    """A field outside the standard list that may still tell two people apart.

    ``text`` is compared by similarity, ``exact`` by equality, ``identifier`` by equality with one slip allowed.
    """

    kind: OtherKind = Field(default="text", description="how two values are compared")


class PersonMap(_Model):
    """Standard field = where it is. No field is required."""

    title: FieldMap | None = Field(default=None, description="Mr, Ms, Dr and the like")
    given_name: FieldMap | None = Field(default=None, description="first name")
    middle_names: FieldMap | None = Field(default=None, description="further given names, or their initials")
    family_name: FieldMap | None = Field(default=None, description="surname")
    full_name: FieldMap | None = Field(
        default=None,
        description="the whole name in one column, which is taken apart; a joint name gives several people",
    )
    name_order: Literal["given_first", "family_first", "auto"] = Field(
        default="auto", description="which name stands first in full_name; told from each name where it is auto"
    )
    previous_family_name: FieldMap | None = Field(default=None, description="maiden or former surname")
    date_of_birth: FieldMap | None = Field(default=None, description="date of birth, whole or in part")
    date_of_death: FieldMap | None = Field(default=None, description="date of death")
    sex: FieldMap | None = Field(default=None, description="sex as recorded")
    ethnicity: FieldMap | None = Field(default=None, description="ethnicity as recorded; kept, never compared")
    address: FieldMap | None = Field(default=None, description="the address, in one column or several")
    postcode: FieldMap | None = Field(default=None, description="postcode")
    uprn: FieldMap | None = Field(default=None, description="unique property reference number")
    phone: FieldMap | None = Field(default=None, description="telephone number of any kind")
    mobile: FieldMap | None = Field(default=None, description="mobile telephone number")
    email: FieldMap | None = Field(default=None, description="e-mail address")
    nhs_number: FieldMap | None = Field(
        default=None, description="NHS number; taken only where its check digit is right"
    )
    nino: FieldMap | None = Field(
        default=None, description="National Insurance number; taken only where its form is right"
    )
    upn: FieldMap | None = Field(
        default=None, description="unique pupil number; taken only where its check letter is right"
    )
    valid_from: FieldMap | None = Field(default=None, description="the date from which the record held")
    valid_to: FieldMap | None = Field(default=None, description="the date until which the record held")
    other: dict[str, OtherField] = Field(
        default_factory=dict, description="fields of your own that may tell two people apart, by name"
    )

    def fields(self) -> dict[str, FieldMap]:
        """Return the mapped fields by name, contract's own ones as ``other_<name>``."""
        mapped = {n: getattr(self, n) for n in STANDARD_FIELDS if getattr(self, n) is not None}
        return mapped | {f"other_{n}": f for n, f in self.other.items()}


STANDARD_FIELDS = tuple(n for n in PersonMap.model_fields if n not in {"other", "name_order"})


class OtherPerson(PersonMap):
    """A further person that the same row names: a joint tenant, a guardian, a partner.

    Fields of the place (address, postcode, uprn) that are not mapped here are taken from the main person.
    """

    role: str = Field(description="what this person is in the record: joint_tenant, guardian, partner")


class Exclusion(_Model):
    """Rows to which something applies, and why: sealed adoptions are never linked, a refuge's residents are hidden."""

    column: Column = Field(description="the column to look at")
    values: Texts = Field(default=(), description="texts to match, ignoring case; empty means any value at all")
    reason: str = Field(description="why it applies to these rows, in a few plain words")


class Fact(_Model):
    """What the service knows about the person, beyond who they are."""

    name: str = Field(description="what the fact is called: council_tax_arrears")
    kind: Literal["amount", "status", "event"] = Field(
        description="amount: a number at a date; status: what holds between two dates; event: what happened on a date"
    )
    value: Column | None = Field(
        default=None, description="the column of the amount, or of what the status or event is"
    )
    date: FieldMap | None = Field(
        default=None, description="the date of the amount or event, or the first of the status"
    )
    end_date: FieldMap | None = Field(default=None, description="the last date of the status")


def _is_encoding(name: str) -> bool:
    """Say whether Python can read a text file under this encoding."""
    try:
        b"a".decode(name)
    except UnicodeDecodeError:
        return True  # it is one, in which this letter is not a whole character
    except (LookupError, ValueError):
        return False
    return codecs.lookup(name).name.replace("-", "_") not in _NO_ENCODINGS


class Source(_Model):
    """One data set: its files, its lawful use, and its columns."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")] = Field(
        description="what the source is called everywhere: lower-case letters, digits and underscores"
    )
    path: Columns = Field(description="a file, a folder or a glob, or several; from the contract's folder")
    format: Literal["auto", "csv", "excel", "parquet", "jsonl"] = Field(
        default="auto", description="the kind of file; told from its content where it is auto"
    )
    encoding: str | None = Field(default=None, description="the text's encoding; found where it is not given")
    delimiter: str | None = Field(
        default=None, description="what parts the cells of a CSV, or the word tab; found where it is not given"
    )
    header_row: int | None = Field(
        default=None, ge=1, description="the row of the column names, counted from 1; found where it is not given"
    )
    sheet: str | None = Field(
        default=None, description="the sheet of an Excel file; the one that has the columns where it is not given"
    )
    totals_row: str | None = Field(
        default=None, description="text that starts a totals row at the end; found where it is not given"
    )
    record_id: Columns = Field(description="the column, or columns, that tell the source's rows apart")
    one_record_per_person: bool = Field(
        default=False, description="true: two records of this source are never the same person"
    )
    lawful_basis: str | None = Field(default=None, description="the lawful basis under Article 6 of the UK GDPR")
    article_9_condition: str | None = Field(
        default=None, description="the condition under Article 9 of the UK GDPR, for special category data"
    )
    schedule_1_condition: str | None = Field(
        default=None, description="the condition in Schedule 1 to the Data Protection Act 2018"
    )
    legal_gateway: str | None = Field(default=None, description="the power that lets the data be shared for this")
    owner: str | None = Field(default=None, description="whom to ask about the data")
    record_url: str | None = Field(
        default=None,
        pattern=r"^https://[^\s{}]+\{record_id\}[^\s{}]*$",
        description="where a record is found in the source's own system: an address with {record_id} in it, which "
        "officers can open from the full picture",
    )
    retention_months: int | None = Field(default=None, ge=1, description="for how many months it may be kept")
    special_category: bool = Field(
        default=False, description="true: the data tells of health, ethnicity, religion or the like"
    )
    person: PersonMap = Field(default_factory=PersonMap, description="where the person's fields are")
    other_person: tuple[OtherPerson, ...] = Field(default=(), description="further people whom the same row names")
    exclude: tuple[Exclusion, ...] = Field(default=(), description="rows that are kept and never linked")
    hidden: tuple[Exclusion, ...] = Field(
        default=(), description="rows whose people are hidden from all but the purposes that may see them"
    )
    deleted: tuple[Exclusion, ...] = Field(
        default=(), description="rows that say that the source no longer holds this record; for deliveries of changes"
    )
    delivers: Literal["all", "latest"] = Field(
        default="all",
        description="all: the files together are what the source holds, and a later row stands for an earlier one of "
        "its record id; latest: each file is the whole, and only the last by name counts",
    )
    fact: tuple[Fact, ...] = Field(default=(), description="what the service knows about the person")

    @field_validator("delimiter")
    @classmethod
    def _one_character(cls, value: str | None) -> str | None:
        value = "\t" if value in {"tab", "\\t"} else value
        if value is not None and (len(value) != 1 or value in '"\r\n\0'):
            raise ValueError("the delimiter must be one character that is no quote or line end, or the word tab")
        return value

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, value: str | None) -> str | None:
        if value is not None and not _is_encoding(value):
            raise ValueError("no such encoding is known; write utf-8, utf-16, windows-1252, or another such name")
        return value

    @field_validator("path")
    @classmethod
    def _no_nul(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any("\0" in path for path in value):
            raise ValueError("no path can have the character NUL in it")
        return value

    @field_validator("record_id")
    @classmethod
    def _each_once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(value)) != len(value):
            raise ValueError("each column of the record id must be given once")
        return value

    def columns(self) -> dict[str, str]:
        """Return every column that the contract reads, each with the first setting that names it."""
        named: dict[str, str] = {}
        for column in self.record_id:
            named.setdefault(column, "record_id")
        maps = [("person", self.person), *((f"other_person[{n}]", o) for n, o in enumerate(self.other_person, 1))]
        for place, person in maps:
            for field, where in person.fields().items():
                for column in where.names():
                    named.setdefault(column, f"{place}.{field}")
        for setting in ("exclude", "hidden", "deleted"):
            for n, exclusion in enumerate(getattr(self, setting), 1):
                named.setdefault(exclusion.column, f"{setting}[{n}].column")
        for n, fact in enumerate(self.fact, 1):
            if fact.value is not None:
                named.setdefault(fact.value, f"fact[{n}].value")
            for when, where_ in (("date", fact.date), ("end_date", fact.end_date)):
                for column in where_.names() if where_ else ():
                    named.setdefault(column, f"fact[{n}].{when}")
        return named


class Contract(_Model):
    """A file of source contracts."""

    source: tuple[Source, ...] = Field(min_length=1, description="the data sets that this contract covers")

    @model_validator(mode="after")
    def _names_are_unique(self) -> Contract:
        names = [s.name for s in self.source]
        twice = sorted({n for n in names if names.count(n) > 1})
        if twice:
            raise ValueError(f"source names must be unique; repeated: {', '.join(twice)}")
        return self


def load_contract(path: Path) -> Contract:
    """Read and check a contract file.

    Raises:
        ContractError: the file is missing, is not TOML, or does not fit the model.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise ContractError("there is no such contract file", remedy="Check the path", file=path) from None
    except IsADirectoryError:
        raise ContractError(
            "this is a folder", remedy="Give the path of a contract file, which ends with .toml", file=path
        ) from None
    except (OSError, ValueError):
        raise ContractError("the contract cannot be read as text", remedy="Save it as UTF-8 text", file=path) from None
    return parse_contract(text, path)


def parse_contract(text: str | dict[str, Any], file: Path | str) -> Contract:
    """Check the text of a contract.

    Args:
        text: TOML, or the tables that it gave.
        file: where it is from, for messages.

    Raises:
        ContractError: it is not TOML, or does not fit the model; the message names the line or the setting.
    """
    tables: dict[str, Any] = {}
    try:
        tables = text if isinstance(text, dict) else tomllib.loads(text)
        return Contract.model_validate(tables)
    except ValidationError as error:
        raise contract_fault(error, tables, Contract, file) from None
    except (ValueError, RecursionError) as error:
        line = re.search(r"at line (\d+)", str(error))
        what = re.sub(r"\s*\(at .*\)$", "", str(error)) if isinstance(error, ValueError) else "it is nested too deep"
        raise ContractError(
            f"this is not TOML: {what}",
            remedy="Mend that line; texts stand in quotes, and a source begins with [[source]]",
            file=file,
            row=int(line[1]) if line else None,
        ) from None


def contract_schema() -> dict[str, Any]:
    """Return the JSON Schema of a contract file."""
    return Contract.model_json_schema()
