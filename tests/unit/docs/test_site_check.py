from scripts.check_site import check_markdown, check_site

PAGE = "<html><head>{head}</head><body><h1 id='top'>Title</h1>{body}</body></html>"


def write(folder, name, *, head="", body=""):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PAGE.format(head=head, body=body), encoding="utf-8")


def test_a_sound_site_has_no_faults(tmp_path):
    write(tmp_path, "index.html", head="<link href='style.css'>", body="<a href='how/to.html#top'>to</a>")
    write(tmp_path, "how/to.html", body="<a href='../index.html'>back</a><a href='https://example.org/'>away</a>")
    (tmp_path / "style.css").touch()
    assert check_site(tmp_path) == []


def test_a_link_to_nowhere_is_a_fault(tmp_path):
    write(tmp_path, "index.html", body="<a href='gone.html'>gone</a>")
    assert check_site(tmp_path) == ["index.html: there is no gone.html"]


def test_a_link_to_a_heading_that_is_not_there_is_a_fault(tmp_path):
    write(tmp_path, "index.html", body="<a href='#bottom'>down</a>")
    assert check_site(tmp_path) == ["index.html: there is no heading #bottom"]


def test_what_is_loaded_from_another_host_is_a_fault(tmp_path):
    write(tmp_path, "index.html", head="<script src='//cdn.example.org/x.js'></script>")
    assert check_site(tmp_path) == ["index.html: loads //cdn.example.org/x.js"]


def test_an_id_given_twice_is_a_fault(tmp_path):
    write(tmp_path, "index.html", body="<p id='top'>again</p>")
    assert check_site(tmp_path) == ["index.html: the id 'top' is given twice"]


def test_an_empty_site_is_a_fault(tmp_path):
    assert check_site(tmp_path) == [f"{tmp_path}: there is no page"]


def test_markdown_links_lead_to_files(tmp_path):
    page = tmp_path / "README.md"
    (tmp_path / "here.md").touch()
    page.write_text("[a](here.md#part) [b](gone.md) [c](https://example.org) [d](#part)", encoding="utf-8")
    assert check_markdown([page]) == ["README.md: there is no gone.md"]
