"""CSV as councils' systems write it: encodings, delimiters, headers that stand low, rows that are no records."""

import pytest

from insighthub.errors import DataError

PLAIN = "id,name,postcode\n1,Ann Lee,IG11 8AA\n2,Zo\u00eb Kov\u00e1cs,RM10 7XX\n"
BOTH = [("1", "Ann Lee", "IG11 8AA"), ("2", "Zo\u00eb Kov\u00e1cs", "RM10 7XX")]


@pytest.mark.parametrize(
    ("codec", "label"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8 with a byte order mark"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16"),
        ("utf-16-be", "utf-16"),
        ("utf-32", "utf-32"),
        ("windows-1252", "windows-1252"),
    ],
)
def test_the_encoding_is_found(desk, rows, codec, label):
    delivery = desk.land_csv(PLAIN.encode(codec))
    assert rows(delivery.path, "id", "name", "postcode") == BOTH
    assert delivery.encoding == label


def test_windows_1252_and_utf_8_in_one_delivery_are_each_read_right(desk, rows):
    text = b"id,name,postcode\n" + "1,Zo\u00eb,A\n".encode() + "2,Jos\u00e9 \u2018Pepe\u2019,B\n".encode("cp1252")
    delivery = desk.land_csv(text + "3,Ren\u00e9e \u20ac,C\n".encode())
    assert [name for (name,) in rows(delivery.path, "name")] == [
        "Zo\u00eb",
        "Jos\u00e9 \u2018Pepe\u2019",
        "Ren\u00e9e \u20ac",
    ]
    assert delivery.encoding == "utf-8 and windows-1252 mixed"


def test_a_declared_encoding_is_believed(desk, rows):
    delivery = desk.land_csv(
        "id,name,postcode\n1,\u0141ukasz \u017b\u00f3\u0142w,A\n".encode("cp1250"), encoding="cp1250"
    )
    assert rows(delivery.path, "name") == [("\u0141ukasz \u017b\u00f3\u0142w",)]


def test_a_byte_order_mark_overrules_a_declared_encoding_with_a_warning(desk, rows):
    delivery = desk.land_csv(PLAIN.encode("utf-16"), encoding="utf-8")
    assert rows(delivery.path, "id", "name", "postcode") == BOTH
    assert "byte order mark" in delivery.warnings[0]


def test_bytes_that_are_no_text_put_only_their_row_aside(desk, aside):
    delivery = desk.land_csv(b"id,name,postcode\n1,Ann,A\n2,B\x81b,B\n3,\xed\xa0\x80,C\n4,Cy,D\n")
    assert aside(delivery) == [
        (3, "name", "control characters or bytes that are not text"),
        (4, "name", "control characters or bytes that are not text"),
    ]
    assert delivery.landed == 2


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(desk, rows, delimiter):
    delivery = desk.land_csv(PLAIN.replace(",", delimiter))
    assert rows(delivery.path, "id", "name", "postcode") == BOTH
    assert delivery.delimiter == delimiter


@pytest.mark.parametrize("delimiter", ["^", "\u00ac", "~"])
def test_an_unusual_delimiter_can_be_declared(desk, rows, delimiter):
    delivery = desk.land_csv(PLAIN.replace(",", delimiter), delimiter=delimiter)
    assert rows(delivery.path, "id", "name", "postcode") == BOTH


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_is_read(desk, rows, end):
    delivery = desk.land_csv(PLAIN.replace("\n", end))
    assert rows(delivery.path, "id", "name", "_row") == [("1", "Ann Lee", 2), ("2", "Zo\u00eb Kov\u00e1cs", 3)]


@pytest.mark.parametrize(
    "above", ["Tenants report\n", "Report, run on 5 March\n\n\n", "sep=,\n", "x\n" * 20, "\n" * 20]
)
def test_the_header_is_found_further_down(desk, rows, above):
    delivery = desk.land_csv(above + PLAIN)
    assert rows(delivery.path, "id", "name", "postcode") == BOTH
    assert delivery.header_row == above.count("\n") + 1
    assert rows(delivery.path, "_row") == [(delivery.header_row + 1,), (delivery.header_row + 2,)]
    assert delivery.delivered == 2


def test_a_declared_header_row_is_believed(desk, rows):
    delivery = desk.land_csv("id,name,postcode\nid,name,postcode\n1,A,B\n", header_row=2)
    assert rows(delivery.path, "id", "_row") == [("1", 3)]


def test_a_header_cell_may_hold_a_line_end(desk, rows):
    delivery = desk.land_csv('id,"full\nname",postcode\n1,Ann,A\n', person={"full_name": "full name"})
    assert rows(delivery.path, "id", "full name", "_row") == [("1", "Ann", 3)]


def test_column_names_match_whatever_their_case_and_spacing_with_a_warning(desk, rows):
    delivery = desk.land_csv(
        "\ufeff ID ,Full  Name,Post-Code\n1,Ann,A\n", person={"full_name": "full_name", "postcode": "post code"}
    )
    assert rows(delivery.path, "id", "full_name", "post code") == [("1", "Ann", "A")]
    assert sum("is how the contract spells it" in w for w in delivery.warnings) == 3


def test_columns_that_the_contract_does_not_name_are_landed_under_names_of_their_own(desk, rows):
    delivery = desk.land_csv("id,name,postcode,note,note,,_row,\n1,Ann,A,x,y,z,w,\n")
    assert delivery.columns == ("id", "name", "postcode", "note", "note_2", "column_6", "_row_2")
    assert rows(delivery.path)[0] == ("1", "Ann", "A", "x", "y", "z", "w", "tenants.csv", 2)


def test_a_missing_column_is_named_with_the_setting_and_a_near_name(desk):
    with pytest.raises(DataError) as caught:
        desk.land_csv("title\nid,full_name,postcodes\n1,Ann,A\n")
    assert (caught.value.file, caught.value.row, caught.value.column) == ("tenants.csv", 2, "name")
    assert "'full_name' for 'name'" in caught.value.remedy
    assert "'postcodes' for 'postcode'" in caught.value.remedy
    assert "person.full_name" in caught.value.remedy


def test_a_file_without_a_header_is_refused_without_quoting_a_person(desk):
    with pytest.raises(DataError) as caught:
        desk.land_csv("1,Ann Lee,IG11 8AA\n2,Bob Roe,RM10 7XX\n")
    assert "header" in caught.value.what
    assert "Lee" not in str(caught.value)


def test_two_columns_of_the_name_that_the_contract_wants_are_refused(desk):
    with pytest.raises(DataError) as caught:
        desk.land_csv("id,name,name,postcode\n1,Ann,Bob,A\n")
    assert caught.value.column == "name"


def test_ragged_rows_are_put_aside_and_the_others_landed(desk, aside, rows):
    delivery = desk.land_csv("id,name,postcode\n1,Ann,A\n2,Bob\n3,Cy,B,x,y\n4,Di,C,,\n5,Ed,D\n6,F")
    assert aside(delivery) == [(3, None, "too few fields"), (4, None, "too many fields"), (7, None, "too few fields")]
    assert rows(delivery.path, "id") == [("1",), ("4",), ("5",)]
    assert rows(delivery.quarantine, "raw")[0] == ("2,Bob",)


@pytest.mark.parametrize(
    "last",
    [
        "Total,,2\n",
        "Total: 2 records\n",
        '"TOTAL",2,\n',
        "Grand total,2\n",
        "2 rows selected.\n",
        "(2 rows affected)\n",
        "Total,,2\n\n\n,,\n",
        "Number of records,2\n",
        "*** End of report ***\n",
    ],
)
def test_a_totals_row_at_the_end_is_found(desk, aside, last):
    delivery = desk.land_csv(PLAIN + last)
    assert aside(delivery) == [(4, None, "totals row")]
    assert (delivery.delivered, delivery.landed) == (3, 2)


def test_a_totals_row_is_found_in_its_own_words_where_the_contract_says_so(desk, aside):
    delivery = desk.land_csv(PLAIN + "Summe,alle,zwei\n", totals_row="summe")
    assert aside(delivery) == [(4, None, "totals row")]


def test_a_person_or_firm_whose_name_begins_like_a_total_is_landed(desk):
    assert desk.land_csv("id,name,postcode\n1,Total Gas Ltd,A\nT2,Count Smith,B\nTOTALE9,Ann,C\n").quarantined == 0


def test_totals_are_looked_for_at_the_end_only(desk, aside):
    body = "".join(f"{n},Ann,A\n" for n in range(30))
    assert aside(desk.land_csv(f"id,name,postcode\nTotal,5\n{body}")) == [(2, None, "too few fields")]


def test_a_quoted_field_may_hold_delimiters_quotes_and_line_ends(desk, rows):
    delivery = desk.land_csv('id,name,postcode\n1,"Lee, ""Annie""\r\nAnn",A\n2,Bob,B\n')
    assert rows(delivery.path, "id", "name", "_row") == [("1", 'Lee, "Annie"\nAnn', 2), ("2", "Bob", 4)]


def test_a_stray_quote_puts_only_its_own_line_aside(desk, aside, rows):
    lines = "".join(f'{n},"Ann",A\n' for n in range(3, 300))
    delivery = desk.land_csv(f'id,name,postcode\n1,"Ann,A\n2,"Bob",B\n{lines}300,"Cy,C')
    assert aside(delivery) == [(2, None, "unclosed quote"), (301, None, "unclosed quote")]
    assert delivery.landed == 298


def test_quotes_within_a_field_are_text(desk, rows):
    delivery = desk.land_csv('id,name,postcode\n1,Ann "Nan" Lee,A\n2,"Bob" Roe,B\n')
    assert rows(delivery.path, "name") == [('Ann "Nan" Lee',), ("Bob Roe",)]


def test_rows_with_nul_bytes_are_put_aside(desk, aside):
    delivery = desk.land_csv(b"id,name,postcode\n1,An\0n,A\n2,Bob,B\n\0\0\0\n")
    assert aside(delivery) == [
        (2, "name", "control characters or bytes that are not text"),
        (4, None, "too few fields"),
    ]


def test_a_line_of_ten_megabytes_is_put_aside_and_only_its_start_is_kept(desk, aside, rows):
    delivery = desk.land_csv(f"id,name,postcode\n1,{'a' * 10_000_000},A\n2,Bob,B\n{'b' * 10_000_000}\n")
    assert aside(delivery) == [(2, "name", "text too long"), (4, None, "too few fields")]
    assert all(len(raw) <= 500 for (raw,) in rows(delivery.quarantine, "raw"))


def test_a_repeated_header_is_put_aside(desk, aside):
    assert aside(desk.land_csv(PLAIN + "id,name,postcode\n3,Cy,C\n")) == [(4, None, "header repeated")]


def test_a_row_without_its_id_is_put_aside(desk, aside):
    assert aside(desk.land_csv(PLAIN + " ,Cy,C\n3,Di,D\n")) == [(4, "id", "record id missing")]


def test_values_are_trimmed_and_blank_ones_are_null(desk, rows):
    delivery = desk.land_csv("id,name,postcode\n 1\u00a0,\tAnn  Lee ,   \n2,NULL,\n")
    assert rows(delivery.path, "id", "name", "postcode") == [("1", "Ann  Lee", None), ("2", "NULL", None)]


def test_a_record_id_in_scientific_notation_stays_as_it_was_found(desk, rows):
    delivery = desk.land_csv("id,name,postcode,uprn\n1,Ann,A,1.00021E+11\n")
    assert rows(delivery.path, "uprn") == [("1.00021E+11",)]


@pytest.mark.parametrize("content", ["", "\n\n\n", "\ufeff", "   \n", "\x00" * 500])
def test_an_empty_file_is_refused(desk, content):
    with pytest.raises(DataError, match="empty"):
        desk.land_csv(content)


def test_a_header_without_rows_is_refused(desk):
    with pytest.raises(DataError, match="no row below"):
        desk.land_csv("id,name,postcode\n\n,,\n")


def test_lost_characters_are_counted_in_a_warning(desk):
    assert "lost" in desk.land_csv("id,name,postcode\n1,Zo\ufffd,A\n").warnings[0]
