"""From ``person_records`` to codes: the fields that comparisons and blocking look at.

Takes the table and the names of the sources that hold one record a person, gives ``Encoded``. Everything computed from
a value (its sound key, its initial, its parts) is computed here, once a distinct value.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from insighthub.linkage.encode import MISSING, Encoded, combine, dense, encode_columns
from insighthub.linkage.sound import sound_key
from insighthub.standardise.schema import OTHER_PREFIX

NAMES = ("given_name", "family_name", "previous_family_name")
IDENTIFIERS = ("nhs_number", "nino", "upn")


def prepare(records: pa.Table, *, single: Collection[str] = (), shared_value_limit: int = 40) -> Encoded:
    """Code the linkable rows.

    Args:
        records: ``person_records``; rows with a ``not_linked_reason`` are left out.
        single: sources that hold one record a person.
        shared_value_limit: a contact or identifier on more records than this counts as not known.
    """
    linkable = records.filter(pc.is_null(records["not_linked_reason"]))
    linkable = linkable.sort_by([("source", "ascending"), ("record_id", "ascending"), ("person", "ascending")])
    sources_pool, (source,) = encode_columns([linkable["source"]])
    sources = tuple(str(s) for s in sources_pool.values)
    data = Encoded(
        rows=linkable.select(["source", "record_id", "person"]).combine_chunks(),
        source=source,
        sources=sources,
        single=np.array([s in single for s in sources], bool),
    )
    # Rows are sorted, so those of one record stand together.
    ids = encode_columns([linkable["record_id"]])[1][0]
    data.codes["record"] = dense(combine(source, ids))
    data.codes["person"] = linkable["person"].to_numpy().astype(np.int32)
    _names(data, linkable)
    _dates(data, linkable)
    _places(data, linkable)
    data.add_pool({"phone": linkable["phone"], "mobile": linkable["mobile"]})
    for name in ("email", "sex", *IDENTIFIERS):
        data.add_pool({name: linkable[name]})
    for name in linkable.column_names:
        if name.startswith(OTHER_PREFIX):
            data.add_pool({name: linkable[name]})
    for names in (("phone", "mobile"), ("email",), *((i,) for i in IDENTIFIERS)):
        _drop_shared(data, names, shared_value_limit)
    return data


def _names(data: Encoded, rows: pa.Table) -> None:
    first_middle = pc.list_element(pc.split_pattern(pc.fill_null(rows["middle_names"], ""), " "), 0)
    data.add_pool({name: rows[name] for name in NAMES} | {"middle_name": first_middle})
    data.add_pool({"middle_names": rows["middle_names"]})
    middle = [str(v) for v in data.pools["middle_names"].values]
    data.derive("middle_first", "middle_names", [v.split(" ", 1)[0] for v in middle])
    data.derive("middle_initial", "middle_names", [v[:1] for v in middle])
    pool = [str(v) for v in data.pools["given_name"].values]
    data.derive("given_initial", "given_name", [v[:1] for v in pool])
    data.derive("family_sound", "family_name", [sound_key(v) for v in pool])
    data.derive("family_initial", "family_name", [v[:1] for v in pool])
    data.derive("given_sound", "given_name", [sound_key(v) for v in pool])
    # A letter on its own is an initial: it can agree with a name, but it cannot be a block or be rare.
    data.flags["given_is_initial"] = np.append([len(v) == 1 for v in pool], False)[data.codes["given_name"]]


def _dates(data: Encoded, rows: pa.Table) -> None:
    data.add_pool({"date_of_birth": rows["date_of_birth"]})
    values = [str(v) for v in data.pools["date_of_birth"].values]
    for name in ("valid_from", "valid_to"):
        pool, (codes,) = encode_columns([rows[name]])
        data.days[name] = np.append([_day(str(v)) for v in pool.values], MISSING).astype(np.int32)[codes]
    data.derive("birth_year", "date_of_birth", [v[:4] if "X" not in v[:4] else None for v in values])
    # 1 January is the day of many who do not know theirs: too common a date to block on.
    data.derive("birth_date", "date_of_birth", [v if "X" not in v else None for v in values])


def _day(text: str) -> int:
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError:
        return MISSING


def _places(data: Encoded, rows: pa.Table) -> None:
    data.add_pool({"uprn": rows["uprn"]})
    data.add_pool({"postcode": rows["postcode"]})
    postcodes = [str(v) for v in data.pools["postcode"].values]
    data.derive("sector", "postcode", [v[:-2] if len(v) > 4 else v for v in postcodes])
    data.add_pool({"flat": rows["flat"]})
    data.add_pool({"house_number": rows["house_number"]})
    data.add_pool({"street": rows["street"]})
    data.add_pool({"address": rows["address"]})
    # One dwelling: the same number, flat and postcode; the street stands in where there is no postcode.
    flat = data.codes["flat"] + 1
    by_code = dense(combine(data.codes["postcode"], data.codes["house_number"], flat))
    place = dense(combine(data.codes["street"], data.codes["house_number"], flat))
    data.codes["dwelling"] = by_code
    data.codes["street_dwelling"] = place


def _drop_shared(data: Encoded, names: tuple[str, ...], limit: int) -> None:
    """Treat a value on too many records as not known: a carer's phone, a default, a whole family's NINO."""
    size = len(data.pools[names[0]])
    counts = np.zeros(size + 1, np.int64)
    for name in names:
        codes = data.codes[name]
        counts[:size] += np.bincount(codes[codes >= 0], minlength=size)
    for name in names:
        codes = data.codes[name]
        data.codes[name] = np.where(counts[codes] > limit, MISSING, codes).astype(np.int32)
