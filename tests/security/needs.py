"""What every route of the app needs: the one table that the access matrix is made from.

A route that does not stand here fails ``test_every_route_says_what_it_needs``. ``Need`` says which actions of the
policy a route takes, for which purpose, and what is sent to it when it is asked for, so that the policy alone stands
between a caller and the answer.
"""

from dataclasses import dataclass, field

from insighthub.governance.actions import Action as A

#: For which purpose a route is asked for.
NO_PURPOSE, CASE, ANY_PURPOSE, GIVEN, GLASS, MEASURE, PROJECT = (
    "none",
    "that of the case",
    "any that the roles may choose",
    "the one that the form names",
    "the one that breaking the glass gives",
    "one that the measure allows",
    "that of the project",
)


@dataclass(frozen=True)
class Need:
    """What a route needs.

    Args:
        actions: all of these; none where whoever is signed in may come.
        either: one of these besides.
        purpose: what for.
        person: whether it is about the resident whom the path, or the form, names.
        public: whether it is open to nobody in particular.
        fields: what is sent; ``{resident}`` and so on are filled in.
        sees: the field of a person that the purpose must see.
        denied: statuses that say no.
        never: whether nobody may who did not ask for it themselves.
        setup: what must be there first: remark, decision, case.
    """

    actions: tuple = ()
    either: tuple = ()
    purpose: str = NO_PURPOSE
    person: bool = False
    public: bool = False
    fields: dict = field(default_factory=dict)
    sees: str | None = None
    denied: frozenset = frozenset({403, 404})
    setup: str = ""
    never: bool = False


PUBLIC = Need(public=True)
SIGNED_IN = Need()
_R = "/cases/{number}/residents/{resident_id}"
_FIGURES = Need(either=(A.SEE_LEADERS, A.RELEASE_FIGURES))
_MEASURE = Need((A.SEE_LEADERS,), purpose=MEASURE, denied=frozenset({403, 404, 409}))
_SAFES = dict.fromkeys(("people", "project", "setting", "data", "outputs"), "Answered")


def _about(*actions, **more):
    return Need(actions, purpose=CASE, person=True, **more)


NEEDS = {
    ("GET", "/"): SIGNED_IN,
    ("GET", "/release"): SIGNED_IN,
    ("GET", "/api/v1/docs"): SIGNED_IN,
    ("GET", "/api/v1/openapi.json"): SIGNED_IN,
    ("GET", "/api/v1/release"): SIGNED_IN,
    ("GET", "/accessibility"): PUBLIC,
    ("GET", "/cookies"): PUBLIC,
    ("GET", "/council.css"): PUBLIC,
    ("GET", "/health"): PUBLIC,
    ("GET", "/ready"): PUBLIC,
    ("GET", "/sign-in"): PUBLIC,
    ("POST", "/sign-out"): PUBLIC,
    # Whose cases they are is asked of the state; whom they are about is told as each case's purpose sees it.
    ("GET", "/cases"): SIGNED_IN,
    ("GET", "/cases/{number}"): SIGNED_IN,
    ("POST", "/cases/{number}/close"): Need(setup="case"),
    ("GET", "/cases/new"): Need(either=(A.SEE_PICTURE, A.BREAK_GLASS), purpose=ANY_PURPOSE),
    ("POST", "/cases/new"): Need(
        (A.SEE_PICTURE,), purpose=GIVEN, fields={"purpose": "{purpose}"}, denied=frozenset({403, 422})
    ),
    ("POST", "/cases/{number}/search"): Need((A.FIND_RESIDENTS,), purpose=CASE, fields={"query": "Velkazim Qorvextal"}),
    ("GET", _R): _about(A.SEE_PICTURE),
    ("GET", f"{_R}/records/{{at}}/open"): _about(A.SEE_PICTURE),
    ("GET", f"{_R}/note"): _about(A.WRITE_NOTE),
    ("POST", f"{_R}/note"): _about(A.WRITE_NOTE, fields={"text": "Written by a test"}),
    ("GET", f"{_R}/warning"): _about(A.WRITE_WARNING),
    ("POST", f"{_R}/warning"): _about(
        A.WRITE_WARNING, fields={"text": "Written by a test", "day": "1", "month": "3", "year": "2090"}
    ),
    ("POST", f"{_R}/remarks/{{remark}}/end"): _about(A.WRITE_NOTE, setup="remark"),
    ("GET", f"{_R}/correction"): _about(A.PROPOSE_CORRECTION, A.SEE_PICTURE),
    ("POST", f"{_R}/correction"): _about(
        A.PROPOSE_CORRECTION,
        A.SEE_PICTURE,
        fields={"record": "0", "field": "mobile", "proposed": "07700900123", "why": "Told at the desk"},
        sees="contacts",
    ),
    ("GET", f"{_R}/not-one-person"): _about(A.DECIDE_IDENTITY, A.SEE_PICTURE),
    ("POST", f"{_R}/not-one-person"): _about(
        A.DECIDE_IDENTITY, A.SEE_PICTURE, fields={"others": "0", "note": "They came together"}
    ),
    ("GET", f"{_R}/same-person"): _about(A.DECIDE_IDENTITY, A.SEE_PICTURE),
    ("POST", f"{_R}/same-person"): _about(
        A.DECIDE_IDENTITY, A.SEE_PICTURE, fields={"other": "{mate}", "note": "One birth certificate"}
    ),
    ("POST", f"{_R}/decisions/{{decision}}/undo"): _about(
        A.DECIDE_IDENTITY, fields={"note": "Undone by a test"}, setup="decision"
    ),
    ("GET", "/break-glass"): Need((A.BREAK_GLASS,)),
    ("POST", "/break-glass"): Need(
        (A.BREAK_GLASS,),
        purpose=GLASS,
        person=True,
        fields={"resident": "{resident}", "purpose": "{purpose}", "reason": "A child is missing"},
    ),
    ("GET", "/projects"): Need(either=(A.USE_PSEUDONYMS, A.REIDENTIFY), purpose=ANY_PURPOSE),
    ("GET", "/projects/new"): Need(either=(A.USE_PSEUDONYMS,), purpose=ANY_PURPOSE),
    ("POST", "/projects/new"): Need(
        (A.USE_PSEUDONYMS,),
        purpose=GIVEN,
        fields={
            "project_title": "A project",
            "question": "Who?",
            "purpose": "{purpose}",
            "coarse": "month",
            "day": "1",
            "month": "1",
            "year": "2090",
        },
        denied=frozenset({403, 422}),
    ),
    # Whoever may approve going back for any purpose sees all projects, to know what is asked.
    ("GET", "/projects/{number}"): Need(either=(A.USE_PSEUDONYMS, A.REIDENTIFY), purpose=PROJECT),
    ("GET", "/projects/{number}/residents.csv"): Need((A.USE_PSEUDONYMS,), purpose=PROJECT),
    ("GET", "/projects/{number}/facts.csv"): Need((A.USE_PSEUDONYMS,), purpose=PROJECT),
    ("POST", "/projects/{number}/people"): Need(
        (A.USE_PSEUDONYMS,), purpose=PROJECT, fields={"pseudonym": "PABCDEFGH", "purpose": "policy", "why": "A test"}
    ),
    ("GET", "/projects/{number}/people/{asked}"): Need(either=(A.USE_PSEUDONYMS, A.REIDENTIFY), purpose=PROJECT),
    ("POST", "/projects/{number}/people/{asked}"): Need(
        (A.REIDENTIFY,), purpose=PROJECT, fields={"decision": "approve", "note": "Fine"}
    ),
    # Who it is is told to the one who asked, and nobody in the matrix has asked.
    ("POST", "/projects/{number}/people/{asked}/person"): Need(purpose=PROJECT, never=True),
    ("POST", "/projects/{number}/end"): Need((A.USE_PSEUDONYMS,), purpose=PROJECT),
    ("GET", "/borough"): Need((A.SEE_LEADERS,)),
    ("GET", "/our-residents"): Need((A.SEE_POPULATION,)),
    ("GET", "/figures"): Need((A.SEE_LEADERS,)),
    ("GET", "/figures/{name}"): _MEASURE,
    ("GET", "/figures/{name}/ask"): _MEASURE,
    ("POST", "/figures/{name}/ask"): Need(_MEASURE.actions, purpose=MEASURE, fields=_SAFES, denied=_MEASURE.denied),
    ("GET", "/figures/requests"): _FIGURES,
    ("GET", "/figures/requests/{number}"): _FIGURES,
    ("POST", "/figures/requests/{number}"): Need((A.RELEASE_FIGURES,), fields={"decision": "release", "note": "Fine"}),
    ("GET", "/figures/requests/{number}/figures.csv"): _FIGURES,
}
