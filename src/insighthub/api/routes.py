"""The endpoints of the API, in one list, and their description in OpenAPI."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi

import insighthub
from insighthub.api import audit, counts, release, residents
from insighthub.api.problem import MEDIA_TYPE, Problem

#: Each has the API's prefix itself, so that its paths read as they are called.
ROUTERS: tuple[APIRouter, ...] = (release.router, residents.router, counts.router, audit.router)

_WHY = {
    400: "not understood",
    401: "nobody is signed in",
    403: "not allowed, or nobody whom the purpose may see",
    404: "no such thing",
    409: "cannot be done as things stand: there is no release yet, for example",
    413: "too large",
    422: "wrong input",
    429: "too often",
}
_REFERENCE = {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}
#: What every endpoint may answer besides.
RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"description": why.capitalize(), "model": Problem, "content": {MEDIA_TYPE: _REFERENCE}}
    for status, why in _WHY.items()
}


def schema(app: FastAPI) -> dict[str, Any]:
    """Return the API in OpenAPI; made once."""
    if app.openapi_schema is None:
        app.openapi_schema = get_openapi(
            title="Insight Hub",
            version=insighthub.__version__,
            summary="One index of residents, for programs",
            description="Every call is made for a user, is held against the policy, and is audited. A program sends a "
            "token, which its user makes on the page of their account: Authorization: Bearer, and the token. A "
            "person's data is read for a purpose, which the call names.",
            routes=app.routes,
        )
        app.openapi_schema.setdefault("components", {})["securitySchemes"] = {
            "token": {"type": "http", "scheme": "bearer", "description": "a token of a user's program"},
            "session": {"type": "apiKey", "in": "cookie", "name": "insighthub-session", "description": "signed in"},
        }
        app.openapi_schema["security"] = [{"token": []}, {"session": []}]
    return app.openapi_schema
