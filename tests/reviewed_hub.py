"""A hub of a small borough that has run once, for tests of review."""

from insighthub.hub import Hub
from insighthub.runs.begin import Asked
from insighthub.synthetic.borough import generate
from insighthub.synthetic.borough_hub import DAY, write_hub


def make_reviewed(home):
    """Make it in a folder that is there."""
    generate(home / "extracts", residents=700, seed=1)
    write_hub(home)
    with Hub(home) as hub:
        hub.run(Asked(as_of=DAY))
