"""The published facts as they were known on a day."""

from datetime import date
from pathlib import Path

import duckdb
from jinja2 import Environment

from ingest import limits
from ingest.paths import PROJECT, Workspace
from ingest.problems import ParvnError
from ingest.publish import current_release

MACRO = PROJECT / "dbt_project" / "macros" / "as_known_on.sql"


def known_on(relation: str, day: date) -> str:
    """Return the SQL condition of dbt's macro `as_known_on`: the one place that says what was known on a day."""
    macros = Environment(autoescape=False).from_string(MACRO.read_text("utf-8")).module
    return str(macros.as_known_on(relation, f"date '{day.isoformat()}'")).strip()  # type: ignore[attr-defined]


def _condition(table: str, columns: set[str], day: date) -> str | None:
    """Return which rows of a table of `marts` were known; None: the table is not built for a day."""
    literal = f"date '{day.isoformat()}'"
    if "evaluation_date" in columns:
        return f"evaluation_date <= {literal}"
    if table.startswith("mart_"):
        return None
    if "known_to" in columns:
        return known_on("figures", day)
    if "known_from" in columns:
        return f"known_from <= {literal}"
    if "event_date" in columns:
        return f"event_date <= {literal}"
    documents = f"select document_id from release.marts.dim_document where known_from <= {literal}"
    for column in ("document_id", "citing_document_id"):
        if column in columns:
            return f"{column} in ({documents})"
    if "target_id" in columns:
        versions = f"release.marts.fct_target_version as versions where {known_on('versions', day)}"
        return f"target_id in (select target_id from {versions})"
    if "task_id" in columns:
        return f"task_id in (select task_id from release.marts.fct_task where document_id in ({documents}))"
    return "true"


def open_as_of(workspace: Workspace, day: date, memory: str = limits.QUERY_MEMORY) -> duckdb.DuckDBPyConnection:
    """Open the latest release so that `marts` holds only what was known on `day`, and `reference` as it is.

    Facts show the version known on the day, which is their latest one then; judgements end with the day. Other marts,
    audit and raw are not there: they are made from all that is held now. Raises ParvnError if nothing is published.
    """
    if current_release(workspace) is None:
        raise ParvnError(f"nothing is published in {workspace.warehouse} yet; run 'parvn build' first")
    return open_file_as_of(workspace.published_database.resolve(), day, memory)


def open_file_as_of(database: Path, day: date, memory: str = limits.QUERY_MEMORY) -> duckdb.DuckDBPyConnection:
    """Open a published file as `open_as_of` opens the latest release."""
    connection = duckdb.connect(config={"memory_limit": memory, "temp_directory": ""})
    path = str(database).replace("'", "''")
    connection.execute(f"attach '{path}' as release (read_only)")
    tables: dict[tuple[str, str], set[str]] = {}
    for schema, table, column in connection.execute(
        "select schema_name, table_name, column_name from duckdb_columns() "
        "where database_name = 'release' and schema_name in ('marts', 'reference')"
    ).fetchall():
        tables.setdefault((schema, table), set()).add(column)
    for schema in ("marts", "reference"):
        connection.execute(f"create schema {schema}")
    for (schema, table), columns in sorted(tables.items()):
        condition = _condition(table, columns, day) if schema == "marts" else "true"
        if condition is None:
            continue
        source, selected = table, "*"
        if (schema, table) == ("marts", "fct_target"):
            source, condition = "fct_target_version", known_on("figures", day)
            selected = ", ".join(
                f'"{name}"'
                for (name,) in connection.execute(
                    "select column_name from duckdb_columns() where database_name = 'release' "
                    "and schema_name = 'marts' and table_name = 'fct_target' order by column_index"
                ).fetchall()
            )
        elif "known_to" in columns:
            # the same question asked with and without a day: the version known then is the latest one
            replaced = ["true as is_latest_vintage", "cast(null as date) as known_to"]
            if "rank_computed_known_from" in columns:
                replaced.append(
                    f"case when rank_computed_known_from <= date '{day.isoformat()}' then rank_computed end "
                    "as rank_computed"
                )
            selected = f"* replace ({', '.join(replaced)})"
        connection.execute(
            f'create view {schema}."{table}" as select {selected} from release.{schema}."{source}" as figures '
            f"where {condition}"
        )
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection
