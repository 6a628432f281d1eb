"""One small release for all tests of the resident index: as its records are, and with the index built."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.unit.residents.release import build, make_release, touch


@pytest.fixture(scope="session")
def built_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = make_release(tmp_path_factory.mktemp("borough"))
    with duckdb.connect(str(path)) as db:
        touch(db)
        build(db, learn=True)
    return path


@pytest.fixture
def release(built_release: Path, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Return a copy of the built release, open for writing."""
    with duckdb.connect(shutil.copy(built_release, tmp_path / "copy.duckdb")) as db:
        yield db
