"""Who calls the API, and what parts of requests may hold: so that nothing comes to a store that it cannot keep."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

from annotated_types import Ge, Le
from fastapi import HTTPException, Path, Query, Request
from pydantic import AfterValidator

from insighthub.accounts.users import User
from insighthub.desk.desk import Desk

_NAME = r"^[a-z][a-z0-9_]{0,62}$"
#: Text without control characters.
PRINTED = r"^[^\x00-\x1f\x7f]*$"

Purpose = Annotated[
    str,
    Query(pattern=_NAME, description="what the person's data is looked at for: a purpose that your roles may choose"),
]
ResidentId = Annotated[str, Path(pattern=r"^[A-Za-z0-9 -]{1,40}$", description="a resident's id, an old one perhaps")]
SourceName = Annotated[str | None, Query(pattern=_NAME, description="one source, instead of all")]
#: A time as the hub keeps it, in UTC without saying so, told with its zone as JSON's date-time needs it.
Moment = Annotated[datetime, AfterValidator(lambda kept: kept.replace(tzinfo=UTC))]
Day = Annotated[date, Ge(date(1900, 1, 1)), Le(date(2999, 12, 31))]


def desk_of(request: Request) -> Desk:
    """Return the desk of the hub."""
    desk: Desk = request.app.state.site.desk
    return desk


def caller(request: Request) -> User:
    """Return the account of whoever calls, with the roles that their session or token has; the app has let them in.

    Raises:
        HTTPException: they have no account of this hub.
    """
    account: User | None = request.state.user.account
    if account is None:
        raise HTTPException(401)
    return account
