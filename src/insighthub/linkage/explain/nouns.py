"""What a comparison is called in a heading and in a sentence."""

from insighthub.standardise.schema import OTHER_PREFIX

#: What a comparison looks at, as it is called in the middle of a sentence, with "the" before it.
_NOUNS = {
    "address": "home",
    "email": "e-mail address",
    "mates": "others at the two homes",
    "moves": "dates at the two homes",
    "nhs_number": "NHS number",
    "nino": "National Insurance number",
    "phone": "telephone number",
    "upn": "unique pupil number",
}
_PLURAL = frozenset({"mates", "middle_names", "moves"})


def noun_of(name: str) -> str:
    """Return what a comparison looks at: ``date_of_birth`` as "date of birth", ``address`` as "home"."""
    return _NOUNS.get(name, name.removeprefix(OTHER_PREFIX).replace("_", " "))


def title_of(name: str) -> str:
    """Return a comparison's name as a heading: ``given_name`` as "Given name"."""
    text = _NOUNS[name] if name in {"nhs_number", "nino", "upn"} else name.removeprefix(OTHER_PREFIX).replace("_", " ")
    return text[:1].upper() + text[1:]


def is_plural(name: str) -> bool:
    """Whether the noun takes a plural verb."""
    return name in _PLURAL


def listed(words: list[str]) -> str:
    """Join words as a list: "a", "a and b", "a, b and c"."""
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)
