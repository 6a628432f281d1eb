"""The state of a hub: opens its database, brings it up to date, and gives transactions.

Takes a database URL, SQLite or PostgreSQL, gives ``State``. SQLite keeps a write-ahead log, so that readers are never
in the way of a run. A transaction that writes takes its lock when it begins, whatever the database: two that would
write wait for each other, and neither fails half-way or decides on what the other is changing. One that reads sees the
state as it was at one moment.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, Table, create_engine, event, text
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, NoSuchModuleError, OperationalError

from insighthub.errors import RunError

_WRITES = "insighthub_writes"
_MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK_NUMBER = 7_426_210  # of the advisory lock in PostgreSQL under which the state is written
_BUSY_SECONDS = 30


class State:
    """The state of a hub.

    Args:
        url: a database URL of SQLAlchemy.

    Raises:
        RunError: the database cannot be opened, or is of a later version of this program.
    """

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        try:
            self._bring_up_to_date()
        except DBAPIError as error:
            self.close()
            raise RunError(
                f"the state's database cannot be opened ({type(error.orig).__name__})",
                remedy="Check the setting state.url, that the database runs, and that you may use it",
            ) from None
        except BaseException:
            self.close()
            raise

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that reads.

        Raises:
            RunError: the database does not answer.
        """
        with _database_at_work(), self.engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection whose changes are kept all together when the block ends, or not at all.

        Raises:
            RunError: the database does not answer, has no space, or is being written for too long.
        """
        with _database_at_work(), self.engine.connect() as connection:
            connection.execution_options(**{_WRITES: True})
            with connection.begin():
                if connection.dialect.name == "postgresql":
                    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_BUSY_SECONDS}s'")
                    connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK_NUMBER})
                yield connection

    def leave_no_trace(self) -> None:
        """Write the database anew, so that nothing is left in its files of rows that were deleted.

        Raises:
            RunError: the database does not answer, or is being used for too long.
        """
        with _database_at_work():
            raw = self.engine.raw_connection()
            try:
                driver: Any = raw.driver_connection
                if self.engine.dialect.name == "postgresql":
                    driver.autocommit = True
                cursor = driver.cursor()
                cursor.execute("VACUUM")
                if self.engine.dialect.name == "sqlite":
                    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
                cursor.close()
            finally:
                raw.detach()  # so that no other caller is given it as it is now
                raw.close()

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def _bring_up_to_date(self) -> None:
        script = ScriptDirectory.from_config(_config())
        head = script.get_current_head()
        with self.read() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
        if current == head:
            return
        if current is not None and current not in {revision.revision for revision in script.walk_revisions()}:
            raise RunError(
                "the state is of a later version of Insight Hub", remedy="Use that version, which knows its tables"
            )
        with self.write() as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def insert_rows(connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert many rows, as fast as the database takes them.

    Args:
        connection: within a transaction that writes.
        table: of the state.
        columns: the columns that the rows give, in their order.
        rows: values for each row.
    """
    names = ", ".join(f'"{name}"' for name in columns)
    if connection.dialect.name == "postgresql":
        raw: Any = connection.connection.driver_connection
        with raw.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)
        return
    listed = [tuple(row) for row in rows]
    if listed:
        marks = ", ".join("?" for _ in columns)
        connection.exec_driver_sql(f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', listed)


@contextmanager
def _database_at_work() -> Iterator[None]:
    """Tell the user where the database, and not this program, is at fault."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        said = f": {error.orig}" if isinstance(error.orig, sqlite3.Error) else ""  # such as: database or disk is full
        raise RunError(
            f"the state's database could not be used ({type(error.orig).__name__}{said})",
            remedy="Check that there is space, that the database of state.url runs, and that nothing else holds it",
        ) from error


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


def _engine(url: str) -> Engine:
    try:
        engine = create_engine(url)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise RunError(
            f"the state's database URL cannot be used ({type(error).__name__})",
            remedy="Give one such as postgresql+psycopg://server/insighthub, and install insighthub[postgres] for it",
        ) from None
    if engine.dialect.name == "sqlite":
        _keep_to_owner(engine.url.database)
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "begin", _on_begin)
    return engine


def _keep_to_owner(database: str | None) -> None:
    """Make the file of a new state, so that nobody else on its machine reads accounts and notes; an old one stays."""
    if database and database != ":memory:" and not Path(database).exists() and Path(database).parent.is_dir():
        Path(database).touch(mode=0o600)


def _on_connect(connection: Any, _: object) -> None:
    connection.isolation_level = None  # this module begins transactions, not the driver
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={_BUSY_SECONDS * 1000}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
