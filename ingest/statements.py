"""One statement on the published warehouse: read-only, within limits of time, memory and rows."""

import re
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

import duckdb

from ingest import limits, publish
from ingest.as_of import open_as_of
from ingest.exports import unique
from ingest.messages import gettext as _
from ingest.paths import Workspace
from ingest.problems import ParvnError

if TYPE_CHECKING:
    import pyarrow as pa

Result = TypeVar("Result")


@dataclass(frozen=True)
class Limits:
    """What one statement may take."""

    seconds: float = limits.QUERY_SECONDS
    memory: str = limits.QUERY_MEMORY


@dataclass(frozen=True)
class Rows:
    """The rows of a statement; no columns where it gives none."""

    columns: list[str]
    rows: list[tuple[Any, ...]]


def open_warehouse(workspace: Workspace, limit: Limits, day: date | None = None) -> duckdb.DuckDBPyConnection:
    """Open the latest release, or its facts as they were known on `day`; no way out to files, settings, extensions."""
    return open_as_of(workspace, day, limit.memory) if day else publish.open_published(workspace, limit.memory)


def fetch_rows(cursor: duckdb.DuckDBPyConnection | None) -> Rows:
    """Return what a statement gave. Raises ParvnError if there are more rows than one query may give."""
    columns = [item[0] for item in (cursor and cursor.description) or []]
    rows = cursor.fetchmany(limits.QUERY_ROWS + 1) if cursor and columns else []
    _check_count(len(rows))
    return Rows(columns, rows)


def fetch_arrow(cursor: duckdb.DuckDBPyConnection | None) -> "pa.Table | None":
    """Return what a statement gave with its types, None if it gives nothing. Sums of counts are 64-bit where they fit.

    Raises ParvnError if there are more rows than one query may give.
    """
    import pyarrow as pa
    from pyarrow import compute

    if not cursor or not cursor.description:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the rows are copied once
        reader: Any = cursor.to_arrow_reader(100_000)
    batches: list[pa.RecordBatch] = []
    with reader:  # one that is left open would keep the database from being opened again in this process
        for batch in reader:
            batches.append(batch)
            _check_count(sum(b.num_rows for b in batches))
    table = pa.Table.from_batches(batches, reader.schema).rename_columns(unique(reader.schema.names))
    for place, column in enumerate(table.schema):
        if column.type == pa.decimal128(38, 0):  # DuckDB's HUGEINT, which few tools read
            bounds = compute.min_max(table.column(place)).as_py()
            if max(abs(bound or 0) for bound in bounds.values()) < 2**63:
                table = table.set_column(place, column.name, table.column(place).cast(pa.int64()))
    return table


def _check_count(count: int) -> None:
    if count > limits.QUERY_ROWS:
        words = _("the query gives more than {rows} rows; use the Parquet files of the release")
        raise ParvnError(words.format(rows=limits.QUERY_ROWS))


def run(
    connection: duckdb.DuckDBPyConnection,
    text: str,
    limit: Limits,
    fetch: Callable[[duckdb.DuckDBPyConnection | None], Result],
    is_as_of: bool = False,
) -> Result:
    """Run SQL and return what `fetch` makes of its last result.

    Raises ParvnError with a sentence if it fails or goes beyond a limit; KeyboardInterrupt if a person stops it.
    """
    try:
        return _within(limit.seconds, lambda: fetch(connection.execute(text)), connection.interrupt)
    except duckdb.InterruptException as error:
        words = _("the query took longer than {seconds} s and was stopped; see --timeout")
        raise ParvnError(words.format(seconds=f"{limit.seconds:g}")) from error
    except (duckdb.OutOfMemoryException, MemoryError) as error:
        words = _("the query needs more than {memory} of memory; see --memory")
        raise ParvnError(words.format(memory=limit.memory)) from error
    except duckdb.CatalogException as error:
        said, hint = str(error), ""
        if is_as_of and "does not exist" in said:
            said = said.splitlines()[0]
            hint = _(" with --as-of there are the facts, dimensions and judgements of marts, and reference")
        raise ParvnError(_("the query failed: {error}").format(error=said + hint)) from error
    except (duckdb.Error, UnicodeError, ValueError, OverflowError) as error:
        raise ParvnError(_("the query failed: {error}").format(error=error)) from error


def _within(seconds: float, work: Callable[[], Result], interrupt: Callable[[], None]) -> Result:
    """Do the work in a thread of its own and interrupt it when its time is over, or when a person presses Ctrl-C.

    The main thread only waits: DuckDB looks for signals between its steps, and some steps last for minutes.
    """
    with ThreadPoolExecutor(1) as executor:
        running = executor.submit(work)
        is_stopped_by_person = False
        pause = seconds
        while True:
            try:
                wait([running], pause)
            except KeyboardInterrupt:
                is_stopped_by_person = True
            if running.done():
                break
            interrupt()  # again and again, because it may just be between two steps
            pause = 0.05
    if is_stopped_by_person:
        raise KeyboardInterrupt
    return running.result()


def headings(connection: duckdb.DuckDBPyConnection, text: str, columns: list[str], language: str) -> list[str]:
    """Return the columns of a result under the headings of the data dictionary.

    `vi`: the Vietnamese heading of a column of a mart. `en`: the column that a Vietnamese heading of `marts_vi` stands
    for. The marts that the SQL names decide; a column stays as it is where they have two headings for it, or none has
    it, or where two columns would be called the same.
    """
    found: dict[str, dict[str, str]] = {}
    for (table, column), label in labels(connection).items():
        old, new = (column, label) if language == "vi" else (label, column)
        found.setdefault(old, {})[table] = new
    words = set(re.findall(r"\w+", text.lower()))
    used = words | {word.removesuffix("_as_of").removesuffix("_on") for word in words}
    chosen = []
    for name in columns:
        marts = found.get(name, {})
        candidates = {new for table, new in marts.items() if table in used} or set(marts.values())
        chosen.append(candidates.pop() if len(candidates) == 1 else name)
    return [new if chosen.count(new) == 1 else old for old, new in zip(columns, chosen, strict=True)]


def labels(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], str]:
    """Return the Vietnamese heading of every column of `marts`, by table and column."""
    # as of a day, the dictionary is in the attached release only
    ((database,),) = connection.execute(
        "select database_name from duckdb_tables() where schema_name = 'audit' and table_name = 'audit_data_dictionary'"
    ).fetchall()
    rows = connection.execute(
        f'select table_name, column_name, label_vi from "{database}".audit.audit_data_dictionary '
        "where schema_name = 'marts' and label_vi is not null"
    ).fetchall()
    return {(table, column): label for table, column, label in rows}
