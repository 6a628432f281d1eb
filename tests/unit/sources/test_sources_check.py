"""A check says what landing would do, source by source, and writes nothing."""

from insighthub.errors import DataError
from insighthub.sources.checking import check
from insighthub.sources.contract import Contract


def test_a_check_tells_what_landing_does(desk):
    desk.put("tenants.csv", "x\nid;name;postcode;note\n1;Ann;;a\n2;Bob;\n3;Cy;;c\n;Di;;d\n4\n5\n6\n7\n")
    source = desk.source(lawful_basis="public task")
    (found,) = check(Contract(source=(source,)), desk.base).sources
    delivery = desk.land(lawful_basis="public task")
    assert (found.delivered, found.landed, found.quarantined) == (8, 2, 6)
    assert (found.delivered, found.landed, found.quarantined) == (
        delivery.delivered,
        delivery.landed,
        delivery.quarantined,
    )
    assert found.files == delivery.files
    assert [(r.reason, r.column, r.rows, r.examples) for r in found.reasons] == [
        ("too few fields", None, 5, (("tenants.csv", 4), ("tenants.csv", 7), ("tenants.csv", 8))),
        ("record id missing", "id", 1, (("tenants.csv", 6),)),
    ]
    assert found.unmapped == ("note",)
    assert found.empty == (("postcode", "person.postcode"),)
    assert found.lawful_basis
    file = found.files[0]
    assert (file.header_row, file.delimiter, file.encoding) == (2, ";", "utf-8")


def test_a_source_at_fault_does_not_keep_the_others_from_being_checked(desk):
    desk.put("b.csv", "id,name,postcode\n1,Ann,A\n")
    sources = (desk.source(name="a", path="a.csv"), desk.source(name="b", path="b.csv"))
    report = check(Contract(source=sources), desk.base)
    assert isinstance(report.sources[0].fault, DataError)
    assert report.sources[1].landed == 1
    assert not report.ok


def test_a_check_writes_nothing(desk):
    desk.put("tenants.csv", "id,name,postcode\n1,Ann,A\n")
    before = sorted(desk.base.parent.rglob("*"))
    assert check(Contract(source=(desk.source(),)), desk.base).ok
    assert sorted(desk.base.parent.rglob("*")) == before
