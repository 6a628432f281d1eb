"""A server in a process of its own: started on a port that is free, stopped as a service manager stops it."""

import os
import re
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
LONGEST = 60  # seconds until it serves, or has ended
_ADDRESS = re.compile(r"is at (http://\S+)")


class Server:
    """A running server."""

    def __init__(self, command, longest=LONGEST):
        path = os.pathsep.join([str(ROOT / "src"), str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1", "COLUMNS": "200"},
        )
        self.lines = []
        self._known = threading.Event()
        self.address = None
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not self._known.wait(longest) or self.address is None:
            self.process.kill()
            raise AssertionError("the server did not start:\n" + "".join(self.lines))

    def _read(self):
        with self.process.stdout:
            for line in self.process.stdout:
                self.lines.append(line)
                if self.address is None and (found := _ADDRESS.search(line)):
                    self.address = found[1]
                    self._known.set()
        self._known.set()

    def stop(self, how=signal.SIGTERM):
        """Tell it to stop; return its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            status = self.process.wait(LONGEST)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        self._reader.join(LONGEST)
        return status


@contextmanager
def running(*command, longest=LONGEST):
    """Run a Python command that serves, for a while; it serves after some seconds at the latest."""
    server = Server([sys.executable, *command], longest)
    try:
        yield server
    finally:
        server.stop()
