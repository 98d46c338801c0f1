"""Subcommands that read the published warehouse: query and shell."""

import re
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from ingest import limits
from ingest.commands import options
from ingest.commands.printing import print_rows
from ingest.messages import gettext as _
from ingest.paths import Workspace
from ingest.problems import ParvnError

PRINTED = ("table", "csv", "json", "markdown")
ENDINGS = {".csv": "csv", ".json": "json", ".md": "markdown", ".parquet": "parquet", ".txt": "table"}


def _memory_size(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    if not re.fullmatch(r"[1-9]\d{0,5}(\.\d+)?\s?([KMGT]i?B)", value, re.IGNORECASE):
        raise click.BadParameter(_("expected a size such as 500MB or 2GB"))
    return value


def _limited(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of every statement that is run."""
    for option in (
        click.option("--as-of", "as_of", type=options.DAY, help="Show the facts as they were known on a day."),
        click.option(
            "--lang",
            "language",
            type=click.Choice(["vi", "en"]),
            help="Headings of mart columns in Vietnamese, or their English names; else as the SQL names them.",
        ),
        click.option(
            "--memory",
            default=limits.QUERY_MEMORY,
            show_default=True,
            metavar="SIZE",
            callback=_memory_size,
            help="What the query may use, such as 500MB or 2GB.",
        ),
        click.option(
            "--timeout",
            type=click.FloatRange(0, 86_400, min_open=True),
            default=limits.QUERY_SECONDS,
            show_default=True,
            metavar="SECONDS",
            help="Stop the query after this time.",
        ),
    ):
        command = option(command)
    return command


@click.command()
@click.argument("sql", required=False)
@click.option(
    "--file", "sql_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Read the SQL from a file."
)
@options.warehouse
@click.option(
    "--format",
    "chosen",
    type=click.Choice([*PRINTED, "parquet"]),
    help="How to write the rows; else by the ending of --output, else a table.",
)
@click.option(
    "--output", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write the rows to a file, whole or not."
)
@click.option("--force", is_flag=True, help="Replace the file of --output if it is there.")
@_limited
def query(
    sql: str | None,
    sql_file: Path | None,
    warehouse: Path,
    chosen: str | None,
    file: Path | None,
    force: bool,
    timeout: float,
    memory: str,
    language: str | None,
    as_of: datetime | None,
) -> None:
    """Run SQL on the published warehouse, read-only. `-` reads the SQL from standard input.

    The query reaches no other file, no setting and no extension. In CSV, text that a spreadsheet would run as a
    formula gets a leading '.

    With --as-of the tables of schema marts hold what could be known on that day: a figure in the version known then, no
    document, figure or judgement of a later day. Our own corrections of records count from the beginning. Marts that
    are made from all that is held now are not there.
    """
    if (sql is None) == (sql_file is None):
        raise click.UsageError(_("give the SQL, or '-' for standard input, or --file"))
    if file and file.suffix.lower() == ".xlsx":
        raise click.UsageError(_("a workbook is made of a table by 'parvn export', not of a query; write .csv instead"))
    output = chosen or (ENDINGS.get(file.suffix.lower()) if file else None) or "table"
    if output == "parquet" and file is None:
        raise click.UsageError(_("--format parquet needs --output"))
    text = _sql(sql, sql_file)
    if file and file.exists() and not force:
        raise ParvnError(_("{file} is there already; --force replaces it").format(file=file))

    from ingest import statements

    limit = statements.Limits(timeout, memory)
    day = as_of.date() if as_of else None
    nothing = ParvnError(_("the query failed: there is no statement that gives rows"))
    with statements.open_warehouse(Workspace(warehouse=warehouse.resolve()), limit, day) as connection:

        def heads(columns: list[str]) -> list[str]:
            return statements.headings(connection, text, columns, language) if language else columns

        if output == "parquet" and file:
            table = statements.run(connection, text, limit, statements.fetch_arrow, as_of is not None)
            if table is None:
                raise nothing
            _write_parquet(table.rename_columns(heads(table.column_names)), file, force)
            return
        found = statements.run(connection, text, limit, statements.fetch_rows, as_of is not None)
        if not found.columns:
            raise nothing
        columns = heads(found.columns)
    if file is None:
        print_rows(columns, found.rows, output)
        return
    from ingest.durable import finished_file

    with finished_file(file, force) as place, place.open("w", encoding="utf-8", newline="") as stream:
        print_rows(columns, found.rows, output, stream)


def _sql(sql: str | None, sql_file: Path | None) -> str:
    """Return the SQL of an argument, of standard input or of a file."""
    try:
        if sql_file:
            return sql_file.read_text("utf-8-sig")
        return sys.stdin.read() if sql == "-" else sql or ""
    except UnicodeDecodeError as error:
        name = sql_file or _("standard input")
        raise ParvnError(_("{file} is not UTF-8 text: {error}").format(file=name, error=error)) from error


def _write_parquet(table: Any, file: Path, is_replaced: bool) -> None:
    """Write an Arrow table; DuckDB itself has no way out to files here."""
    import pyarrow as pa
    from pyarrow import parquet

    from ingest.durable import finished_file

    try:
        with finished_file(file, is_replaced) as place:
            parquet.write_table(table, place, compression="zstd")
    except pa.ArrowNotImplementedError as error:  # an interval, say
        raise ParvnError(_("Parquet cannot hold a column of the rows: {error}").format(error=error)) from error


@click.command()
@options.warehouse
@click.option(
    "--format", "output", type=click.Choice(PRINTED), default="table", show_default=True, help="How to print the rows."
)
@_limited
def shell(
    warehouse: Path, output: str, timeout: float, memory: str, language: str | None, as_of: datetime | None
) -> None:
    """Ask one question after the other: SQL ended with ;, with history and completion. `.help` lists more.

    The warehouse is read-only, and limits hold for each statement, as with `parvn query`. The shell stays on the
    release that it opened, says so when a newer one is published, and `.reload` changes to it. Where standard input is
    no terminal, its statements are run one by one and the first that fails ends the run.
    """
    from ingest import statements
    from ingest.shell import Shell, converse

    limit = statements.Limits(timeout, memory)
    workspace = Workspace(warehouse=warehouse.resolve())
    with Shell(workspace, limit, as_of.date() if as_of else None, output, language, print_rows) as opened:
        if sys.stdin.isatty():
            converse(opened)
        else:
            opened.run_lines(sys.stdin)
