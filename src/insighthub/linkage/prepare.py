"""From ``person_records`` to codes: the fields that comparisons and blocking look at.

Takes the table and the names of the sources that hold one record a person, gives ``Encoded``. Everything computed from
a value (its sound key, its initial, its parts) is computed here, once a distinct value. The table is read a column at a
time, so that one that lies on disk never has to be in memory as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from insighthub.linkage.encode import MISSING, Encoded, Pool, combine, dense
from insighthub.linkage.sound import sound_key
from insighthub.standardise.coded import KEY, REASON, Coded, Indices, coded, codes_of, is_coded
from insighthub.standardise.schema import OTHER_PREFIX, PERSON_RECORDS

NAMES = ("given_name", "family_name", "previous_family_name")
IDENTIFIERS = ("nhs_number", "nino", "upn")
#: Fields with a pool of values of their own.
ALONE = (
    "address",
    "email",
    "middle_names",
    "date_of_birth",
    "uprn",
    "postcode",
    "flat",
    "house_number",
    "street",
    "sex",
    "title",
    *IDENTIFIERS,
)
#: Titles that only one sex bears.
_TITLES = {"MR": "M", "MASTER": "M", "SIR": "M", "MRS": "F", "MISS": "F", "MS": "F", "LADY": "F", "DAME": "F"}
LEAST_BEARERS = 5  # a given name tells the sex where so many records say it,
ONE_SEX = 0.97  # and so large a share of them says the same


def prepare(
    records: pa.Table,
    *,
    single: Collection[str] = (),
    shared_value_limit: int = 40,
    infer_sex: bool = True,
    threads: int = 1,
) -> Encoded:
    """Code the linkable rows.

    Args:
        records: ``person_records``, coded or not; rows with a ``not_linked_reason`` are left out.
        single: sources that hold one record a person.
        shared_value_limit: a contact or identifier on more records than this counts as not known.
        infer_sex: fill in a sex that a record does not say from its title, and from others who bear the given name.
        threads: fields to code at once.
    """
    table = records if is_coded(records) else coded(records)
    everyone = table.select(list(KEY)).cast(pa.schema(list(PERSON_RECORDS)[:3])).combine_chunks()
    linkable = np.flatnonzero(pc.is_null(table[REASON]).to_numpy())
    at = None if len(linkable) == table.num_rows else linkable
    rows = everyone if at is None else everyone.take(pa.array(at))
    source = codes_of(table["source"]).at(at)
    sources = tuple(source.values.to_pylist())
    data = Encoded(
        rows=rows,
        everyone=everyone,
        linkable=at,
        source=source.codes,
        sources=sources,
        single=np.array([s in single for s in sources], bool),
    )
    # Rows are sorted, so those of one record stand together.
    ids = pa.concat_arrays([*rows["record_id"].chunks, pa.array([], pa.string())])
    another = np.ones(data.n, bool)
    another[1:] = pc.not_equal(ids[1:], ids[:-1]).to_numpy(zero_copy_only=False)
    another[1:] |= data.source[1:] != data.source[:-1]
    data.codes["record"] = (np.cumsum(another) - 1).astype(np.int32)
    data.codes["person"] = rows["person"].to_numpy().astype(np.int32)
    others = [name for name in table.column_names if name.startswith(OTHER_PREFIX)]
    data.add_pools(
        [
            partial(_name_columns, table, at),
            _columns(table, at, "phone", "mobile"),
            _columns(table, at, "valid_from", "valid_to"),
            *(_columns(table, at, name) for name in (*ALONE, *others)),
        ],
        threads,
    )
    _names(data)
    if infer_sex:
        fill_in_sex(data, sex_by_name(data))
    _dates(data)
    _places(data)
    for names in (("phone", "mobile"), ("email",), *((i,) for i in IDENTIFIERS)):
        _drop_shared(data, names, shared_value_limit)
    return data


def _columns(table: pa.Table, at: Indices | None, *names: str) -> Callable[[], Mapping[str, Coded]]:
    return lambda: {name: codes_of(table[name]).at(at) for name in names}


def _name_columns(table: pa.Table, at: Indices | None) -> Mapping[str, Coded]:
    """Names, and the first of the middle names, which may be the given name elsewhere."""
    middle = codes_of(table["middle_names"]).at(at)
    first = codes_of(pc.list_element(pc.split_pattern(middle.values, " "), 0))
    lookup = np.append(first.codes, MISSING).astype(np.int32)
    return {**_columns(table, at, *NAMES)(), "middle_name": Coded(first.values, lookup[middle.codes])}


def _names(data: Encoded) -> None:
    middle = [str(v) for v in data.pools["middle_names"].values]
    data.derive("middle_first", "middle_names", [v.split(" ", 1)[0] for v in middle])
    data.derive("middle_initial", "middle_names", [v[:1] for v in middle])
    pool = [str(v) for v in data.pools["given_name"].values]
    data.derive("given_initial", "given_name", [v[:1] for v in pool])
    data.derive("family_sound", "family_name", [sound_key(v) for v in pool])
    data.derive("family_initial", "family_name", [v[:1] for v in pool])
    data.derive("given_sound", "given_name", [sound_key(v) for v in pool])
    data.derive("given_prefix", "given_name", [v[:3] if len(v) > 1 else None for v in pool])
    data.derive("family_prefix", "family_name", [v[:4] if len(v) > 1 else None for v in pool])
    # A letter on its own is an initial: it can agree with a name, but it cannot be a block or be rare.
    data.flags["given_is_initial"] = np.array([*(len(v) == 1 for v in pool), False], bool)[data.codes["given_name"]]


def _stated_sex(data: Encoded) -> tuple[npt.NDArray[np.int32], list[str]]:
    """Return the sex that each row says by itself or by its title, and the sexes by code."""
    pool = [str(v) for v in data.pools["sex"].values]
    number = {sex: i for i, sex in enumerate(pool)}
    for sex in ("F", "M"):
        number.setdefault(sex, len(number))
    by_title = [number.get(_TITLES.get(str(v), ""), MISSING) for v in data.pools["title"].values]
    stated = data.codes["sex"]
    said = np.where(stated >= 0, stated, np.append(by_title, MISSING)[data.codes["title"]]).astype(np.int32)
    return said, list(number)


def sex_by_name(data: Encoded) -> dict[str, str]:
    """Return the given names that only one sex bears in these rows, with the sex."""
    stated, sexes = _stated_sex(data)
    given = data.codes["given_name"]
    known = (given >= 0) & (stated >= 0) & ~data.flags["given_is_initial"]
    counts = np.zeros((len(data.pools["given_name"]), len(sexes)), np.int64)
    np.add.at(counts, (given[known], stated[known]), 1)
    bearers = counts.sum(axis=1)
    tells = (bearers >= LEAST_BEARERS) & (counts.max(axis=1, initial=0) >= ONE_SEX * bearers)
    values = data.pools["given_name"].values
    return {str(values[i]): sexes[counts[i].argmax()] for i in np.flatnonzero(tells)}


def fill_in_sex(data: Encoded, by_name: Mapping[str, str]) -> None:
    """Fill in the sex where a record does not say it: from its title, else from its given name."""
    stated, sexes = _stated_sex(data)
    number = {sex: i for i, sex in enumerate(sexes)}
    by_value = [number.get(by_name.get(str(v), ""), MISSING) for v in data.pools["given_name"].values]
    told = np.append(by_value, MISSING)[data.codes["given_name"]]
    data.pools["sex"] = Pool(pa.array(sexes, pa.string()))
    data.codes["sex"] = np.where(stated >= 0, stated, told).astype(np.int32)


def _dates(data: Encoded) -> None:
    values = [str(v) for v in data.pools["date_of_birth"].values]
    for name in ("valid_from", "valid_to"):
        days = [_day(str(v)) for v in data.pools[name].values]
        data.days[name] = np.append(days, MISSING).astype(np.int32)[data.codes[name]]
    born = np.append([_middle_day(v) for v in values], MISSING).astype(np.int32)
    data.days["born"] = born[data.codes["date_of_birth"]]
    data.derive("birth_year", "date_of_birth", [v[:4] if "X" not in v[:4] else None for v in values])
    data.derive("birth_day", "date_of_birth", [v[5:] if len(v) == 10 and "X" not in v[5:] else None for v in values])
    data.derive("birth_date", "date_of_birth", [v if "X" not in v else None for v in values])


def _day(text: str) -> int:
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError:
        return MISSING


def _middle_day(text: str) -> int:
    """Return the day of a date of birth; where month or day is not known, one in the middle."""
    year, month, day = [*text.split("-"), "XX", "XX"][:3]
    return _day(f"{year}-{'07' if 'X' in month else month}-{'15' if 'X' in month or 'X' in day else day}")


def _places(data: Encoded) -> None:
    postcodes = [str(v) for v in data.pools["postcode"].values]
    data.derive("sector", "postcode", [v[:-2] if len(v) > 4 else v for v in postcodes])
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
