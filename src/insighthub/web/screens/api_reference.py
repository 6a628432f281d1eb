"""The API's documentation: its OpenAPI description as a page of our own, without a script and from no other host.

Takes the description, gives endpoints by subject, each with what it takes and what it answers, and the fields of what
is answered. The description itself is served as JSON, for programs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, JSONResponse

from insighthub.api.problem import PREFIX
from insighthub.api.routes import schema
from insighthub.web.screen import Screen
from insighthub.web.site import site_of

router = APIRouter(prefix=PREFIX, include_in_schema=False)
SCREEN = Screen(router)


@dataclass(frozen=True)
class Field:
    """A field of a body, or a parameter: its name, kind, whether it is needed, and what it means."""

    name: str
    kind: str
    needed: bool
    words: str


@dataclass(frozen=True)
class Endpoint:
    """An endpoint, as it is told."""

    key: str
    method: str
    path: str
    title: str
    words: str
    takes: tuple[Field, ...]
    answers: tuple[tuple[str, str, str], ...]  # status, what it means, the kind of body


@router.get("/docs")
def api_docs(request: Request) -> HTMLResponse:
    """Show the documentation."""
    described = schema(request.app)
    return site_of(request).pages.page(
        request,
        "api_reference.html",
        title="The API",
        subjects=endpoints(described),
        bodies={
            name: fields(body) for name, body in sorted(described.get("components", {}).get("schemas", {}).items())
        },
        description=described["info"]["description"],
    )


@router.get("/openapi.json")
def openapi(request: Request) -> JSONResponse:
    """Give the description in OpenAPI."""
    return JSONResponse(schema(request.app))


def endpoints(described: dict[str, Any]) -> dict[str, list[Endpoint]]:
    """Return the endpoints by subject, in the order of the description."""
    found: dict[str, list[Endpoint]] = {}
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            takes = [_parameter(parameter) for parameter in operation.get("parameters", [])]
            takes += [
                Field("body", kind_of(content["schema"]), operation["requestBody"].get("required", False), form)
                for form, content in operation.get("requestBody", {}).get("content", {}).items()
            ]
            endpoint = Endpoint(
                key=operation["operationId"].replace("_", "-"),
                method=method.upper(),
                path=path,
                title=operation.get("summary", path),
                words=operation.get("description", ""),
                takes=tuple(takes),
                answers=tuple(_answer(status, answer) for status, answer in operation["responses"].items()),
            )
            found.setdefault((operation.get("tags") or ["Other"])[0], []).append(endpoint)
    return found


def fields(body: dict[str, Any]) -> list[Field]:
    """Return the fields of a body."""
    needed = set(body.get("required", ()))
    return [
        Field(name, kind_of(field), name in needed, field.get("description", ""))
        for name, field in body.get("properties", {}).items()
    ]


def kind_of(field: dict[str, Any]) -> str:
    """Say the kind of a value in a few words: text, number, list of Release, text or nothing."""
    if "$ref" in field:
        return str(field["$ref"]).rpartition("/")[2]
    if choices := field.get("anyOf") or field.get("oneOf"):
        return " or ".join(kind_of(choice) for choice in choices)
    if "enum" in field:
        return "one of " + ", ".join(str(value) for value in field["enum"])
    named = {"string": "text", "integer": "whole number", "null": "nothing", "boolean": "true or false"}
    kind = str(field.get("type", "anything"))
    if kind == "array":
        return f"list of {kind_of(field.get('items', {}))}"
    if kind == "string" and field.get("format") in {"date", "date-time"}:
        return "date" if field["format"] == "date" else "date and time"
    return named.get(kind, kind)


def _parameter(parameter: dict[str, Any]) -> Field:
    return Field(
        parameter["name"],
        kind_of(parameter.get("schema", {})),
        parameter.get("required", False),
        parameter.get("description", "") or f"in the {parameter['in']}",
    )


def _answer(status: str, answer: dict[str, Any]) -> tuple[str, str, str]:
    bodies = [kind_of(content.get("schema", {})) for content in answer.get("content", {}).values()]
    when = "It was done" if status == "200" else answer.get("description", "")
    return status, when, bodies[0] if bodies else "nothing"
