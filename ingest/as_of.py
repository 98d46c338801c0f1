"""The published facts as they were known on a day."""

from datetime import date

import duckdb
from jinja2 import Environment

from ingest import limits
from ingest.paths import PROJECT, Workspace
from ingest.problems import ParvnError
from ingest.publish import current_release
from ingest.quoting import identifier, literal

MACRO = PROJECT / "dbt_project" / "macros" / "as_known_on.sql"


def known_on(relation: str, day: date) -> str:
    """Return the SQL condition of dbt's macro `as_known_on`: the one place that says what was known on a day."""
    macros = Environment(autoescape=False).from_string(MACRO.read_text("utf-8")).module
    return str(macros.as_known_on(relation, f"date '{day.isoformat()}'")).strip()  # type: ignore[attr-defined]


def _condition(table: str, columns: list[str], day: date) -> str | None:
    """Return which rows of a table of `marts` were known; None: the table is not built for a day."""
    on = f"date '{day.isoformat()}'"
    if "evaluation_date" in columns:
        return f"evaluation_date <= {on}"
    if table.startswith("mart_"):
        return None
    if "known_to" in columns:
        return known_on("figures", day)
    if "known_from" in columns:
        return f"known_from <= {on}"
    if "event_date" in columns:
        return f"event_date <= {on}"
    documents = f"select document_id from release.marts.dim_document where known_from <= {on}"
    if table == "dim_source":
        return f"source_kind = 'computed' or source_id in ({documents})"
    if "document_id" in columns:
        return f"document_id in ({documents})"
    if "target_id" in columns:
        versions = f"release.marts.fct_target_version as versions where {known_on('versions', day)}"
        return f"target_id in (select target_id from {versions})"
    if "task_id" in columns:
        return f"task_id in (select task_id from release.marts.fct_task where document_id in ({documents}))"
    return "true"


def _select(table: str, columns: list[str], day: date) -> str | None:
    """Return the query that shows a table of `marts` as it was known; None: the table is not built for a day."""
    if table == "fct_target":
        # the same columns, in the version known then
        names = ", ".join(map(identifier, columns))
        return f"select {names} from release.marts.fct_target_version as figures where {known_on('figures', day)}"
    condition = _condition(table, columns, day)
    if condition is None:
        return None
    replaced = {}
    if "known_to" in columns:
        # the same question asked with and without a day: the version known then is the latest one
        replaced = {"is_latest_vintage": "true", "known_to": "cast(null as date)"}
    if "rank_computed_known_from" in columns:
        was_known = f"rank_computed_known_from <= date '{day.isoformat()}'"
        replaced["rank_computed"] = f"case when {was_known} then rank_computed end"
    names = ", ".join(
        f"{replaced[column]} as {column}" if column in replaced else identifier(column) for column in columns
    )
    return f"select {names} from release.marts.{identifier(table)} as figures where {condition}"


def open_as_of(workspace: Workspace, day: date, memory: str = limits.QUERY_MEMORY) -> duckdb.DuckDBPyConnection:
    """Open the latest release so that `marts` holds only what was known on `day`, and `reference` as it is.

    Facts show the version known on the day, which is their latest one then; judgements end with the day. Other marts,
    audit and raw are not there: they are made from all that is held now. Raises ParvnError if nothing is published.
    """
    release = current_release(workspace)
    if release is None:
        raise ParvnError(f"nothing is published in {workspace.warehouse} yet; run 'parvn build' first")
    connection = duckdb.connect(config={"memory_limit": memory, "temp_directory": ""})
    connection.execute(f"attach {literal(workspace.published_database.resolve())} as release (read_only)")
    tables = connection.execute(
        "select schema_name, table_name, list(column_name order by column_index) from duckdb_columns() "
        "where database_name = 'release' and schema_name in ('marts', 'reference') group by all order by all"
    ).fetchall()
    for schema in ("marts", "reference"):
        connection.execute(f"create schema {schema}")
    for schema, table, columns in tables:
        if schema == "reference":
            shown: str | None = f"from release.reference.{identifier(table)}"
        else:
            shown = _select(table, columns, day)
        if shown is not None:
            connection.execute(f"create view {schema}.{identifier(table)} as {shown}")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection
