"""Copies: rows that say exactly the same of a person, and stand behind the first of them.

Takes coded rows, gives for each the first row that says the same.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from insighthub.linkage.encode import Encoded, number_rows
from insighthub.linkage.prepare import IDENTIFIERS
from insighthub.standardise.schema import OTHER_PREFIX

CONTENT = (
    "person",
    "given_name",
    "middle_names",
    "family_name",
    "previous_family_name",
    "date_of_birth",
    "sex",
    "address",
    "flat",
    "house_number",
    "street",
    "postcode",
    "uprn",
    "phone",
    "mobile",
    "email",
    *IDENTIFIERS,
)


def first_identical(data: Encoded) -> npt.NDArray[np.int32]:
    """Return, for each row, the first row that says the same of a person; shape (n,).

    A resubmitted claim, a pupil in three censuses, two hundred reports by one caller: pairing each with each would
    bring nothing. The first stands for them in blocking, and each copy is paired with it alone. Only rows that say who
    somebody is (both names, and a home or a date of birth) are copies, and none in a source that holds one record a
    person.
    """
    return data.memo("first identical", lambda: _first_identical(data))


def may_be_copies(data: Encoded) -> npt.NDArray[np.bool_]:
    """Whether each row says who somebody is, and is of no source that holds one record a person; shape (n,)."""
    code = data.codes
    tells = (code["given_name"] >= 0) & (code["family_name"] >= 0)
    tells &= (code["dwelling"] >= 0) | (code["uprn"] >= 0) | (code["birth_date"] >= 0)
    return np.asarray(tells & ~data.single[data.source] & ~data.flags["given_is_initial"])


def _first_identical(data: Encoded) -> npt.NDArray[np.int32]:
    names = [*CONTENT, *(n for n in data.codes if n.startswith(OTHER_PREFIX))]
    code = data.codes
    rows = np.flatnonzero(may_be_copies(data))
    out = np.arange(data.n, dtype=np.int32)
    if not len(rows):
        return out
    values = (*(code[name] for name in names), data.days["valid_from"], data.days["valid_to"])
    same = number_rows(column[rows] for column in values)
    where = np.empty(int(same.max()) + 1, np.int64)
    where[same[::-1]] = rows[::-1]  # of several rows the first is written last
    out[rows] = where[same].astype(np.int32)
    return out
