"""A process that takes in sources: ``python -m insighthub.standardise.worker``.

Takes a task a line on standard input, gives an answer a line on standard output; both are JSON, and what is made of a
source is a file. Only ``workers`` starts it. When its input ends, whoever started it is gone, and it ends at once,
whatever it is doing: nobody will look at what it would write.
"""

import json
import os
import sys
from queue import SimpleQueue
from threading import Thread

from insighthub.standardise.intake import IntakeTask
from insighthub.standardise.landed import LandedTask
from insighthub.standardise.workers import Task, answer


def read_task(line: str) -> Task:
    """Return the task that a line tells."""
    kinds: dict[str, type[IntakeTask] | type[LandedTask]] = {"intake": IntakeTask, "landed": LandedTask}
    return kinds[json.loads(line)["task"]].from_json(line)


def main() -> None:
    """Answer tasks until there are no more."""
    tasks: SimpleQueue[str] = SimpleQueue()

    def listen() -> None:
        for line in sys.stdin:
            tasks.put(line)
        os._exit(0)

    Thread(target=listen, daemon=True).start()
    while True:
        print(answer(tasks.get(), read_task), flush=True)


if __name__ == "__main__":
    main()
