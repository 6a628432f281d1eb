"""What happens to people comes to the sources, to each in its own time and its own way."""

import datetime as dt
import itertools
from collections import defaultdict

from insighthub.synthetic.writing import plain


def steps(history):
    return list(itertools.pairwise(history))


def accounts(held):
    """Return by person the council tax accounts that name them."""
    out = defaultdict(list)
    for (source, record_id), people in held.truth.items():
        if source == "council_tax":
            for entity in people.values():
                out[entity].append(held.rows["council_tax"][record_id])
    return out


def named(text):
    return plain(text).upper().replace("-", " ").replace("'", "")


def test_a_child_that_is_born_turns_up_in_sources_later(history):
    first, last = history[0], history[-1]
    children = {e for e, p in last.people.items() if p["date_of_birth"] > first.month.as_of}
    assert len(children) > 20
    assert not children & set(first.people)
    found = defaultdict(set)
    for held in history:
        for (source, _), people in held.truth.items():
            for entity in children & set(people.values()):
                found[source].add(entity)
                assert held.people[entity]["date_of_birth"] <= held.month.as_of
    assert {"libraries", "benefits", "housing_rents"} <= set(found)
    assert set().union(*found.values()) < children  # and some are known to nobody yet


def test_the_dead_are_held_for_a_while_and_then_not_by_those_who_are_told(history):
    dead = {}
    for held in history[1:13]:
        dead.update(
            {
                e: held.month.number
                for e, p in held.people.items()
                if p["date_of_death"] and p["date_of_death"] > history[0].month.as_of and e not in dead
            }
        )
    assert len(dead) > 8

    def holds(held, source):
        return {e for (s, _), people in held.truth.items() if s == source for e in people.values()}

    at_death, two_years_on = defaultdict(int), defaultdict(int)
    for source in ("electoral_register", "libraries"):
        for entity, number in dead.items():
            at_death[source] += entity in holds(history[number - 2], source)
            two_years_on[source] += entity in holds(history[-1], source)
    assert at_death["electoral_register"] > 0
    assert two_years_on["electoral_register"] < at_death["electoral_register"] * 0.3  # the registrar tells it
    assert two_years_on["libraries"] >= at_death["libraries"] * 0.3  # nobody tells the library


def test_a_death_is_written_where_the_source_has_a_date_for_it(history):
    written = 0
    for held in history:
        for record_id, row in held.rows["adult_social_care"].items():
            if row["Date_of_Death"]:
                person = held.people[held.truth["adult_social_care", record_id][1]]
                assert row["Date_of_Death"] == f"{person['date_of_death']:%Y-%m-%d}"
                written += person["date_of_death"] > history[0].month.as_of
    assert written > 0


def test_an_account_passes_to_the_partner_or_to_executors(history):
    partner = executors = 0
    for before, after in steps(history):
        for record_id, row in after.rows["council_tax"].items():
            old = before.truth.get(("council_tax", record_id))
            if old is None or after.people[old[1]]["alive"]:
                continue
            new = after.truth.get(("council_tax", record_id))
            if new is None:
                assert row["lead_liab_name"].startswith(("EXECUTORS OF ", "EXORS OF THE LATE "))
                executors += 1
            elif new[1] != old[1]:
                assert after.people[new[1]]["household_id"] == after.people[old[1]]["household_id"]
                partner += 1
    assert partner > 0
    assert executors > 0


def test_who_moves_gets_a_new_account_and_the_old_one_is_closed(history):
    first, last = history[0], history[-1]
    before, after = accounts(first), accounts(last)
    moved = [
        e
        for e, p in last.people.items()
        if e in first.people
        and p["lives_here"]
        and first.people[e]["lives_here"]
        and p["uprn"] != first.people[e]["uprn"]
    ]
    assert len(moved) > 50
    followed = 0
    for entity in moved:
        was = [r["account_ref"] for r in before.get(entity, []) if r["vacation_date"] == ""]
        now = {r["account_ref"]: r for r in after.get(entity, [])}
        new = [r for ref, r in now.items() if ref not in {x["account_ref"] for x in before.get(entity, [])}]
        if was and new:
            followed += any(now[ref]["vacation_date"] for ref in was if ref in now)
    assert followed > 15


def test_nearly_every_home_has_an_open_account_and_few_have_two(history):
    held = history[-1]
    homes = {p["uprn"] for p in held.people.values() if p["lives_here"]}
    billed = [r["uprn"] for r in held.rows["council_tax"].values() if r["vacation_date"] == "" and r["uprn"]]
    assert len(homes & set(billed)) > 0.88 * len(homes)
    assert len(set(billed)) > 0.98 * len(billed)


def test_a_new_name_comes_to_a_record_that_keeps_its_reference(history):
    changed = [
        (e, before.people[e]["family_name"], p["family_name"])
        for before, after in steps(history)
        for e, p in after.people.items()
        if e in before.people and before.people[e]["family_name"] != p["family_name"]
    ]
    assert len(changed) > 5
    followed = 0
    first, last = history[0], history[-1]
    for entity, old, new in changed:
        for (source, record_id), people in last.truth.items():
            row = last.rows[source][record_id]
            earlier = first.rows[source].get(record_id)
            column = {"benefits": "surname", "electoral_register": "elector_surname", "council_tax": "lead_liab_name"}
            if people.get(1) == entity and earlier and source in column:
                followed += named(old) in named(earlier[column[source]]) and named(new) in named(row[column[source]])
    assert followed > 0


def test_sources_learn_of_a_move_at_different_times(history):
    """Some months after a move, one source has the new address and another still the old one."""
    both = 0
    for before, after in steps(history):
        homes = defaultdict(set)
        for (source, record_id), people in after.truth.items():
            column = {"libraries": "postcode", "electoral_register": "property_post_code", "freedom_pass": "postcode"}
            if source in column and after.people[people[1]]["lives_here"]:
                homes[people[1]].add((source, after.rows[source][record_id][column[source]].replace(" ", "").upper()))
        for entity, found in homes.items():
            old, new = before.people.get(entity), after.people[entity]
            start = history[0].people.get(entity)
            if old and start and start["postcode"] and start["postcode"] != new["postcode"]:
                codes = {code for _, code in found}
                both += {start["postcode"].replace(" ", ""), new["postcode"].replace(" ", "")} <= codes
    assert both > 5


def test_people_who_leave_stay_in_some_sources_and_newcomers_come(history):
    first, last = history[0], history[-1]
    left = {e for e, p in first.people.items() if p["lives_here"] and e in last.people} & {
        e for e, p in last.people.items() if p["alive"] and not p["lives_here"]
    }
    come = {e for e, p in last.people.items() if p["lives_here"] and e not in first.people}
    assert len(left) > 150
    assert len(come) > 150
    held = defaultdict(set)
    for (source, _), people in last.truth.items():
        for entity in people.values():
            held[source].add(entity)
    known = set().union(*held.values())
    assert len(left & known) > 0.3 * len(left)
    grown = {e for e in come if (last.month.as_of - last.people[e]["date_of_birth"]) > dt.timedelta(days=18 * 366)}
    assert len(grown & known) > 0.6 * len(grown)


def test_an_elector_who_moved_can_be_on_the_register_twice_for_a_while(history):
    twice = set()
    for held in history:
        entries = defaultdict(set)
        for (source, record_id), people in held.truth.items():
            if source == "electoral_register":
                entries[people[1]].add(held.rows[source][record_id]["property_address_1"])
        twice |= {e for e, addresses in entries.items() if len(addresses) > 1}
    last = {e for (s, _), people in history[-1].truth.items() if s == "electoral_register" for e in people.values()}
    assert twice & last
