"""The published facts as they were known on a day."""

from datetime import date
from pathlib import Path

import duckdb

from ingest import limits, published_macros
from ingest.messages import gettext as _
from ingest.paths import Workspace
from ingest.problems import ParvnError
from ingest.publish import current_release
from ingest.quoting import identifier, literal


def known_on(relation: str, day: date) -> str:
    """Return the SQL condition of dbt's macro `as_known_on` for a day."""
    return published_macros.known_on(relation, f"date '{day.isoformat()}'")


def open_as_of(workspace: Workspace, day: date, memory: str = limits.QUERY_MEMORY) -> duckdb.DuckDBPyConnection:
    """Open the latest release so that `marts` holds only what was known on `day`, and `reference` as it is.

    Facts show the version known on the day, which is their latest one then; judgements end with the day. Other marts,
    audit and raw are not there: they are made from all that is held now. Raises ParvnError if nothing is published.
    """
    if current_release(workspace) is None:
        raise ParvnError(
            _("nothing is published in {warehouse} yet; run 'parvn build' first").format(warehouse=workspace.warehouse)
        )
    return open_file_as_of(workspace.published_database.resolve(), day, memory)


def open_file_as_of(database: Path, day: date, memory: str = limits.QUERY_MEMORY) -> duckdb.DuckDBPyConnection:
    """Open a published file as `open_as_of` opens the latest release."""
    connection = duckdb.connect(config={"memory_limit": memory, "temp_directory": ""})
    connection.execute(f"attach {literal(database)} as release (read_only)")
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
            shown = published_macros.table_known_on(table, columns, f"date '{day.isoformat()}'", "release.")
        if shown is not None:
            connection.execute(f"create view {schema}.{identifier(table)} as {shown}")
    published_macros.create_macros(connection)
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection
