"""What the subcommands print: rows in several formats, and the progress of a long run."""

import csv
import json
import shlex
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from ingest.exports import spreadsheet_cell, unique
from ingest.messages import gettext as _
from ingest.paths import PROJECT

if TYPE_CHECKING:
    from rich.console import Console

SILENCE = 20
"""Seconds after which a log hears how far a long step has come."""


def call(command: str, data: Path | None = None, warehouse: Path | None = None) -> str:
    """Return a call of `parvn` to type next, with the folders named where they are not the usual ones.

    Other records than the usual ones belong into another warehouse: where none is named, the call asks for one.
    """
    words = ["parvn", command]
    for folder, name in ((data, "data"), (warehouse, "warehouse")):
        if folder is not None and folder.resolve() != (PROJECT / name).resolve():
            words += [f"--{name}", shlex.quote(str(folder))]
    if "--data" in words and warehouse is None:
        words += ["--warehouse", _("FOLDER")]
    return " ".join(words)


def print_rows(columns: list[str], rows: list[tuple[Any, ...]], output: str, file: TextIO | None = None) -> None:
    """Print rows as a table, CSV, JSON or Markdown, to standard output or a file; CSV is safe in a spreadsheet."""

    def text(value: Any) -> str:
        if isinstance(value, (float, Decimal)):
            return f"{value:.4f}".rstrip("0").rstrip(".")
        return "" if value is None else str(value)

    if output == "csv":
        writer = csv.writer(file or sys.stdout, lineterminator="\n")
        writer.writerows([spreadsheet_cell(v) for v in row] for row in (columns, *rows))
    elif output == "json":
        names = unique(columns)
        records = [dict(zip(names, row, strict=True)) for row in rows]
        click.echo(
            json.dumps(records, ensure_ascii=False, default=lambda v: float(v) if isinstance(v, Decimal) else str(v)),
            file,
        )
    elif output == "markdown":
        click.echo("| " + " | ".join(columns) + " |", file)
        click.echo("|" + "---|" * len(columns), file)
        for row in rows:
            click.echo("| " + " | ".join(text(v).replace("|", "\\|").replace("\n", " ") for v in row) + " |", file)
    else:
        from rich.console import Console

        # cells are words of documents, not of rich: [1] is no mark-up and :eye: no picture
        width = None if file is None and sys.stdout.isatty() else 200
        console = Console(file=file, width=width, markup=False, emoji=False)
        print_table(console, columns, [[text(v) for v in row] for row in rows])
        console.print(_("1 row") if len(rows) == 1 else _("{count} rows").format(count=len(rows)))


def print_table(console: "Console", columns: list[str], rows: list[list[str]]) -> None:
    """Print a table, or one record under the other where the table would have to break words."""
    from rich.table import Table

    table = Table()
    for name in columns:
        table.add_column(name, overflow="fold")  # an id is never cut
    for row in rows:
        table.add_row(*row)
    unbounded = console.options.update(width=sys.maxsize)
    if table.__rich_measure__(console, unbounded).minimum <= console.width:
        console.print(table)
        return
    for number, row in enumerate(rows, 1):
        record = Table("", "", show_header=False, title=str(number), title_justify="left")
        for name, value in zip(columns, row, strict=True):
            record.add_row(name, value)
        console.print(record)


@contextmanager
def progress(is_quiet: bool) -> Iterator[tuple[Callable[[str], None], Callable[[str], None]]]:
    """Give (say, on_node): lines for steps; for nodes a moving line on a terminal, else a line at times."""
    from rich.console import Console

    console = Console(stderr=True)
    if is_quiet:
        yield (lambda line: None), (lambda name: None)
        return
    done, told_at = 0, time.monotonic()

    def count(name: str) -> str:
        nonlocal done
        done += 1
        return _("nodes done: {count}, last {name}").format(count=done, name=name)

    if console.is_terminal:
        with console.status("") as status:
            yield (lambda line: console.print(line)), (lambda name: status.update(count(name)))
        return

    def say(line: str) -> None:
        nonlocal told_at
        told_at = time.monotonic()
        click.echo(line, err=True)

    def on_node(name: str) -> None:
        line = count(name)
        if time.monotonic() - told_at >= SILENCE:
            say(f"        {line}")

    yield say, on_node
