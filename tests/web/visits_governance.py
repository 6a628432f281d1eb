"""Pages of those who answer for it all: the audit, alerts, the policy, requests of residents, retention, papers."""

from tests.web.visits import Visit

_G = "/governance"
_AUDIT, _ALERTS, _POLICY = f"{_G}/audit", f"{_G}/alerts", f"{_G}/policy"
_REQUESTS, _RETENTION, _PAPERS = f"{_G}/requests", f"{_G}/retention", f"{_G}/papers"
_R = f"{_REQUESTS}/{{number}}"


def _form(route, path, session="ig"):
    """Return the visits of a form: as it is asked for, and sent with nothing in it."""
    return (Visit(route, path, session), Visit(route, path, session, path, status=422))


VISITS = (
    Visit(_G, _G, "ig"),
    Visit(_G, _G, "admin"),
    Visit(_AUDIT, _AUDIT, "ig"),
    Visit(_AUDIT, f"{_AUDIT}?outcome=refused&from=1%201%202026", "ig"),
    Visit(_AUDIT, f"{_AUDIT}?from=31%202%202026", "ig", status=422),
    Visit(_AUDIT, f"{_AUDIT}?resident=NOBODY", "ig"),
    Visit(f"{_AUDIT}/residents", _AUDIT, "ig", f"{_AUDIT}/residents", status=422),
    Visit(f"{_AUDIT}/proof", f"{_AUDIT}/proof", "ig"),
    Visit(f"{_AUDIT}/residents/{{resident_id}}", f"{_AUDIT}/residents/{{resident}}", "ig"),
    Visit(_ALERTS, _ALERTS, "ig"),
    Visit(_ALERTS, f"{_ALERTS}?show=reviewed", "ig"),
    Visit(f"{_ALERTS}/glasses", f"{_ALERTS}/glasses", "ig"),
    Visit(f"{_ALERTS}/glasses/{{number}}", f"{_ALERTS}/glasses/{{glass}}", "ig"),
    *_form(f"{_ALERTS}/{{number}}", f"{_ALERTS}/{{alert}}"),
    Visit(f"{_ALERTS}/{{number}}", f"{_ALERTS}/{{reviewed_alert}}", "ig"),
    Visit(_POLICY, _POLICY, "ig"),
    Visit(_POLICY, _POLICY, "admin"),
    Visit(f"{_POLICY}/purposes/{{name}}", f"{_POLICY}/purposes/customer_services", "ig"),
    Visit(
        f"{_POLICY}/purposes/{{name}}",
        f"{_POLICY}/purposes/safeguarding",
        "admin",
        f"{_POLICY}/purposes/safeguarding",
        {"basis": ""},
        422,
    ),
    Visit(f"{_POLICY}/roles/{{name}}", f"{_POLICY}/roles/officer", "ig"),
    Visit(
        f"{_POLICY}/roles/{{name}}", f"{_POLICY}/roles/officer", "ig", f"{_POLICY}/roles/officer", {"title": ""}, 422
    ),
    Visit(f"{_POLICY}/text", f"{_POLICY}/text", "ig"),
    Visit(f"{_POLICY}/text", f"{_POLICY}/text", "ig", f"{_POLICY}/text", {"policy": "[[role"}, 422),
    Visit(f"{_POLICY}/versions/{{number}}", f"{_POLICY}/versions/1", "ig"),
    Visit(f"{_POLICY}/versions/{{number}}", f"{_POLICY}/versions/{{proposal}}", "ig"),
    *_form(f"{_POLICY}/versions/{{number}}", f"{_POLICY}/versions/{{proposal}}", "second_ig"),
    Visit(_REQUESTS, _REQUESTS, "ig"),
    *_form(f"{_REQUESTS}/find", f"{_REQUESTS}/find"),
    Visit(f"{_REQUESTS}/find", f"{_REQUESTS}/find", "ig", f"{_REQUESTS}/find", {"query": "smith"}),
    *_form(f"{_REQUESTS}/new/{{resident_id}}", f"{_REQUESTS}/new/{{resident}}"),
    Visit(_R, f"{_REQUESTS}/{{access}}", "ig"),
    Visit(_R, f"{_REQUESTS}/{{late}}", "ig"),
    Visit(_R, f"{_REQUESTS}/{{restricted}}", "ig"),
    *_form(f"{_R}/identity", f"{_REQUESTS}/{{late}}/identity"),
    *_form(f"{_R}/extend", f"{_REQUESTS}/{{late}}/extend"),
    *_form(f"{_R}/move", f"{_REQUESTS}/{{late}}/move"),
    Visit(f"{_R}/export", f"{_REQUESTS}/{{access}}/export", "ig"),
    *_form(f"{_R}/rectify", f"{_REQUESTS}/{{rectify}}/rectify"),
    Visit(f"{_R}/restrict", f"{_REQUESTS}/{{restrict}}/restrict", "ig"),
    *_form(f"{_R}/object", f"{_REQUESTS}/{{object}}/object"),
    *_form(f"{_R}/flags/{{flag}}/lift", f"{_REQUESTS}/{{restricted}}/flags/{{flag}}/lift"),
    *_form(f"{_R}/erase", f"{_REQUESTS}/{{erase}}/erase"),
    Visit(_RETENTION, _RETENTION, "ig"),
    *_form(f"{_RETENTION}/rehearsal", f"{_RETENTION}/rehearsal"),
    Visit(_PAPERS, _PAPERS, "ig"),
    Visit(f"{_PAPERS}/{{name}}", f"{_PAPERS}/record-of-processing", "ig"),
    Visit(f"{_PAPERS}/{{name}}", f"{_PAPERS}/impact-assessment", "ig"),
    Visit(f"{_PAPERS}/{{name}}", f"{_PAPERS}/algorithmic-transparency", "ig"),
    Visit(f"{_PAPERS}/{{name}}", f"{_PAPERS}/privacy-notice", "ig"),
    Visit(f"{_PAPERS}/{{name}}", f"{_PAPERS}/equality-analysis", "ig"),
    # Work that needs time first; see tests/web/test_governance.py, where each is checked as a page as well.
    Visit(f"{_R}/export/read", f"{_REQUESTS}/{{access}}/export/read", "ig", status=409),
    Visit(f"{_R}/proof", f"{_REQUESTS}/{{erase}}/proof", "ig", status=404),
    *_form(f"{_RETENTION}/reports/{{number}}", f"{_RETENTION}/reports/{{report}}", "second_ig"),
    Visit(f"{_RETENTION}/reports/{{number}}", f"{_RETENTION}/reports/{{report}}", "ig"),
)

NO_PAGES = {
    ("GET", f"{_AUDIT}/lines.csv"): "a CSV file",
    ("GET", f"{_AUDIT}/residents/{{resident_id}}/told.csv"): "a CSV file",
    ("POST", f"{_R}/export"): "leads to the answer",
    ("GET", f"{_R}/export/progress"): "a part of a page",
    ("POST", f"{_R}/export/read"): "leads to the answer; see tests/web/test_governance.py for what it refuses",
    ("GET", f"{_R}/export/answer.{{kind}}"): "a file",
    ("POST", f"{_R}/restrict"): "leads to the request",
    ("GET", f"{_R}/erase/progress"): "a part of a page",
    ("GET", f"{_RETENTION}/progress"): "a part of a page",
    ("GET", f"{_PAPERS}/{{name}}/paper.{{kind}}"): "a file",
    ("GET", f"{_PAPERS}/{{name}}/table-{{number}}.csv"): "a CSV file",
}
