"""Notes keep what people say, and nothing of what it is about."""

import pytest

from insighthub.corrections.notes import without_values

VALUES = ["2 NEW ROAD, IG11 9BB", "1980-03-05"]


@pytest.mark.parametrize(
    ("note", "kept"),
    [
        ("moved to 2 New Road", "moved to [left out]"),
        ("now at 2 new road, IG11 9BB.", "now at [left out]."),
        ("born 05/03/1980, seen", "born [left out], seen"),
        ("born 5 March 1980", "born [left out]"),
        ("born 1980-03-05", "born [left out]"),
        ("telephoned on 6 April 2026, agreed", "telephoned on 6 April 2026, agreed"),
        ("a renewed road map", "a renewed road map"),
    ],
)
def test_values_of_the_case_are_left_out_however_they_are_written(note, kept):
    assert without_values(note, VALUES) == kept
