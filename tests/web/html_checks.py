"""What holds of every page, whatever it shows: title, heading, ids, labels, forms, addresses, headers, nobody's data.

Takes a response, raises AssertionError that says what is wrong.
"""

import re
from collections import Counter
from urllib.parse import parse_qsl, unquote, urlsplit

import html5lib

HEADERS = {
    "content-security-policy": re.compile(r"default-src 'none'; script-src 'self'; style-src 'self';"),
    "x-content-type-options": re.compile("nosniff"),
    "x-frame-options": re.compile("DENY"),
    "referrer-policy": re.compile("same-origin"),
    "cross-origin-opener-policy": re.compile("same-origin"),
    "cache-control": re.compile("no-store"),
    "x-request-id": re.compile(r"[0-9a-f]{16}"),
}
ADDRESSES = ("href", "src", "action", "formaction", "poster", "data", "srcset", "xlink:href", "hx-get", "hx-post")
REFERENCES = ("aria-labelledby", "aria-describedby", "aria-controls", "for")
TYPED = frozenset({"text", "search", "email", "tel", "url", "password", "date"})

#: Parts of an address that may hold a date which is nobody's birthday.
DATES_ALLOWED = frozenset({"from", "to", "on", "since", "until"})
EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
NHS = re.compile(r"(?<!\d)\d{3}[ -]?\d{3}[ -]?\d{4}(?!\d)")
NINO = re.compile(r"(?<![A-Z])[A-CEGHJ-PR-TW-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D](?![A-Z])")
DATE = re.compile(r"(?<!\d)(\d{4}-\d\d-\d\d|\d{1,2}[/.]\d{1,2}[/.]\d{4}|\d{1,2} [A-Z][a-z]+ \d{4})(?!\d)")
PRIVATE = {"an e-mail address": EMAIL, "an NHS number": NHS, "a NI number": NINO, "a date": DATE}


def check_page(response, names=()):
    """Check one HTML response.

    Args:
        response: of a client.
        names: names of residents in the hub under test; none may stand in an address or a title.
    """
    parser = html5lib.HTMLParser(html5lib.getTreeBuilder("etree"), strict=True, namespaceHTMLElements=False)
    check_headers(response)
    if "<html" in response.text:
        tree = parser.parse(response.text)
        check_heading(tree)
        check_ids(tree)
        check_private(text_of(tree.find(".//title")), names)
    else:  # a part of a page, that is put into one
        tree = parser.parseFragment(response.text)
    check_nothing_inline(tree)
    check_controls(tree)
    check_forms(tree)
    check_addresses(tree, names)
    check_private(str(response.url), names)


def check_headers(response):
    for name, wanted in HEADERS.items():
        assert wanted.search(response.headers.get(name, "")), f"the header {name} is missing or weak"
    assert "server" not in response.headers
    for cookie in response.headers.get_list("set-cookie"):
        assert "HttpOnly" in cookie, "a cookie can be read by scripts"
        assert re.search("samesite=(lax|strict)", cookie, re.I), "a cookie goes to other sites"


def check_heading(tree):
    title = text_of(tree.find(".//title")).strip()
    assert title, "the page has no title"
    assert tree.get("lang") == "en-GB"
    headings = tree.findall(".//h1")
    assert len(headings) == 1, f"the page has {len(headings)} h1"
    assert text_of(headings[0]).strip(), "the h1 is empty"
    summary = [e for e in tree.iter() if "govuk-error-summary" in classes(e)]
    assert bool(summary) == title.startswith("Error: "), "an error summary, or Error: in the title, without the other"
    assert len([e for e in tree.iter() if e.tag == "main"]) == 1


def check_ids(tree):
    counted = Counter(e.get("id") for e in tree.iter() if e.get("id") is not None)
    twice = [name for name, n in counted.items() if n > 1]
    assert not twice, f"these ids are there twice: {twice}"
    for element in tree.iter():
        for attribute in REFERENCES:
            for name in (element.get(attribute) or "").split():
                assert name in counted, f"{attribute} of {element.tag} names {name}, which is not on the page"
        href = element.get("href") or ""
        if element.tag == "a" and href.startswith("#"):
            assert href[1:] in counted, f"a link leads to {href}, which is not on the page"


def check_nothing_inline(tree):
    for element in tree.iter():
        assert element.tag != "style", "a style stands in the page"
        assert element.tag != "script" or element.get("src"), "a script stands in the page"
        for name in element.attrib:
            assert name != "style", f"{element.tag} has a style of its own, which the content policy forbids"
            assert not str(name).startswith("on"), f"{element.tag} has a script in {name}"


def check_controls(tree):
    labelled = {e.get("for") for e in tree.iter("label")}
    wrapped = {id(child) for label in tree.iter("label") for child in label.iter()}
    for element in tree.iter():
        if element.tag not in {"input", "select", "textarea"}:
            continue
        if element.tag == "input" and element.get("type") in {"hidden", "submit", "button"}:
            continue
        named = element.get("aria-label") or element.get("aria-labelledby")
        assert named or element.get("id") in labelled or id(element) in wrapped, f"{element.get('name')} has no label"
    for button in tree.iter("button"):
        assert text_of(button).strip() or button.get("aria-label"), "a button says nothing"


def check_forms(tree):
    for form in tree.iter("form"):
        method, action = (form.get("method") or "").lower(), form.get("action")
        assert method in {"get", "post"}, "a form does not say how it is sent"
        assert (action or "").startswith("/"), "a form does not say where it goes"
        tokens = [e for e in form.iter("input") if e.get("name") == "csrf_token"]
        if method == "post":
            assert len(tokens) == 1, f"the form for {action} has no token"
            assert tokens[0].get("value"), f"the token of the form for {action} is empty"
        else:
            assert not tokens, f"the form for {action} puts its token in the address"
            typed = [
                e for e in form.iter() if e.tag == "textarea" or (e.tag == "input" and e.get("type", "text") in TYPED)
            ]
            for control in typed:
                assert control.get("name") in DATES_ALLOWED, (
                    f"what is typed into {control.get('name')} stands in the address"
                )


def check_addresses(tree, names):
    for element in tree.iter():
        for attribute in ADDRESSES:
            address = element.get(attribute)
            if address is None:
                continue
            if address.startswith("data:"):
                assert element.tag == "a", f"{element.tag} loads data of its own"
                assert element.get("download"), "a link opens data as a page"
                assert address.startswith("data:text/csv;"), "a link gives something other than CSV"
                continue
            parts = urlsplit(address)
            assert not parts.scheme, f"{element.tag} leads outside: {parts.scheme}://{parts.netloc}"
            assert not parts.netloc, f"{element.tag} leads outside: {parts.netloc}"
            check_private(address, names)


def check_private(address, names):
    """Check that an address, or a title, holds nobody's data."""
    parts = urlsplit(address) if "://" in address or address.startswith("/") else None
    texts = [address]
    if parts is not None:
        dated = [value for name, value in parse_qsl(parts.query) if name not in DATES_ALLOWED]
        texts = [unquote(parts.path), unquote(parts.fragment), *dated]
    for text in texts:
        for what, found in (
            ("an e-mail address", EMAIL),
            ("an NHS number", NHS),
            ("a NI number", NINO),
            ("a date", DATE),
        ):
            assert not found.search(text), f"{what} stands in an address or a title"
        words = re.sub(r"[^a-z]+", " ", text.lower())
        for name in names:
            assert f" {name.lower()} " not in f" {words} ", "a resident's name stands in an address or a title"


def text_of(element):
    return "" if element is None else "".join(element.itertext())


def classes(element):
    return (element.get("class") or "").split()
