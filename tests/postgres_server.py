"""A PostgreSQL server of the tests' own, in a temporary folder, on a socket that nobody else can reach.

Takes the binaries of this machine, gives empty databases. PostgreSQL does not run as root, so where the tests do, it
runs as another user, who owns the folder. Nothing is left when it stops.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from itertools import count
from pathlib import Path

ROLE = "insighthub"
#: Debian keeps the binaries of each version apart, and off the path.
DEBIAN = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
USERS = ("postgres", "nobody")


def binary(name):
    """Return where a program of PostgreSQL is, or None."""
    return shutil.which(name) or next((str(each / name) for each in reversed(DEBIAN) if (each / name).exists()), None)


def is_there():
    return os.name == "posix" and all(binary(name) for name in ("initdb", "pg_ctl", "postgres"))


class PostgresServer:
    """A running server; ``new_database`` gives the URL of an empty one."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="insighthub-postgres-", dir="/tmp"))  # sockets' paths must be short
        self._as_user = {}
        if os.geteuid() == 0:
            known = {entry.pw_name: entry for entry in pwd.getpwall()}
            user = next(known[name] for name in USERS if name in known)
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self._as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self._numbers = count(1)
        self._do("initdb", "-D", self.data, "-U", ROLE, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        settings = f"-k {self.folder} -c listen_addresses= -c fsync=off -c max_connections=40"
        self._do("pg_ctl", "-D", self.data, "-w", "-l", self.folder / "log", "-o", settings, "start")

    @property
    def data(self):
        return self.folder / "data"

    def _do(self, program, *words):
        command = [binary(program), *map(str, words)]
        done = subprocess.run(
            command, cwd=self.folder, env={"PATH": os.environ["PATH"], "LC_ALL": "C"}, check=False, timeout=120,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **self._as_user,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr}")

    def url(self, database):
        return f"postgresql+psycopg://{ROLE}@/{database}?host={self.folder}"

    def ask(self, statement):
        """Run a statement that stands by itself, outside any transaction."""
        import psycopg

        with psycopg.connect(host=str(self.folder), user=ROLE, dbname="postgres", autocommit=True) as connection:
            connection.execute(statement)

    def new_database(self):
        """Make an empty database; return its name."""
        name = f"state_{next(self._numbers)}"
        self.ask(f"CREATE DATABASE {name}")
        return name

    def copy(self, database, to):
        """Write what a database holds into another, which is empty."""
        dump = self.folder / f"{database}.sql"
        where = ("-h", self.folder, "-U", ROLE)
        self._do("pg_dump", *where, "--no-owner", "-f", dump, database)
        self._do("psql", *where, "-q", "-v", "ON_ERROR_STOP=1", "-f", dump, to)

    def drop(self, database):
        self.ask(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def stop(self):
        self._do("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)
