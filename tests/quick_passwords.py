"""Passwords whose hashing is quick: as it is used, it takes a tenth of a second on purpose."""

import pytest
from argon2 import PasswordHasher

from insighthub.accounts import passwords


@pytest.fixture
def quick_passwords(monkeypatch):
    """Have passwords hashed with the least memory and time that argon2 allows."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", quick)
    nobody = quick.hash("nobody")
    monkeypatch.setattr(passwords, "_nobody", lambda: nobody)
