"""Postcodes and addresses."""

import pytest

from insighthub.standardise.addresses import standard_address
from insighthub.standardise.postcodes import standard_postcode


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("IG11 8AA", "IG11 8AA"),
        ("IG118AA", "IG11 8AA"),
        ("ig11  8aa", "IG11 8AA"),
        ("IG11.8AA.", "IG11 8AA"),
        ("I G 1 1 8 A A", "IG11 8AA"),
        ("1G11 8AA", "IG11 8AA"),
        ("IGI1 8AA", "IG11 8AA"),
        ("IGll 8AA", "IG11 8AA"),
        ("RM1O 9QR", "RM10 9QR"),
        ("RM10 9QR", "RM10 9QR"),
        ("RM8 3S5", "RM8 3SS"),
        ("E1OAA", "E1 0AA"),
        ("0X1 1AA", "OX1 1AA"),
        ("W1S 1AA", "W1S 1AA"),
        ("EC1A 1BB", "EC1A 1BB"),
        ("SL0 9AA", "SL0 9AA"),
        ("M1 1AE", "M1 1AE"),
        ("B33 8TH", "B33 8TH"),
        ("CR2 6XH", "CR2 6XH"),
        ("DN55 1PT", "DN55 1PT"),
        ("DE03US", "DE0 3US"),
        ("ZZ99 3VZ", None),
        ("XX1 1XX", None),
        ("AA1 1AA", None),
        ("IG11", None),
        ("IG11 8A", None),
        ("IG11 8AC", None),
        ("IG11 8A0", None),
        ("00000", None),
        ("n/a", None),
        ("", None),
        (None, None),
    ],
)
def test_a_british_postcode_is_repaired_where_one_reading_is_certain(text, expected):
    assert standard_postcode(text) == expected


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("2119", "AU", "2119"),
        ("98052-1234", "US", "980521234"),
        ("k1a 0b1", "XX", "K1A0B1"),
        ("tq13 8df", "XX", "TQ13 8DF"),
    ],
)
def test_another_countrys_code_is_kept_as_written(text, country, expected):
    assert standard_postcode(text, country) == expected


ADDRESSES = [
    # text, flat, number, street, locality, postcode
    ("14 High Rd, Barking", None, "14", "HIGH ROAD", "BARKING", None),
    ("14, HIGH ROAD", None, "14", "HIGH ROAD", None, None),
    ("14 HIGH ROAD BARKING ESSEX IG118AA", None, "14", "HIGH ROAD", "BARKING ESSEX", "IG11 8AA"),
    ("Flat 2, 14 High Rd, Barking, IG11 8AA", "2", "14", "HIGH ROAD", "BARKING", "IG11 8AA"),
    ("FLAT 2 14 HIGH ROAD", "2", "14", "HIGH ROAD", None, None),
    ("2/14 HIGH ROAD", "2", "14", "HIGH ROAD", None, None),
    ("Flat 2/14 High Road", "2", "14", "HIGH ROAD", None, None),
    ("FLAT B, 14 HIGH ROAD", "B", "14", "HIGH ROAD", None, None),
    ("14B HIGH ROAD", "B", "14", "HIGH ROAD", None, None),
    ("14 B HIGH ROAD", "B", "14", "HIGH ROAD", None, None),
    ("FLAT 2A, 14B HIGH ROAD", "2A", "14B", "HIGH ROAD", None, None),
    ("Apt 3B, 8 Main St", "3B", "8", "MAIN STREET", None, None),
    ("UNIT 5, 12-14 Industrial Way", "5", "12-14", "INDUSTRIAL WAY", None, None),
    ("12 - 14 HIGH ROAD", None, "12-14", "HIGH ROAD", None, None),
    ("FLET 2, 14 HIGH ROAD", "2", "14", "HIGH ROAD", None, None),
    ("Fkat 2, 14 High Road", "2", "14", "HIGH ROAD", None, None),
    ("GROUND FLOOR FLAT, 14 HIGH ROAD", "GROUND FLOOR", "14", "HIGH ROAD", None, None),
    ("Ground Floor Flat 14 High Road", "GROUND FLOOR", "14", "HIGH ROAD", None, None),
    ("GFF, 14 HIGH ROAD", "GROUND FLOOR", "14", "HIGH ROAD", None, None),
    ("1st Floor, 14 High Road", "FIRST FLOOR", "14", "HIGH ROAD", None, None),
    ("TOP FLOOR FLAT 14 HIGH ROAD", "TOP", "14", "HIGH ROAD", None, None),
    ("GROUND FLOOR FLAT 2, 14 HIGH ROAD", "2", "14", "HIGH ROAD", None, None),
    ("Basement, 9 King St", "BASEMENT", "9", "KING STREET", None, None),
    ("FLAT ABOVE 14 HIGH ROAD", "ABOVE", "14", "HIGH ROAD", None, None),
    ("Rear of 14 High Road", "REAR", "14", "HIGH ROAD", None, None),
    ("FLAT 2, MAPLE COURT, 14 HIGH ROAD, BARKING", "2", "14", "HIGH ROAD", "BARKING", None),
    ("FLAT 2 MAPLE COURT 14 HIGH ROAD", "2", "14", "HIGH ROAD", None, None),
    ("2 MAPLE COURT, 14 HIGH ROAD, BARKING", "2", "14", "HIGH ROAD", "BARKING", None),
    ("12, Maple House, High Road, Barking", "12", "MAPLE HOUSE", "HIGH ROAD", "BARKING", None),
    ("FLAT 2, MAPLE COURT, BARKING", "2", "MAPLE COURT", None, "BARKING", None),
    ("2 MAPLE COURT, BARKING", None, "2", "MAPLE COURT", "BARKING", None),
    ("ROSE COTTAGE, HIGH ROAD, BARKING", None, "ROSE COTTAGE", "HIGH ROAD", "BARKING", None),
    ("BARKING, 14 HIGH ROAD, FLAT 2", "2", "14", "HIGH ROAD", "BARKING", None),
    ("No. 14 The Avenue", None, "14", "THE AVENUE", None, None),
    ("014 High Road", None, "14", "HIGH ROAD", None, None),
    ("14 ST JOHNS RD", None, "14", "SAINT JOHNS ROAD", None, None),
    ("14 St. John's Road", None, "14", "SAINT JOHNS ROAD", None, None),
    ("14 HIGH ST, ST ALBANS", None, "14", "HIGH STREET", "SAINT ALBANS", None),
    ("14 HIGH ST BARKING", None, "14", "HIGH STREET", "BARKING", None),
    ("14 UPPER ST MARTINS LANE", None, "14", "UPPER SAINT MARTINS LANE", None, None),
    ("14 DR BARNARDO CL", None, "14", "DOCTOR BARNARDO CLOSE", None, None),
    ("14 ALMA DR", None, "14", "ALMA DRIVE", None, None),
    ("14 AVENUE ROAD", None, "14", "AVENUE ROAD", None, None),
    ("14 HIGH ROAD NORTH, EAST HAM", None, "14", "HIGH ROAD NORTH", "EAST HAM", None),
    ("14 PARK LANE", None, "14", "PARK LANE", None, None),
    ("14 Hillside Gdns", None, "14", "HILLSIDE GARDENS", None, None),
    ("C/O JOHN SMITH, 14 HIGH ROAD", None, "14", "HIGH ROAD", None, None),
    ("14 High Road, UK", None, "14", "HIGH ROAD", None, None),
    ("PO BOX 123, BARKING", None, "PO BOX 123", None, "BARKING", None),
    ("14 HIGH ROAD, BARKING, IG11, 8AA", None, "14", "HIGH ROAD", "BARKING", "IG11 8AA"),
    # Other countries.
    ("8, stanley street, miami, winston hills", None, "8", "STANLEY STREET", "MIAMI WINSTON HILLS", None),
    ("7, wallaby place, delmar, cleveland", None, "7", "WALLABY PLACE", "DELMAR CLEVELAND", None),
    ("8203 west farwell avenue", None, "8203", "WEST FARWELL AVENUE", None, None),
    ("5112, 145th st, Anytown", None, "5112", "145TH STREET", "ANYTOWN", None),
    ("4826 N SHADELAND AVE", None, "4826", "N SHADELAND AVENUE", None, None),
    ("unit 405, 12 magnolia park rd", "405", "12", "MAGNOLIA PARK ROAD", None, None),
    ("# 405, 12 magnolia park rd", "405", "12", "MAGNOLIA PARK ROAD", None, None),
    ("Hauptstraße 14, 80331 München", None, "14", "HAUPTSTRASSE", "80331 MUNCHEN", None),
]


@pytest.mark.parametrize(("text", "flat", "number", "street", "locality", "postcode"), ADDRESSES)
def test_an_address_is_taken_apart(text, flat, number, street, locality, postcode):
    found = standard_address(text)
    assert found[1:] == (flat, number, street, locality, postcode)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Flat 2, 14 High Rd., Barking, IG11 8AA", "FLAT 2 14 HIGH ROAD BARKING"),
        ("apartment 2,14  High Road", "FLAT 2 14 HIGH ROAD"),
        ("14B High Rd", "14B HIGH ROAD"),
    ],
)
def test_the_whole_address_has_one_writing_and_no_postcode(text, whole):
    assert standard_address(text).address == whole


@pytest.mark.parametrize(
    "text",
    [None, "", "NFA", "No fixed abode", "NFA - sofa surfing", "OF NO FIXED ABODE", "Address withheld", "Unknown", "-"],
)
def test_no_address_is_none(text):
    assert standard_address(text) == (None,) * 6


def test_a_line_of_another_country_is_not_searched_for_a_british_postcode():
    assert standard_address("14 Rue E1 6AN, Lyon", "FR").postcode is None
