"""Compares tables of two engines row by row: text, counts, days and decimals exactly, doubles within 1e-9 of each."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from ingest.quoting import identifier, literal

SCHEMAS = ("marts", "audit", "reference")
"""What a release publishes, and so what is compared."""
NOT_THE_SAME: dict[str, str] = {}
"""Published columns that cannot be equal on both engines, as `schema.table.column`, each with the reason."""
RELATIVE_TOLERANCE = 1e-9
"""Of doubles: engines add in different orders."""
EXAMPLES = 3


@dataclass
class Comparison:
    """How one table fared (grain: table)."""

    table: str
    row_count: int
    """Rows of the first engine."""
    difference_count: int = 0
    """Rows that only one engine has, and values beyond the tolerance."""
    examples: list[str] = field(default_factory=list)


def compare(connection: duckdb.DuckDBPyConnection, table: str, one: str, other: str) -> Comparison:
    """Compare two relations (SQL) with the same columns; `table` is what the result calls them.

    Rows need no key: a row is the sum of its columns. Rows equal in all but their doubles are paired by the order of
    these, so that what is found equal is equal.
    """
    (rows,) = connection.execute(f"select count(*) from {one}").fetchall()[0]
    found = Comparison(table, rows)
    kinds, other_kinds = (_kinds(connection, relation) for relation in (one, other))
    if kinds != other_kinds:
        sides = (kinds, other_kinds), (other_kinds, kinds)
        only = [sorted(f"{c} {k}" for c, k in a.items() if b.get(c) != k) for a, b in sides]
        found.difference_count = len({word.split()[0] for side in only for word in side}) or 1
        found.examples = [f"columns: {', '.join(only[0]) or 'another order'} | {', '.join(only[1])}"]
        return found
    left_out = {c for c in kinds if f"{table}.{c}" in NOT_THE_SAME}
    exact = [_as_exact(c, k) for c, k in kinds.items() if k != "double" and c not in left_out]
    doubles = [c for c, k in kinds.items() if k == "double" and c not in left_out]
    for side, (first, second) in (("-", (one, other)), ("+", (other, one))):
        names = ", ".join(exact)
        sql = f"(select {names} from {first} except all select {names} from {second})"
        (count,) = connection.execute(f"select count(*) from {sql}").fetchall()[0]
        if count:
            found.difference_count += count
            shown = connection.execute(f"select * from {sql} order by all limit {EXAMPLES}").fetchall()
            found.examples += [f"{side} {' | '.join(map(str, row))}" for row in shown]
    if not found.difference_count and doubles:
        _compare_doubles(connection, found, one, other, exact, doubles)
    return found


def _kinds(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    """Return the columns of a relation with their kind: the widths of numbers differ between engines, not kinds."""
    described = connection.execute(f"describe select * from {relation}").fetchall()
    return {row[0]: _kind(row[1]) for row in described}


def _kind(data_type: str) -> str:
    if data_type.startswith("DECIMAL"):
        return "decimal"
    if data_type.endswith("INT") or data_type == "INTEGER":
        return "whole number"
    return "timestamp" if data_type.startswith("TIMESTAMP") else data_type.lower()


def _as_exact(column: str, kind: str) -> str:
    name = identifier(column)
    # Spark's timestamps are moments; ours are said in UTC
    return f"cast(timezone('UTC', cast({name} as timestamptz)) as timestamp)" if kind == "timestamp" else name


def _compare_doubles(
    connection: duckdb.DuckDBPyConnection, found: Comparison, one: str, other: str, exact: list[str], doubles: list[str]
) -> None:
    places = range(len(exact))
    keys = ", ".join(f"k{i}" for i in places)
    values = ", ".join(f"d{i}" for i in range(len(doubles)))
    columns = [f"{expression} as k{i}" for i, expression in enumerate(exact)]
    columns += [f"{identifier(d)} as d{i}" for i, d in enumerate(doubles)]
    numbered = [
        f"(select *, row_number() over (partition by {keys or '1'} order by {values}) as n "
        f"from (select {', '.join(columns)} from {relation}))"
        for relation in (one, other)
    ]
    same = " and ".join(["a.n = b.n", *(f"a.k{i} is not distinct from b.k{i}" for i in places)])
    for i, double in enumerate(doubles):
        close = f"abs(a.d{i} - b.d{i}) <= {RELATIVE_TOLERANCE} * greatest(abs(a.d{i}), abs(b.d{i}))"
        apart = (
            f"a.d{i} is distinct from b.d{i} and not coalesce(isfinite(a.d{i}) and isfinite(b.d{i}) and {close}, false)"
        )
        sql = f"from {numbered[0]} as a inner join {numbered[1]} as b on {same} where {apart}"
        (count,) = connection.execute(f"select count(*) {sql}").fetchall()[0]
        if count:
            found.difference_count += count
            first = "a.k0, " if exact else ""
            shown = connection.execute(f"select {first}a.d{i}, b.d{i} {sql} order by all limit {EXAMPLES}").fetchall()
            found.examples += [f"{double}: {' | '.join(map(str, row))}" for row in shown]


def tables_of(connection: duckdb.DuckDBPyConnection, database: str) -> list[tuple[str, str]]:
    """Return the published tables of an attached database as (schema, table), in their order of name."""
    return connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = ? and schema_name in "
        f"({', '.join(map(literal, SCHEMAS))}) order by all",
        [database],
    ).fetchall()


def compare_all(build_database: Path, spark_warehouse: Path) -> Iterator[Comparison]:
    """Compare every published table of a DuckDB build with the Parquet that Spark wrote for it."""
    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(build_database)} as built (read_only)")
        for schema, table in tables_of(connection, "built"):
            files = spark_warehouse / f"{schema}.db" / table / "*.parquet"
            name = f"{schema}.{table}"
            ours = f"built.{identifier(schema)}.{identifier(table)}"
            if not files.parent.is_dir():
                yield Comparison(name, 0, 1, [f"there is no folder {files.parent}"])
            else:
                is_empty = not any(files.parent.glob(files.name))
                theirs = f"(from {ours} where false)" if is_empty else f"read_parquet({literal(files)})"
                yield compare(connection, name, ours, theirs)
