"""Tests of accounts hash their passwords quickly."""

import pytest

from tests.quick_passwords import quick_passwords

__all__ = ["quick_passwords"]


@pytest.fixture(autouse=True)
def _quick(quick_passwords):
    """Every test here."""
