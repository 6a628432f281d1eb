import pytest

from insighthub.web.session import local_path


@pytest.mark.parametrize(
    ("asked", "goes"),
    [
        (None, "/"),
        ("", "/"),
        ("/residents/R7K2M9QX4TF", "/residents/R7K2M9QX4TF"),
        ("/find?q=agnes", "/find"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/sign-in", "/"),
        ("/sign-out", "/"),
        ("/api/v1/release", "/"),
        ("/a\r\nSet-Cookie: x", "/"),
    ],
)
def test_signing_in_leads_to_pages_of_this_app_alone(asked, goes):
    assert local_path(asked) == goes
