"""Commands of review: draw what reviewers are asked, and say what their answers show.

They print figures, and never a record. Reviewers answer in the web app.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from insighthub import console
from insighthub.charts.numbers import count, share
from insighthub.hub import Hub
from insighthub.linkage.evaluation_result import Interval

Home = Annotated[Path, typer.Option("--home", envvar="INSIGHTHUB_HOME", help="The hub's folder.", show_default=True)]
_MANY = "instead of what the settings say."

review_app = typer.Typer(help="What people say of doubtful pairs: draw them, and see what the answers show.")


@review_app.command("draw")
def draw(
    home: Home = Path(),
    *,
    measure: Annotated[
        int | None, typer.Option(min=0, help=f"Pairs that measure how good the links are, {_MANY}")
    ] = None,
    teach: Annotated[int | None, typer.Option(min=0, help=f"Pairs that teach the next model most, {_MANY}")] = None,
    check: Annotated[int | None, typer.Option(min=0, help=f"Clusters and pairs that look odd, {_MANY}")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Another seed draws other pairs.")] = 1,
) -> None:
    """Draw what is to be reviewed from the published release. It takes about as long as linking it."""
    with console.user_errors(), Hub(home) as hub, console.Bars() as bars:
        bars.stage("Comparing all records again, to draw what is to be reviewed")
        drawn = hub.review.draw(measure=measure, teach=teach, check=check, seed=seed)
    table = Table(title="Drawn to be reviewed")
    table.add_column("To")
    table.add_column("Items", justify="right")
    for purpose, items in drawn.items():
        table.add_row(purpose, count(items))
    console.out.print(table)


@review_app.command("figures")
def show_figures(home: Home = Path()) -> None:
    """Say how good the links are by the answers given so far, and how far reviewers agree."""
    with console.user_errors(), Hub(home) as hub:
        told, agreed = hub.review.estimate(), hub.review.agreement()
    if told is None:
        console.out.print("Nothing was drawn to measure a release yet: insighthub review draw does it.")
        return
    console.out.print(f"Of release {told.run_id}: {count(told.answered)} of {count(told.drawn)} pairs answered")
    table = Table(title="What the answers show, with 95% intervals")
    table.add_column("")
    for name in ("Estimate", "From", "To"):
        table.add_column(name, justify="right")
    if told.estimate is not None:
        scores = told.estimate.scores
        for name, interval in (("precision", scores.precision), ("recall", scores.recall), ("F1", scores.f1)):
            table.add_row(name, *_cells(interval))
    kappa = agreed[0].kappa if agreed else None
    if kappa is not None:
        table.add_row(
            "agreement of reviewers (Cohen's kappa)", *(f"{v:.2f}" for v in (kappa.value, kappa.low, kappa.high))
        )
    if table.row_count:
        console.out.print(table)


def _cells(interval: Interval) -> tuple[str, str, str]:
    return share(interval.value), share(interval.low), share(interval.high)
