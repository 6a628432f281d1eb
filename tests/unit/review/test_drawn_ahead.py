"""Figures that are drawn ahead: each once, the oldest go, and an error is not kept."""

import threading

import pytest

from insighthub.review.drawn import DrawnAhead


@pytest.fixture
def made():
    return []


@pytest.fixture
def ahead(made):
    def make(key):
        made.append(key)
        if key == "broken" and made.count("broken") == 1:
            raise ValueError
        return {key: key}

    drawn = DrawnAhead(make, most=2)
    yield drawn
    drawn.close()


def test_what_was_drawn_ahead_is_not_drawn_again(ahead, made):
    ahead.ahead(["a", "b"])
    assert ahead.of("b") == {"b": "b"}
    assert ahead.of("a") == {"a": "a"}
    assert made == ["a", "b"]


def test_what_was_asked_for_longest_ago_goes_first(ahead, made):
    for key in ("a", "b", "a", "c", "a", "b"):
        ahead.of(key)
    assert made == ["a", "b", "c", "b"]


def test_an_error_is_raised_and_tried_again(ahead):
    with pytest.raises(ValueError):  # noqa: PT011
        ahead.of("broken")
    assert ahead.of("broken") == {"broken": "broken"}


def test_two_who_ask_at_once_wait_for_one_drawing(ahead, made):
    found = []
    threads = [threading.Thread(target=lambda: found.append(ahead.of("a"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [{"a": "a"}] * 4
    assert made == ["a"]
