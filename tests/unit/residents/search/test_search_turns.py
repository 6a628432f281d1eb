"""Callers who ask at once are served in the order in which they asked."""

import threading

import pytest

from insighthub.residents.search.turns import Turns


def test_who_asked_first_is_served_first():
    turns, served, asked = Turns(), [], threading.Semaphore(0)
    threads = []

    def caller(number):
        with turns:
            served.append(number)

    with turns:
        for number in range(8):
            threads.append(threading.Thread(target=caller, args=(number,)))
            threads[-1].start()
            while len(turns._waiting) <= number:  # until it stands in the queue
                asked.acquire(timeout=0.001)
        assert served == []
    for thread in threads:
        thread.join()
    assert served == list(range(8))


def test_a_turn_is_given_on_after_an_error():
    turns = Turns()
    with pytest.raises(ValueError, match="a slip"), turns:
        raise ValueError("a slip")
    with turns:
        pass


def test_one_at_a_time():
    turns, inside, most = Turns(), [], []

    def caller():
        for _ in range(200):
            with turns:
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=caller) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 1
    assert len(most) == 800
