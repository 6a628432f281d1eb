"""An output folder is whole or not there, wherever a run ends."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from insighthub.errors import DataError, RunError
from insighthub.store.output_folder import MANIFEST, check_whole, output_folder

FILES = {"links.parquet": b"links", "model.json": b"{}", "empty.txt": b""}


def write(out, mark=b""):
    with output_folder(out) as folder:
        for name, content in FILES.items():
            (folder / name).write_bytes(content + mark)


def write_half(out):
    with output_folder(out) as folder:
        (folder / "links.parquet").write_bytes(b"half")
        raise ZeroDivisionError


def content(out):
    return {path.name: path.read_bytes() for path in out.iterdir() if path.name != MANIFEST}


def beside(out):
    return {path.name for path in out.parent.iterdir()} - {out.name}


def test_what_was_written_is_there_with_a_list_of_it(tmp_path):
    out = tmp_path / "new" / "out"
    write(out)
    assert content(out) == FILES
    assert {n: e["bytes"] for n, e in check_whole(out)["files"].items()} == {n: len(c) for n, c in FILES.items()}
    assert all(len(entry["sha256"]) == 64 for entry in check_whole(out)["files"].values())
    assert beside(out) == set()


def test_an_earlier_output_is_replaced_as_a_whole(tmp_path):
    out = tmp_path / "out"
    write(out)
    with output_folder(out) as folder:
        (folder / "other.txt").write_bytes(b"other")
        assert content(out) == FILES
    assert content(out) == {"other.txt": b"other"}


def test_an_error_in_the_block_leaves_the_earlier_output_and_is_not_hidden(tmp_path):
    out = tmp_path / "out"
    write(out)
    with pytest.raises(ZeroDivisionError):
        write_half(out)
    assert content(out) == FILES
    assert beside(out) == set()


def test_an_error_in_a_first_run_leaves_nothing(tmp_path):
    out = tmp_path / "out"
    with pytest.raises(ZeroDivisionError):
        write_half(out)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_may_be_written_to(tmp_path):
    write(tmp_path)
    assert content(tmp_path) == FILES


@pytest.mark.parametrize("stranger", ["notes.txt", ".hidden", "landing"])
def test_a_folder_with_anything_else_is_refused(tmp_path, stranger):
    out = tmp_path / "out"
    write(out)
    if stranger == "landing":
        (out / stranger).mkdir()
    else:
        (out / stranger).write_bytes(b"not ours")
    before = {path.name for path in out.iterdir()}
    with pytest.raises(RunError, match="holds files that no run of this program wrote") as refusal:
        write(out, b"new")
    assert refusal.value.file.endswith(stranger)
    assert {path.name for path in out.iterdir()} == before


@pytest.mark.parametrize("manifest", ["", "[]", "{}", '{"files": 3}', '{"files": null}', "\xff"])
def test_a_folder_whose_list_is_not_one_is_refused(tmp_path, manifest):
    out = tmp_path / "out"
    out.mkdir()
    (out / MANIFEST).write_text(manifest, encoding="latin-1")
    (out / "links.parquet").write_bytes(b"someone's")
    with pytest.raises(RunError):
        write(out)
    assert (out / "links.parquet").read_bytes() == b"someone's"
    with pytest.raises(DataError, match="not the output of a finished run"):
        check_whole(out)


@pytest.mark.parametrize("entry", ["9", "null", '{"bytes": 5}', "[]"])
def test_a_list_that_does_not_say_what_the_files_are_is_not_of_a_finished_run(tmp_path, entry):
    (tmp_path / MANIFEST).write_text(f'{{"files": {{"links.parquet": {entry}}}}}', encoding="utf-8")
    (tmp_path / "links.parquet").write_bytes(b"links")
    with pytest.raises(DataError, match="not the output of a finished run"):
        check_whole(tmp_path)


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path):
    out = tmp_path / "out"
    out.write_bytes(b"a file")
    with pytest.raises(RunError, match="there is a file where the output folder should be"):
        write(out)
    assert out.read_bytes() == b"a file"


def test_a_folder_under_a_file_cannot_be_made_and_says_so(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(RunError, match="Check that there is space"):
        write(tmp_path / "file" / "out")


def test_a_second_run_is_refused_while_the_first_writes(tmp_path):
    out = tmp_path / "out"
    with output_folder(out) as folder:
        (folder / "first").write_bytes(b"1")
        with pytest.raises(RunError, match="another run is writing this output folder"):
            write(out)
    assert content(out) == {"first": b"1"}


def test_two_folders_beside_each_other_may_be_written_at_once(tmp_path):
    with output_folder(tmp_path / "one") as folder:
        (folder / "first").write_bytes(b"1")
        write(tmp_path / "two")
    assert content(tmp_path / "one") == {"first": b"1"}
    assert content(tmp_path / "two") == FILES


@pytest.mark.parametrize("harm", ["cut", "longer", "gone", "folder"])
def test_an_output_that_came_to_harm_does_not_look_whole(tmp_path, harm):
    out = tmp_path / "out"
    write(out)
    path = out / "links.parquet"
    if harm == "cut":
        path.write_bytes(b"link")
    elif harm == "longer":
        path.write_bytes(b"links and more")
    else:
        path.unlink()
        if harm == "folder":
            path.mkdir()
    with pytest.raises(DataError, match="missing or cut short") as refusal:
        check_whole(out)
    assert refusal.value.file == str(path)


def test_an_output_with_a_changed_file_does_not_look_whole(tmp_path):
    out = tmp_path / "out"
    write(out)
    (out / "links.parquet").write_bytes(b"LINKS")
    with pytest.raises(DataError, match="was changed after it"):
        check_whole(out)


def test_what_is_not_there_is_not_whole(tmp_path):
    with pytest.raises(DataError, match="not the output of a finished run"):
        check_whole(tmp_path / "nothing")


# Writes an output, and kills itself as it is about to do the n-th thing to the file system.
KILLED = """
import os, signal, sys
from pathlib import Path
from insighthub.store.output_folder import output_folder

CHANGES = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.scandir", "os.listdir", "shutil.rmtree"}
left = int(sys.argv[2])

def hook(event, args):
    global left
    if event in CHANGES:
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(hook)
with output_folder(Path(sys.argv[1])) as folder:
    for name in ("links.parquet", "model.json"):
        (folder / name).write_bytes(b"new")
"""


@pytest.mark.skipif(os.name != "posix", reason="a process is ended by a signal")
@pytest.mark.parametrize("had_output", [False, True])
def test_killed_before_each_step_on_the_disk_the_folder_is_whole_or_not_there(tmp_path, had_output):
    new = {"links.parquet": b"new", "model.json": b"new"}
    allowed = [new, FILES] if had_output else [new]
    ends, seen_gone = [], 0
    for step in range(200):
        home = tmp_path / str(step)
        out = home / "out"
        if had_output:
            write(out)
        command = [sys.executable, "-c", KILLED, str(out), str(step)]
        status = subprocess.run(command, check=False, timeout=60).returncode
        assert status in {0, -signal.SIGKILL}
        if out.exists():
            check_whole(out)
            assert content(out) in allowed
        elif had_output:
            seen_gone += 1  # between two renames
            assert content(home / ".out.previous") == FILES
        ends.append(status)
        with output_folder(out) as folder:  # the next run
            assert out.exists() == had_output or content(out) == new
            (folder / "next").write_bytes(b"next")
        assert content(out) == {"next": b"next"}
        assert beside(out) == set()
        shutil.rmtree(home)
        if status == 0:
            break
    assert ends[-1] == 0
    assert len(ends) > 12
    assert seen_gone <= 1


def test_the_list_of_files_is_json_that_another_program_can_read(tmp_path):
    write(tmp_path / "out")
    listed = json.loads(Path(tmp_path / "out" / MANIFEST).read_text(encoding="utf-8"))
    assert sorted(listed["files"]) == sorted(FILES)
