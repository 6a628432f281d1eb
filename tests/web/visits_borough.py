"""Every page that needs a hub of a borough: the lists of the personas, one after another."""

from tests.web import (
    visits_data,
    visits_governance,
    visits_leaders,
    visits_officer,
    visits_places,
    visits_projects,
    visits_review,
    visits_signin,
)

_LISTS = (
    visits_data,
    visits_leaders,
    visits_officer,
    visits_places,
    visits_projects,
    visits_review,
    visits_signin,
    visits_governance,
)

VISITS = tuple(visit for each in _LISTS for visit in each.VISITS)
NO_PAGES = {route: why for each in _LISTS for route, why in each.NO_PAGES.items()}
