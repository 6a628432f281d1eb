"""Pages of officers."""

from tests.web.visits import Visit

_R = "/cases/{number}/residents/{resident_id}"
_HERE = "/cases/{case}/residents/{resident}"

VISITS = (
    Visit("/cases", "/cases", "senior"),
    Visit("/cases", "/cases", "officer"),
    Visit("/cases/new", "/cases/new", "senior"),
    Visit("/cases/new", "/cases/new", "senior", form="/cases/new", status=422),
    Visit("/cases/{number}", "/cases/{case}", "senior"),
    Visit("/cases/{number}/search", "/cases/{empty_case}", "senior", "/cases/{empty_case}/search", {"query": "smith"}),
    Visit(
        "/cases/{number}/search", "/cases/{empty_case}", "senior", "/cases/{empty_case}/search", {"query": "Zqx Vqw"}
    ),
    Visit("/cases/{number}/search", "/cases/{empty_case}", "senior", "/cases/{empty_case}/search", status=422),
    Visit(_R, _HERE, "senior"),
    Visit(f"{_R}/note", f"{_HERE}/note", "senior"),
    Visit(f"{_R}/note", f"{_HERE}/note", "senior", f"{_HERE}/note", status=422),
    Visit(f"{_R}/warning", f"{_HERE}/warning", "senior"),
    Visit(f"{_R}/warning", f"{_HERE}/warning", "senior", f"{_HERE}/warning", status=422),
    Visit(f"{_R}/correction", f"{_HERE}/correction", "senior"),
    Visit(f"{_R}/correction", f"{_HERE}/correction", "senior", f"{_HERE}/correction", status=422),
    Visit(f"{_R}/not-one-person", f"{_HERE}/not-one-person", "senior"),
    Visit(f"{_R}/not-one-person", f"{_HERE}/not-one-person", "senior", f"{_HERE}/not-one-person", status=422),
    Visit(f"{_R}/same-person", f"{_HERE}/same-person", "senior"),
    Visit(
        f"{_R}/same-person",
        f"{_HERE}/same-person",
        "senior",
        f"{_HERE}/same-person",
        {"other": "{other}", "note": "One birth certificate"},
    ),
    Visit("/break-glass", "/break-glass", "officer"),
    Visit("/break-glass", "/break-glass", "officer", "/break-glass", status=422),
)

NO_PAGES = {
    ("POST", "/cases/{number}/close"): "leads to the cases",
    ("POST", f"{_R}/remarks/{{remark}}/end"): "leads to the picture",
    ("POST", f"{_R}/decisions/{{decision}}/undo"): "leads to the picture",
    ("GET", f"{_R}/records/{{at}}/open"): "leads to a record in its own system",
}
