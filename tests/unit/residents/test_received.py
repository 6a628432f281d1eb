"""What a delivery changes: records that are new, changed, gone or the same, and what else says that of them."""

import datetime as dt

import duckdb
import pytest

from insighthub.progress import Silent
from insighthub.residents.checks import RULES
from insighthub.residents.received import Placed, land_sources, take_in_changes
from insighthub.residents.record_tables import create
from insighthub.sources.contract import parse_contract
from insighthub.store.tables import number

CONTRACT = """
[[source]]
name = "{name}"
path = "{path}"
record_id = "reference"
{more}
[source.person]
given_name = "first"
family_name = "last"
{person}
[[source.fact]]
name = "balance"
kind = "amount"
value = "owed"
"""
OF_RECORDS = [rule for rule in RULES if not {"resident", "residents", "household"} & set(rule.split())]
HEADER = "reference,first,last,owed,state\n"
DAYS = [dt.date(2026, 3, day) for day in range(5, 15)]


class Desk:
    """A release that deliveries are taken into, day by day."""

    def __init__(self, folder):
        self.folder, self.day = folder, -1
        self.db = duckdb.connect()
        create(self.db)
        self.contracts = {}
        self.contract("benefits")

    def contract(self, name, *, path=None, more="", person=""):
        text = CONTRACT.format(name=name, path=path or f"{name}.csv", more=more, person=person)
        (self.contracts[name],) = parse_contract(text, self.folder / f"{name}.toml").source

    def deliver(self, *lines, file="benefits.csv"):
        (self.folder / file).parent.mkdir(exist_ok=True)
        (self.folder / file).write_text(HEADER + "".join(f"{line}\n" for line in lines), encoding="utf-8")

    def take_in(self, *, full=False):
        self.day += 1
        sources = [Placed(source, self.folder) for source in self.contracts.values()]
        deliveries = land_sources(sources, self.folder / "landing", Silent())
        received = take_in_changes(
            self.db, sources, deliveries, self.folder / "work", as_of=DAYS[self.day], full=full, progress=Silent()
        )
        self.whole()
        return received

    def whole(self):
        """No rule of records is broken; who they are is for others to say."""
        assert [rule for rule in OF_RECORDS if number(self.db, RULES[rule])] == []

    def ask(self, query):
        return self.db.execute(query).fetchall()

    def said(self, source="benefits"):
        query = f"SELECT record_id, given_name FROM person_record WHERE source = '{source}' ORDER BY ALL"
        return self.ask(query)

    def seen(self):
        query = "SELECT record_id, first_seen, changed_on FROM source_record ORDER BY record_id"
        return {record: (DAYS.index(first), DAYS.index(changed)) for record, first, changed in self.ask(query)}


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path)
    yield desk
    desk.db.close()


def counts(received, source="benefits"):
    (found,) = (each for each in received.sources if each.source == source)
    return (found.before, found.added, found.changed, found.removed, found.new_delivery)


def ids(table):
    return sorted(zip(table["source"].to_pylist(), table["record_id"].to_pylist(), strict=True))


def benefits(*records):
    return [("benefits", record) for record in records]


THREE = ("1,Ann,Jones,5,", "2,Bob,Smith,,", "3,Cy,Brown,7,")


def test_the_first_delivery_is_all_new(desk):
    desk.deliver(*THREE)
    received = desk.take_in()
    assert counts(received) == (0, 3, 0, 0, True)
    assert ids(received.added) == benefits("1", "2", "3")
    assert received.removed.num_rows == 0
    assert desk.said() == [("1", "ANN"), ("2", "BOB"), ("3", "CY")]
    assert desk.ask("SELECT record_id, amount FROM fact ORDER BY ALL") == [("1", 5.0), ("3", 7.0)]


def test_records_that_are_new_changed_gone_and_the_same_are_told_apart(desk):
    desk.deliver(*THREE)
    desk.take_in()
    desk.deliver("1,Ann,Jones,5,", "2,Robert,Smith,,", "4,Di,Green,1,")
    received = desk.take_in()
    assert counts(received) == (3, 1, 1, 1, True)
    assert ids(received.added) == benefits("2", "4")
    assert ids(received.removed) == benefits("2", "3")
    assert desk.said() == [("1", "ANN"), ("2", "ROBERT"), ("4", "DI")]
    assert desk.seen() == {"1": (0, 0), "2": (0, 1), "4": (1, 1)}
    assert desk.ask("SELECT record_id, amount FROM fact ORDER BY ALL") == [("1", 5.0), ("4", 1.0)]
    former = desk.ask("SELECT record_id, given_name, ended_on FROM former_record ORDER BY ALL")
    assert former == [("2", "BOB", DAYS[1]), ("3", "CY", DAYS[1])]


def test_the_same_delivery_is_not_looked_at_again(desk):
    desk.deliver(*THREE)
    desk.take_in()
    received = desk.take_in()
    assert counts(received) == (3, 0, 0, 0, False)
    assert (received.added.num_rows, received.removed.num_rows) == (0, 0)
    assert desk.seen() == {"1": (0, 0), "2": (0, 0), "3": (0, 0)}


def test_the_same_records_in_another_order_have_not_changed(desk):
    desk.deliver(*THREE)
    desk.take_in()
    desk.deliver(*reversed(THREE))
    received = desk.take_in()
    assert counts(received) == (3, 0, 0, 0, True)
    assert (received.added.num_rows, received.removed.num_rows) == (0, 0)


def test_a_change_of_a_fact_alone_is_a_change_and_leaves_no_former_person(desk):
    desk.deliver(*THREE)
    desk.take_in()
    desk.deliver("1,Ann,Jones,99,", *THREE[1:])
    received = desk.take_in()
    assert counts(received) == (3, 0, 1, 0, True)
    assert desk.ask("SELECT amount FROM fact WHERE record_id = '1'") == [(99.0,)]
    assert desk.ask("FROM former_record") == []


def test_a_full_run_says_everything_anew_and_changes_no_day(desk):
    desk.deliver(*THREE)
    desk.take_in()
    desk.deliver(*THREE, "4,Di,Green,1,")
    desk.take_in()
    received = desk.take_in(full=True)
    assert counts(received) == (4, 0, 0, 0, True)
    assert ids(received.added) == ids(received.removed) == benefits("1", "2", "3", "4")
    assert desk.seen() == {"1": (0, 0), "2": (0, 0), "3": (0, 0), "4": (1, 1)}
    assert desk.ask("FROM former_record") == []


def test_a_full_run_and_runs_of_changes_hold_the_same(desk, tmp_path):
    changes = (THREE, ("1,Ann,Jones,5,", "2,Robert,Smith,,"), ("2,Robert,Smith,3,", "5,Ed,White,,"))
    for lines in changes:
        desk.deliver(*lines)
        desk.take_in()
    (tmp_path / "other").mkdir()
    other = Desk(tmp_path / "other")
    other.deliver(*changes[-1])
    other.take_in(full=True)
    for table in ("person_record", "source_record"):
        query = f"SELECT * EXCLUDE (first_seen, changed_on) FROM {table} ORDER BY ALL"
        assert desk.ask(query) == other.ask(query)
    assert desk.ask("FROM fact ORDER BY ALL") == other.ask("FROM fact ORDER BY ALL")
    other.db.close()


def test_a_contract_that_reads_otherwise_has_every_record_said_anew(desk):
    desk.deliver(*THREE)
    desk.take_in()
    desk.contract("benefits", person='title = "state"')
    received = desk.take_in()
    assert counts(received) == (3, 0, 0, 0, True)  # the source says what it said
    assert ids(received.added) == ids(received.removed) == benefits("1", "2", "3")
    assert desk.said() == [("1", "ANN"), ("2", "BOB"), ("3", "CY")]
    assert counts(desk.take_in()) == (3, 0, 0, 0, False)


def test_a_source_without_a_contract_leaves_with_all_that_it_said(desk):
    desk.contract("rents")
    desk.deliver(*THREE)
    desk.deliver("1,Ann,Jones,4,", file="rents.csv")
    assert counts(desk.take_in(), "rents") == (0, 1, 0, 0, True)
    del desk.contracts["benefits"]
    received = desk.take_in()
    assert counts(received) == (3, 0, 0, 3, True)
    assert ids(received.removed) == benefits("1", "2", "3")
    assert desk.said() == []
    assert desk.said("rents") == [("1", "ANN")]
    for table in ("source", "source_record", "fact", "person_record", "quarantine"):
        assert desk.ask(f"SELECT count(*) FROM {table} WHERE source = 'benefits'") == [(0,)]
    assert desk.ask("SELECT count(*) FROM former_record") == [(3,)]


def test_a_source_that_comes_later_does_not_touch_the_others(desk):
    desk.deliver(*THREE)
    desk.take_in()
    desk.contract("rents")
    desk.deliver("1,Ann,Jones,4,", file="rents.csv")
    received = desk.take_in()
    assert counts(received) == (3, 0, 0, 0, False)
    assert ids(received.added) == [("rents", "1")]
    kept = desk.ask("SELECT DISTINCT source, first_seen FROM source_record ORDER BY ALL")
    assert kept == [("benefits", DAYS[0]), ("rents", DAYS[1])]


HIDDEN = '[[source.hidden]]\ncolumn = "state"\nvalues = ["refuge"]\nreason = "in a refuge"\n'
DELETED = '[[source.deleted]]\ncolumn = "state"\nvalues = ["D"]\nreason = "deleted"\n'
LATEST = 'delivers = "latest"'


def test_a_record_that_is_hidden_says_why(desk):
    desk.contract("benefits", person=HIDDEN)
    desk.deliver("1,Ann,Jones,5,refuge", "2,Bob,Smith,,")
    desk.take_in()
    assert desk.ask("SELECT record_id, hidden FROM source_record ORDER BY ALL") == [("1", "in a refuge"), ("2", None)]
    desk.deliver("1,Ann,Jones,5,", "2,Bob,Smith,,refuge")
    assert counts(desk.take_in()) == (2, 0, 2, 0, True)
    assert desk.ask("SELECT record_id, hidden FROM source_record ORDER BY ALL") == [("1", None), ("2", "in a refuge")]


def test_a_record_that_a_new_contract_hides_has_changed(desk):
    desk.deliver("1,Ann,Jones,5,refuge", "2,Bob,Smith,,")
    desk.take_in()
    desk.contract("benefits", person=HIDDEN)
    assert counts(desk.take_in()) == (2, 0, 1, 0, True)
    assert desk.ask("SELECT record_id, hidden FROM source_record ORDER BY ALL") == [("1", "in a refuge"), ("2", None)]


def test_deliveries_of_changes_add_up_and_a_deleted_record_is_gone(desk):
    desk.contract("benefits", path="changes", person=DELETED)
    desk.deliver(*THREE, file="changes/2026-03-05.csv")
    assert counts(desk.take_in()) == (0, 3, 0, 0, True)
    desk.deliver("2,Bob,Smith,,D", "3,Cyril,Brown,7,", file="changes/2026-03-06.csv")
    assert counts(desk.take_in()) == (3, 0, 1, 1, True)
    assert desk.said() == [("1", "ANN"), ("3", "CYRIL")]
    desk.deliver("2,Bob,Smith,,", file="changes/2026-03-07.csv")
    assert counts(desk.take_in()) == (2, 1, 0, 0, True)
    assert desk.said() == [("1", "ANN"), ("2", "BOB"), ("3", "CYRIL")]
    assert desk.seen()["2"] == (2, 2)


def test_where_each_delivery_is_the_whole_only_the_latest_counts(desk):
    desk.contract("benefits", path="whole", more=LATEST)
    desk.deliver(*THREE, file="whole/2026-03-05.csv")
    desk.take_in()
    desk.deliver("1,Ann,Jones,5,", "4,Di,Green,1,", file="whole/2026-03-06.csv")
    assert counts(desk.take_in()) == (3, 1, 0, 2, True)
    assert desk.said() == [("1", "ANN"), ("4", "DI")]


def test_a_record_that_comes_back_is_seen_from_that_day_and_its_former_words_stay(desk):
    desk.deliver(*THREE)
    desk.take_in()
    desk.deliver(*THREE[:2])
    desk.take_in()
    desk.deliver(*THREE)
    assert counts(desk.take_in()) == (2, 1, 0, 0, True)
    assert desk.seen()["3"] == (2, 2)
    assert desk.ask("SELECT record_id, ended_on FROM former_record") == [("3", DAYS[1])]


def test_the_day_of_a_delivery_is_that_on_which_it_was_first_landed(desk):
    desk.deliver(*THREE)
    desk.take_in()
    desk.take_in(full=True)
    assert desk.ask("SELECT delivered_on, delivered, landed, quarantined FROM source") == [(DAYS[0], 3, 3, 0)]
    desk.deliver(*THREE, "4,Di,Green,1,")
    desk.take_in()
    assert desk.ask("SELECT delivered_on FROM source") == [(DAYS[2],)]
