"""Carries out every attempt at the app, and prints what was tried and what came of it.

python -m tests.security.report
"""

import sys
from importlib import import_module
from math import prod
from pathlib import Path

import pytest

from tests.security.attempts import TOP_TEN

HERE = Path(__file__).parent


class Outcomes:
    """Which tests failed."""

    def __init__(self):
        self.failed = set()

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.failed.add(report.nodeid.partition("[")[0].rpartition("::")[2])


def attempts():
    """Return every attempt, with the name of its test and how many times it is made."""
    found = {}
    for file in sorted(HERE.glob("test_owasp_*.py")):
        module = import_module(f"tests.security.{file.stem}")
        for name, test in vars(module).items():
            if name.startswith("test_") and hasattr(test, "attempt"):
                sets = [mark.args[1] for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize"]
                found[test.attempt] = (name, prod(len(each) for each in sets))
    return found


def table(attempts, failed=frozenset()):
    """Return attempts as a table of Markdown, with what came of each."""
    lines = ["| OWASP 2021 | OWASP 2025 | What is tried | Times | What comes of it |", "|---|---|---|---|---|"]
    for one, (test, times) in sorted(attempts.items(), key=lambda pair: list(TOP_TEN).index(pair[0].kind)):
        name, later = TOP_TEN[one.kind]
        number = "" if one.kind == "E10" else f"{one.kind} "
        came = "**It succeeded**" if test in failed else one.outcome
        lines.append(f"| {number}{name} | {later} | {one.tried} | {times} | {came} |")
    return "\n".join(lines)


def main():
    """Carry out every attempt; return how many succeeded."""
    outcomes = Outcomes()
    files = map(str, sorted(HERE.glob("test_owasp_*.py")))
    pytest.main(["-q", "-p", "no:cacheprovider", *files], plugins=[outcomes])
    print(table(attempts(), outcomes.failed))
    print(f"\n{len(attempts())} attempts, {len(outcomes.failed)} of which succeeded")
    return len(outcomes.failed)


if __name__ == "__main__":
    sys.exit(main())
