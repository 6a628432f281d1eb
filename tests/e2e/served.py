"""Serves a hub in a process of its own, as ``insighthub serve`` does, with the tests' own way of signing in.

Takes the hub's folder, prints the address once connections are taken.
"""

import sys

from insighthub.web.app import create_app
from insighthub.web.screens import SCREENS
from insighthub.web.serve import serve
from tests.web.sample import SCREEN, CookieSessions, add_templates

if __name__ == "__main__":
    made = create_app(sys.argv[1], sessions=CookieSessions(), screens=(*SCREENS, SCREEN))
    serve(
        add_templates(made), host="127.0.0.1", port=0, listening=lambda address: print(f"is at {address}", flush=True)
    )
