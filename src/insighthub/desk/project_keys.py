"""The keys of projects, each in a file of its own, apart from the state.

Takes the hub's folder, gives keys by name. Where ``INSIGHTHUB_PROJECT_KEYS`` names a folder they are kept there, which
may be on another disk, so that whoever has a copy of the state or of the hub's folder has no key. A file is readable by
its owner alone. A backup of the state without the keys leads from no pseudonym to a person; neither does a project
whose key was destroyed.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from insighthub.errors import RunError
from insighthub.residents.pseudonyms import KEY_BYTES, Pseudonyms

#: The environment variable that names another folder.
KEYS_VARIABLE = "INSIGHTHUB_PROJECT_KEYS"
_FOLDER = "project-keys"


class ProjectKeys:
    """The keys of a hub's projects.

    Args:
        home: the hub's folder.
    """

    def __init__(self, home: Path) -> None:
        given = os.environ.get(KEYS_VARIABLE)
        self._folder = Path(given) if given else home / _FOLDER

    def make(self) -> str:
        """Make a key; return its name.

        Raises:
            RunError: its file cannot be written.
        """
        name = secrets.token_hex(12)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(self._file(name), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(secrets.token_bytes(KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise RunError(
                f"the project's key cannot be kept ({type(error).__name__})",
                remedy=f"Let the app write there, or set {KEYS_VARIABLE} to another folder",
                file=self._folder,
            ) from None
        return name

    def pseudonyms(self, name: str) -> Pseudonyms:
        """Return the pseudonyms of a key.

        Raises:
            RunError: there is no such key here.
        """
        try:
            return Pseudonyms(self._file(name).read_bytes())
        except (OSError, ValueError) as error:
            raise RunError(
                f"the project's key cannot be read ({type(error).__name__})",
                remedy=f"Put the folder of keys back, or set {KEYS_VARIABLE} to where it is",
                file=self._folder,
            ) from None

    def destroy(self, name: str) -> None:
        """Destroy a key, so that nobody is led back from its pseudonyms ever after.

        Raises:
            RunError: it cannot be.
        """
        file = self._file(name)
        try:
            if file.exists():
                with file.open("r+b") as held:
                    held.write(secrets.token_bytes(KEY_BYTES))
                    os.fsync(held.fileno())
                file.unlink()
        except OSError as error:
            raise RunError(
                f"the project's key cannot be destroyed ({type(error).__name__})",
                remedy="Let the app write in the folder of keys",
                file=self._folder,
            ) from None

    def _file(self, name: str) -> Path:
        if not name.isalnum():
            raise RunError("this is no name of a key", remedy="Restore the state's database")
        return self._folder / f"{name}.key"
