"""Whoever lives where since when, and whatever is known of them: a measure is what counting one by one gives."""

from collections import Counter
from datetime import date, timedelta
from types import SimpleNamespace

from hypothesis import given, settings
from hypothesis import strategies as st

from insighthub.measures.build import build_measures
from insighthub.measures.definition import Measure
from insighthub.measures.settings import MeasureSettings
from insighthub.measures.windows import periods
from tests.examples import examples
from tests.unit.measures.conftest import Release

FIRST, LAST = date(1, 1, 1), date(9999, 12, 31)
SECTORS = {"IG11 1AA": "IG11 1", "IG11 2BB": "IG11 2", "E1 1AA": "E1 1", "IG12": "not known", None: "not known"}
DAYS = st.dates(date(2023, 6, 1), date(2026, 12, 31))
MAYBE = st.one_of(st.none(), DAYS)
#: Days of the run on which months end, leap days come or birthdays of 29 February are kept, and others.
AS_OF = st.one_of(st.sampled_from([date(2024, 2, 28), date(2024, 2, 29), date(2025, 2, 28), date(2026, 9, 30)]), DAYS)
BORN = st.one_of(
    st.none(),
    st.sampled_from([date(2004, 2, 29), date(2008, 2, 28), date(2008, 3, 1), date(2025, 6, 30)]),
    st.dates(date(1940, 1, 1), date(2021, 12, 31)),
)

FACT = st.tuples(st.sampled_from(["owes", "has"]), st.sampled_from(["Y", "N", None]), MAYBE, MAYBE)
RECORD = st.tuples(st.sampled_from(["tax", "care", "other"]), DAYS, st.lists(FACT, max_size=3))
ADDRESS = st.tuples(st.sampled_from(list(SECTORS)), MAYBE, MAYBE, MAYBE)
RESIDENT = st.fixed_dictionaries(
    {
        "born": BORN, "died": st.one_of(st.none(), st.none(), DAYS), "sex": st.sampled_from(["F", "M", None]),
        "hidden": st.sampled_from([None, None, None, "refuge"]), "homes": st.lists(ADDRESS, max_size=3),
        "is_here": st.booleans(), "house": st.sampled_from([None, "1", "2"]), "records": st.lists(RECORD, max_size=4),
    }
)  # fmt: skip
CONDITION = st.fixed_dictionaries(
    {
        "fact": st.sampled_from(["owes", "has"]),
        "when": st.sampled_from(["holds", "begins", "ends", "newest", "ever"]),
        "values": st.sampled_from([[], ["y"]]),
        "at_least": st.sampled_from([1, 1, 2]),
    }
)
OF_WHOM = {
    "living_here": st.booleans(),
    "age_from": st.sampled_from([None, 18]),
    "age_to": st.sampled_from([None, 30]),
    "sex": st.sampled_from([None, None, "F"]),
}


@st.composite
def measures(draw):
    unit = draw(st.sampled_from(["resident", "household", "record"]))
    window = draw(st.sampled_from([("day", 1), ("months", 3), ("series", 14)]))
    known_to = draw(st.sampled_from([[], [], ["care"], ["tax", "other"]])) if window[0] != "series" else []
    groups = ["postcode_sector"] if unit == "household" else ["sex", "age_band", "postcode_sector"]
    return Measure.model_validate(
        {
            "name": "m", "title": "A measure", "unit": unit, "sources": ["tax", "care"], "purposes": ["planning"],
            "numerator": {
                "match": draw(st.sampled_from(["all", "any"])),
                "condition": draw(st.lists(CONDITION, min_size=1, max_size=1 if unit == "record" else 2)),
            },
            "denominator": {name: draw(value) for name, value in OF_WHOM.items()} | {"known_to": known_to},
            "window": {"kind": window[0], "months": window[1]},
            "by": groups,
        }
    )  # fmt: skip


def home(person, day, as_of):
    """Return whether somebody is here on a day, and in which postcode."""
    homes = [
        SimpleNamespace(place=f"p{k}", postcode=c, since=a, until=b, seen=s, now=k == 0 and person["is_here"])
        for k, (c, a, b, s) in enumerate(person["homes"])
    ]
    now = [h for h in homes if h.now]
    if day >= as_of:
        return (True, now[0].postcode) if now else (False, None)
    left = max((h.until or h.seen for h in homes if not h.now and (h.until or h.seen)), default=FIRST)
    for h in homes:
        h.since = h.since or (left if h.now else FIRST)
    begun = {}
    for h in sorted(homes, key=lambda h: (h.since, h.now, h.until or LAST, h.place)):
        if h.now or not now or h.since < now[0].since:
            begun[h.since] = h  # of those that begin on one day the last in that order stands
    before = [since for since in begun if since <= day]
    if not before:
        return False, None
    h = begun[max(before)]
    is_last = h.since == max(begun)
    until = h.until or (h.seen if is_last and not h.now else None) or LAST
    return (True, h.postcode) if day < until else (False, None)


def meets(person, condition, period):
    """Return the numbers of the records by which somebody meets a condition."""
    started = lambda f: f[2] is None or f[2] <= period.ends  # noqa: E731
    fits = {
        "holds": lambda f: started(f) and (f[3] is None or f[3] >= period.starts),
        "begins": lambda f: f[2] is not None and period.starts <= f[2] <= period.ends,
        "ends": lambda f: f[3] is not None and period.starts <= f[3] <= period.ends,
    }.get(condition.when, started)
    found = [
        (k, f)
        for k, (source, _, facts) in enumerate(person["records"])
        for f in facts
        if source in ("tax", "care") and f[0] == condition.fact and fits(f)
    ]
    if condition.when == "newest":
        newest = max((f[2] for _, f in found if f[2]), default=None)
        found = [(k, f) for k, f in found if f[2] == newest]
    by = {k for k, f in found if not condition.values or f[1] == "Y"}
    return by if len(by) >= condition.at_least else set()


def years(born, day):
    """Return an age; a birthday of 29 February is kept on the 28th in common years. Before the first it is below 0."""
    if born > day:
        return -years(day, born)
    birthday = (born.month, born.day)
    if birthday == (2, 29) and (day + timedelta(days=1)).month == 3 and day.day == 28:
        birthday = (2, 28)
    return day.year - born.year - ((day.month, day.day) < birthday)


def stands(person, period, as_of, measure):
    """Return how somebody is on the last day of a period: alive, counted of, of which groups."""
    is_here, postcode = home(person, period.ends, as_of)
    of_whom = measure.denominator
    age = None if person["born"] is None else years(person["born"], period.ends)
    is_alive = (person["born"] or FIRST) <= period.ends < (person["died"] or LAST)
    is_base = (
        is_alive
        and (is_here or not of_whom.living_here)
        and (of_whom.age_from is None or (age is not None and age >= of_whom.age_from))
        and (of_whom.age_to is None or (age is not None and age <= of_whom.age_to))
        and of_whom.sex in (None, person["sex"])
        and (not of_whom.known_to or any(source in of_whom.known_to for source, *_ in person["records"]))
    )
    sector = "not known" if person["hidden"] else SECTORS[postcode]
    bands = [band.name for band in MeasureSettings().bands() if age is not None and band.first <= age <= band.last]
    return SimpleNamespace(
        is_alive=is_alive, is_base=is_base, age_band=(bands or ["not known"])[0], sex=person["sex"] or "not known",
        postcode_sector=sector,
        postcode=None if person["hidden"] or not is_here else postcode or "",
    )  # fmt: skip


def one_by_one(people, measure, as_of):
    """Return the figures (by, group, last day, numerator, denominator, people) and what they rest on."""
    figures, lineage = Counter(), {}
    needed = len(measure.numerator.condition) if measure.numerator.match == "all" else 1
    used, spans = set(), periods(measure.window, as_of)
    for period in spans:
        stood = [stands(person, period, as_of, measure) for person in people]
        met = [[meets(person, condition, period) for condition in measure.numerator.condition] for person in people]
        if measure.unit == "household":
            units = [[k for k, p in enumerate(people) if p["house"] == house] for house in ("1", "2")]
        else:
            units = [[k] for k in range(len(people))]
        of_whom = []
        for unit in units:
            alive = [k for k in unit if stood[k].is_alive or measure.unit == "record"]
            is_base = any(stood[k].is_base for k in unit)
            counted = int(sum(any(met[k][c] for k in alive) for c in range(len(measure.numerator.condition))) >= needed)
            if measure.unit == "record":
                counted = len(set().union(*met[unit[0]]))
            elif not is_base:
                counted = 0
            if not (is_base or counted):
                continue
            if measure.unit == "household":  # the first of their postcodes, one that is not known before all
                known = [stood[k].postcode for k in unit if stood[k].postcode is not None]
                groups = [("postcode_sector", SECTORS[min(known) or None] if known else "not known")]
            else:
                groups = [(by, getattr(stood[unit[0]], by)) for by in measure.by]
            for by, group in (("none", "all"), *groups):
                figures[by, group, period.ends] += 0
                for what, many in (("counted", counted), ("of", int(is_base)), ("people", int(counted > 0))):
                    figures[by, group, period.ends, what] += many
            used |= {(k, r) for k in unit for found in met[k] for r in found} if counted else set()
            of_whom += unit if is_base else []
    of_whom = {(k, r) for k in of_whom for r in range(len(people[k]["records"]))}
    for role, records in (("counted", used), ("counted of", of_whom)):
        for k, r in records:
            source, on, _ = people[k]["records"][r]
            lineage.setdefault((role, source), []).append((k, on))
    groups = {key[:2] for key in figures if len(key) == 3} | {("none", "all")}
    return (
        {
            (by, group, p.ends, *(figures[by, group, p.ends, what] for what in ("counted", "of", "people")))
            for by, group in groups
            for p in spans
        },
        {
            (*key, len(rows), len({k for k, _ in rows}), min(on for _, on in rows), max(on for _, on in rows))
            for key, rows in lineage.items()
        },
    )


def released(people):
    """Write a release of these people."""
    made = Release()
    for k, person in enumerate(people):
        text = {name: person[name] and str(person[name]) for name in ("born", "died")}
        made.resident(f"R{k}", sex=person["sex"], hidden=person["hidden"], postcode=None, **text)
        for n, (postcode, since, until, seen) in enumerate(person["homes"]):
            made.address(f"R{k}", postcode, since, until, n == 0 and person["is_here"], f"p{n}", seen)
        if person["house"]:
            made.db.execute("INSERT INTO household_member VALUES (?, ?, NULL, NULL, TRUE)", [person["house"], f"R{k}"])
        for source, on, facts in person["records"]:
            made.record(f"R{k}", source, *((name, says, None, day, end) for name, says, day, end in facts), on=on)
    return made


@settings(max_examples=examples(60), deadline=None)
@given(people=st.lists(RESIDENT, min_size=1, max_size=8), measure=measures(), as_of=AS_OF)
def test_a_measure_is_what_counting_one_by_one_gives(people, measure, as_of):
    made = released(people)
    other = measure.model_copy(update={"name": "other", "by": (), "denominator": type(measure.denominator)()})
    try:
        build_measures(made.db, [measure, other], as_of)
        found = made.db.execute(
            "SELECT \"by\", group_value, ends, numerator, denominator, people FROM measure_value WHERE name = 'm'"
        ).fetchall()
        rests_on = made.db.execute(
            "SELECT role, source, records, residents, first_delivered, last_delivered FROM measure_lineage"
            " WHERE name = 'm'"
        ).fetchall()
    finally:
        made.db.close()
    figures, lineage = one_by_one(people, measure, as_of)
    assert sorted(found) == sorted(figures)
    assert sorted(rests_on) == sorted(lineage)
