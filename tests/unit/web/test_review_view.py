"""How two records are written side by side: values as people read them, and what differs in words and marks."""

import pytest

from insighthub.desk.review import Wanted
from insighthub.review.fields import side_by_side
from insighthub.web.review_view import Filter, compared, filter_of


def row(name, left, right, **options):
    return compared(side_by_side({name: left}, {name: right}, **options))[0]


def marks(side):
    return [text for text, differs in side if differs]


def text(side):
    return "".join(part for part, _ in side)


@pytest.mark.parametrize(
    ("name", "left", "right", "texts", "marked", "said", "detail"),
    [
        ("given_name", "MOHAMMED", "MOHAMED", ("Mohammed", "Mohamed"), (["m"], []), "Near", "1 character"),
        ("family_name", "O'NEILL", "O'NEAL", ("O’Neill", "O’Neal"), (["il"], ["a"]), "Differs", ""),
        ("family_name", "SMITH", "SMITH", ("Smith", "Smith"), ([], []), "Same", ""),
        ("family_name", "SMITH", None, ("Smith", ""), ([], []), "One missing", ""),
        ("date_of_birth", "1985-03-27", "1985-05-27", ("27 March 1985", "27 May 1985"), (["March"], ["May"]), "Near",
         "the month"),
        ("date_of_birth", "1985-03-27", "1991-11-02", ("27 March 1985", "2 November 1991"),
         (["27", "March", "1985"], ["2", "November", "1991"]), "Differs", ""),
        ("sex", "F", "M", ("Female", "Male"), (["Fem", "e"], ["M", "e"]), "Differs", ""),
        ("postcode", "IG1 1AA", "IG1 1AB", ("IG1 1AA", "IG1 1AB"), (["A"], ["B"]), "Near", "1 character"),
        ("house_number", "27", "9", ("27", "9"), (["27"], ["9"]), "Differs", ""),
    ],
)  # fmt: skip
def test_values_are_read_as_people_write_them_and_marked_where_they_differ(
    name, left, right, texts, marked, said, detail
):
    found = row(name, left, right)
    assert (text(found.left), text(found.right)) == texts
    assert (found.verdict, found.detail) == (said, detail)
    if name != "sex":
        assert (marks(found.left), marks(found.right)) == marked
    else:
        assert marks(found.left)
        assert marks(found.right)


def test_telephone_numbers_are_read_as_they_are_dialled():
    found = row("mobile", "+447911123456", "+447911123465")
    assert (text(found.left), text(found.right)) == ("07911 123456", "07911 123465")
    assert marks(found.left)
    assert found.verdict == "Near"


def test_of_what_is_hidden_only_the_verdict_is_told():
    found = row("nhs_number", "9434765919", "9434765870", hide={"nhs_number"})
    assert found.hidden
    assert (found.left, found.right, found.detail) == ((), (), "")
    assert found.verdict in ("Near", "Differs")


@pytest.mark.parametrize(
    ("sort", "sources", "wanted", "href"),
    [
        ("", "", Wanted(), "/review"),
        ("measure", "", Wanted(purpose="measure", status="open"), "/review?sort=measure"),
        ("third", "a~b", Wanted(status="third", sources=("a", "b")), "/review?sort=third&sources=a~b"),
        ("nonsense", "<script>", Wanted(), "/review"),
        ("", "a", Wanted(), "/review"),
    ],
)
def test_a_filter_keeps_what_it_knows(sort, sources, wanted, href):
    found = filter_of(sort, sources)
    assert found.wanted == wanted
    assert found.href("/review") == href
    assert isinstance(found, Filter)
