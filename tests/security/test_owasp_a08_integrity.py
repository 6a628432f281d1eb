"""Integrity: files that are not what they say, files that grow, and an audit that somebody has changed."""

import gzip
import io
import shutil
import sqlite3
import zipfile

import pytest

from insighthub.errors import InsightHubError
from insighthub.hub import Hub
from insighthub.sources.archives import inspect_workbook, unpack_gzip
from insighthub.sources.contract import load_contract
from insighthub.sources.landing import land_all
from tests.security.attempts import attempt

_CONTRACT = """[[source]]
name = "things"
path = "{path}"
record_id = "id"
lawful_basis = "public task"
legal_gateway = "a test"
owner = "a@council.example"
[source.person]
family_name = "name"
"""


def _landed(folder, name, content):
    (folder / name).write_bytes(content)
    file = folder / "contract.toml"
    file.write_text(_CONTRACT.format(path=name), encoding="utf-8")
    contract = load_contract(file)
    return land_all(contract, folder, folder / "landing")


@attempt(
    "A08",
    "Deliver a program, a web page or a zip archive under the name of a CSV file",
    "refused: it is not what it says",
)
@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\x00\x03" + b"\x00" * 200,
        b"\x7fELF" + b"\x00" * 200,
        b"<html><script>x</script></html>",
        b"PK\x03\x04 readme.txt",
        b"%PDF-1.7\n",
    ],
)
def test_files_that_are_not_what_they_say(tmp_path, content):
    with pytest.raises(InsightHubError):
        _landed(tmp_path, "things.csv", content)


@attempt("A08", "Deliver a workbook or an archive that unpacks to many times its size", "refused before it is unpacked")
def test_bombs(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"<sheetData>" + b" " * 300_000_000)
    assert len(out.getvalue()) < 1_000_000
    with pytest.raises(InsightHubError):
        inspect_workbook(out.getvalue(), "bomb.xlsx")
    with pytest.raises(InsightHubError):
        unpack_gzip(gzip.compress(b"\0" * 60_000_000), "bomb.csv.gz")


@attempt("A08", "Name entities of other files in a workbook (XXE)", "refused, or read as nothing: no file is opened")
def test_entities(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("the-secret-of-the-machine", encoding="utf-8")
    out = io.BytesIO()
    evil = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]>'
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", f"{evil}<workbook>&e;</workbook>")
        archive.writestr("xl/worksheets/sheet1.xml", f"{evil}<worksheet><sheetData>&e;</sheetData></worksheet>")
    with pytest.raises(InsightHubError) as error:
        _landed(tmp_path, "things.xlsx", out.getvalue())
    assert "the-secret" not in str(error.value)


@attempt("A08", "Alter, drop or move a line of the audit in the database", "verify finds it, and says where")
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit SET who = 'somebody else' WHERE id = 5",
        "UPDATE audit SET outcome = 'allowed' WHERE id = (SELECT min(id) FROM audit WHERE outcome = 'refused')",
        "DELETE FROM audit WHERE id = 5",
        "DELETE FROM audit WHERE id > 5",
        "UPDATE audit SET subject = NULL WHERE id = (SELECT max(id) FROM audit WHERE subject IS NOT NULL)",
    ],
)
def test_an_audit_that_is_changed(remote, callers, marked, tmp_path, change):
    officer = remote("officer")
    for _ in range(6):
        officer.get("/borough")  # refused, and so noted
    senior = callers.app.state.site.desk
    senior.seat(callers.caller("senior_officer").user, "safeguarding").picture(marked[1]["plain"])
    lead = callers.caller("ig_lead").user
    assert callers.app.state.site.desk.oversight(lead).verify() is None
    home = tmp_path / "copy"
    home.mkdir()
    for name in ("policy.toml", "insighthub.toml", "audit.head"):
        if (marked[0] / name).exists():
            shutil.copy(marked[0] / name, home)
    with sqlite3.connect(marked[0] / "state.db") as live, sqlite3.connect(home / "state.db") as copy:
        live.backup(copy)
        assert copy.execute(change).rowcount > 0
        copy.commit()
    live.close()
    copy.close()
    with Hub(home) as hub:
        from insighthub.desk.desk import Desk

        broken = Desk(hub).oversight(lead).verify()
        assert broken is not None
        assert broken.line > 0
