"""Subcommands that make a warehouse: build, load, demo."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from ingest.commands import options
from ingest.commands.printing import call, progress
from ingest.messages import gettext as _
from ingest.paths import PROJECT, Workspace
from ingest.problems import Locked, ParvnError

TRY = (
    "select province_vi, subject_en, comparator, target_value, unit from marts.mart_plan_comparison "
    "where plan_year = 2020 and indicator_code like '%online%'",
    "select province_vi, admin_level, period_start, period_end, on_time_rate_resolved_pct "
    "from marts.mart_on_time_rates where province_id = 'thua-thien-hue' and geography_basis = 'as_reported'",
    "select document_id, conflict_kind, explanation_en from audit.audit_figure_conflicts",
)


def _scalar(connection: Any, sql: str) -> int:
    return connection.execute(sql).fetchall()[0][0]


@contextmanager
def opened(log: str | None) -> Iterator[Callable[[str], None]]:
    """Give what appends one line to the log; raises OSError if the file cannot be opened."""
    if log is None:
        yield lambda line: None
        return
    with click.open_file(log, "a", encoding="utf-8") as file:

        def write(line: str) -> None:
            click.echo(line, file=file)
            file.flush()

        yield write


@click.command()
@options.data
@options.warehouse
@click.option("--force", is_flag=True, help="Build even if nothing changed since the current release.")
@click.option("--quiet", is_flag=True, help="Say nothing but errors (for scheduled runs).")
@click.option("--docs/--no-docs", default=True, help="Write dbt's documentation into the release.", show_default=True)
@click.option(
    "--evaluation-date",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Judge targets and tasks on this day too, besides the days of the seed.",
)
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    default=5,
    envvar="PARVN_KEEP_RELEASES",
    show_default=True,
    show_envvar=True,
    help="How many releases to keep; the current one and the one before it stay in any case.",
)
@click.option(
    "--log",
    type=click.Path(dir_okay=False, allow_dash=True),
    help="Append one JSON line per step to this file; - is standard output.",
)
@click.option("--notify", metavar="COMMAND", help="Run COMMAND when a release was published or the run failed.")
def build(
    data: Path,
    warehouse: Path,
    force: bool,
    quiet: bool,
    docs: bool,
    evaluation_date: datetime | None,
    keep: int,
    log: str | None,
    notify: str | None,
) -> None:
    """Check, land, build, test and publish; nothing is published unless everything passed.

    The COMMAND of --notify gets PARVN_STATUS (published, locked, failed), PARVN_EXIT_CODE, PARVN_RELEASE_ID,
    PARVN_MESSAGE and PARVN_WHOSE in its environment, and the same as JSON on its standard input.
    """
    from ingest import pipeline, publish
    from ingest.notify import Outcome
    from ingest.notify import notify as send

    def tell(outcome: Outcome) -> None:
        wrong = send(notify, outcome) if notify else None
        if wrong:
            click.echo(_("the command of --notify failed: {reason}").format(reason=wrong), err=True)

    workspace = Workspace(data.resolve(), warehouse.resolve())
    day = evaluation_date.date().isoformat() if evaluation_date else None
    try:
        with opened(log) as write, progress(quiet) as (say, on_node):
            result = pipeline.build(workspace, say, on_node, force, docs, day, keep, write)
    except (ParvnError, OSError) as error:
        kind = type(error) if isinstance(error, ParvnError) else ParvnError
        tell(Outcome("locked" if kind is Locked else "failed", kind.exit_code, None, str(error), _(kind.whose)))
        raise
    if result.is_new:
        tell(
            Outcome(
                "published",
                0,
                result.manifest["release_id"],
                _("published in {seconds:.0f} s").format(seconds=result.seconds),
            )
        )
    if quiet:
        return
    manifest = result.manifest
    with publish.open_published(workspace) as connection:
        by_kind = dict(
            connection.execute("select document_kind, count(*) from marts.dim_document group by 1").fetchall()
        )
        pages, publications = by_kind.pop("web_page", 0), by_kind.pop("index_publication", 0)
        scores = _scalar(connection, "select count(*) from marts.fct_index_score")
        facts = {
            name: _scalar(connection, f"select count(distinct {name}_id) from marts.fct_{name}")
            for name in ("target", "task", "result")
        }
        conflicts = _scalar(connection, "select count(*) from audit.audit_figure_conflicts")
    if result.is_new:
        passed = manifest["tests"]
        tests = sum(passed.get("test", {}).values()) + sum(passed.get("unit_test", {}).values())
        click.echo(
            "\n"
            + _("Published {release_id} in {seconds:.0f} s; {tests} tests passed.").format(
                release_id=manifest["release_id"], seconds=result.seconds, tests=tests
            )
        )
    else:
        click.echo(
            "\n" + _("Nothing changed since {release_id}; it stays as it is.").format(release_id=manifest["release_id"])
        )
    click.echo(
        "  "
        + _("{documents} official documents, {publications} index publications and {pages} web pages").format(
            documents=sum(by_kind.values()), publications=publications, pages=pages
        )
    )
    click.echo(
        "  "
        + _("{targets} targets, {tasks} tasks, {results} results, {scores} index figures").format(
            targets=facts["target"], tasks=facts["task"], results=facts["result"], scores=scores
        )
    )
    click.echo(
        "  "
        + _("{conflicts} contradictions found between printed figures (audit.audit_figure_conflicts)").format(
            conflicts=conflicts
        )
    )
    click.echo("  " + _("Database: {path}").format(path=workspace.published_database))
    click.echo("  " + _("Parquet:  {path}").format(path=workspace.current / "parquet"))
    if (workspace.current / "docs" / "index.html").exists():
        click.echo("  " + _("Docs:     {path}").format(path=workspace.current / "docs" / "index.html"))
    if (workspace.current / "validation" / "index.html").exists():
        click.echo("  " + _("Audit:    {path}").format(path=workspace.current / "validation" / "index.html"))
    click.echo("\n" + _("Try:"))
    for sql in TRY:
        click.echo(f'  {call("query", warehouse=warehouse)} "{sql}"')


@click.command()
@options.data
@options.warehouse
def load(data: Path, warehouse: Path) -> None:
    """Check and land the records and make `raw` in the build database, for working with plain dbt."""
    from ingest import pipeline

    workspace = Workspace(data.resolve(), warehouse.resolve())
    pipeline.load(workspace, lambda line: click.echo(line, err=True))
    click.echo(_("Loaded into {path}; now 'dbt build' works.").format(path=workspace.build_database))


@click.command()
@click.option(
    "--folder", type=click.Path(path_type=Path), default=PROJECT / "demo", show_default="demo", help="Where to build."
)
def demo(folder: Path) -> None:
    """Build a warehouse of synthetic provinces, years and dossiers, apart from the real one."""
    from ingest import pipeline, synthetic_dossiers
    from ingest.synthetic import write_records

    write_records(folder / "data")
    workspace = Workspace((folder / "data").resolve(), (folder / "warehouse").resolve())
    source_id, extract, day = synthetic_dossiers.write_demonstration(folder)
    list(pipeline.land_dossiers(workspace, [extract], source_id, day))
    with progress(False) as (say, on_node):
        pipeline.build(workspace, say, on_node, with_docs=False)
    click.echo(
        "\n" + _("Synthetic figures, made up for the demonstration: {path}").format(path=workspace.published_database)
    )
    click.echo(f'  {call("query", warehouse=folder / "warehouse")} "from marts.mart_on_time_rates limit 10"')
