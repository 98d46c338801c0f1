"""SQL macros of the published file, rendered with the dbt macros that the marts are built with."""

from functools import cache
from typing import Any

import duckdb

from ingest.paths import PROJECT
from ingest.quoting import identifier

DBT_MACROS = PROJECT / "dbt_project" / "macros"
TEMPLATE = PROJECT / "dbt_project" / "published_macros.sql"
_AS_OF = "{name}(on_day): {table} as it was known on a day{how}. | Bảng {table} như đã biết vào một ngày."


@cache
def _dbt_macros() -> str:
    """Return the text of every dbt macro; they are rendered without dbt, as for DuckDB."""
    return "".join(path.read_text("utf-8") for path in sorted(DBT_MACROS.glob("*.sql")))


def render(template: str, **values: Any) -> str:
    """Return a Jinja template filled in, with the dbt macros at hand."""
    from jinja2 import Environment, pass_context  # only those who ask for a day, or publish, wait for it
    from jinja2.runtime import Context

    @pass_context
    def dispatch(context: Context, name: str, _package: str) -> Any:
        return context[f"default__{name}"]

    environment = Environment(autoescape=False, extensions=["jinja2.ext.do"])
    environment.globals |= {"adapter": {"dispatch": dispatch}, "return": lambda value: value}
    return environment.from_string(_dbt_macros() + template).render(values).strip()


def known_on(relation: str, day: str) -> str:
    """Return the SQL condition of dbt's macro `as_known_on`: the one place that says what was known on a day."""
    return render("{{ as_known_on(relation, day) }}", relation=relation, day=day)


def condition_known_on(table: str, columns: set[str], day: str, source: str = "") -> str | None:
    """Return which rows of a table of `marts`, called `figures`, were known on a day (an SQL expression).

    `source` leads to the schema `marts`, such as `release.`. None: the table is not built for a day.
    """
    if "evaluation_date" in columns:
        return f"evaluation_date <= {day}"
    if table.startswith("mart_"):
        return None
    if "known_to" in columns:
        return known_on("figures", day)
    if "known_from" in columns:
        return f"known_from <= {day}"
    if "event_date" in columns:
        return f"event_date <= {day}"
    documents = f"select document_id from {source}marts.dim_document where known_from <= {day}"
    if table == "dim_source":
        # a figure of an index counts from its edition's day, also where a later document is what states it
        figures = f"select source_id from {source}marts.fct_index_score where known_from <= {day}"
        return f"source_kind = 'computed' or source_id in ({documents}) or source_id in ({figures})"
    for column in ("document_id", "citing_document_id"):
        if column in columns:
            return f"{column} in ({documents})"
    if "target_id" in columns:
        versions = f"{source}marts.fct_target_version as versions where {known_on('versions', day)}"
        return f"target_id in (select target_id from {versions})"
    if "task_id" in columns:
        return f"task_id in (select task_id from {source}marts.fct_task where document_id in ({documents}))"
    return "true"


def table_known_on(table: str, columns: list[str], day: str, source: str = "") -> str | None:
    """Return the SQL of a table of `marts` as it was known on a day, under its own columns; None: it has no such state.

    Facts show the version known on the day, which is their latest one then.
    """
    if table == "fct_target":
        # the same columns, in the version known then
        names = ", ".join(map(identifier, columns))
        return f"select {names} from {source}marts.fct_target_version as figures where {known_on('figures', day)}"
    condition = condition_known_on(table, set(columns), day, source)
    if condition is None:
        return None
    replaced = {}
    if "known_to" in columns:
        # the same question asked with and without a day: the version known then is the latest one
        replaced = {"is_latest_vintage": "true", "known_to": "cast(null as date)"}
    if "rank_computed_known_from" in columns:
        replaced["rank_computed"] = f"case when rank_computed_known_from <= {day} then rank_computed end"
    names = ", ".join(f"{replaced[c]} as {c}" if c in replaced else identifier(c) for c in columns)
    return f"select {names} from {source}marts.{identifier(table)} as figures where {condition}"


def create_macros(connection: duckdb.DuckDBPyConnection) -> None:
    """Create rates, look-ups and period windows in the current database, whose `marts` and `reference` are there."""
    connection.execute(render(TEMPLATE.read_text("utf-8")))


def create_as_of_macros(connection: duckdb.DuckDBPyConnection) -> None:
    """Create `<fact>_as_of(on_day)` for every fact table of the current database."""
    tables: dict[str, list[str]] = {}
    for table, column in connection.execute(
        "select table_name, column_name from duckdb_columns() where database_name = current_database() "
        "and schema_name = 'marts' and table_name like 'fct%' order by table_name, column_index"
    ).fetchall():
        tables.setdefault(table, []).append(column)
    for table, columns in tables.items():
        name = f"{table}_as_of"
        connection.execute(f'create macro marts."{name}"(on_day) as table {table_known_on(table, columns, "on_day")}')
        how = ", each row in the version known then" if "known_to" in columns or table == "fct_target" else ""
        comment = _AS_OF.format(name=name, table=table, how=how)
        connection.execute(f"comment on macro table marts.\"{name}\" is '{comment}'")
