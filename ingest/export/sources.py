"""The sources that exported rows rest on, with publisher, address, licence and how to cite each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb


@dataclass(frozen=True)
class Source:
    """One row of `marts.dim_source`."""

    source_id: str
    publisher: str
    title: str
    address: str | None
    source_kind: str
    trust_grade: str
    licence: str
    citation: str
    note: str | None
    obtained_on: date | None


FIELDS = tuple(Source.__dataclass_fields__)
SOURCE_CODES = ("source_kind", "trust_grade")
"""Fields that hold codes of the vocabulary of the same name."""

_OWNERS = {"task_id": "fct_task", "target_id": "fct_target"}
"""A row that names a task or a promise rests on the source of that fact."""
_ONE_WINDOW = ("indicator_code", "admin_level", "scope_code", "period_start", "period_end", "as_of_date")

_RATES_OF_PAIRS = """
    select rates.source_id
    from exported
    inner join marts.mart_on_time_rates as rates
        on rates.geography_basis = exported.geography_basis
        and rates.admin_level = exported.admin_level
        and rates.scope_code = exported.scope_code
        and (rates.province_id, rates.period_start, rates.period_end) in (
            (exported.province_id, exported.period_start, exported.period_end),
            (exported.other_province_id, exported.other_period_start, exported.other_period_end)
        )
    where rates.is_preferred
"""
_SCORECARD_PARTS = (
    ("mart_on_time_rates", "source_id", "year(parts.period_end)"),
    ("fct_task", "source_id", "parts.plan_year"),
    ("fct_target", "source_id", "parts.plan_year"),
    ("mart_target_progress", "result_document_id", "parts.plan_year"),
    ("mart_index_rankings", "source_id", "parts.data_year"),
    ("mart_online_service_levels", "source_id", "parts.plan_year"),
)
"""Tables that `mart_province_scorecard` gathers from: column of the source, and the year of a row."""


def _scorecard() -> list[str]:
    return [
        f"select parts.{source} from exported inner join marts.{table} as parts "
        f"on parts.province_id = exported.province_id and {year} = exported.year"
        for table, source, year in _SCORECARD_PARTS
    ]


def _queries(table: str, columns: Sequence[str]) -> list[str]:
    """Return queries over `exported` that give the ids of sources."""
    found = [f'select "{column}" from exported' for column in columns if column.endswith(("source_id", "document_id"))]
    for column, owner in _OWNERS.items():
        if column in columns and table != owner:
            found.append(f"select facts.source_id from exported inner join marts.{owner} as facts using ({column})")
    if "other_figure_ids" in columns:
        figures = "select unnest(string_split(other_figure_ids, ';')) as figure_id from exported"
        found.append(f"select source_id from marts.fct_result where result_id in ({figures})")
        # the id of an index figure that a second source states ends with that source
        found.append(f"select regexp_extract(figure_id, '[^:]*$') from ({figures})")
    if table == "mart_on_time_comparison":
        found.append(_RATES_OF_PAIRS)
    if table == "mart_province_scorecard":
        found += _scorecard()
    return found


def _parts_of_computed(table: str, columns: Sequence[str]) -> list[str]:
    """Return queries for the sources of the parts, where a row is computed from several rows of the same table."""
    if table == "fct_index_statistic":
        return [
            "select scores.source_id from exported inner join marts.fct_index_score as scores "
            "using (index_code, edition_year) where exported.source_id = 'computed:index_edition'"
        ]
    window = [name for name in _ONE_WINDOW if name in columns]
    if not {"geography_basis", "source_id", "province_id"} <= set(columns) or not window:
        return []
    same = " and ".join(f"parts.{name} = exported.{name}" for name in window)
    return [
        "select parts.source_id from exported inner join marts.bridge_province_succession as succession "
        "on succession.successor_province_id = exported.province_id "
        f'inner join marts."{table}" as parts on parts.province_id = succession.predecessor_province_id and {same} '
        "where exported.source_id = 'computed:from_2025_07' and parts.geography_basis = 'as_reported'"
    ]


def sources_of(
    connection: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str], rows: str
) -> tuple[Source, ...]:
    """Return the sources that rows of a table rest on, by publisher and title; none for pure reference data.

    `rows` is what stands in `from` for them. A row that is a sum or a median rests on the sources of its parts too.
    """
    queries = _queries(table, columns) + _parts_of_computed(table, columns)
    if not queries:
        return ()
    found = connection.execute(
        f"with exported as materialized (select * from {rows}), used(source_id) as ({' union '.join(queries)}) "
        f"select {', '.join(FIELDS)} from marts.dim_source where source_id in (from used) "
        "order by publisher, title, source_id"
    ).fetchall()
    return tuple(Source(*row) for row in found)
