"""What takes long to make is made once, by whichever process of a test run asks for it first, and copied by the others.

Takes a name and what makes it, gives a copy of the folder of one's own, and what making it returned.
"""

import json
import os
import shutil
import sqlite3
from contextlib import closing

LONGEST = 300  # seconds that another process may take to make it


def made_once(tmp_path_factory, name, make, to):
    """Give a copy of a folder that is made once for all processes of a test run.

    Args:
        tmp_path_factory: of pytest.
        name: of what is made, another for everything that is made otherwise.
        make: makes it in the folder that it is called with, and returns what JSON can hold.
        to: where the copy goes; not there yet.

    Returns:
        What ``make`` returned.
    """
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "made_once"
    shared.mkdir(exist_ok=True)
    folder, returned = shared / name, shared / f"{name}.json"
    with closing(sqlite3.connect(shared / f"{name}.lock", timeout=LONGEST, isolation_level=None)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        if not returned.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            told = json.dumps(make(folder))
            returned.write_text(told, encoding="utf-8")
    shutil.copytree(folder, to)
    return json.loads(returned.read_text(encoding="utf-8"))
