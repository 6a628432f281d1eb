"""A ledger: rows keep their references and texts, new rows get references that nobody had."""

import numpy as np
import pytest

from insighthub.synthetic.changing.ledger import Ledger, only
from insighthub.synthetic.extract import Extract
from insighthub.synthetic.writing import objects


def extract(references, names, people):
    out = Extract("libraries", {"ref": objects(references), "name": objects(names)}, ("ref",))
    out.names(np.arange(len(people)), np.array(people), dwelling=np.array(people) * 10)
    return out


@pytest.fixture
def ledger():
    return Ledger(extract(["A007/01", "A009/01"], ["Ann", "Bob"], [4, 5]), today=100, numbered=("ref",))


def test_new_rows_get_the_next_references_in_the_same_form(ledger):
    rows = ledger.add(extract(["A001/01", "A002/01"], ["Cy", "Di"], [6, 7]), today=130)
    assert ledger.text("ref")[rows].tolist() == ["A010/01", "A011/01"]
    assert ledger.person[rows, 0].tolist() == [6, 7]
    assert ledger.dwelling[rows].tolist() == [60, 70]
    assert ledger.known.tolist() == [100, 100, 130, 130]


def test_a_reference_that_two_new_rows_share_stays_shared(ledger):
    rows = ledger.add(extract(["A001/01", "A001/01"], ["Cy", "Di"], [6, 7]), today=130)
    assert len(set(ledger.text("ref")[rows].tolist())) == 1


def test_references_of_rows_taken_out_are_not_given_again(ledger):
    ledger.remove(np.array([1]))
    rows = ledger.add(extract(["A001/01"], ["Cy"], [6]), today=130)
    assert ledger.text("ref")[rows].tolist() == ["A010/01"]
    assert ledger.text("name").tolist() == ["Ann", "Cy"]


def test_known_references_are_kept(ledger):
    rows = ledger.add(extract(["A007/01"], ["Cy"], [6]), today=130, keep=("ref",))
    assert ledger.text("ref")[rows].tolist() == ["A007/01"]


def test_rows_that_are_absent_come_back_as_they_were(ledger):
    ledger.absent[0] = 4
    assert ledger.extract(3).record_ids() == ["A009/01"]
    assert ledger.extract(4).record_ids() == ["A007/01", "A009/01"]
    assert ledger.extract(4).columns["name"].tolist() == ["Ann", "Bob"]
    assert ledger.extract(3).named[0].person.tolist() == [5]


def test_an_extract_does_not_change_when_the_ledger_does(ledger):
    before = ledger.extract(1)
    ledger.write(np.array([0]), "name", "Anne")
    assert before.columns["name"].tolist() == ["Ann", "Bob"]
    assert ledger.extract(1).columns["name"].tolist() == ["Anne", "Bob"]


def test_copies_are_of_the_same_person_under_a_new_reference(ledger):
    new = ledger.copy_rows(np.array([1]), today=130, renumber=("ref",))
    assert ledger.text("ref")[new].tolist() == ["A010/01"]
    assert ledger.text("name")[new].tolist() == ["Bob"]
    assert ledger.person[new, 0].tolist() == [5]


def test_some_rows_of_an_extract_keep_who_is_behind_them():
    part = only(extract(["A1", "A2", "A3"], ["Ann", "Bob", "Cy"], [1, 2, 3]), np.array([0, 2]))
    assert part.columns["name"].tolist() == ["Ann", "Cy"]
    assert part.named[0].person.tolist() == [1, 3]
    assert part.named[0].row.tolist() == [0, 1]
