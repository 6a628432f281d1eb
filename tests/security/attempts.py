"""Attempts at the app, of the ten kinds that OWASP names: what is tried, and what must come of it.

A test that is one is marked with ``attempt``; ``python -m tests.security.report`` carries them out and prints a table,
and ``docs/explanation/security.md`` has the same. The numbers are those of 2021, with those of 2025 where they differ.
"""

from dataclasses import dataclass

#: By number of 2021: its name, and the number and name of 2025.
TOP_TEN = {
    "A01": ("Broken access control", "A01 Broken access control"),
    "A02": ("Cryptographic failures", "A04 Cryptographic failures"),
    "A03": ("Injection", "A05 Injection"),
    "A04": ("Insecure design", "A06 Insecure design"),
    "A05": ("Security misconfiguration", "A02 Security misconfiguration"),
    "A06": ("Vulnerable and outdated components", "A03 Software supply chain failures"),
    "A07": ("Identification and authentication failures", "A07 Authentication failures"),
    "A08": ("Software and data integrity failures", "A08 Software or data integrity failures"),
    "A09": ("Security logging and monitoring failures", "A09 Security logging and alerting failures"),
    "A10": ("Server-side request forgery", "A01 Broken access control"),
    "E10": ("not in the list of 2021", "A10 Mishandling of exceptional conditions"),
}


@dataclass(frozen=True)
class Attempt:
    """An attempt.

    Args:
        kind: its number in ``TOP_TEN``.
        tried: what is tried.
        outcome: what comes of it.
    """

    kind: str
    tried: str
    outcome: str


def attempt(kind, tried, outcome):
    """Mark a test as an attempt."""
    assert kind in TOP_TEN

    def marked(test):
        test.attempt = Attempt(kind, tried, outcome)
        return test

    return marked
