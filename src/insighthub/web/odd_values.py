"""Values that no page of ours sends, refused before anything looks at them.

Takes a request's path and form. A number of twenty digits is none that was ever given out, and more than a database
counts to; a NUL or half of a character is kept by SQLite, refused by PostgreSQL and never typed by anybody. So that no
screen has to think of them, they are answered here: there is no such page, or the request was not right.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from starlette.exceptions import HTTPException
from starlette.requests import Request

#: A number that eight bytes do not hold, with or without a sign.
_TOO_LARGE = re.compile(r"[+-]?\d{19,}")
#: Control characters other than those of lines and tabs, and halves of characters.
_ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def ordinary_path(request: Request) -> None:
    """Refuse a path that names what cannot be there.

    Raises:
        HTTPException: 404.
    """
    values = request.scope.get("path_params", {}).values()
    if any(isinstance(one, str) and (_TOO_LARGE.fullmatch(one) or _ODD.search(one)) for one in values):
        raise HTTPException(404)


def ordinary_fields(values: Iterable[object]) -> None:
    """Refuse a form in which a text holds what nobody types.

    Raises:
        HTTPException: 400.
    """
    if any(isinstance(one, str) and _ODD.search(one) for one in values):
        raise HTTPException(400)
