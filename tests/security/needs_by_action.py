"""Routes of which the action decides who comes in: what the table of needs says of the others case by case.

The longest beginning of a path that stands here counts. ``OWN`` is whoever is signed in, ``PUBLIC`` is everybody. For
these routes the matrix holds who is kept out; what comes to who is let in hangs on what is there, and is each page's
own tests' to say.
"""

from insighthub.governance.actions import Action as A

OWN, PUBLIC = "whoever is signed in", "everybody"

BY_ACTION = {
    "/account": OWN,
    "/sign-in": PUBLIC,
    "/api/v1/audit": (A.SEE_AUDIT,),
    "/api/v1/cases": OWN,  # one's own; to open one takes a purpose
    "/api/v1/corrections": (A.SEE_CORRECTIONS,),
    "/api/v1/find": (A.FIND_RESIDENTS,),
    "/api/v1/measures": (A.SEE_LEADERS,),
    "/api/v1/quality": (A.SEE_QUALITY,),
    "/api/v1/residents": (A.SEE_PICTURE,),
    "/api/v1/runs": (A.SEE_RUNS,),
    "/api/v1/sources": (A.SEE_SOURCES,),
    "/corrections": (A.SEE_CORRECTIONS, A.ANSWER_CORRECTIONS),
    "/governance": (
        A.SEE_AUDIT, A.REVIEW_ALERTS, A.PROPOSE_POLICY, A.APPROVE_POLICY, A.SUBJECT_REQUESTS, A.APPLY_RETENTION,
        A.SEE_PAPERS,
    ),
    "/governance/alerts": (A.REVIEW_ALERTS,),
    "/governance/audit": (A.SEE_AUDIT,),
    "/governance/papers": (A.SEE_PAPERS,),
    "/governance/policy": (A.PROPOSE_POLICY, A.APPROVE_POLICY),
    "/governance/requests": (A.SUBJECT_REQUESTS,),
    "/governance/retention": (A.APPLY_RETENTION,),
    "/places": (A.SEE_PLACES,),
    "/quality": (A.SEE_QUALITY,),
    "/review": (A.REVIEW_PAIRS,),
    "/runs": (A.SEE_RUNS,),
    "/sources": (A.SEE_SOURCES, A.TRY_SOURCE),
    "/users": (A.MANAGE_USERS,),
}  # fmt: skip


def needed(path):
    """Return what a path needs; None where nothing here says it."""
    found = [start for start in BY_ACTION if path == start or path.startswith((f"{start}/", f"{start}?"))]
    return BY_ACTION[max(found, key=len)] if found else None
