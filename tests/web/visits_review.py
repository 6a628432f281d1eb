"""Pages of analysts who review doubtful pairs and clusters."""

from tests.web.visits import Visit

_ITEM = "/review/items/{number}"
_PAIR, _CLUSTER = "/review/items/{pair}", "/review/items/{cluster}"
_TOO_LONG = {"note": "It is not plain to me. " * 100}

VISITS = (
    Visit("/review", "/review", "analyst"),
    Visit("/review", "/review?sort=measure&sources=council_tax~libraries&done=settled", "analyst"),
    Visit("/review", "/review?sort=third", "analyst"),
    Visit(_ITEM, _PAIR, "analyst"),
    Visit(_ITEM, "/review/items/{answered}", "analyst"),
    Visit(_ITEM, "/review/items/{talk}", "analyst"),
    Visit(_ITEM, "/review/items/{decided}", "third_analyst"),
    Visit(_ITEM, _CLUSTER, "analyst"),
    Visit(_ITEM, "/review/items/{cluster}?one=1&other=2", "analyst"),
    Visit(_ITEM, "/review/items/{cluster}?one=1&other=1", "analyst", status=422),
    Visit(f"{_ITEM}/answer", _PAIR, "analyst", f"{_PAIR}/answer", _TOO_LONG, status=422),
    Visit(f"{_ITEM}/answer", _CLUSTER, "analyst", f"{_CLUSTER}/answer", _TOO_LONG, status=422),
    Visit("/review/agreement", "/review/agreement", "analyst"),
    Visit("/review/estimates", "/review/estimates", "analyst"),
    Visit("/review/decisions", "/review/decisions", "analyst"),
)

NO_PAGES = {
    ("POST", "/review/next"): "leads to the next item",
    ("POST", "/review/answers/{number}/undo"): "leads to the item",
    ("POST", "/review/keys"): "leads to the item",
    ("GET", "/review/estimates/figures"): "a part of the page of estimates, that htmx brings in",
}
