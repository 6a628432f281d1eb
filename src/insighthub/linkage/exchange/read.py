"""Reads a model file, ours or Splink's, told apart by what is in it.

Takes a path, gives a model that ``link_records`` can use. What is wrong with a file is said with the key at fault, and
never with a value from it: a model file lists names.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from insighthub.errors import DataError
from insighthub.linkage.exchange.own_model import OwnModel
from insighthub.linkage.exchange.splink_settings import from_splink, is_splink
from insighthub.linkage.exchange.sql_model import SqlModel
from insighthub.linkage.given_model import GivenModel
from insighthub.linkage.model_schema import FORMAT, ModelFile

_REMEDY = "Give the model.json of a finished run, or the settings that Splink 5 saved"
_FAMILY = FORMAT.partition("/")[0]


def model_text(content: Mapping[str, object]) -> str:
    """Return a model as the text of its file."""
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def read_model(path: Path) -> GivenModel:
    """Read a model file.

    Raises:
        DataError: the file cannot be read, is no model, or is one that this version cannot use.
    """
    file = read_model_file(path)
    return SqlModel(file, path) if file.in_sql else OwnModel.of(file, path)


def read_model_file(path: Path) -> ModelFile:
    """Read a model file into our form; see ``read_model``."""
    content = _json(path)
    if is_splink(content):
        return from_splink(content, path)
    form = content.get("format")
    if form is None:
        raise DataError("this is no model", remedy=_REMEDY, file=path)
    if form != FORMAT:
        raise DataError(_wrong_format(form), remedy="Learn the model anew with this version", file=path)
    return checked(content, path)


def checked(content: dict[str, Any], path: Path | None) -> ModelFile:
    """Hold the content of a file against the form of our model files.

    Raises:
        DataError: it does not fit; the message names the key.
    """
    try:
        file = ModelFile.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        what = {
            "missing": "a key is missing in the model",
            "extra_forbidden": "there is a key in the model that this version does not know",
        }.get(first["type"], f"the model does not hold together: {_plain(first['msg'])}")
        key = ".".join(str(part) for part in _spoken(first["loc"]))
        raise DataError(
            what, remedy="See docs/reference/model-file.md, or learn the model anew", file=path, column=key or None
        ) from None
    if not file.comparisons:
        raise DataError("the model compares nothing", remedy="Learn the model anew on fuller records", file=path)
    return file


def _spoken(loc: tuple[int | str, ...]) -> list[int | str]:
    """Leave out keys that are values of people: names stand as keys in the lists of shares."""
    hide = {"shares", "full_names"}
    for place, part in enumerate(loc):
        if part in hide:
            return list(loc[: place + 1])
    return list(loc)


def _plain(message: str) -> str:
    return message.removeprefix("Value error, ")


def _wrong_format(form: Any) -> str:
    name, _, number = str(form).partition("/")
    if name != _FAMILY or not number.isdigit():
        return "this is no model of Insight Hub"
    kind = "an older" if int(number) < int(FORMAT.partition("/")[2]) else "a newer"
    return f"the model was written in {kind} form, number {int(number)}"


def _json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise DataError(f"the model cannot be read ({reason})", remedy="Check the path", file=path) from None
    except json.JSONDecodeError as error:
        raise DataError("this is not JSON, or is cut short", remedy=_REMEDY, file=path, row=error.lineno) from None
    except ValueError:
        raise DataError("this is not text in UTF-8", remedy=_REMEDY, file=path) from None
    except RecursionError:
        raise DataError("this is nested too deeply for a model", remedy=_REMEDY, file=path) from None
    if not isinstance(content, dict):
        raise DataError("this is no model", remedy=_REMEDY, file=path)
    return content
