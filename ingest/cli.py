"""The `parvn` command: build, check, verify and query the warehouse of public administration reform."""

import csv
import json
import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

import click

from ingest import limits
from ingest.exports import spreadsheet_cell
from ingest.paths import PROJECT, Workspace
from ingest.problems import BadInput, FailedCheck, ParvnError

_data = click.option(
    "--data", type=click.Path(path_type=Path), default=PROJECT / "data", help="Folder of records.", show_default="data"
)
_warehouse = click.option(
    "--warehouse",
    type=click.Path(path_type=Path),
    default=PROJECT / "warehouse",
    help="Folder of the published warehouse.",
    show_default="warehouse",
)

_format = click.option(
    "--format",
    "output",
    type=click.Choice(["table", "csv", "json", "markdown"]),
    default="table",
    show_default=True,
    help="How to print the rows.",
)

USAGE_ERROR = 64
"""As sysexits.h has it; click's own 2 means a failed check here."""

TRY = (
    "select province_vi, subject_en, comparator, target_value, unit from marts.mart_plan_comparison "
    "where plan_year = 2020 and indicator_code like '%online%'",
    "select province_vi, admin_level, period_start, period_end, on_time_rate_resolved_pct "
    "from marts.mart_on_time_rates where province_id = 'thua-thien-hue'",
    "select document_id, conflict_kind, explanation_en from audit.audit_figure_conflicts",
)


@contextmanager
def _progress(is_quiet: bool) -> Iterator[tuple[Callable[[str], None], Callable[[str], None]]]:
    """Give (say, on_node): lines for steps, a moving line for nodes where a person watches."""
    from rich.console import Console

    console = Console(stderr=True)
    if is_quiet:
        yield (lambda _: None), (lambda _: None)
    elif not console.is_terminal:
        yield (lambda line: click.echo(line, err=True)), (lambda _: None)
    else:
        done = 0
        with console.status("") as status:

            def on_node(name: str) -> None:
                nonlocal done
                done += 1
                status.update(f"{done} nodes, last {name}")

            yield (lambda line: console.print(line)), on_node


def _scalar(connection: Any, sql: str) -> int:
    return connection.execute(sql).fetchall()[0][0]


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="par-warehouse")
def cli() -> None:
    """Warehouse of public administration reform in Viet Nam.

    Records of official documents are checked, landed, built into marts by dbt, tested, and published as one
    read-only DuckDB file. Start with `parvn build`, then ask with `parvn query`.

    Exit codes: 0 done; 1 bad input; 2 a check of the build failed, or a release is damaged; 3 another run is writing;
    4 anything else; 64 wrong use of the command.
    """


@cli.command()
@_data
@_warehouse
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
    type=click.File("a", encoding="utf-8", lazy=False),
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
    log: TextIO | None,
    notify: str | None,
) -> None:
    """Check, land, build, test and publish; nothing is published unless everything passed.

    The COMMAND of --notify gets PARVN_STATUS (published, failed), PARVN_EXIT_CODE, PARVN_RELEASE_ID, PARVN_MESSAGE and
    PARVN_WHOSE in its environment, and the same as JSON on its standard input.
    """
    from ingest import pipeline, publish
    from ingest.notify import Outcome, whose_job
    from ingest.notify import notify as send

    def tell(outcome: Outcome) -> None:
        wrong = send(notify, outcome) if notify else None
        if wrong:
            click.echo(f"the command of --notify failed: {wrong}", err=True)

    def write(line: str) -> None:
        if log:
            click.echo(line, file=log)
            log.flush()

    workspace = Workspace(data.resolve(), warehouse.resolve())
    day = evaluation_date.date().isoformat() if evaluation_date else None
    try:
        with _progress(quiet) as (say, on_node):
            result = pipeline.build(workspace, say, on_node, force, docs, day, keep, write)
    except (ParvnError, OSError) as error:
        code = error.exit_code if isinstance(error, ParvnError) else ParvnError.exit_code
        tell(Outcome("failed", code, None, str(error), whose_job(code)))
        raise
    if result.is_new:
        tell(Outcome("published", 0, result.manifest["release_id"], f"published in {result.seconds:.0f} s"))
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
            name: _scalar(connection, f"select count(*) from marts.fct_{name}") for name in ("target", "task", "result")
        }
        conflicts = _scalar(connection, "select count(*) from audit.audit_figure_conflicts")
    if result.is_new:
        passed = manifest["tests"]
        tests = sum(passed.get("test", {}).values()) + sum(passed.get("unit_test", {}).values())
        click.echo(f"\nPublished {manifest['release_id']} in {result.seconds:.0f} s; {tests} tests passed.")
    else:
        click.echo(f"\nNothing changed since {manifest['release_id']}; it stays as it is.")
    click.echo(f"  {sum(by_kind.values())} official documents, {publications} index publications and {pages} web pages")
    click.echo(f"  {facts['target']} targets, {facts['task']} tasks, {facts['result']} results, {scores} index figures")
    click.echo(f"  {conflicts} contradictions found between printed figures (audit.audit_figure_conflicts)")
    click.echo(f"  Database: {workspace.published_database}")
    click.echo(f"  Parquet:  {workspace.current / 'parquet'}")
    if (workspace.current / "docs" / "index.html").exists():
        click.echo(f"  Docs:     {workspace.current / 'docs' / 'index.html'}")
    if (workspace.current / "validation" / "index.html").exists():
        click.echo(f"  Audit:    {workspace.current / 'validation' / 'index.html'}")
    click.echo("\nTry:")
    for sql in TRY:
        click.echo(f'  parvn query "{sql}"')


@cli.command()
@_data
@_warehouse
def load(data: Path, warehouse: Path) -> None:
    """Check and land the records and make `raw` in the build database, for working with plain dbt."""
    from ingest import pipeline

    workspace = Workspace(data.resolve(), warehouse.resolve())
    pipeline.load(workspace, lambda line: click.echo(line, err=True))
    click.echo(f"Loaded into {workspace.build_database}; now 'dbt build' works.")


@cli.command()
@click.argument("path", type=click.Path(path_type=Path), default=PROJECT / "data")
def check(path: Path) -> None:
    """List all problems of the records in PATH: file, row, column, text, what was expected."""
    from ingest.check import check_folder, raise_problems

    path = path.resolve()
    checked = check_folder(path)
    if path.is_file():  # one file was asked for: the others of its folder are only read for what it refers to
        for item in checked:
            item.problems = [p for p in item.problems if Path(p.file).name == path.name]
    raise_problems(checked)
    rows = sum(len(table.rows) for item in checked for table in item.package.tables.values())
    click.echo(f"{len(checked)} packages with {rows} records: no problems.")


@cli.command()
@click.argument("path", type=click.Path(path_type=Path), default=PROJECT / "data")
def fill(path: Path) -> None:
    """Fill the reading columns of tasks (agencies, due time, budget) in PATH from their words.

    Cells that hold something are left alone; what cannot be read is left empty for `parvn check` to name.
    """
    from ingest.fill import fill_folder

    for file, count in fill_folder(path.resolve()).items():
        click.echo(f"{file}: {count} cells filled")


_day = click.DateTime(["%Y-%m-%d"])


@cli.command("ingest-index")
@click.argument("index")
@click.argument("file", type=click.Path(path_type=Path))
@_data
@click.option("--edition", type=int, help="Year of the edition: of a table without the column 'Năm', or the only one.")
@click.option(
    "--trust",
    type=click.Choice(["A", "B"]),
    help="A: the publisher's own file; B: a copy of it, or typed by hand.",
    show_default="A for a workbook with a layout, B for a flat table",
)
@click.option("--published-on", type=_day, help="Day on which the file was published, if it is known.")
@click.option("--known-from", type=_day, help="For a corrected file: from when on the new figures could be known.")
@click.option("--dry-run", is_flag=True, help="Check and count, write nothing.")
def ingest_index(
    index: str,
    file: Path,
    data: Path,
    edition: int | None,
    trust: str | None,
    published_on: datetime | None,
    known_from: datetime | None,
    dry_run: bool,
) -> None:
    """Load a publisher's FILE (XLS, XLSX, CSV) of the INDEX: papi, pci, par_index, sipas, ict_index or dti.

    The file is checked whole and becomes a package of records below the data folder, or is refused whole with every
    sheet and cell that is wrong. The same file twice is no work; a corrected file becomes a new vintage.
    """
    from ingest.index_files import FileFacts, load_index_file

    facts = FileFacts(trust, published_on and published_on.date(), known_from and known_from.date())
    loaded = load_index_file(index, file, data.resolve(), edition, facts, dry_run)
    kind = "flat table" if loaded.layout == "table" else f"layout {loaded.layout}"
    click.echo(f"{file.name}: {kind}, {loaded.rows} rows")
    for year, components in loaded.counts.items():
        counts = set(components.values())
        if len(counts) == 1:
            click.echo(f"  {index} {year}: {counts.pop()} provinces in each component: {', '.join(components)}")
        else:
            click.echo(
                f"  {index} {year}: provinces by component: {', '.join(f'{c} {n}' for c, n in components.items())}"
            )
    if loaded.unread_sheets:
        click.echo(f"  sheets that are not read: {'; '.join(loaded.unread_sheets)}")
    if loaded.is_known:
        click.echo(f"This file is loaded already, in {loaded.folder}; nothing to do.")
        return
    if loaded.is_correction:
        click.echo(f"Figures that differ from the file loaded before: {len(loaded.changes)}")
        for line in loaded.changes[:10]:
            click.echo(f"  {line}")
        if len(loaded.changes) > 10:
            click.echo(f"  and {len(loaded.changes) - 10} more")
    if dry_run:
        click.echo(f"Nothing is written; it would go to {loaded.folder}.")
    else:
        click.echo(f"Written to {loaded.folder}. Now run 'parvn build'.")


@cli.command()
@click.option(
    "--documents",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="Folder of the documents' texts, by the names that document.yml gives.",
)
@_data
@click.option("--list", "list_all", is_flag=True, help="List every number that is not covered.")
def verify(documents: Path, data: Path, list_all: bool) -> None:
    """Confirm the records of the official documents word by word against the documents."""
    from ingest import verify as verification
    from ingest.check import check_folder, raise_problems

    checked = check_folder(data.resolve())
    raise_problems(checked)
    results = verification.verify(checked, documents)
    for result in results:
        records = result.confirmed.total()
        share = 100 * records / result.total if result.total else 100.0
        click.echo(f"{result.document_id}: {records} of {result.total} records confirmed ({share:.1f} %)")
        numbers = ", ".join(f"{reason} {count}" for reason, count in result.explained.most_common())
        click.echo(f"  numbers: {numbers}; not covered {len(result.uncovered)}")
        for line, token, around in result.uncovered if list_all else result.uncovered[:10]:
            click.echo(f"    line {line}: {token} in '...{around}...'")
    click.echo(
        f"{verification.unverifiable_count(checked)} figures of web pages cannot be confirmed without the pages."
    )
    problems = [p for result in results for p in result.problems]
    if problems:
        raise BadInput(problems)
    if any(result.uncovered for result in results):
        raise ParvnError("some numbers of the documents are neither a record nor reviewed (reviewed_numbers.csv)")


@cli.command()
@_warehouse
@click.option("--verify", "is_verified", is_flag=True, help="Hash every file of the current release anew.")
def status(warehouse: Path, is_verified: bool) -> None:
    """Say what is published, since when, what the last run changed, what failed and whose job it is."""

    from ingest import publish
    from ingest.landing import Landing
    from ingest.notify import whose_job
    from ingest.problems import Damaged

    workspace = Workspace(warehouse=warehouse.resolve())
    release = publish.current_release(workspace)
    wrong = publish.damage(release) if release and is_verified else []
    if wrong and release:
        lines = [f"release {release.name} is damaged:", *(f"  {line}" for line in wrong)]
        raise Damaged("\n".join([*lines, "build again, or go back to a whole release: parvn releases, parvn rollback"]))
    if release is None:
        click.echo(f"Nothing is published in {workspace.warehouse}.")
    else:
        manifest = publish.read_manifest(release)
        age = datetime.now(UTC) - datetime.fromisoformat(manifest["published_at"])
        hours = age.total_seconds() / 3600
        click.echo(f"Release {manifest['release_id']}, {hours:.1f} hours old, code {manifest['code_version']}")
        marts = {name: rows for name, rows in manifest["tables"].items() if name.startswith("marts.")}
        click.echo(
            f"  {len(marts)} tables in marts with {sum(marts.values())} rows; {len(manifest['inputs'])} input files"
        )
        if is_verified:
            click.echo(f"  every byte of its {len(manifest['files'])} files is as it was published")
    attempts = Landing(workspace.landing).attempts()
    if not attempts:
        return
    last_run = [a for a in attempts if a.run_id == attempts[-1].run_id]
    failed = [a for a in last_run if a.status in ("refused", "failed")]
    steps = ", ".join(f"{a.step} {a.duration_s:.0f} s" for a in last_run if a.status == "done")
    click.echo(f"Last run {attempts[-1].run_id[:16].replace('T', ' ')} UTC: {steps or 'no step was finished'}")
    landed = [a for a in last_run if a.status == "landed"]
    for attempt in landed[:10]:
        click.echo(f"  changed: {attempt.subject}, {attempt.row_count} rows")
    if len(landed) > 10:
        click.echo(f"  and {len(landed) - 10} more changed files")
    if failed:
        click.echo("It failed:")
        for attempt in failed[:10]:
            click.echo(f"  {attempt.step} {attempt.subject}: {attempt.reason}")
        code = BadInput.exit_code if any(a.status == "refused" for a in failed) else FailedCheck.exit_code
        if failed[-1].step in ("land", "docs", "publish"):
            code = ParvnError.exit_code
        click.echo(f"  Whose job: {whose_job(code)}")


def _memory_size(_: click.Context, __: click.Parameter, value: str) -> str:
    if not re.fullmatch(r"[1-9]\d{0,5}(\.\d+)?\s?([KMGT]i?B)", value, re.IGNORECASE):
        raise click.BadParameter("expected a size such as 500MB or 2GB")
    return value


@cli.command()
@_warehouse
@_format
def releases(warehouse: Path, output: str) -> None:
    """List the releases that are kept, the newest first, and say which one people read."""
    from ingest.releases import LISTED, list_releases

    _print_rows(list(LISTED), list_releases(Workspace(warehouse=warehouse.resolve())), output)


@cli.command()
@click.argument("older", required=False)
@click.argument("newer", required=False)
@_warehouse
@click.option(
    "--format",
    "output",
    type=click.Choice(["text", "csv", "json"]),
    default="text",
    show_default=True,
    help="text: counts and examples; csv, json: one row per changed figure and per row added or removed.",
)
def diff(older: str | None, newer: str | None, warehouse: Path, output: str) -> None:
    """Say which figures changed between two releases: rows added, removed, and cells, by primary key.

    OLDER and NEWER are release ids or their beginnings. Without NEWER the current release is taken, without both the
    current one and the one before it.
    """
    from ingest import releases as kept

    first, second = kept.pair(Workspace(warehouse=warehouse.resolve()), older, newer)
    tables = kept.diff(first, second)
    if output == "text":
        for line in kept.describe(first, second, tables):
            click.echo(line)
        return
    rows = [
        (found.table, key if output == "json" else kept.key_text(key), *rest)
        for found in tables
        for key, *rest in found.changes
    ]
    _print_rows(list(kept.CHANGED), rows, output)


@cli.command()
@click.argument("release_id")
@_warehouse
def rollback(release_id: str, warehouse: Path) -> None:
    """Let people read the release RELEASE_ID again (or the only one whose id begins so).

    Its files are hashed first; a damaged release is refused. Nothing is deleted. The next build publishes again from
    the records as they are, so mend what was wrong there.
    """
    from ingest.releases import rollback as roll_back

    workspace = Workspace(warehouse=warehouse.resolve())
    before, now = roll_back(workspace, release_id)
    if before == now:
        click.echo(f"{now.name} is the current release already; nothing to do.")
        return
    click.echo(f"Current release: {now.name}; before it was {before.name if before else 'none'}, which is kept.")
    click.echo("The next 'parvn build' publishes from the records as they are; mend what was wrong there first.")


@cli.command()
@click.argument("sql")
@_warehouse
@_format
@click.option(
    "--timeout",
    type=click.FloatRange(0, 86_400, min_open=True),
    default=limits.QUERY_SECONDS,
    show_default=True,
    metavar="SECONDS",
    help="Stop the query after this time.",
)
@click.option(
    "--memory",
    default=limits.QUERY_MEMORY,
    show_default=True,
    metavar="SIZE",
    callback=_memory_size,
    help="What the query may use, such as 500MB or 2GB.",
)
@click.option("--as-of", "as_of", type=_day, help="Show the facts as they were known on a day.")
def query(sql: str, warehouse: Path, output: str, timeout: float, memory: str, as_of: datetime | None) -> None:
    """Run SQL on the published warehouse, read-only. `-` reads the SQL from standard input.

    The query reaches no other file, no setting and no extension. In CSV, text that a spreadsheet would run as a
    formula gets a leading '.

    With --as-of the tables of schema marts hold what could be known on that day: a figure in the version known then, no
    document, figure or judgement of a later day. Our own corrections of records count from the beginning. Marts that
    are made from all that is held now are not there.
    """
    import duckdb

    from ingest import publish
    from ingest.as_of import open_as_of

    text = sys.stdin.read() if sql == "-" else sql
    workspace = Workspace(warehouse=warehouse.resolve())
    opened = open_as_of(workspace, as_of.date(), memory) if as_of else publish.open_published(workspace, memory)
    with opened as connection:
        try:
            with _stopped_after(timeout, connection.interrupt):
                cursor = connection.execute(text)
                columns = [item[0] for item in (cursor and cursor.description) or []]
                rows = cursor.fetchmany(limits.QUERY_ROWS + 1) if columns else []
        except duckdb.InterruptException as error:
            words = f"the query took longer than {timeout:g} s and was stopped; see --timeout"
            raise ParvnError(words) from error
        except (duckdb.OutOfMemoryException, MemoryError) as error:
            raise ParvnError(f"the query needs more than {memory} of memory; see --memory") from error
        except duckdb.CatalogException as error:
            words = ""
            if as_of and "does not exist" in str(error):
                words = " with --as-of there are the facts, dimensions and judgements of marts, and reference"
            raise ParvnError(f"the query failed: {str(error).splitlines()[0] if words else error}{words}") from error
        except (duckdb.Error, UnicodeError, ValueError, OverflowError) as error:
            raise ParvnError(f"the query failed: {error}") from error
    if not columns:
        raise ParvnError("the query failed: there is no statement that gives rows")
    if len(rows) > limits.QUERY_ROWS:
        raise ParvnError(f"the query gives more than {limits.QUERY_ROWS} rows; use the Parquet files of the release")
    _print_rows(columns, rows, output)


@contextmanager
def _stopped_after(seconds: float, interrupt: Callable[[], None]) -> Iterator[None]:
    """Interrupt what runs inside when its time is over; again and again, because it may just be between two steps."""
    done = threading.Event()

    def watch() -> None:
        if not done.wait(seconds):
            interrupt()
            while not done.wait(0.05):
                interrupt()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _print_rows(columns: list[str], rows: list[tuple[Any, ...]], output: str) -> None:
    def text(value: Any) -> str:
        if isinstance(value, (float, Decimal)):
            return f"{value:.4f}".rstrip("0").rstrip(".")
        return "" if value is None else str(value)

    if output == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerows([spreadsheet_cell(v) for v in row] for row in (columns, *rows))
    elif output == "json":
        records = [dict(zip(columns, row, strict=True)) for row in rows]
        click.echo(
            json.dumps(records, ensure_ascii=False, default=lambda v: float(v) if isinstance(v, Decimal) else str(v))
        )
    elif output == "markdown":
        click.echo("| " + " | ".join(columns) + " |")
        click.echo("|" + "---|" * len(columns))
        for row in rows:
            click.echo("| " + " | ".join(text(v).replace("|", "\\|").replace("\n", " ") for v in row) + " |")
    else:
        from rich.console import Console
        from rich.table import Table

        table = Table(*columns)
        for row in rows:
            table.add_row(*(text(v) for v in row))
        console = Console(width=None if sys.stdout.isatty() else 200)
        console.print(table)
        console.print(f"{len(rows)} row{'s' if len(rows) != 1 else ''}")


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path), default=PROJECT / "docs" / "reference" / "schemas")
def schema(folder: Path) -> None:
    """Write the contracts of the record tables as JSON Schema into FOLDER."""
    from ingest.schema import write_schemas

    for path in write_schemas(folder):
        click.echo(path)


@cli.command()
@click.option(
    "--folder", type=click.Path(path_type=Path), default=PROJECT / "demo", show_default="demo", help="Where to build."
)
def demo(folder: Path) -> None:
    """Build a warehouse of synthetic provinces and years, apart from the real one."""
    from ingest import pipeline
    from ingest.synthetic import write_records

    write_records(folder / "data")
    workspace = Workspace((folder / "data").resolve(), (folder / "warehouse").resolve())
    with _progress(False) as (say, on_node):
        pipeline.build(workspace, say, on_node, with_docs=False)
    click.echo(f"\nSynthetic figures, made up for the demonstration: {workspace.published_database}")
    click.echo(f'  parvn query --warehouse {folder / "warehouse"} "from marts.mart_on_time_rates limit 10"')


def main() -> None:
    """Run the command; a user's mistake ends in a sentence and an exit code, never in a traceback."""
    try:
        cli.main(standalone_mode=False)
    except ParvnError as error:
        click.echo(str(error), err=True)
        sys.exit(error.exit_code)
    except click.UsageError as error:
        error.show()
        sys.exit(USAGE_ERROR)
    except click.Abort:
        click.echo("stopped", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)
    except OSError as error:  # a full disk, a folder that may not be written: the system's own words say what
        click.echo(str(error), err=True)
        sys.exit(ParvnError.exit_code)


if __name__ == "__main__":
    main()
