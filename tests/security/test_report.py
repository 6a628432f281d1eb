"""What the documentation says of attempts at the app is what is tried."""

from pathlib import Path

from tests.security.attempts import TOP_TEN
from tests.security.report import attempts, table

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "security.md"


def test_every_kind_of_the_top_ten_is_tried():
    assert {one.kind for one in attempts()} == set(TOP_TEN)


def test_the_page_tells_of_every_attempt_and_of_no_other():
    assert table(attempts()) in PAGE.read_text(encoding="utf-8"), "print it with python -m tests.security.report"
