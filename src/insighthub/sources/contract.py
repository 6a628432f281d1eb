"""Source contracts: what a file is, whose it is, and which column holds what.

Takes a TOML file, gives typed models, exported as JSON Schema. A contract is the only thing that differs between one
council, or one data set, and another: nothing about a source is known anywhere else.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from insighthub.errors import ContractError

OtherKind = Literal["text", "exact", "identifier"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FieldMap(_Model):
    """Where a standard field is found in a row, and how it is written there.

    Exactly one of ``column``, ``columns`` (joined in order) or, for dates, any of ``year``, ``month`` and ``day``.
    """

    column: str | None = None
    columns: tuple[str, ...] = ()
    separator: str | None = Field(None, description="what joins columns; ', ' for an address, else a space")
    year: str | None = None
    month: str | None = None
    day: str | None = None
    format: tuple[str, ...] = Field((), description="strptime formats of a date, tried in order")
    null_values: tuple[str, ...] = Field((), description="texts that mean 'not known'")
    country: str = Field("GB", description="two-letter country of a postcode, phone or address; 'XX' for any")

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"column": value}
        if isinstance(value, list):
            return {"columns": value}
        if isinstance(value, dict) and isinstance(value.get("format"), str):
            return {**value, "format": [value["format"]]}
        return value

    @model_validator(mode="after")
    def _one_place(self) -> FieldMap:
        parts = bool(self.year or self.month or self.day)
        if (self.column is not None) + bool(self.columns) + parts != 1:
            raise ValueError("give one of: column, columns, or year/month/day")
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

    kind: OtherKind = "text"


class PersonMap(_Model):
    """Standard field = where it is. No field is required."""

    title: FieldMap | None = None
    given_name: FieldMap | None = None
    middle_names: FieldMap | None = None
    family_name: FieldMap | None = None
    full_name: FieldMap | None = None
    name_order: Literal["given_first", "family_first", "auto"] = "auto"
    previous_family_name: FieldMap | None = None
    date_of_birth: FieldMap | None = None
    date_of_death: FieldMap | None = None
    sex: FieldMap | None = None
    ethnicity: FieldMap | None = None
    address: FieldMap | None = None
    postcode: FieldMap | None = None
    uprn: FieldMap | None = None
    phone: FieldMap | None = None
    mobile: FieldMap | None = None
    email: FieldMap | None = None
    nhs_number: FieldMap | None = None
    nino: FieldMap | None = None
    upn: FieldMap | None = None
    valid_from: FieldMap | None = None
    valid_to: FieldMap | None = None
    other: dict[str, OtherField] = Field(default_factory=dict)

    def fields(self) -> dict[str, FieldMap]:
        """Return the mapped fields by name, contract's own ones as ``other_<name>``."""
        mapped = {n: getattr(self, n) for n in STANDARD_FIELDS if getattr(self, n) is not None}
        return mapped | {f"other_{n}": f for n, f in self.other.items()}


STANDARD_FIELDS = tuple(n for n in PersonMap.model_fields if n not in {"other", "name_order"})


class OtherPerson(PersonMap):
    """A further person that the same row names: a joint tenant, a guardian, a partner.

    Fields of the place (address, postcode, uprn) that are not mapped here are taken from the main person.
    """

    role: str


class Exclusion(_Model):
    """Rows that are landed and kept but never linked, and why: sealed adoptions, for example."""

    column: str
    values: tuple[str, ...] = Field((), description="texts to match, ignoring case; empty means any value at all")
    reason: str


class Fact(_Model):
    """What the service knows about the person, beyond who they are."""

    name: str
    kind: Literal["amount", "status", "event"]
    value: str | None = None
    date: FieldMap | None = None
    end_date: FieldMap | None = None


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


class Source(_Model):
    """One data set: its files, its lawful use, and its columns."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
    path: Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]
    format: Literal["auto", "csv", "excel", "parquet", "jsonl"] = "auto"
    encoding: str | None = Field(None, description="found where it is not given")
    delimiter: str | None = Field(None, description="found where it is not given")
    header_row: int | None = Field(None, ge=1, description="counted from 1; found where it is not given")
    sheet: str | None = None
    totals_row: str | None = Field(
        None, description="text that starts a totals row at the end; found where it is not given"
    )
    record_id: Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]
    one_record_per_person: bool = False
    lawful_basis: str | None = None
    article_9_condition: str | None = None
    schedule_1_condition: str | None = None
    legal_gateway: str | None = None
    owner: str | None = None
    retention_months: int | None = Field(None, ge=1)
    special_category: bool = False
    person: PersonMap = Field(default_factory=PersonMap)
    other_person: tuple[OtherPerson, ...] = ()
    exclude: tuple[Exclusion, ...] = ()
    fact: tuple[Fact, ...] = ()

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
        for n, exclusion in enumerate(self.exclude, 1):
            named.setdefault(exclusion.column, f"exclude[{n}].column")
        for n, fact in enumerate(self.fact, 1):
            if fact.value is not None:
                named.setdefault(fact.value, f"fact[{n}].value")
            for setting, where_ in (("date", fact.date), ("end_date", fact.end_date)):
                for column in where_.names() if where_ else ():
                    named.setdefault(column, f"fact[{n}].{setting}")
        return named


class Contract(_Model):
    """A file of source contracts."""

    source: tuple[Source, ...] = Field(min_length=1)

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
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ContractError("there is no such contract file", remedy="Check the path", file=path) from None
    except (OSError, UnicodeDecodeError):
        raise ContractError("the contract cannot be read as text", remedy="Save it as UTF-8 text", file=path) from None
    try:
        return Contract.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ContractError(f"this is not TOML: {error}", remedy="Mend that line", file=path) from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(p) for p in first["loc"])
        raise ContractError(first["msg"], remedy="See docs/reference/contract.md", file=path, column=place) from None


def contract_schema() -> dict[str, Any]:
    """Return the JSON Schema of a contract file."""
    return Contract.model_json_schema()
