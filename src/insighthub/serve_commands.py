"""``insighthub serve``: the web app of a hub."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from insighthub import console

Home = Annotated[Path, typer.Option("--home", envvar="INSIGHTHUB_HOME", help="The hub's folder.", show_default=True)]


def serve(
    home: Home = Path(),
    *,
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65_535, help="The port to listen on; 0 for one that is free.")
    ] = 8000,
    proxy: Annotated[
        str | None,
        typer.Option(
            "--proxy",
            metavar="ADDRESSES",
            help="Proxies before the app, with commas between: their word on the caller's address and on https is "
            "taken.",
        ),
    ] = None,
) -> None:
    """Serve the web app of a hub, until it is stopped with Ctrl+C or SIGTERM.

    A release that is published meanwhile is shown from then on; nothing has to be started again.
    """
    # FastAPI takes a second to load, and only this command needs it.
    from insighthub.web.app import create_app
    from insighthub.web.serve import serve as serve_app

    def listening(address: str) -> None:
        console.out.print(f"Insight Hub is at {address} (stop with Ctrl+C)", highlight=False, markup=False)

    with console.user_errors():
        app = create_app(home)
        app.state.site.hub.residents.search_meanwhile()
        serve_app(app, host=host, port=port, proxies=proxy, listening=listening)
