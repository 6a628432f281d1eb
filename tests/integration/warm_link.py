"""A process with the whole program loaded, which starts a run by a fork whenever it is told to.

Takes one line of JSON for each run on standard input (the words of the command line, the file for what it prints, the
most bytes that it may write to one file, and the step at which it is to be killed), gives two lines: the run's process
id, and how it ended, a signal as a negative number. Loading the program takes longer than a small run does, and has
nothing in it that a kill could break.

Charts are drawn once, and kept in the file that is the only argument: all the runs are of the same data, so their
charts are the same. Drawing is nine tenths of a small run, and writes nothing.
"""

import importlib
import json
import os
import pickle
import resource
import signal
import sys
import traceback
from pathlib import Path

from insighthub.cli import app
from insighthub.report import page

draw_now = page.draw


def draw_once(figures):
    kept = Path(sys.argv[1])
    if not kept.exists():
        beside = kept.with_suffix(f".{os.getpid()}")
        beside.write_bytes(pickle.dumps(draw_now(figures)))
        beside.replace(kept)
    return pickle.loads(kept.read_bytes())


def die_at(moment, where, of=""):
    """Have this process killed just before or just after it calls a function, on a path of that ending if one is given.

    Args:
        moment: ``before`` or ``after``.
        where: the function as its caller knows it: ``module:name`` or ``module:Class.name``.
        of: how the text of its first argument ends.
    """
    module, _, name = where.partition(":")
    owner = importlib.import_module(module)
    *within, last = name.split(".")
    for each in within:
        owner = getattr(owner, each)
    real = getattr(owner, last)

    def call(*values, **named):
        here = str(values[0]).endswith(of) if of else True
        if here and moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        given = real(*values, **named)
        if here:
            os.kill(os.getpid(), signal.SIGKILL)
        return given

    setattr(owner, last, call)


def run(task):
    """Do one run in this (forked) process, and end it as the command line would."""
    target = os.open(task["printed"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(target, stream)
    if task["most_bytes"] is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (task["most_bytes"], resource.RLIM_INFINITY))
    if task["die_at"] is not None:
        die_at(*task["die_at"])
    try:
        app(task["words"])
    except SystemExit as ended:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(ended.code or 0)
    except BaseException:  # a fault of the program
        traceback.print_exc()
        sys.stderr.flush()


def main():
    page.draw = draw_once
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                run(json.loads(line))
            finally:
                os._exit(70)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
