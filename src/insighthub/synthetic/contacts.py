"""Phones, e-mail addresses, NHS numbers, national insurance numbers and unique pupil numbers.

Takes the people, gives the numbers by which sources know them, each of valid form and check digit. Households share a
landline; children have a parent's phone and e-mail; people change both over the years. E-mail domains are under
``.example``, which nobody can own. Phone, NHS and NI numbers are drawn at random from valid ones, because the ranges
set aside for fiction hold a thousand numbers only: they belong to nobody in particular, and must not be rung.
"""

from __future__ import annotations

import numpy as np

from insighthub.synthetic import calibration as cal
from insighthub.synthetic.households import Members
from insighthub.synthetic.naming import Named
from insighthub.synthetic.population import CHILD, LONG_AGO, TODAY, YEAR, Contacts
from insighthub.synthetic.writing import plain

_MOBILE_PREFIXES = np.array(
    [
        7400,
        7415,
        7428,
        7456,
        7480,
        7505,
        7532,
        7570,
        7596,
        7702,
        7729,
        7758,
        7790,
        7805,
        7834,
        7860,
        7889,
        7903,
        7930,
        7956,
        7985,
    ]
)
_DOMAINS = ("mail.example", "post.example", "webmail.example", "inbox.example", "letters.example")
_NINO_FIRST, _NINO_SECOND = "ABCEGHJKLMNOPRSTWXYZ", "ABCEGHJKLMNPRSTWXYZ"
_NINO_NOT_USED = {"BG", "GB", "NK", "KN", "TN", "NT", "ZZ"}
_UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_LOCAL_AUTHORITY = 399  # of valid form, given to no authority


def _distinct(rng: np.random.Generator, n: int, low: int, high: int) -> np.ndarray:
    """Draw ``n`` different integers from [low, high)."""
    out = np.unique(rng.integers(low, high, int(n * 1.1) + 20))
    while len(out) < n:
        out = np.unique(np.r_[out, rng.integers(low, high, n)])
    return rng.permutation(out)[:n]


def mobiles(rng: np.random.Generator, n: int) -> np.ndarray:
    """Draw ``n`` mobile numbers (ten digits, without the leading 0)."""
    prefix = _MOBILE_PREFIXES[rng.integers(0, len(_MOBILE_PREFIXES), n)]
    return np.asarray(prefix * 1_000_000 + rng.integers(100_000, 999_999, n))


def landlines(rng: np.random.Generator, n: int) -> np.ndarray:
    """Draw ``n`` London numbers (ten digits, without the leading 0)."""
    return np.asarray(2_083_000_000 + rng.integers(0, 2_999_999, n))


def nhs_numbers(rng: np.random.Generator, n: int) -> np.ndarray:
    """Draw ``n`` different NHS numbers: nine digits and a check digit modulus 11 (NHS Data Dictionary)."""
    body = _distinct(rng, int(n * 1.15) + 20, 400_000_000, 799_999_999)
    digits = (body[:, None] // 10 ** np.arange(8, -1, -1)) % 10
    check = 11 - (digits * np.arange(10, 1, -1)).sum(axis=1) % 11
    check[check == 11] = 0
    good = np.flatnonzero(check < 10)[:n]
    return _objects([str(v) for v in (body[good] * 10 + check[good]).tolist()])


def ninos(rng: np.random.Generator, n: int) -> np.ndarray:
    """Draw ``n`` different national insurance numbers of valid form."""
    prefixes = [a + b for a in _NINO_FIRST for b in _NINO_SECOND if a + b not in _NINO_NOT_USED]
    body = _distinct(rng, n, 0, len(prefixes) * 1_000_000)
    suffix = rng.integers(0, 4, n).tolist()
    return _objects(
        [
            f"{prefixes[v // 1_000_000]}{v % 1_000_000:06d}{'ABCD'[s]}"
            for v, s in zip(body.tolist(), suffix, strict=True)
        ]
    )


def upns(rng: np.random.Generator, entry_year: np.ndarray, first_serial: int = 0) -> np.ndarray:
    """Give each pupil a unique pupil number: check letter, authority, school, year of entry, serial (DfE guide).

    Pupils who get theirs later need a ``first_serial`` beyond those given out.
    """
    n = len(entry_year)
    serial = first_serial + rng.permutation(n)
    digits = [
        f"{_LOCAL_AUTHORITY}{2000 + s // 1000 % 3000:04d}{int(y) % 100:02d}{s % 1000:03d}"
        for s, y in zip(serial.tolist(), entry_year.tolist(), strict=True)
    ]
    return _objects([upn_check_letter(d) + d for d in digits])


def entry_year(born: np.ndarray) -> np.ndarray:
    """Return the year in which children born on these days go to school first."""
    return np.asarray((1970 + born / YEAR + 4.5).astype(int))


def upn_check_letter(twelve: str) -> str:
    """Return the check letter of twelve characters; a temporary UPN's last letter counts by its place."""
    values = [int(c) if c.isdigit() else _UPN_LETTERS.index(c) for c in twelve]
    return _UPN_LETTERS[sum(v * w for v, w in zip(values, range(2, 14), strict=True)) % 23]


def temporary_upns(rng: np.random.Generator, n: int) -> np.ndarray:
    """Draw ``n`` temporary pupil numbers, which end in a letter."""
    out = []
    for school, serial, last in zip(
        rng.integers(2000, 6000, n).tolist(),
        rng.integers(0, 10_000, n).tolist(),
        rng.integers(0, 23, n).tolist(),
        strict=True,
    ):
        twelve = f"{_LOCAL_AUTHORITY}{school}{serial:04d}{_UPN_LETTERS[last]}"
        out.append(upn_check_letter(twelve) + twelve)
    return _objects(out)


def _objects(values: list[str]) -> np.ndarray:
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out


def email_letters(texts: np.ndarray) -> np.ndarray:
    """Return names as they stand in e-mail addresses: small plain letters."""
    return np.array([plain(t).lower().replace(" ", "").replace("'", "").replace("-", "") for t in texts], dtype=object)


def emails(rng: np.random.Generator, given: np.ndarray, family: np.ndarray, born: np.ndarray) -> np.ndarray:
    """Make an address from each name, in the few shapes that people choose."""
    n = len(given)
    shape, number = rng.integers(0, 5, n).tolist(), rng.integers(1, 999, n).tolist()
    domain = rng.integers(0, len(_DOMAINS), n).tolist()
    year = (1970 + born / YEAR).astype(int).tolist()
    out = []
    for g, f, s, k, d, y in zip(given, family, shape, number, domain, year, strict=True):
        name = (f"{g}.{f}{k}", f"{g[:1]}{f}{y % 100:02d}{k % 10}", f"{g}{k}", f"{f}.{g}{y}", f"{g}_{f}{k % 100}")[s]
        out.append(f"{name}@{_DOMAINS[d]}")
    return _objects(out)


def build_contacts(
    rng: np.random.Generator, members: Members, named: Named, texts: np.ndarray, first_serial: int = 0
) -> Contacts:
    """Return the contacts and identifiers of all people. ``first_serial``: of their pupil numbers."""
    n, h = len(members.household), members.household
    age = (TODAY - members.born) / YEAR
    letters = email_letters(texts)
    email = emails(rng, letters[named.known_as], letters[named.family], members.born)
    old_email = emails(rng, letters[named.given], letters[named.birth_family], members.born)
    mobile, old_mobile = mobiles(rng, n), mobiles(rng, n)
    none = (age < cal.CHILD_PHONE_FROM_AGE) | ((age > 78) & (rng.random(n) < 0.4))
    mobile[none] = old_mobile[none] = -1
    no_email = (age < cal.CHILD_PHONE_FROM_AGE) | (rng.random(n) < np.clip((age - 55) / 50, 0.04, 0.7))
    email[no_email] = ""
    old_email[no_email] = ""
    has_line = rng.random(len(members.kind)) < 0.1
    oldest = np.full(len(members.kind), TODAY, np.int64)
    np.minimum.at(oldest, h, members.born)
    has_line |= rng.random(len(members.kind)) < cal.LANDLINE_AT_50 * np.clip((TODAY - oldest) / YEAR - 25, 0, 60) / 25
    line = np.where(has_line, landlines(rng, len(members.kind)), -1)
    nino = ninos(rng, n)
    nino[age < 16] = ""
    upn = np.full(n, "", dtype=object)
    pupil = np.flatnonzero((age >= 3.5) & (age < 24))
    upn[pupil] = upns(rng, entry_year(members.born[pupil]), first_serial)
    carer = np.where(named.mother >= 0, named.mother, named.father)
    both = (named.mother >= 0) & (named.father >= 0)
    carer = np.where(both & (rng.random(n) < 0.22), named.father, carer)
    carer[(members.role != CHILD) | (age >= 19)] = -1
    return Contacts(
        mobile=mobile,
        old_mobile=old_mobile,
        mobile_since=_changed(rng, n, cal.PHONE_CHANGES),
        landline=line[h],
        email=email,
        old_email=old_email,
        email_since=_changed(rng, n, cal.EMAIL_CHANGES),
        nhs_number=nhs_numbers(rng, n),
        nino=nino,
        upn=upn,
        father=named.father,
        mother=named.mother,
        carer=carer.astype(np.int32),
    )


def _changed(rng: np.random.Generator, n: int, rate: float) -> np.ndarray:
    """Return the day of the latest change, LONG_AGO where it was before any extract."""
    day = TODAY - rng.exponential(YEAR / rate, n)
    return np.where(day < TODAY - 12 * YEAR, LONG_AGO, day).astype(np.int32)
