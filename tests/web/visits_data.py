"""Pages of those who look after the data."""

from tests.web.visits import Visit

_TICKET, _SUGGESTION = "/corrections/{source}/tickets/{number}", "/corrections/{source}/suggestions/{number}"
_OF_TICKET, _OF_SUGGESTION = "/corrections/{told}/tickets/{ticket}", "/corrections/{suggested}/suggestions/{suggestion}"

VISITS = (
    Visit("/runs", "/runs", "analyst"),
    Visit("/runs", "/runs", "ig"),
    Visit("/runs", "/runs", "officer", status=403),
    Visit("/runs/{run_id}", "/runs/r000001", "analyst"),
    Visit("/runs/{run_id}", "/runs/r000002", "admin"),
    Visit("/runs/{run_id}", "/runs/r000009", "analyst", status=404),
    Visit("/runs/{run_id}/drift", "/runs/r000002/drift?before=r000001", "analyst"),
    Visit("/runs/models/{name}", "/runs/models/m000001", "analyst"),
    Visit("/runs/models/{name}", "/runs/models/m000009", "analyst", status=404),
    Visit("/quality", "/quality", "leader"),
    Visit("/quality", "/quality?rule=complete&field=date_of_birth", "analyst"),
    Visit("/quality", "/quality", "officer", status=403),
    Visit("/quality/{source}", "/quality/council_tax", "analyst"),
    Visit("/quality/{source}", "/quality/no_such_source", "analyst", status=404),
    Visit("/corrections", "/corrections", "analyst"),
    Visit("/corrections", "/corrections", "senior"),
    Visit("/corrections/{source}", "/corrections/{told}", "analyst"),
    Visit("/corrections/{source}", "/corrections/{told}?status=fixed&kind=died", "analyst"),
    Visit("/corrections/{source}", "/corrections/{suggested}", "analyst"),
    Visit("/corrections/{source}", "/corrections/{told}", "senior", status=403),
    Visit("/corrections/{source}", "/corrections/electoral_register", "analyst", status=403),
    Visit(_TICKET, _OF_TICKET, "analyst"),
    Visit(_TICKET, _OF_TICKET, "analyst", _OF_TICKET, status=422),
    Visit(_SUGGESTION, _OF_SUGGESTION, "analyst"),
    Visit(_SUGGESTION, _OF_SUGGESTION, "analyst", _OF_SUGGESTION, status=422),
    Visit("/corrections/answers/{source}", "/corrections/answers/{told}", "analyst"),
    Visit(
        "/corrections/answers/{source}",
        "/corrections/answers/{told}",
        "analyst",
        "/corrections/answers/{told}",
        status=422,
    ),
    Visit("/sources", "/sources", "analyst"),
    Visit("/sources", "/sources", "ig"),
    Visit("/sources", "/sources", "leader", status=403),
    Visit("/sources/{name}", "/sources/council_tax", "analyst"),
    Visit("/sources/{name}", "/sources/childrens_social_care", "analyst"),
    Visit("/sources/{name}", "/sources/council_tax", "admin"),
    Visit("/sources/{name}", "/sources/no_such_source", "analyst", status=404),
    Visit("/sources/try/{name}", "/sources/try/council_tax", "analyst"),
    Visit("/sources/try/{name}", "/sources/try/council_tax", "analyst", "/sources/try/council_tax", status=422),
    Visit("/sources/try/{name}", "/sources/try/council_tax", "ig", status=403),
)

NO_PAGES = {
    ("GET", "/quality/download"): "a CSV file",
    ("POST", "/corrections/{source}/sheet"): "a CSV file or a workbook",
    ("GET", "/sources/{name}/quarantine"): "a CSV file",
}
