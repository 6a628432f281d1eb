"""Queries as officers would type them, made from what is true of the fictional borough's residents.

Takes a release, its truth and the world that it was made from, gives queries of several kinds, each with the residents
of the release that are right: those most of whose records are of the person asked for. A name, a date or an address
is the true one, whatever the records make of it; a query is asked only where some record of the person holds a value of
that kind (a mobile number that no record holds cannot find anybody).
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import numpy as np

from insighthub.synthetic.calibration import REFERENCE_DATE
from insighthub.synthetic.population import LONG_AGO, NEVER, World
from insighthub.synthetic.writing import plain

#: Kinds that name enough to tell one resident from all others, and those that do not.
TELLING = (
    "exact name and date of birth", "family name first", "a slip in the name", "nickname and postcode",
    "maiden name and date of birth", "initial, family name and postcode", "date of birth and family name",
    "telephone number with spaces", "former address and name", "reference", "name, house number and street",
    "part of a name and year of birth, street", "other spelling and date of birth", "a slip in the date of birth",
    "e-mail address",
)  # fmt: skip
NOT_TELLING = ("name alone", "name and age", "last six digits of a telephone number")
KINDS = TELLING + NOT_TELLING

_SPELLINGS = {
    "MOHAMMED": ("Muhammad", "Mohamed", "Mohammad"), "HUSSAIN": ("Hussein", "Husain"), "AHMED": ("Ahmad",),
    "FATIMA": ("Fatema", "Fatimah"), "YUSUF": ("Youssef", "Yousuf"), "CHOWDHURY": ("Choudhury", "Chaudhry"),
    "RAHMAN": ("Rehman",), "SYED": ("Sayed",), "AISHA": ("Ayesha",), "SARAH": ("Sara",), "CATHERINE": ("Katherine",),
    "STEPHEN": ("Steven",), "OKAFOR": ("Okafour",), "UDDIN": ("Udin",), "IBRAHIM": ("Ebrahim",), "BEGUM": ("Begam",),
    "KHATUN": ("Khatoon",), "BIBI": ("Bibee",), "ALI": ("Aly",), "SINGH": ("Sing",), "THOMPSON": ("Thomson",),
    "SMITH": ("Smyth",), "CLARKE": ("Clark",), "PHILLIPS": ("Philips",), "ANNE": ("Ann",), "ISLAM": ("Eslam",),
}  # fmt: skip
_DAY = np.datetime64("1970-01-01")


@dataclass(frozen=True)
class Query:
    """What is typed, and the residents of whom it is true."""

    kind: str
    text: str
    right: frozenset[str]


_KNOWN = """
SELECT t.entity_id, m.resident_id, p.source, p.record_id, p.date_of_birth IS NOT NULL, p.mobile, p.email, p.postcode,
       p.uprn, p.house_number
FROM read_parquet(?) t
JOIN membership m USING (source, record_id, person)
JOIN person_record p USING (source, record_id, person)
ORDER BY ALL
"""
_RIGHT = """
WITH held AS (
    SELECT t.entity_id, m.resident_id, count(*) AS records
    FROM read_parquet(?) t JOIN membership m USING (source, record_id, person) GROUP BY ALL
)
SELECT entity_id, resident_id FROM held
QUALIFY row_number() OVER (PARTITION BY resident_id ORDER BY records DESC, entity_id) = 1
"""


def make_queries(release: Path, truth: Path, world: World, *, each: int, seed: int = 5) -> list[Query]:
    """Return up to ``each`` queries of every kind, in random order."""
    rng = random.Random(seed)
    with duckdb.connect(str(release), read_only=True) as db:
        right: dict[str, set[str]] = {}
        for entity, resident in db.execute(_RIGHT, [str(truth)]).fetchall():
            right.setdefault(entity, set()).add(resident)
        known: dict[str, list[tuple[object, ...]]] = {}
        for entity, *rest in db.execute(_KNOWN, [str(truth)]).fetchall():
            known.setdefault(entity, []).append(tuple(rest))
    people = world.people
    living = (people.died == NEVER) & (people.left == NEVER) & world.households.current[people.household]
    order = [int(p) for p in np.flatnonzero(living) if f"P{int(p):07d}" in right]
    rng.shuffle(order)
    wanted = dict.fromkeys(KINDS, each)
    out: list[Query] = []
    for person in order:
        if not wanted:
            break
        entity = f"P{person:07d}"
        kinds = sorted(wanted)
        rng.shuffle(kinds)
        texts = _Texts(world, person, known[entity], rng)
        for kind in kinds:
            text = texts.of(kind)
            if text is None:
                continue
            out.append(Query(kind, text, frozenset(right[entity])))
            wanted[kind] -= 1
            if not wanted[kind]:
                del wanted[kind]
            break  # one query a person
    rng.shuffle(out)
    return out


class _Texts:
    """The queries that can be typed of one person."""

    def __init__(self, world: World, person: int, records: list[tuple[object, ...]], rng: random.Random) -> None:
        people, self._rng, self._records = world.people, rng, records
        self._given = plain(str(world.texts[people.given[person]]))
        self._known_as = plain(str(world.texts[people.known_as[person]]))
        self._family = plain(str(world.texts[people.family[person]]))
        self._birth_family = plain(str(world.texts[people.birth_family[person]]))
        self._renamed = people.renamed[person] > LONG_AGO and self._family != self._birth_family
        born = (_DAY + np.timedelta64(int(people.born[person]), "D")).astype(object)
        self._born = born
        has_birth = any(record[3] for record in records)
        self._dob = rng.choice((born.strftime("%d/%m/%Y"), born.strftime("%d %B %Y").lstrip("0"), born.isoformat()))
        self._has_birth = has_birth
        contacts = world.contacts
        mobile = int(contacts.mobile[person])
        self._mobile = mobile if f"+44{mobile}" in {record[4] for record in records} else None
        email = str(contacts.email[person])
        self._email = email if email in {record[5] for record in records} else None
        places, households = world.places, world.households
        dwellings = [int(d) for d in households.dwelling[people.household[person]] if d >= 0]
        held = {str(record[6]) for record in records}
        self._homes = [
            (f"{places.number[d]} {places.streets[places.street[d]]}", places.postcodes[places.postcode[d]])
            for d in dwellings
        ]
        self._homes = [home if home[1] in held else None for home in self._homes]
        self._age = _age(born)

    def of(self, kind: str) -> str | None:
        given, family, rng = self._given, self._family, self._rng
        now = self._homes[0] if self._homes else None
        before = next((home for home in self._homes[1:] if home is not None), None)
        dob = self._dob if self._has_birth else None
        name = f"{given} {family}"
        if kind == "reference":
            record = rng.choice(self._records)
            named = rng.random() < 0.5
            return f"{str(record[1]).replace('_', ' ')} {record[2]}" if named else str(record[2])
        if kind == "telephone number with spaces":
            return None if self._mobile is None else f"0{self._mobile // 10**6} {self._mobile % 10**6:06d}"
        if kind == "last six digits of a telephone number":
            return None if self._mobile is None else f"{self._mobile % 10**6:06d}"
        if kind == "e-mail address":
            return self._email
        if kind == "name alone":
            return name
        if kind == "nickname and postcode":
            goes_by = self._known_as if self._known_as != given else None
            return None if goes_by is None or now is None else f"{goes_by} {family} {now[1]}"
        if kind == "initial, family name and postcode":
            return None if now is None else f"{given[0]} {family} {now[1].replace(' ', '').lower()}"
        if kind == "former address and name":
            return None if before is None else f"{name} {before[0]}"
        if kind == "name, house number and street":
            return None if now is None else f"{now[0]}, {name}".lower()
        if dob is None:
            return None
        if kind == "exact name and date of birth":
            return f"{name} {dob}"
        if kind == "family name first":
            return f"{dob} {family.upper()}, {given}"
        if kind == "a slip in the name":
            return (
                f"{_slip(given, rng)} {family} {dob}" if rng.random() < 0.5 else f"{given} {_slip(family, rng)} {dob}"
            )
        if kind == "maiden name and date of birth":
            return f"{given} {self._birth_family} {dob}" if self._renamed else None
        if kind == "date of birth and family name":
            return f"{dob} {family}"
        if kind == "part of a name and year of birth, street":
            if now is None or len(given) < 5:
                return None
            return f"{given[:4]} {family} {self._born.year} {now[0].split(' ', 1)[1]}"
        if kind == "name and age":
            return f"{name} aged {self._age}"
        if kind == "a slip in the date of birth":
            return f"{name} {_date_slip(self._born, rng)}"
        assert kind == "other spelling and date of birth"
        words = name.split()
        places = [n for n, word in enumerate(words) if word.upper() in _SPELLINGS]
        if not places:
            return None
        at = rng.choice(places)
        words[at] = rng.choice(_SPELLINGS[words[at].upper()])
        return f"{' '.join(words)} {dob}"


def _age(born: date) -> int:
    had_birthday = (REFERENCE_DATE.month, REFERENCE_DATE.day) >= (born.month, born.day)
    return REFERENCE_DATE.year - born.year - (not had_birthday)


def _slip(word: str, rng: random.Random) -> str:
    """Return the word with one slip of the fingers."""
    at = rng.randrange(1, len(word)) if len(word) > 2 else len(word) - 1
    letter = rng.choice("abcdefghijklmnopqrstuvwxyz")
    return rng.choice(
        (word[:at] + word[at + 1 :], word[:at] + letter + word[at + 1 :], word[:at] + letter + word[at:],
         word[: at - 1] + word[at : at + 1] + word[at - 1 : at] + word[at + 1 :])
    )  # fmt: skip


def _date_slip(born: date, rng: random.Random) -> str:
    day, month, year = born.day, born.month, born.year
    way = rng.randrange(3)
    if way == 0 and day <= 12 and day != month:
        day, month = month, day
    elif way == 1:
        day = day + 1 if day < 28 else day - 1
    else:
        year += rng.choice((-10, -1, 1, 10)) if year < 2015 else -1
    return f"{day:02d}/{month:02d}/{year}"
