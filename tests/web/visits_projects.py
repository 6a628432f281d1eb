"""Pages of analysts who work on pseudonyms, and of those who approve going back to a person."""

from tests.web.visits import Visit

_ONE, _ASKED = "/projects/{project}", "/projects/{project}/people/{going_back}"

VISITS = (
    Visit("/projects", "/projects", "analyst"),
    Visit("/projects", "/projects", "ig"),
    Visit("/projects/new", "/projects/new", "analyst"),
    Visit("/projects/new", "/projects/new", "analyst", "/projects/new", status=422),
    Visit("/projects/{number}", _ONE, "analyst"),
    Visit("/projects/{number}", _ONE, "ig"),
    Visit("/projects/{number}/people", _ONE, "analyst", f"{_ONE}/people", status=422),
    Visit("/projects/{number}/people/{asked}", _ASKED, "analyst"),
    Visit("/projects/{number}/people/{asked}", _ASKED, "ig"),
    Visit("/projects/{number}/people/{asked}", _ASKED, "ig", _ASKED, status=422),
    Visit(
        "/projects/{number}/people/{asked}/person",
        "/projects/{project}/people/{gone_back}",
        "analyst",
        "/projects/{project}/people/{gone_back}/person",
    ),
)

NO_PAGES = {
    ("GET", "/projects/{number}/residents.csv"): "a CSV file",
    ("GET", "/projects/{number}/facts.csv"): "a CSV file",
    ("POST", "/projects/{number}/end"): "leads to the project",
}
