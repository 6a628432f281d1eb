"""Long work is done one piece at a time, says how far it is, and keeps what came of it for an hour."""

import threading
from datetime import datetime, timedelta

import pytest

from insighthub.desk.long_work import KEPT, LongWork
from insighthub.errors import DataError, RunError

AT = datetime(2026, 3, 5, 9, 30)


class Watch:
    def __init__(self):
        self.at = AT

    def __call__(self):
        return self.at


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def work(watch):
    return LongWork(watch)


def test_where_it_stands_is_told_while_it_goes_on_and_nothing_else_begins(work):
    there, go = threading.Event(), threading.Event()

    def slow(progress):
        progress.stage("reading")
        progress.advance(1, 4)
        there.set()
        assert go.wait(10)
        return 7

    job = work.start("reading", 3, by="lead", work=slow)
    assert there.wait(10)
    assert (job.stage, job.share, job.is_under_way) == ("reading", 0.25, True)
    with pytest.raises(RunError, match="under way: reading"):
        work.start("writing", 4, by="lead", work=slow)
    assert work.newest("reading", 3) is job
    assert work.newest("reading", 4) is None
    go.set()
    assert work.wait(10)
    assert (job.result, job.error, job.is_under_way) == (7, None, False)


@pytest.mark.parametrize("error", [DataError("the file is broken", remedy="Mend it"), ValueError("MRS SMITH")])
def test_what_went_wrong_is_told_and_never_in_the_words_of_an_error_that_is_not_ours(work, error):
    def fail(_):
        raise error

    job = work.start("reading", 1, by="lead", work=fail)
    assert work.wait(10)
    assert job.error is not None
    assert "SMITH" not in job.error.what
    work.start("reading", 1, by="lead", work=lambda _: 1)


def test_what_came_of_it_is_kept_for_an_hour(work, watch):
    work.start("reading", 1, by="lead", work=lambda _: "held of a resident")
    assert work.wait(10)
    watch.at += KEPT - timedelta(seconds=1)
    assert work.newest("reading", 1).result
    watch.at += timedelta(seconds=2)
    assert work.newest("reading", 1) is None


def test_it_is_forgotten_when_that_is_asked_for(work):
    work.start("reading", 1, by="lead", work=lambda _: 1)
    assert work.wait(10)
    work.forget("reading", 1)
    assert work.newest("reading", 1) is None
