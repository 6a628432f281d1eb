"""Serves the app with uvicorn, behind a proxy or alone, and stops without breaking off an answer.

Takes an app and where to listen, returns when it was told to stop: on SIGTERM or SIGINT it takes no more connections,
ends the answers that are under way, and lets go of the hub.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from contextlib import suppress

import uvicorn
from fastapi import FastAPI

from insighthub.errors import RunError

#: How long answers that are under way get to end, in seconds.
GRACE = 20
#: How long a connection that asks for nothing is kept, in seconds: longer than proxies keep theirs, which would else
#: ask on one that is being closed.
IDLE = 75
_WAITING = 2048
#: How long one thread may compute before another gets its turn, in seconds: a tenth of Python's own. An answer lets go
#: and waits some thirty times: a thread with much to do, as one that opens a new release, would slow all others.
_TURN = 0.0005


def serve(
    app: FastAPI, *, host: str, port: int, proxies: str | None = None, listening: Callable[[str], None] = lambda _: None
) -> None:
    """Serve an app until told to stop.

    Args:
        app: the app.
        host: the address to listen on.
        port: the port; 0 for one that is free.
        proxies: addresses of proxies whose word on the caller's address and on https is taken, with commas between; of
            none where it is not given.
        listening: is called with the app's address once connections are taken.

    Raises:
        RunError: the address cannot be listened on.
    """
    config = uvicorn.Config(
        app,
        proxy_headers=proxies is not None,
        forwarded_allow_ips=proxies or "",
        server_header=False,
        access_log=False,  # the app's own lines hold nobody's data; a server's lines hold addresses and queries
        log_level="warning",
        timeout_graceful_shutdown=GRACE,
        timeout_keep_alive=IDLE,
    )
    sys.setswitchinterval(_TURN)
    with _listen(host, port) as listener:
        shown = f"[{host}]" if ":" in host else host
        listening(f"http://{shown}:{listener.getsockname()[1]}/")
        with suppress(KeyboardInterrupt):  # which the server raises again once it has stopped
            uvicorn.Server(config).run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_WAITING)
    except OSError as error:
        listener.close()
        raise RunError(
            f"nothing can listen on {host} port {port} ({error.strerror})",
            remedy="Choose another with --port, or stop what listens there",
        ) from None
    return listener
