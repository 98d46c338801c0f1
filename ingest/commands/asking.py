"""Subcommands that read the published warehouse: query."""

import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click

from ingest import limits
from ingest.commands import options
from ingest.commands.printing import print_rows
from ingest.paths import Workspace
from ingest.problems import ParvnError


def _memory_size(_: click.Context, __: click.Parameter, value: str) -> str:
    if not re.fullmatch(r"[1-9]\d{0,5}(\.\d+)?\s?([KMGT]i?B)", value, re.IGNORECASE):
        raise click.BadParameter("expected a size such as 500MB or 2GB")
    return value


@click.command()
@click.argument("sql")
@options.warehouse
@options.format
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
@click.option("--as-of", "as_of", type=options.DAY, help="Show the facts as they were known on a day.")
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
    print_rows(columns, rows, output)


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
