"""Made-up people with one to three records each, as FEBRL makes them: one slip or more in most later records.

Unlike FEBRL's they have every field that comparisons look at, and the slips that those know: short forms, initials,
swapped names, former names, day and month swapped, moves with dates, shared telephones.
"""

from random import Random

import pyarrow as pa

from insighthub.standardise.schema import PERSON_RECORDS

# ruff: noqa: SIM905
GIVEN = (
    "ROBERT BOB ELIZABETH LIZ MOHAMMED MUHAMMAD JOHN JONATHAN KATHERINE CATHERINE WILLIAM BILL YUSUF YOUSSEF "
    "MARGARET PEGGY PRIYA AISHA SOFIA OLUWASEUN ZBIGNIEW CHARLOTTE THOMAS JAMES EMMA OLIVIA AMELIA ISLA AVA"
).split()
FAMILY = (
    "SMITH SMYTH JONES JOHNSON PATEL KHAN BEGUM OKAFOR KOWALSKI OSTROWSKI OBRIEN MACDONALD TAYLOR BROWN WILSON "
    "EVANS THOMAS ROBERTS WALKER WRIGHT ROBINSON HUGHES GREEN HALL CLARKE AHMED ALI HUSSAIN KAUR SINGH NGUYEN"
).split()
STREETS = ("HIGH STREET", "MILL LANE", "CHURCH ROAD", "STATION APPROACH", "LONGBRIDGE ROAD")


def made_people(seed: int, people: int, *, names: int = 40) -> pa.Table:
    """Return person records of this many people, with about this many different given and family names."""
    dice = Random(seed)
    rows = []
    for _ in range(people):
        person = _person(dice, names)
        for copy in range(dice.choice((1, 2, 2, 3))):
            held = _with_slips(dice, person) if copy else dict(person)
            rows.append({"source": dice.choice("abc"), "person": 1, **held})
    for number, row in enumerate(rows):
        row["record_id"] = f"r{number:05}"
    schema = pa.schema([*PERSON_RECORDS, pa.field("other_ref", pa.string())])
    return pa.Table.from_pylist(rows, schema=schema)


def _person(dice: Random, names: int) -> dict[str, str | None]:
    person: dict[str, str | None] = {
        "given_name": _name(dice, GIVEN, names),
        "family_name": _name(dice, FAMILY, names),
        "middle_names": " ".join(dice.sample(GIVEN, dice.choice((1, 1, 2)))) if dice.random() < 0.4 else None,
        "date_of_birth": f"{dice.randint(1930, 2015)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}",
        "sex": dice.choice("FM"),
        "mobile": f"+4477009{dice.randint(0, 99999):05}" if dice.random() < 0.6 else None,
        "phone": "+442079460000" if dice.random() < 0.15 else None,
        "email": f"{_letters(dice).lower()}@example.org" if dice.random() < 0.5 else None,
        "nhs_number": f"{dice.randint(0, 10**9):010}" if dice.random() < 0.3 else None,
        "nino": f"AB{dice.randint(100000, 999999)}C" if dice.random() < 0.3 else None,
        "other_ref": _letters(dice) if dice.random() < 0.5 else None,
        "valid_from": f"20{dice.randint(10, 19)}-03-{dice.randint(1, 28):02}" if dice.random() < 0.5 else None,
    }
    if dice.random() < 0.1:
        person["family_name"] = f"{person['family_name']} {dice.choice(FAMILY)}"
    return person | _home(dice)


def _name(dice: Random, listed: list[str], names: int) -> str:
    """Return one of the listed names; where more are asked for than are listed, often one that hardly anybody has."""
    return _letters(dice) if names > len(listed) and dice.random() < 0.3 else dice.choice(listed[:names])


def _home(dice: Random) -> dict[str, str | None]:
    street, number, area = dice.choice(STREETS), str(dice.randint(1, 60)), dice.randint(1, 6)
    flat = dice.choice(("1", "2", "3")) if dice.random() < 0.2 else None
    return {
        "flat": flat,
        "house_number": number,
        "street": street,
        "address": f"{f'FLAT {flat} ' if flat else ''}{number} {street}",
        "postcode": f"IG{area} {dice.randint(1, 4)}A{dice.choice('AB')}",
        "uprn": str(dice.randint(1000, 9999)) if dice.random() < 0.3 else None,
    }


def _with_slips(dice: Random, person: dict[str, str | None]) -> dict[str, str | None]:
    held = dict(person)
    for slip in dice.sample(_SLIPS, dice.choice((0, 1, 1, 2, 3))):
        slip(dice, held)
    return held


def _mistyped(field: str):
    def slip(dice: Random, held: dict[str, str | None]) -> None:
        value = held.get(field)
        if value and len(value) > 2:
            at = dice.randrange(1, len(value))
            held[field] = value[:at] + dice.choice("AEIOU37") + value[at + dice.choice((0, 1)) :]

    return slip


def _left_out(field: str):
    return lambda dice, held: held.update({field: None})


def _initial(dice: Random, held: dict[str, str | None]) -> None:
    held["given_name"] = (held["given_name"] or "")[:1] or None


def _swapped(dice: Random, held: dict[str, str | None]) -> None:
    held["given_name"], held["family_name"] = held["family_name"], held["given_name"]


def _renamed(dice: Random, held: dict[str, str | None]) -> None:
    held["previous_family_name"], held["family_name"] = held["family_name"], dice.choice(FAMILY)


def _halved(dice: Random, held: dict[str, str | None]) -> None:
    held["family_name"] = (held["family_name"] or "").split(" ")[-1] or None


def _middle_as_given(dice: Random, held: dict[str, str | None]) -> None:
    if held["middle_names"]:
        held["given_name"], held["middle_names"] = held["middle_names"].split(" ")[0], held["given_name"]


def _other_date(dice: Random, held: dict[str, str | None]) -> None:
    whole = held["date_of_birth"]
    if not whole or "X" in whole:
        return
    year, month, day = whole.split("-")
    slip = f"{year}-{month}-{(int(day) + 1) % 28 + 1:02}"
    swapped = f"{year}-{day}-{month}" if int(day) <= 12 else slip
    held["date_of_birth"] = dice.choice(
        (swapped, slip, f"{year}-{month}-XX", f"{year}-XX-XX", f"{year}-01-01", f"XXXX-{month}-{day}")
    )


def _moved(dice: Random, held: dict[str, str | None]) -> None:
    if held["valid_from"]:
        held["valid_to"], held["valid_from"] = held["valid_from"], None
    held.update(_home(dice))


def _nowhere(dice: Random, held: dict[str, str | None]) -> None:
    held.update(dict.fromkeys(("flat", "house_number", "street", "address", "postcode", "uprn")))


def _no_flat(dice: Random, held: dict[str, str | None]) -> None:
    held["flat"] = None


def _letters(dice: Random) -> str:
    return "".join(dice.choice("BCDFGHKLMNPRSTV") + dice.choice("AEIOU") for _ in range(dice.randint(2, 4)))


_TEXTS = (
    "given_name",
    "family_name",
    "middle_names",
    "date_of_birth",
    "email",
    "nino",
    "address",
    "street",
    "other_ref",
    "nhs_number",
)
_ALL = (
    "given_name",
    "family_name",
    "date_of_birth",
    "postcode",
    "house_number",
    "address",
    "sex",
    "mobile",
    "nhs_number",
)
_SLIPS = (
    *(_mistyped(field) for field in _TEXTS if field != "date_of_birth"),
    *(_left_out(field) for field in _ALL),
    *(_initial, _swapped, _renamed, _halved, _middle_as_given, _other_date, _other_date, _moved, _no_flat, _nowhere),
)
