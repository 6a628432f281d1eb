import pytest

from insighthub.config import load_settings
from insighthub.errors import ContractError


def settings(tmp_path, text):
    (tmp_path / "insighthub.toml").write_text(f"[web]\n{text}\n", encoding="utf-8")
    return load_settings(tmp_path).web


def test_a_council_sets_its_name_and_colours(tmp_path):
    found = settings(tmp_path, 'council = " Barking "\ncolour = "#4B1D7C"')
    assert (found.council, found.colour, found.text_colour) == ("Barking", "#4B1D7C", "#ffffff")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('colour = "#ffdd00"', "cannot be read"),
        ('colour = "#ffdd00"\ntext_colour = "#000000"', "cannot be made out on white"),
        ('colour = "#00703c"\ntext_colour = "#000000"', "cannot be read"),
        ('colour = "red"', "pattern"),
        ('colour = "#00703c;}"', "pattern"),
        ('council = ""', "at least 1 character"),
        ("requests_per_minute = 0", "greater than or equal to 1"),
        ('color = "#00703c"', "extra"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(tmp_path, text, said):
    with pytest.raises(ContractError, match=said):
        settings(tmp_path, text)
