"""The command line: one command a stage, and the whole run.

Exit status: 0 done; 1 the data, the contract or the place is at fault, and the message says which file, row and
column and what to do; 2 wrong usage; 3, of ``insighthub drift --alarm`` alone, a change calls for action.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import insighthub
from insighthub import (
    access_commands,
    checks,
    console,
    correction_commands,
    evaluation_tables,
    hub_commands,
    measure_commands,
    person_commands,
    population_commands,
    review_commands,
    rights_commands,
    serve_commands,
    vulnerability_commands,
)
from insighthub.desk.command_line import CommandLine
from insighthub.drift.compare import compare_runs, summary, write_drift
from insighthub.drift.finding import WORDS
from insighthub.exports import ExportKind, ModelForm, export_model, export_records, export_table
from insighthub.governance.policy import POLICY, default_policy_text
from insighthub.hub import Hub
from insighthub.linkage.explain import ClusterExplanation, PairExplanation
from insighthub.linkage.labels.run_folder import (
    StratumCount,
    evaluate_labels,
    sample_sheet,
    teaching_sheet,
    write_sheet,
)
from insighthub.linkage.opened import open_linkage
from insighthub.linkage.settings import LinkSettings
from insighthub.pipeline import Engine, evaluate_folder, run_link, write_evaluation
from insighthub.report.explanation_page import write_explanation
from insighthub.sources.checking import CheckReport
from insighthub.sources.checking import check as check_sources
from insighthub.sources.contract import load_contract
from insighthub.sources.home import HomeContract, load_home, write_examples
from insighthub.store.output_folder import check_whole

app = typer.Typer(
    name="insighthub",
    help="Link a council's people-based data sets into one index of residents.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

Home = hub_commands.Home
app.command("run")(hub_commands.run)
app.command("history")(hub_commands.history)
app.command("find")(person_commands.find)
app.command("picture")(person_commands.picture)
app.command("serve")(serve_commands.serve)
app.command("quality")(measure_commands.quality)
app.add_typer(measure_commands.measures_app, name="measures")
app.add_typer(population_commands.population_app, name="population")
app.add_typer(hub_commands.releases_app, name="releases")
app.add_typer(hub_commands.decide_app, name="decide")
app.command("policy")(access_commands.policy)
app.add_typer(access_commands.users_app, name="users")
app.add_typer(access_commands.audit_app, name="audit")
app.command("sar")(rights_commands.sar)
app.command("papers")(rights_commands.papers)
app.add_typer(rights_commands.retention_app, name="retention")
app.add_typer(correction_commands.corrections_app, name="corrections")
app.add_typer(review_commands.review_app, name="review")
app.add_typer(vulnerability_commands.vulnerability_app, name="vulnerability")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"insighthub {insighthub.__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Link a council's people-based data sets into one index of residents."""


@app.command()
def demo(
    home: Home = Path("demo-hub"),
    *,
    residents: Annotated[
        int, typer.Option(min=500, max=1_000_000, help="Residents of the fictional borough.")
    ] = 20_000,
    seed: Annotated[int, typer.Option(min=0, help="Another seed makes another borough.")] = 1,
    peer: Annotated[bool, typer.Option(help="Run Splink beside, if it is installed.")] = True,
    serve: Annotated[bool, typer.Option(help="Serve the web app afterwards, until it is stopped.")] = True,
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="The port to serve it on; 0 for one that is free.")
    ] = 8000,
) -> None:
    """Build the fictional borough, run its hub, hold it against the truth, and serve it to a user for each persona."""
    from insighthub import demonstration  # the borough's names take a while to load, and only this command needs them

    with console.user_errors(), console.Bars() as bars:
        outcome = demonstration.run(home, residents=residents, seed=seed, peer=peer, progress=bars)
    for table in demonstration.tables(outcome):
        console.out.print(table)
    for line in demonstration.closing(outcome, serve=serve):
        console.out.print(line, highlight=False, markup=False, soft_wrap=True)
    if serve:
        serve_commands.serve(home, host="127.0.0.1", port=port, proxy=None)


@app.command()
def init(directory: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder.")]) -> None:
    """Write a new hub: a policy to begin with, and a commented example contract for every usual data set."""
    with console.user_errors():
        for path in write_examples(directory, {POLICY: default_policy_text()}):
            console.out.print(str(path), highlight=False, markup=False, soft_wrap=True)


@app.command()
def check(
    home: Home = Path(),
    contract: Annotated[Path | None, typer.Option(help="A contract file, instead of the hub's contracts.")] = None,
) -> None:
    """Hold the contracts against the extracts: what would be quarantined, and why. Writes nothing."""
    with console.user_errors():
        held = [HomeContract(contract, load_contract(contract))] if contract else load_home(home)
        with console.Bars() as bars:
            found = [check_sources(c.contract, c.base, bars) for c in held]
        report = CheckReport(tuple(source for part in found for source in part.sources))
        for part in checks.lay_out(report):
            console.out.print(part, highlight=False)
        if not report.ok:
            raise typer.Exit(1)


@app.command()
def link(
    contract: Annotated[Path, typer.Argument(metavar="CONTRACT.toml", help="The contract file.")],
    *,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder to write.")],
    truth: Annotated[
        Path | None, typer.Option(help="A truth file, to say in the report how good the links are.")
    ] = None,
    decisions: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Pairs decided to be one person or two, which the links keep to."),
    ] = None,
    labels: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What people say of some pairs, for the model to learn from.")
    ] = None,
    report: Annotated[bool, typer.Option(help="Write report.html.")] = True,
    threads: Annotated[int, typer.Option(min=0, help="Threads to use; 0 for all processors.")] = 0,
    model: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A model to use as it is, instead of learning one: the model.json of an earlier run, or settings "
            "that Splink 5 saved.",
        ),
    ] = None,
    engine: Annotated[
        Engine,
        typer.Option(metavar="ENGINE", help="Where pairs are compared: duckdb, this machine; spark, Apache Spark."),
    ] = Engine.DUCKDB,
    timings: Annotated[
        bool, typer.Option("--timings", help="Print the time of each stage beside the least that its work needs.")
    ] = False,
) -> None:
    """Link any set of files: clusters, pairs, the model and a report."""
    if timings and engine is Engine.SPARK:
        raise typer.BadParameter("the least that the work needs is known of one machine only", param_hint="--timings")
    with console.user_errors(), console.Bars() as bars:
        run = run_link(
            contract,
            out,
            truth=truth,
            report=report,
            settings=LinkSettings(threads=threads),
            decisions=decisions,
            labels=labels,
            model=model,
            progress=bars,
            account=timings,
            engine=engine,
        )
    console.out.print(console.counts_table(run.counts))
    clusters = run.result.links["cluster_id"]
    people = len(clusters.drop_null().unique())
    linked = len(clusters) - clusters.null_count
    console.out.print(f"{linked:,} linked records of {people:,} people", highlight=False)
    if model is not None:
        console.out.print(f"Weighed by the model in {model}", highlight=False, markup=False, soft_wrap=True)
    for line in console.taught_notes(run.result.taught, run.result.threshold):
        console.out.print(line, highlight=False, soft_wrap=True)
    if run.evaluation is not None:
        console.out.print(console.scores_table(run.evaluation))
        for line in evaluation_tables.in_short(run.evaluation):
            console.out.print(line, highlight=False, markup=False, soft_wrap=True)
    if timings:
        console.out.print(console.timings_table(run.result))
    console.out.print(console.time_line(run.result.seconds), highlight=False, soft_wrap=True)
    where = out / "report.html" if report else out
    console.out.print(f"{'Report' if report else 'Written to'}: {where}", highlight=False, markup=False, soft_wrap=True)


@app.command()
def sample(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The output folder of insighthub link.")],
    *,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The CSV sheet to write; it must be new.")],
    pairs: Annotated[int, typer.Option(min=1, max=100_000, help="How many pairs people will judge.")] = 300,
    seed: Annotated[int, typer.Option(min=0, help="Another seed draws other pairs.")] = 1,
    teach: Annotated[
        bool, typer.Option("--teach", help="Choose the pairs whose labels teach most; they can measure nothing.")
    ] = False,
) -> None:
    """Draw pairs of records for people to judge, so that evaluate can say how good the links are."""
    strata: tuple[StratumCount, ...] = ()
    with console.user_errors():
        check_whole(directory)
        if teach:
            table = teaching_sheet(directory, pairs)
        else:
            table, strata = sample_sheet(directory, pairs, seed=seed)
        write_sheet(table, out)
    if strata:
        console.out.print(console.strata_table(strata))
    console.out.print(f"{table.num_rows:,} pairs: {out}", highlight=False, markup=False, soft_wrap=True)


@app.command()
def evaluate(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The output folder of insighthub link.")],
    *,
    truth: Annotated[
        Path | None, typer.Option("--truth", metavar="FILE", help="Which person each record is really of.")
    ] = None,
    labels: Annotated[
        Path | None, typer.Option("--labels", metavar="FILE", help="A sheet of insighthub sample, filled in.")
    ] = None,
    contract: Annotated[
        Path | None,
        typer.Option(help="The contract that was linked, to read names again and compare by their form too."),
    ] = None,
    json: Annotated[
        Path | None, typer.Option("--json", help="Write every figure that the truth gives to this file too.")
    ] = None,
) -> None:
    """Hold links against a truth, or against labels: how good they are, and for whom they are worse."""
    if truth is None and labels is None:
        raise typer.BadParameter("give --truth, or --labels, or both")
    if truth is None and (contract or json):
        raise typer.BadParameter("--contract and --json need --truth")
    with console.user_errors():
        check_whole(directory)
        evaluation = evaluate_folder(directory, truth, contract=contract) if truth is not None else None
        if json is not None and evaluation is not None:
            write_evaluation(json, evaluation)
        labelled = evaluate_labels(directory, labels) if labels is not None else None
    if evaluation is not None:
        console.out.print(console.scores_table(evaluation))
        console.out.print(console.by_source_table(evaluation))
        for part in evaluation_tables.lay_out(evaluation):
            console.out.print(part, highlight=False)
    if labelled is not None:
        console.out.print(console.labels_table(labelled))
        for line in console.labels_notes(labelled):
            console.out.print(line, highlight=False, soft_wrap=True)


@app.command()
def drift(
    before: Annotated[Path, typer.Argument(metavar="DIR_BEFORE", help="The output folder of the earlier run.")],
    after: Annotated[Path, typer.Argument(metavar="DIR_AFTER", help="The output folder of the later run.")],
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE.html", help="Write the drift report here.")] = None,
    alarm: Annotated[
        bool, typer.Option("--alarm", help="End with exit status 3 where a change calls for action.")
    ] = False,
) -> None:
    """Say what changed between two runs, worst first: error rates, links, sources, weights and what was learned."""
    with console.user_errors():
        found = compare_runs(before, after)
        if out is not None:
            write_drift(out, found)
    console.out.print(f"{summary(found.findings)}.", highlight=False, soft_wrap=True)
    for finding in found.findings:
        line = f"{WORDS[finding.severity]}: {finding.sentence}"
        console.out.print(line, highlight=False, markup=False, soft_wrap=True)
    if out is not None:
        console.out.print(f"Report: {out}", highlight=False, markup=False, soft_wrap=True)
    if alarm and found.calls_for_action:
        raise typer.Exit(3)


@app.command()
def explain(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The output folder of insighthub link.")],
    *,
    pair: Annotated[
        tuple[str, str, str, str] | None,
        typer.Option("--pair", metavar="SOURCE ID SOURCE ID", help="Two records: why they are one person or two."),
    ] = None,
    record: Annotated[
        tuple[str, str] | None,
        typer.Option("--record", metavar="SOURCE ID", help="A record: why its cluster is as it is."),
    ] = None,
    cluster: Annotated[
        str | None, typer.Option("--cluster", metavar="CLUSTER_ID", help="A cluster: why it is as it is.")
    ] = None,
    person_l: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Which person the first record of the pair names.")
    ] = None,
    person_r: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Which person the second record of the pair names.")
    ] = None,
    person: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Which person the record of --record names.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.html", help="Write a page, with figures, instead.")
    ] = None,
) -> None:
    """Explain a pair of records, or the cluster of a record: by reference and weight, never by value."""
    if sum(question is not None for question in (pair, record, cluster)) != 1:
        raise typer.BadParameter("ask for one of --pair, --record and --cluster")
    explained: PairExplanation | ClusterExplanation
    with console.user_errors():
        linkage = open_linkage(directory)
        if pair is not None:
            explained = linkage.pair(*pair, person_l=person_l, person_r=person_r)
        elif record is not None:
            explained = linkage.record(*record, person)
        else:
            explained = linkage.cluster(str(cluster))
        if out is not None:
            write_explanation(out, explained)
    shown = str(explained) if out is None else f"Written to: {out}"
    console.out.print(shown, highlight=False, markup=False, soft_wrap=True)


@app.command()
def export(
    kind: Annotated[
        ExportKind,
        typer.Argument(
            metavar="KIND",
            help="Of a hub: residents, or links (which record is of which resident), or of a project that works on "
            "pseudonyms: project-residents, or project-facts. Of insighthub link: model, or records (the person "
            "records as an exported model reads them).",
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE", help="The file to write; of a hub .parquet, .csv or .xlsx.")
    ],
    *,
    home: Home = Path(),
    purpose: Annotated[
        str | None, typer.Option("--purpose", metavar="NAME", help="Of a hub: what the file is for; needed.")
    ] = None,
    project: Annotated[
        int | None, typer.Option("--project", metavar="NUMBER", help="For a project's tables: which project; needed.")
    ] = None,
    run: Annotated[
        Path | None, typer.Option("--from", metavar="DIR", help="Of insighthub link: its output folder; needed.")
    ] = None,
    form: Annotated[
        ModelForm, typer.Option("--format", metavar="NAME", help="For a model: splink or insighthub.")
    ] = ModelForm.SPLINK,
    contract: Annotated[
        Path | None, typer.Option(metavar="FILE", help="For records: the contract of the run; none is needed else.")
    ] = None,
) -> None:
    """Write what a hub or a run of linkage gave, for use elsewhere.

    Residents and links are written as far as the purpose may see them. Take care of the file: it names people.
    """
    with console.user_errors():
        if kind in {ExportKind.RESIDENTS, ExportKind.LINKS}:
            lines = [f"{_export_of_hub(kind, home, purpose, out):,} rows"]
        elif kind in {ExportKind.PROJECT_RESIDENTS, ExportKind.PROJECT_FACTS}:
            lines = [f"{_export_of_project(kind, home, project, out):,} rows"]
        elif run is None:
            raise typer.BadParameter("this needs the output folder of insighthub link", param_hint="--from")
        elif kind is ExportKind.RECORDS:
            if contract is None:
                raise typer.BadParameter("records need the contract of the run", param_hint="--contract")
            with console.Bars() as bars:
                rows = export_records(run, contract, out, progress=bars)
            lines = [f"{rows:,} records"]
        else:
            lines = [f"Not ours in Splink: {level}" for level in export_model(run, out, form)]
    for line in (*lines, f"Written to: {out}"):
        console.out.print(line, highlight=False, markup=False, soft_wrap=True)


def _export_of_hub(kind: ExportKind, home: Path, purpose: str | None, out: Path) -> int:
    """Write residents or links for a purpose; return how many rows."""
    if purpose is None:
        raise typer.BadParameter("people's data are given out for a purpose", param_hint="--purpose")
    with Hub(home) as hub:
        residents = kind is ExportKind.RESIDENTS
        reads = CommandLine(hub)
        table = reads.everybody(purpose) if residents else reads.records(purpose)
    export_table(table, out)
    return int(table.num_rows)


def _export_of_project(kind: ExportKind, home: Path, project: int | None, out: Path) -> int:
    """Write a table of a project that works on pseudonyms; return how many rows."""
    if project is None:
        raise typer.BadParameter("this is of a project; the page Projects lists them", param_hint="--project")
    with Hub(home) as hub:
        table = CommandLine(hub).project(project, kind.value.removeprefix("project-"))
    export_table(table, out)
    return int(table.num_rows)
