"""What the subcommands print: rows in several formats, and the progress of a long run."""

import csv
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, TextIO

import click

from ingest.exports import spreadsheet_cell, unique
from ingest.messages import gettext as _


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
        from rich.table import Table

        table = Table(*columns)
        for row in rows:
            table.add_row(*(text(v) for v in row))
        # cells are words of documents, not of rich: [1] is no mark-up and :eye: no picture
        width = None if file is None and sys.stdout.isatty() else 200
        console = Console(file=file, width=width, markup=False, emoji=False)
        console.print(table)
        console.print(_("1 row") if len(rows) == 1 else _("{count} rows").format(count=len(rows)))


@contextmanager
def progress(is_quiet: bool) -> Iterator[tuple[Callable[[str], None], Callable[[str], None]]]:
    """Give (say, on_node): lines for steps, a moving line for nodes where a person watches."""
    from rich.console import Console

    console = Console(stderr=True)
    if is_quiet:
        yield (lambda line: None), (lambda name: None)
    elif not console.is_terminal:
        yield (lambda line: click.echo(line, err=True)), (lambda name: None)
    else:
        done = 0
        with console.status("") as status:

            def on_node(name: str) -> None:
                nonlocal done
                done += 1
                status.update(_("{count} nodes, last {name}").format(count=done, name=name))

            yield (lambda line: console.print(line)), on_node
