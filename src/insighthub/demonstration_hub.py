"""The second half of the demonstration: the borough's hub is run, and its index held against the borough's truth.

Takes the home folder in which the extracts are, gives what the run did and how right the index of residents is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from insighthub import demonstration_places, demonstration_users
from insighthub.correction_evaluation import Precision, precision
from insighthub.demonstration_places import AreaScores
from insighthub.demonstration_users import DemoUser
from insighthub.hub import Hub
from insighthub.index_evaluation import IndexScores, evaluate_index
from insighthub.progress import Progress
from insighthub.run import RunOutcome
from insighthub.runs.begin import Asked
from insighthub.synthetic.borough import Borough
from insighthub.synthetic.borough_hub import DAY, POPULATION, places_settings, write_hub

#: Residents known to so many services or more are counted together.
MANY = 6


@dataclass(frozen=True)
class HubOutcome:
    """What the hub's run gave."""

    run: RunOutcome
    scores: IndexScores
    corrections: tuple[Precision, ...]
    users: tuple[DemoUser, ...]
    areas: AreaScores | None


def run(home: Path, borough: Borough, *, seed: int, progress: Progress) -> HubOutcome:
    """Write the borough's settings and contracts into ``home``, run the hub, and hold its index against the truth.

    What its reviewers are asked is drawn, too.
    """
    places = "" if borough.places is None else places_settings(borough.places.relative_to(home))
    write_hub(home, more_settings=demonstration_users.SETTINGS + POPULATION + places)
    with Hub(home) as hub:
        outcome = hub.run(Asked(as_of=DAY), progress=progress)
        with hub.release() as db:
            progress.stage("Holding the index against the truth")
            scores = evaluate_index(db, borough.truth, borough.people_truth)
            right = precision(db, home, residents=borough.residents, seed=seed)
        progress.stage("Drawing what is to be reviewed")
        hub.review.draw()
        made = demonstration_users.make_users(hub)
        areas = None if borough.places is None else demonstration_places.run(hub, borough.places, progress=progress)
    return HubOutcome(outcome, scores, tuple(right), made, areas)


def tables(outcome: HubOutcome) -> Iterator[Table]:
    """Lay out the figures of the index, with the truth beside each."""
    scores, figures = outcome.scores, outcome.run.figures
    table = Table(title="The index of residents, beside the borough's truth")
    table.add_column("")
    for name in ("Index", "Truth", "Difference"):
        table.add_column(name, justify="right")
    for name, found, true in (
        ("residents", scores.residents, scores.people),
        ("people they are thought to be", figures["people_expected"], scores.people),
        ("residents who live in the borough now", scores.residents_here, scores.people_here),
    ):
        table.add_row(name, f"{found:,}", f"{true:,}", difference(found, true))
    each = scores.records / max(1, scores.residents), scores.records / max(1, scores.people)
    table.add_row("records per resident", f"{each[0]:.2f}", f"{each[1]:.2f}", difference(*each))
    for name, found, true in known_to(scores):
        table.add_row(name, f"{found:,}", f"{true:,}", difference(found, true))
    table.add_row(
        "households now",
        f"{scores.households:,}",
        f"{scores.true_households:,}",
        difference(scores.households, scores.true_households),
    )
    yield table
    right = Table(title="How right the index is")
    right.add_column("")
    right.add_column("Share", justify="right")
    right.add_row(
        f"current address right, of {scores.address.of:,} people who live here", f"{scores.address.share:.1%}"
    )
    right.add_row("pairs who share a household, F1", f"{scores.household_pairs.f1:.3f}")
    right.add_row("households, B-cubed F1", f"{scores.household_b_cubed.f1:.3f}")
    yield right
    yield _corrections(outcome)
    if outcome.areas is not None:
        yield demonstration_places.table(outcome.areas)


def _corrections(outcome: HubOutcome) -> Table:
    table = Table(title="Corrections proposed to sources")
    table.add_column("Kind")
    for name in ("Proposed", "Truth known of", "Right"):
        table.add_column(name, justify="right")
    for each in outcome.corrections:
        table.add_row(each.kind.replace("_", " "), f"{each.cases:,}", f"{each.known:,}", f"{each.share:.1%}")
    cases, known, right = (sum(getattr(c, n) for c in outcome.corrections) for n in ("cases", "known", "right"))
    table.add_section()
    table.add_row("all", f"{cases:,}", f"{known:,}", f"{right / max(1, known):.1%}")
    return table


def known_to(scores: IndexScores) -> Iterator[tuple[str, int, int]]:
    """Give residents and people known to one service, to two, and so on."""
    for services in range(1, MANY + 1):
        last = services == MANY
        of = [k for k in scores.known_to if k.services == services or (last and k.services > services)]
        name = f"known to {services} service{'s' if services > 1 else ''}{' or more' if last else ''}"
        yield name, sum(k.residents for k in of), sum(k.people for k in of)


def difference(found: float, true: float) -> str:
    """Return by how much a figure is over or under the truth."""
    return f"{found / true - 1:+.1%}" if true else "-"
