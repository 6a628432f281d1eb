"""A run gives way to other work, with its threads; and what gives way further goes on so."""

import os
import threading

import pytest

from insighthub.runs.giving_way import giving_way

pytestmark = pytest.mark.skipif(not hasattr(os, "setpriority"), reason="the operating system knows no such thing")


def nice():
    return os.getpriority(os.PRIO_PROCESS, 0)


def test_a_block_and_its_threads_give_way():
    found = []
    before = nice()
    with giving_way(before + 3):
        thread = threading.Thread(target=lambda: found.append(nice()))
        thread.start()
        thread.join()
        assert nice() == before + 3
        with giving_way(before):
            assert nice() == before + 3
    assert found == [before + 3]
    assert nice() == before or os.geteuid() != 0
