"""Landed tables and contracts in a few words."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from insighthub.sources.contract import Source


@pytest.fixture
def landed() -> Callable[..., pa.Table]:
    """Return a maker of landed tables from columns of texts."""

    def make(**columns: list[str | None]) -> pa.Table:
        return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})

    return make


@pytest.fixture
def contract() -> Callable[..., Source]:
    """Return a maker of contracts: the person map, and anything else of a source."""

    def make(person: dict[str, Any], **more: Any) -> Source:
        return Source.model_validate(
            {"name": "council_tax", "path": "x.csv", "record_id": "ref", "person": person, **more}
        )

    return make
