"""The styles and scripts that were built, under names that change with what is in them.

Takes the folder that the build wrote, gives addresses. A browser may keep what it has under such a name for good.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from insighthub.errors import RunError
from insighthub.web_settings import WebSettings

FOLDER = Path(__file__).parent / "static"
FOR_GOOD = "public, max-age=31536000, immutable"


class Assets:
    """The files that were built.

    Args:
        folder: where they are.

    Raises:
        RunError: they were not built.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        try:
            self._files: dict[str, str] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
        except (OSError, ValueError, KeyError):
            raise RunError(
                "the web app's styles and scripts are not built", remedy="Run: make frontend", file=folder
            ) from None
        self.folder = folder

    def url(self, name: str) -> str:
        """Return the address of a file, named as it is before the build."""
        return f"/static/{self._files[name]}"


class KeptForGood(StaticFiles):
    """Serves files that never change under their name."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Serve one file."""
        response = await super().get_response(path, scope)
        if response.status_code < 400:
            response.headers["Cache-Control"] = FOR_GOOD
        return response


def council_style(settings: WebSettings) -> str:
    """Return the stylesheet of a council's colours."""
    return (
        f":root{{--council-colour:{settings.colour};--govuk-brand-colour:{settings.colour}}}\n"
        f"@media not print{{:root{{--council-text-colour:{settings.text_colour}}}}}\n"
    )


def council_style_url(settings: WebSettings) -> str:
    """Return the address of that stylesheet, another for other colours."""
    return f"/council.css?v={hashlib.sha256(council_style(settings).encode()).hexdigest()[:12]}"
