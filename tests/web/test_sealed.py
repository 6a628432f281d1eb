"""What a browser keeps for us: it opens again, for the same use and in time, and cannot be changed."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from insighthub.web.sealed import Seal

AT = datetime(2026, 3, 5, 9, tzinfo=UTC)
SEAL = Seal(b"a secret", "a use")
LATER = AT + timedelta(minutes=10)


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=50), max_size=4))
def test_what_was_sealed_opens_in_time_for_its_use_with_its_secret(values):
    text = SEAL.closed(values, LATER)
    assert SEAL.opened(text, AT) == values
    assert SEAL.opened(text, LATER) is None
    assert Seal(b"a secret", "another use").opened(text, AT) is None
    assert Seal(b"another", "a use").opened(text, AT) is None


@given(st.text(max_size=80) | st.none())
def test_what_is_not_ours_does_not_open(text):
    assert SEAL.opened(text, AT) is None


@given(st.data())
def test_any_letter_that_is_changed_is_found(data):
    text = SEAL.closed({"email": "sam@council.example"}, LATER)
    body = text.index(".")  # the last letter of a part may hold bits that stand for nothing
    at = data.draw(st.integers(0, body - 2))
    letter = data.draw(st.sampled_from("ABCabc0189-_").filter(lambda one: one != text[at]))
    assert SEAL.opened(text[:at] + letter + text[at + 1 :], AT) is None
