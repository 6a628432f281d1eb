"""The fields of a person other than the name, for every landed row.

Takes the landed table and a person map, gives the columns of person_records that the map fills, one value a landed row.
"""

from datetime import date
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from insighthub.sources.contract import FieldMap, OtherField, PersonMap
from insighthub.standardise import identifiers
from insighthub.standardise.addresses import AddressValue, standard_address
from insighthub.standardise.columns import APART, code, mapped, read_field, unpacked
from insighthub.standardise.dates import date_from_parts, dates_of
from insighthub.standardise.emails import standard_email
from insighthub.standardise.phones import Phones, standard_phones
from insighthub.standardise.postcodes import standard_postcode
from insighthub.standardise.schema import OTHER_PREFIX
from insighthub.standardise.sex import standard_sex
from insighthub.standardise.text import code_text, plain_text

Columns = dict[str, pa.Array]

#: Fields of the place, which all who live there share, and of the record, which all whom it names share.
PLACE_FIELDS = ("address", "flat", "house_number", "street", "locality", "postcode", "uprn")
RECORD_FIELDS = ("valid_from", "valid_to")
#: Fields that say who somebody is even where no name is given.
OWN_FIELDS = ("date_of_birth", "nhs_number", "nino", "upn")
CONTACT_FIELDS = ("phone", "mobile", "email")

_NO_TEXT = pa.scalar(None, pa.string())
_IDENTIFIERS = {
    "nhs_number": identifiers.nhs_number,
    "nino": identifiers.nino,
    "upn": identifiers.upn,
    "uprn": identifiers.uprn,
}


def read_fields(landed: pa.Table, person: PersonMap, source: str, as_of: date) -> Columns:
    """Return the columns that a person map fills, but for names; ``as_of`` tells which dates are in the future."""
    columns: Columns = {}
    columns |= _dates(landed, person, source, as_of)
    columns |= _places(landed, person, source)
    columns |= _contacts(landed, person, source)
    for name, rule in _IDENTIFIERS.items():
        if (field := getattr(person, name)) is not None:
            coded = code(read_field(landed, field, source, ""))
            columns[name] = coded.look_up(pa.array([rule(text).value for text in coded.values], pa.string()))
    if person.sex is not None:
        columns["sex"] = mapped(read_field(landed, person.sex, source), standard_sex)
    if person.ethnicity is not None:
        columns["ethnicity"] = mapped(read_field(landed, person.ethnicity, source), plain_text)
    for name, other in person.other.items():
        columns[f"{OTHER_PREFIX}{name}"] = _other(landed, other, source, as_of)
    return columns


def date_values(landed: pa.Table, field: FieldMap, source: str, as_of: date) -> Columns:
    """Return the ``date`` of each landed row in EDTF, and its ``flags``; ``as_of`` tells which are in the future."""
    text = read_field(landed, field, source, keep_null_values=True)
    encoded = text.dictionary_encode()
    if field.year or field.month or field.day:
        values = []
        for key in encoded.dictionary.to_pylist():
            year, month, day = (part or None for part in key.split(APART))
            values.append(date_from_parts(year, month, day, as_of))
        dates = pa.array([v.edtf for v in values], pa.string())
        flags = pa.array([",".join(v.flags) or None for v in values], pa.string())
    else:
        dates, flags = dates_of(encoded.dictionary, field.format, field.null_values, as_of)
    return {"date": dates.take(encoded.indices), "flags": flags.take(encoded.indices)}


def _dates(landed: pa.Table, person: PersonMap, source: str, as_of: date) -> Columns:
    columns: Columns = {}
    if person.date_of_birth is not None:
        found = date_values(landed, person.date_of_birth, source, as_of)
        columns |= {"date_of_birth": found["date"], "date_of_birth_flags": found["flags"]}
    if person.date_of_death is not None:
        columns["date_of_death"] = date_values(landed, person.date_of_death, source, as_of)["date"]
    for name in RECORD_FIELDS:
        if (field := getattr(person, name)) is not None:
            found_date = date_values(landed, field, source, as_of)["date"]
            # A span needs days; a month or a year alone is no end of one.
            columns[name] = pc.if_else(pc.match_substring(found_date, "X"), _NO_TEXT, found_date)
    return columns


def _places(landed: pa.Table, person: PersonMap, source: str) -> Columns:
    columns: Columns = {}
    if person.postcode is not None:
        columns["postcode"] = mapped(
            read_field(landed, person.postcode, source, ""), partial(standard_postcode, country=person.postcode.country)
        )
    if person.address is not None:
        found = unpacked(
            read_field(landed, person.address, source, ", "),
            partial(standard_address, country=person.address.country),
            AddressValue._fields,
        )
        if "postcode" in columns:
            found["postcode"] = pc.coalesce(columns["postcode"], found["postcode"])
        columns |= found
    return columns


def _contacts(landed: pa.Table, person: PersonMap, source: str) -> Columns:
    """Return e-mail, mobile and phone; a number goes where its kind belongs, whichever column it stood in."""
    columns: Columns = {}
    if person.email is not None:
        columns["email"] = mapped(read_field(landed, person.email, source), standard_email)
    nothing = pa.nulls(landed.num_rows, pa.string())
    read: list[Columns] = []
    for field in (person.mobile, person.phone):
        if field is None:
            read.append(dict.fromkeys(Phones._fields, nothing))
        else:
            text = read_field(landed, field, source, " / ")
            read.append(unpacked(text, partial(standard_phones, country=field.country), Phones._fields))
    if person.mobile is None and person.phone is None:
        return columns
    mobiles, phones = read
    mobile = pc.coalesce(mobiles["mobile"], phones["mobile"])
    # A second mobile is worth keeping where there is no landline.
    spare = pc.coalesce(
        *(_unless_same(n, mobile) for n in (phones["mobile"], phones["second_mobile"], mobiles["second_mobile"]))
    )
    columns["mobile"] = mobile
    columns["phone"] = pc.coalesce(phones["other"], mobiles["other"], spare)
    return columns


def _unless_same(number: pa.Array, other: pa.Array) -> pa.Array:
    return pc.if_else(pc.fill_null(pc.equal(number, other), False), _NO_TEXT, number)


def _other(landed: pa.Table, field: OtherField, source: str, as_of: date) -> pa.Array:
    if field.format or field.year or field.month or field.day:
        return date_values(landed, field, source, as_of)["date"]
    text = read_field(landed, field, source)
    return mapped(text, code_text if field.kind == "identifier" else plain_text)
