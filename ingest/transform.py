"""Runs dbt on the build database, in this process."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from ingest.contracts import TABLES
from ingest.messages import gettext as _
from ingest.messages import joined
from ingest.paths import PROJECT
from ingest.problems import FailedCheck, Problem

# Of the rows that a failed data test found, as many as a person reads.
ROWS_SHOWN = 3


@dataclass
class TransformResult:
    """What dbt did: how many nodes of each kind ended how, and the messages of those that failed."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def summary(self) -> dict[str, dict[str, int]]:
        """Return the counts by kind and status, for the manifest."""
        found: dict[str, dict[str, int]] = {}
        for (kind, status), count in sorted(self.counts.items()):
            found.setdefault(kind, {})[status] = count
        return found


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def run_dbt(database: Path, *arguments: str, on_node: Callable[[str], None] | None = None) -> Any:
    """Run one dbt command against `database` and return dbt's result; the database's lock is free afterwards.

    `on_node` is called with the name of every node that ends. Logs and compiled SQL lie beside the database.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    def listen(event: Any) -> None:
        if on_node and event.info.name == "NodeFinished":
            on_node(event.data.node_info.node_name)

    place = database.parent
    with _environment(PARVN_BUILD_DB=str(database), GX_ANALYTICS_ENABLED="false"):
        try:
            return dbtRunner(callbacks=[listen]).invoke(
                [
                    *arguments, "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT),
                    "--target-path", str(place / "target"), "--log-path", str(place / "logs"), "--quiet",
                    "--log-level", "none", "--no-use-colors", "--no-version-check",
                ]
            )  # fmt: skip
        finally:
            DuckDBConnectionManager.close_all_connections()


def rows_at_fault(database: Path, query: str) -> list[str]:
    """Return the first rows that a data test found, one line each, without what is null in them.

    A row that names a record begins with the file, sheet and row where that record stands.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        found = connection.sql(query).limit(ROWS_SHOWN)
        names = found.columns
        lines = []
        for row in found.fetchall():
            values = {name: value for name, value in zip(names, row, strict=True) if value is not None}
            words = ", ".join(f"{name} = {value}" for name, value in values.items())
            place = _place_of(connection, values)
            lines.append(str(replace(place, message=words)) if place else words)
        return lines


def _place_of(connection: duckdb.DuckDBPyConnection, values: dict[str, Any]) -> Problem | None:
    """Return where the record stands that a row names by its id; of several the one furthest down in a document."""
    for table, model in reversed(TABLES.items()):
        if model.id_column not in values:
            continue
        found = connection.execute(
            f"select _file, _row from raw.{table} where _is_latest and {model.id_column} = ?",
            [str(values[model.id_column])],
        ).fetchone()
        if found:
            return Problem(found[0], "", table if found[0].endswith(".xlsx") else None, found[1])
    return None


def judged_also_on(evaluation_date: str | None) -> list[str]:
    """Return the arguments of dbt for one more day of judgement (YYYY-MM-DD)."""
    return ["--vars", f"{{evaluation_date: '{evaluation_date}'}}"] if evaluation_date else []


def build(
    database: Path, on_node: Callable[[str], None] | None = None, evaluation_date: str | None = None
) -> TransformResult:
    """Build and test every model in `database`; `evaluation_date` adds a day of judgement to those of the seed.

    Raises FailedCheck naming every node that failed, with the first rows that a data test found; tests that only warn
    are counted, not raised.
    """
    outcome = run_dbt(database, "build", *judged_also_on(evaluation_date), on_node=on_node)
    result = TransformResult()
    for node in getattr(outcome.result, "results", []) or []:
        result.counts[(str(node.node.resource_type), str(node.status))] += 1
        if str(node.status) in ("error", "fail", "runtime error"):
            result.failures.append(f"{node.node.name}: {(node.message or '').strip()}")
        if str(node.node.resource_type) == "test" and str(node.status) == "fail":
            result.failures += [f"  {row}" for row in rows_at_fault(database, node.node.compiled_code)]
    if result.failures or not outcome.success:
        lines = result.failures or [str(outcome.exception or _("dbt stopped without a message"))]
        raise FailedCheck(joined("\n- ", [_("dbt build failed; nothing was published:"), *lines]))
    return result


def write_docs(database: Path) -> Path:
    """Write dbt's documentation as one HTML page, without the folders of this machine, and return its path."""
    outcome = run_dbt(database, "docs", "generate", "--static")
    if not outcome.success:
        raise FailedCheck(_("dbt docs failed: {error}").format(error=outcome.exception))
    page = database.parent / "target" / "static_index.html"
    text = page.read_text(encoding="utf-8")
    for folder, name in ((database.parent, "build"), (PROJECT, ".")):
        text = text.replace(str(folder), name)
    page.write_text(text, encoding="utf-8")
    return page
