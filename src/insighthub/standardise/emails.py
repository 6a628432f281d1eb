"""E-mail addresses: lower case, of a form that can exist, and somebody's own.

Takes the text of a source, gives an address or nothing. Misspelt domains are left alone: a repair would be a guess.
"""

import re

_SPACED_AT = re.compile(r"\s*@\s*")
_FORM = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,}")
_PLAIN = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
_BETWEEN = re.compile(r"[\s,;<>()\[\]\"]+")
#: What clerks type where a form insists on an address; hyphens, dots and digits are left out before looking.
_DUMMY = re.compile(
    r"(?:no|none|null|nil|na|n|unknown|not(?:known|given|provided|applicable|available)?|no(?:e?mail|reply|address|one)\w*"
    r"|donot\w*|test\w{0,4}|x{2,}|a|abc|none?given|declined|refused|email|example|dummy|anon(?:ymous)?|customer|blank|tbc)"
)
_NOT_LETTER = re.compile(r"[\W\d_]+")


def standard_email(text: str | None) -> str | None:
    """Return the first address in the text that could be a person's own, in lower case."""
    if text is None:
        return None
    lower = text.strip().lower()
    found = lower if _PLAIN.fullmatch(lower) else _first(lower)
    if found is None:
        return None
    name = _NOT_LETTER.sub("", found[: found.index("@")])
    return None if _DUMMY.fullmatch(name) else found


def _first(lower: str) -> str | None:
    for piece in _BETWEEN.split(_SPACED_AT.sub("@", lower)):
        piece = piece.removeprefix("mailto:").strip(".:'`")  # noqa: PLW2901
        if _FORM.fullmatch(piece) and piece == piece.lower():
            return piece
    return None
