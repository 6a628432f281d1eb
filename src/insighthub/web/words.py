"""How what the hub holds is written on a screen: names of sources and fields, values, dates, shares, in plain English.

Takes what the index holds (``council_tax``, ``SMITH``, ``1988-10-22``), gives what people read (Council tax, Smith,
22 October 1988). Every page writes by these, so that one thing has one name on all of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

import phonenumbers

from insighthub.spoken import spoken_age, spoken_date

_WHOLE = {
    "nhs_number": "NHS number",
    "nino": "National Insurance number",
    "upn": "Unique pupil number",
    "uprn": "UPRN",
    "dhp": "Discretionary housing payment",
    "mobile": "Mobile telephone",
    "phone": "Telephone",
    "email": "Email address",
    "sex": "Sex",
    "must_link": "Same person",
    "cannot_link": "Not one person",
    "childrens_social_care": "Children's social care",
}
_SHORT = {"asb": "ASB", "sen": "SEN", "fsm": "free school meals", "id": "ID", "ehcp": "EHCP"}
_DATES = frozenset({"date_of_birth", "date_of_death", "valid_from", "valid_to"})
_NAMES = frozenset(
    {"given_name", "middle_names", "family_name", "previous_family_name", "title", "address", "locality"}
)
_AS_THEY_ARE = frozenset({"postcode", "uprn", "nhs_number", "nino", "upn"})
_SEX = {"F": "Female", "M": "Male"}


def plain(name: str) -> str:
    """Write a name of the hub as words: ``council_tax_arrears`` as Council tax arrears."""
    if name in _WHOLE:
        return _WHOLE[name]
    words = " ".join(_SHORT.get(word, word) for word in name.replace("-", "_").split("_") if word)
    return words[:1].upper() + words[1:]


def plain_list(names: Iterable[str]) -> str:
    """Write names one after another: Benefits, Council tax and Libraries."""
    return listed([plain(name) for name in names])


def listed(said: Sequence[str]) -> str:
    """Write what is in words already one after another: a, b and c."""
    return said[0] if len(said) == 1 else ", ".join(said[:-1]) + f" and {said[-1]}" if said else ""


def proper(text: str) -> str:
    """Write what is kept in capitals as people write it: O'NEILL-BROWN as O'Neill-Brown."""
    return re.sub(r"(?<!\w)(\w)(\w*)", lambda m: m[1].upper() + m[2].lower(), text.replace("'", "’")).replace(
        "’S ", "’s "
    )


def value_of(field: str, value: str) -> str:
    """Write a value of a standard field."""
    if field in _DATES:
        return spoken_date(value)
    if field in _NAMES:
        return proper(value)
    if field == "sex":
        return _SEX.get(value, value)
    if field in ("phone", "mobile"):
        return telephone(value)
    if field in _AS_THEY_ARE:
        return value
    return value


def telephone(value: str) -> str:
    """Write a telephone number as it is dialled here: 07790 298449."""
    try:
        number = phonenumbers.parse(value, "GB")
    except phonenumbers.NumberParseException:
        return value
    home = number.country_code == 44
    form = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, form)


def day(value: date | datetime | str | None, missing: str = "not known") -> str:
    """Write a day: 5 March 2026."""
    if value is None:
        return missing
    if isinstance(value, datetime):
        value = value.date()
    return spoken_date(value)


def moment(value: datetime | None) -> str:
    """Write a moment: 5 March 2026 at 2:05pm."""
    if value is None:
        return "not known"
    clock = f"{value.hour % 12 or 12}:{value.minute:02d}{'am' if value.hour < 12 else 'pm'}"
    return f"{spoken_date(value.date())} at {clock}"


def span(first: date | None, last: date | None) -> str:
    """Write from when until when something was."""
    if first is None and last is None:
        return "not dated"
    if last is None:
        return f"since {day(first)}"
    return f"until {day(last)}" if first is None else f"{day(first)} to {day(last)}"


def span_of_event(first: date | None, last: date | None) -> str:
    """Write when something was: a day, or from when until when."""
    return "not dated" if first is None and last is None else day(first) if last is None else span(first, last)


def sure(probability: float | None) -> str:
    """Write how sure something is; never 100%, as nothing worked out is."""
    if probability is None:
        return "not estimated"
    if probability > 0.995:
        return "over 99%"
    return "under 1%" if probability < 0.005 else f"{probability:.0%}"


def number(value: float) -> str:
    """Write a count."""
    return f"{value:,.0f}"


def count(value: int, what: str, many: str | None = None) -> str:
    """Write a count of things: 1 record, 2 records."""
    return f"{value:,} {what if value == 1 else many or what + 's'}"


def amount(value: float | None, text: str | None) -> str:
    """Write an amount of money: £1,234."""
    if value is None:
        return text or ""
    return f"£{value:,.0f}" if float(value).is_integer() else f"£{value:,.2f}"


#: What templates may call, by the name under which they do.
FILTERS: dict[str, Callable[..., str]] = {
    "plain": plain,
    "plain_list": plain_list,
    "proper": proper,
    "value_of": value_of,
    "telephone": telephone,
    "day": day,
    "moment": moment,
    "sure": sure,
    "number": number,
    "amount": amount,
    "age": spoken_age,
}
