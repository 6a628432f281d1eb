"""Where hubs of tests keep their state: in SQLite beside them, or in PostgreSQL where INSIGHTHUB_TEST_STATE says so.

Takes nothing, gives settings for a new hub, and a copy of a hub that has a state of its own.
"""

import os
import shutil

CHOICE = "INSIGHTHUB_TEST_STATE"


def is_postgres():
    """Say whether tests of whole hubs are to run on PostgreSQL."""
    return os.environ.get(CHOICE, "sqlite") == "postgresql"


class Beside:
    """States in files beside the hubs."""

    def settings(self):
        return ""

    def copy_hub(self, home, to):
        return shutil.copytree(home, to)


class InPostgres:
    """States in databases of a server.

    Args:
        server: of PostgreSQL.
    """

    def __init__(self, server):
        self._server = server

    def settings(self):
        """Return the settings of a hub whose state is in a new database, in TOML."""
        return f'\n[state]\nurl = "{self._server.url(self._server.new_database())}"\n'

    def copy_hub(self, home, to):
        """Copy a hub, and its database with it, whoever has that open."""
        shutil.copytree(home, to)
        file = to / "insighthub.toml"
        text = file.read_text(encoding="utf-8")
        (line,) = [line for line in text.splitlines() if line.startswith('url = "postgresql')]
        database = self._server.new_database()
        self._server.copy(line.split("@/")[1].split("?")[0], database)
        file.write_text(text.replace(line, f'url = "{self._server.url(database)}"'), encoding="utf-8")
        return to
