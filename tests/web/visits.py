"""Every page of the app, and how to come to it: the list that checks of all pages go through.

A new route fails ``test_every_route_is_visited`` until it stands here. A page that is asked for is a ``Visit`` with its
path; a page that a form gives, with the page where the form is and what is filled in. What is no page stands in
``NO_PAGES``, with the reason.
"""

from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Visit:
    """One page.

    Args:
        route: its pattern, as its router has it.
        path: where it is; where a form gives it, where the form is.
        session: whose session it is seen in; None for nobody.
        form: the action of the form to send, where a form gives it.
        fields: what is filled in.
        status: of the page.
    """

    route: str
    path: str
    session: str | None = "officer"
    form: str | None = None
    fields: dict = field(default_factory=dict)
    status: int = 200

    @property
    def method(self):
        return "GET" if self.form is None else "POST"

    def at(self, places):
        """Return the visit with the places that its paths name."""
        filled = {name: value.format(**places) if "{" in value else value for name, value in self.fields.items()}
        form = self.form and self.form.format(**places)
        return replace(self, path=self.path.format(**places), form=form, fields=filled)

    def __str__(self):
        return f"{self.method} {self.route} {self.session or 'nobody'}"


VISITS = (
    Visit("/", "/"),
    Visit("/release", "/release"),
    Visit("/release", "/release", "analyst"),
    Visit("/api/v1/docs", "/api/v1/docs"),
    Visit("/accessibility", "/accessibility", None),
    Visit("/cookies", "/cookies", None),
    Visit("/sign-in", "/sign-in", None),
)

#: Pages of the tests' own screen, which holds every part that pages are made of, and pages of what went wrong.
SAMPLES = (
    Visit("/sample", "/sample?page=5&done=true"),
    Visit("/sample/form", "/sample/form"),
    Visit("/sample/form", "/sample/form", form="/sample/form", status=422),
    Visit("/sample/confirm", "/sample/confirm"),
    Visit("/nowhere", "/nowhere", status=404),
    Visit("/nowhere", "/nowhere", None, status=404),
    Visit("/sample/release", "/sample/release", status=503),
    Visit("/sample/fault", "/sample/fault", status=500),
)

NO_PAGES = {
    ("GET", "/health"): "JSON, for whoever watches the server",
    ("GET", "/ready"): "JSON, for whoever watches the server",
    ("GET", "/council.css"): "a stylesheet",
    ("GET", "/api/v1/openapi.json"): "JSON, for programs",
    **{
        ("GET", f"/api/v1/{path}"): "JSON, for programs"
        for path in (
            "release",
            "residents/{resident_id}",
            "residents/{resident_id}/household",
            "cases",
            "measures",
            "measures/{name}",
            "corrections",
            "quality",
            "sources",
            "runs",
            "audit",
        )
    },
    **{("POST", f"/api/v1/{path}"): "JSON, for programs" for path in ("find", "cases")},
    ("POST", "/sign-out"): "leads to where one signs in, and shows nothing itself",
}
