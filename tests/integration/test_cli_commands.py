"""The command line: what each command does, how it ends, and what it says when something is at fault."""

import re
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rich.console import Console
from typer.testing import CliRunner

import insighthub
from insighthub.accounts.settings import SignInSettings
from insighthub.accounts.sign_in import Needs
from insighthub.cli import app
from insighthub.config import load_settings
from insighthub.console import counts_table
from insighthub.demonstration_users import PERSONAS
from insighthub.desk.desk import Desk
from insighthub.hub import Hub
from insighthub.release_state import release_state
from insighthub.report.counts import SourceCounts
from insighthub.sources.examples import EXAMPLES
from insighthub.store.output_folder import check_whole
from insighthub.store.tables import number

#: Stands in every file of people below, and may stand in no message.
PERSON = "ZEBEDEE"

CONTRACT = """
[[source]]
name = "tenants"
path = "tenants.csv"
record_id = "ref"

[source.person]
given_name = "forename"
family_name = "surname"
date_of_birth = "dob"

[[source]]
name = "library"
path = "library.csv"
record_id = "card"

[source.person]
full_name = "name"
email = "mail"
"""
TENANTS = f"ref,forename,surname,dob\nT1,{PERSON},SMITH,01/02/1980\nT2,ANN,JONES,03/04/1990\n,{PERSON},LOST,\n"
LIBRARY = f"card,name,mail\nL1,{PERSON} SMITH,z@example.org\nL2,Ann Jones,ann@example.org\nL2,Ann Other,\n"
TRUTH = "source,record_id,entity_id\ntenants,T1,e1\ntenants,T2,e2\nlibrary,L1,e1\n"


@pytest.fixture
def cli():
    """Run a command line and give its outcome, having held what is true of every end."""

    def run(*words):
        outcome = CliRunner().invoke(app, [str(word) for word in words])
        assert outcome.exit_code in {0, 1, 2}, outcome.output
        assert outcome.exception is None or isinstance(outcome.exception, SystemExit)
        assert PERSON not in outcome.output.upper()
        assert "Traceback" not in outcome.output
        if outcome.exit_code:
            assert outcome.stderr or words[:1] in {(), ("check",)}
        return outcome

    return run


@pytest.fixture
def trial(tmp_path):
    """Two small files with their contract and truth."""
    texts = {"contract.toml": CONTRACT, "tenants.csv": TENANTS, "library.csv": LIBRARY, "truth.csv": TRUTH}
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("--nonsense",),
        ("link",),
        ("link", "contract.toml"),
        ("link", "--out", "out"),
        ("link", "contract.toml", "--out", "out", "--threads", "-1"),
        ("link", "contract.toml", "--out", "out", "--threads", "many"),
        ("link", "contract.toml", "--out", "out", "--nonsense"),
        ("evaluate", "out"),
        ("sample", "out"),
        ("sample", "out", "--out", "sheet.csv", "--pairs", "0"),
        ("evaluate", "--truth", "truth.csv"),
        ("drift", "out"),
        ("drift", "out", "out", "--nonsense"),
        ("explain", "out"),
        ("explain", "out", "--pair", "a", "1", "b"),
        ("explain", "out", "--cluster", "c0000001", "--record", "a", "1"),
        ("explain", "out", "--record", "a", "1", "--person", "0"),
        ("init",),
        ("check", "--contract"),
        ("demo", "--residents", "499"),
        ("demo", "--residents", "1000001"),
        ("demo", "--seed", "-1"),
    ],
)
def test_wrong_usage_ends_with_2_and_writes_nothing(cli, tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    outcome = cli(*words)
    assert outcome.exit_code == 2
    assert "Error" in outcome.stderr
    assert list(tmp_path.iterdir()) == []


def test_without_a_command_the_help_is_shown(cli):
    assert {"demo", "init", "check", "link", "sample", "evaluate", "drift"} <= set(re.findall(r"\w+", cli().output))


@pytest.mark.parametrize("command", ["demo", "init", "check", "link", "sample", "evaluate", "explain", "drift"])
def test_every_command_has_help(cli, command):
    outcome = cli(command, "--help")
    assert outcome.exit_code == 0
    assert "Usage:" in outcome.stdout


def test_the_version_is_told(cli):
    assert cli("--version").stdout == f"insighthub {insighthub.__version__}\n"


def test_link_writes_its_files_and_says_what_came_of_each_row(cli, trial):
    outcome = cli("link", trial / "contract.toml", "--out", trial / "out")
    assert outcome.exit_code == 0
    names = ("links", "pairs", "against", "unlikely_pairs", "identifiers", "groups", "quarantine")
    tables = {f"{name}.parquet" for name in names}
    assert {path.name for path in (trial / "out").iterdir()} == {*tables, "model.json", "report.html", "run.json"}
    rows = {cells[0]: cells[1:] for cells in table_rows(outcome.stdout)}
    assert rows["tenants"][:3] == ["3", "2", "1"]
    assert rows["library"][:3] == ["3", "2", "1"]
    assert rows["all"][:3] == ["6", "4", "2"]
    assert "4 linked records of" in outcome.stdout
    assert f"Report: {trial / 'out' / 'report.html'}" in outcome.stdout
    assert pq.read_table(trial / "out" / "quarantine.parquet").num_rows == 2
    assert "Reading" in outcome.stderr  # progress goes where it does not get into what is piped on


def table_rows(printed):
    """Return the rows of the tables in a printout, each a list of cells."""
    lines = [line for line in printed.splitlines() if line.startswith("│")]
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in lines]


def test_figures_of_evaluate_are_those_of_link_with_a_truth(cli, trial):
    linked = cli("link", trial / "contract.toml", "--out", trial / "out", "--truth", trial / "truth.csv")
    evaluated = cli("evaluate", trial / "out", "--truth", trial / "truth.csv")
    assert (linked.exit_code, evaluated.exit_code) == (0, 0)
    of_link = [row for row in table_rows(linked.stdout) if row[0].startswith(("pairs of", "records ("))]
    of_evaluate = [row for row in table_rows(evaluated.stdout) if row[0].startswith(("pairs of", "records ("))]
    assert len(of_link) == 2
    assert of_evaluate == of_link
    assert "By pair of sources" in evaluated.stdout
    assert ["library", "tenants", "1"] in [row[:3] for row in table_rows(evaluated.stdout)]


def replaced(old, new):
    def change(trial):
        path = trial / "contract.toml"
        assert old in path.read_text(encoding="utf-8")
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    return change


def written(name, content):
    return lambda trial: (trial / name).write_bytes(content)


def removed(name):
    return lambda trial: (trial / name).unlink()


@pytest.mark.parametrize(
    ("harm", "file", "words"),
    [
        (removed("contract.toml"), "contract.toml", "there is no such contract file"),
        (written("contract.toml", b"[[source"), "contract.toml", "this is not TOML"),
        (written("contract.toml", b"\xff\xfe\x00"), "contract.toml", "cannot be read as text"),
        (written("contract.toml", b""), "contract.toml", "source"),
        (replaced("record_id", "record_ident"), "contract.toml", "record_id"),
        (replaced('name = "library"', 'name = "tenants"'), "contract.toml", "unique"),
        (removed("tenants.csv"), "tenants.csv", ""),
        (written("tenants.csv", b""), "tenants.csv", ""),
        (replaced('"surname"', '"family"'), "tenants.csv", "family"),
        (written("tenants.csv", b"\x00\x01" * 100), "tenants.csv", ""),
        (written("library.csv", b"PK\x03\x04 and no workbook"), "library.csv", ""),
        (removed("truth.csv"), "truth.csv", "there is no such truth file"),
        (written("truth.csv", b"source,record_id\ntenants,T1\n"), "truth.csv", "'entity_id'"),
    ],
)
def test_a_fault_ends_with_1_and_names_the_file_and_the_remedy(cli, trial, harm, file, words):
    harm(trial)
    outcome = cli("link", trial / "contract.toml", "--out", trial / "out", "--truth", trial / "truth.csv")
    assert outcome.exit_code == 1
    message = outcome.stderr[outcome.stderr.index("Error:") :]
    assert file in message
    assert words in message
    assert len(message.split(". ")) > 1, "a remedy follows"
    assert not (trial / "out").exists()
    assert not list(trial.glob(".out*"))


def test_a_truth_of_other_records_is_told_and_the_earlier_output_stays(cli, trial):
    words = ("link", trial / "contract.toml", "--out", trial / "out", "--truth", trial / "truth.csv")
    assert cli(*words).exit_code == 0
    before = (trial / "out" / "run.json").read_bytes()
    (trial / "truth.csv").write_text("source,record_id,entity_id\nelsewhere,X,e\n", encoding="utf-8")
    outcome = cli(*words)
    assert outcome.exit_code == 1
    assert "no record of the truth is in the links" in outcome.stderr
    assert (trial / "out" / "run.json").read_bytes() == before
    check_whole(trial / "out")


@pytest.mark.parametrize("harm", ["missing", "empty folder", "a file", "cut short", "changed"])
def test_evaluate_refuses_what_is_not_the_output_of_a_finished_run(cli, trial, harm):
    out = trial / "out"
    if harm == "empty folder":
        out.mkdir()
    elif harm == "a file":
        out.write_bytes(b"")
    elif harm != "missing":
        assert cli("link", trial / "contract.toml", "--out", out).exit_code == 0
        content = (out / "links.parquet").read_bytes()
        (out / "links.parquet").write_bytes(content[:-1] if harm == "cut short" else b"X" + content[1:])
    outcome = cli("evaluate", out, "--truth", trial / "truth.csv")
    assert outcome.exit_code == 1
    assert str(out) in outcome.stderr
    assert "Run insighthub link again" in outcome.stderr


def test_a_message_that_is_piped_keeps_its_path_whole(cli, trial):
    deep = trial / ("a_long_name_of_a_folder_" * 4) / "contract.toml"
    assert f"Error: {deep}: there is no such contract file" in cli("link", deep, "--out", trial / "out").stderr


def test_check_shows_what_would_be_quarantined_and_why(cli, trial):
    before = sorted(trial.iterdir())
    outcome = cli("check", "--contract", trial / "contract.toml")
    assert outcome.exit_code == 0
    rows = table_rows(outcome.stdout)
    assert ["tenants", "3", "2", "1", "not recorded"] in rows
    assert ["library", "3", "2", "1", "not recorded"] in rows
    assert "Why rows would be quarantined" in outcome.stdout
    assert "tenants.csv row 4" in " ".join(outcome.stdout.split())
    assert sorted(trial.iterdir()) == before


def test_check_ends_with_1_where_a_source_is_at_fault_and_still_shows_the_others(cli, trial):
    (trial / "tenants.csv").unlink()
    outcome = cli("check", "--contract", trial / "contract.toml")
    assert outcome.exit_code == 1
    assert "tenants.csv" in outcome.output
    assert ["library", "3", "2", "1", "not recorded"] in table_rows(outcome.stdout)


def test_init_writes_examples_that_check_reads(cli, tmp_path):
    home = tmp_path / "hub"
    outcome = cli("init", home)
    assert outcome.exit_code == 0
    listed = {line for line in outcome.stdout.splitlines() if line}
    assert listed == {str(path) for path in home.rglob("*") if path.is_file()}
    checked = cli("check", "--home", home)
    assert checked.exit_code == 1  # the examples' extracts are not there yet
    said = " ".join(checked.stdout.split())
    assert said.count("there is no such file") == len(EXAMPLES)
    assert {row[0] for row in table_rows(checked.stdout)} == set(EXAMPLES)


def test_a_hub_with_one_of_its_extracts_checks_well(cli, tmp_path, small_borough, monkeypatch):
    home = tmp_path / "hub"
    assert cli("init", home).exit_code == 0
    for path in (home / "contracts").glob("*.toml"):
        if path.stem != "libraries":
            path.unlink()
    (home / "contracts" / "libraries.tsv").write_bytes((small_borough.folder / "libraries.tsv").read_bytes())
    monkeypatch.setenv("INSIGHTHUB_HOME", str(home))
    outcome = cli("check")
    assert outcome.exit_code == 0, outcome.output
    (row,) = [row for row in table_rows(outcome.stdout) if row[0] == "libraries" and row[1].replace(",", "").isdigit()]
    delivered, landed, quarantined = (int(cell.replace(",", "")) for cell in row[1:4])
    assert delivered == landed + quarantined
    assert delivered >= small_borough.sources["libraries"].records


@pytest.mark.parametrize("there", ["insighthub.toml", "contracts"])
def test_init_overwrites_nothing(cli, tmp_path, there):
    (tmp_path / there).write_text("mine", encoding="utf-8")
    outcome = cli("init", tmp_path)
    assert outcome.exit_code == 1
    assert str(tmp_path) in outcome.stderr
    assert [path.name for path in tmp_path.iterdir()] == [there]


def test_check_of_a_folder_that_is_no_hub_says_what_to_do(cli, tmp_path):
    outcome = cli("check", "--home", tmp_path)
    assert outcome.exit_code == 1
    assert "there is no contract in this hub" in outcome.stderr
    assert "insighthub init" in outcome.stderr


def people_of(home):
    """Count the people of whom the borough's extracts hold a record that can be linked, from its truth."""
    with Hub(home) as hub, hub.release() as db:
        query = """SELECT count(DISTINCT entity_id) FROM membership JOIN read_parquet($truth)
        USING (source, record_id, person)"""
        return number(db, query, {"truth": str(home / "extracts" / "truth.parquet")})


def check_users(home, said):
    """Check that everybody whom the demonstration names can sign in with what it says, once it has said it."""
    with Hub(home) as hub:
        door = Desk(hub).front_door
        known = {role.title for role in hub.policy().role}
        for email, name, role in PERSONAS:
            (line,) = [line for line in said if line.strip().startswith(email)]
            _, password, title = line.split(maxsplit=2)
            done = door.sign_in(email, password)
            assert (done.user.name, done.user.roles) == (name, (role,))
            assert door.needs(door.session(done.token)) is Needs.NOTHING
            known.remove(title)
        assert known == set(), "a role has no user"
        settings = load_settings(home)
        assert SignInSettings().second_factor, "off in the demonstration alone"
        assert not release_state(hub, date.today()).stale
        assert settings.web.stale_after_days > 10_000


def test_demo_links_the_borough_and_shows_figures_and_report(cli, tmp_path):
    home = tmp_path / "demo"
    outcome = cli("demo", "--home", home, "--no-serve", "--no-peer", "--residents", "500", "--seed", "4")
    assert outcome.exit_code == 0
    said = outcome.stdout.splitlines()
    at = said.index(f"Report: {home / 'link' / 'report.html'}")
    assert said[at + 1] == f"Hub: {home}, release r000001"
    assert said[-1] == f"To serve the web app: insighthub serve --home {home}"
    check_users(home, said)
    with Hub(home) as hub:
        assert {item.purpose for item in hub.review.open_items()} == {"measure", "teach", "check"}
    figures = {row[0]: row[1:] for row in table_rows(outcome.stdout)}
    assert figures["residents"][1] == f"{people_of(home):,}"
    assert {"people they are thought to be", "known to 1 service", "households now", "moved"} <= set(figures)
    check_whole(home / "link")
    assert (home / "extracts" / "truth.parquet").is_file()
    (row,) = [row for row in table_rows(outcome.stdout) if row[0].startswith("Insight Hub")]
    precision, recall, f1, _, error = (float(cell) for cell in row[1:])
    assert 0.8 < f1 < 1
    assert f1 == pytest.approx(2 * precision * recall / (precision + recall), abs=2e-4)
    assert error == pytest.approx(1 - f1, abs=1e-4)
    assert re.search(r"from 1\d extracts", outcome.stdout)
    evaluated = cli("evaluate", home / "link", "--truth", home / "extracts" / "truth.parquet")
    (of_evaluate,) = [row for row in table_rows(evaluated.stdout) if row[0] == "pairs of records"]
    assert float(of_evaluate[3].split()[0]) == f1


def test_the_name_of_a_source_is_not_cut_short():
    name = "a_source_whose_name_is_as_long_as_the_contract_lets_it_be_abcde"
    console = Console(width=80, record=True)
    with console.capture() as printed:
        console.print(counts_table([SourceCounts(name, 1_000_000, 1_000_000, {}, 1_000_000, {})]))
    assert "".join(row[0] for row in table_rows(printed.get()) if row[0] != "all").startswith(name)


def test_links_name_every_person_once_and_records_of_two_people_twice(cli, trial):
    joint = f"card,name,mail\nL1,MR {PERSON} & MRS ANN SMITH,\nL2,THE OCCUPIER,\n"
    (trial / "library.csv").write_text(joint, encoding="utf-8")
    assert cli("link", trial / "contract.toml", "--out", trial / "out").exit_code == 0
    links = pq.read_table(trial / "out" / "links.parquet")
    assert links.schema.equals(
        pa.schema(
            [
                pa.field("source", pa.string(), nullable=False),
                pa.field("record_id", pa.string(), nullable=False),
                pa.field("person", pa.int32(), nullable=False),
                pa.field("cluster_id", pa.string()),
            ]
        )
    )
    rows = [(r["record_id"], r["person"], r["cluster_id"] is None) for r in links.to_pylist()]
    assert rows == [("L1", 1, False), ("L1", 2, False), ("L2", 1, True), ("T1", 1, False), ("T2", 1, False)]


def test_a_sample_is_drawn_judged_and_evaluated(cli, few_extracts, small_borough, tmp_path):
    out = tmp_path / "out"
    assert cli("link", few_extracts, "--out", out, "--no-report").exit_code == 0
    drawn = cli("sample", out, "--out", tmp_path / "sheet.csv", "--pairs", 60)
    assert "60 pairs" in drawn.stdout
    sheet = (tmp_path / "sheet.csv").read_text(encoding="utf-8")
    assert len(sheet.splitlines()) == 61
    again = cli("sample", out, "--out", tmp_path / "sheet.csv")
    assert again.exit_code == 1
    assert "may hold labels" in again.stderr
    assert "no label stands on a pair" in cli("evaluate", out, "--labels", tmp_path / "sheet.csv").stderr
    (tmp_path / "filled.csv").write_text(sheet.replace(',"","s', ',"match","s'), encoding="utf-8")
    found = cli("evaluate", out, "--labels", tmp_path / "filled.csv", "--truth", small_borough.truth)
    assert found.exit_code == 0
    assert "estimated from 60 labels" in " ".join(found.stdout.split())
    assert "against the truth" in found.stdout


def test_labels_that_teach_are_learned_from(cli, few_extracts, tmp_path):
    out = tmp_path / "out"
    cli("link", few_extracts, "--out", out, "--no-report")
    assert cli("sample", out, "--out", tmp_path / "teach.csv", "--pairs", 30, "--teach").exit_code == 0
    sheet = (tmp_path / "teach.csv").read_text(encoding="utf-8")
    (tmp_path / "filled.csv").write_text(sheet.replace(',"","","",""', ',"match","","",""'), encoding="utf-8")
    learned = cli("link", few_extracts, "--out", out, "--labels", tmp_path / "filled.csv", "--no-report")
    assert re.search(r"\d+ labels were learned from", learned.stdout)


def test_decisions_hold_and_contradictions_name_the_records(cli, trial):
    head = "source_l,record_id_l,source_r,record_id_r,decision\n"
    (trial / "decisions.csv").write_text(f"{head}tenants,T1,library,L1,cannot_link\n", encoding="utf-8")
    words = ("link", trial / "contract.toml", "--out", trial / "out", "--decisions", trial / "decisions.csv")
    assert cli(*words).exit_code == 0
    rows = pq.read_table(trial / "out" / "links.parquet").to_pylist()
    cluster = {row["record_id"]: row["cluster_id"] for row in rows}
    assert cluster["T1"] != cluster["L1"]
    with (trial / "decisions.csv").open("a", encoding="utf-8") as handle:
        handle.write("tenants,T1,library,L1,must_link\n")
    refused = cli(*words)
    assert refused.exit_code == 1
    assert "'T1' of 'tenants'" in refused.stderr
    assert "'L1' of 'library'" in refused.stderr
