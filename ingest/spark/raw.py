"""The raw tables in Spark's catalog, made of what landed: records and dossiers from their Parquet, ledgers as rows."""

from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from ingest.contracts import TABLES, columns_of
from ingest.dossier_mapping import COLUMNS, TYPES
from ingest.dossiers import Dossiers, Partition
from ingest.landing import TECHNICAL_COLUMNS, Landing, Vintage

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

LEDGERS = (
    "landed_files", "load_attempts", "validation_results",
    "dossier_partitions", "dossier_rejects", "dossier_sources",
)  # fmt: skip
"""Raw tables that say what landed. They have no Parquet of their own: their rows come from the build database."""

_LEDGER_TYPES = {"_vintage_no": "int", "_is_latest": "boolean"}
_KEYS = {"source_id": "string", "vintage_no": "int", "received_year": "int", "received_month": "int"}


def create_raw(spark: "SparkSession", landing: Path, build_database: Path, place: str | None = None) -> None:
    """Create schema `raw` in Spark over what landed, in the columns of the one that `build_database` has.

    `place` is where the cluster sees the folder `landing`, such as `s3a://bucket/landing`; by default where we do.
    """
    place = place or landing.as_uri()
    spark.sql("create schema if not exists raw")
    vintages = list(Landing(landing).vintages())
    for name in TABLES:
        of_table = [v for v in vintages if v.entry.record_table == name]
        if of_table:
            _save(_records(spark, name, of_table, landing, place), name)
    with duckdb.connect(str(build_database), read_only=True) as connection:
        for name in [*LEDGERS, *(t for t in TABLES if t not in {v.entry.record_table for v in vintages})]:
            _save(_ledger(spark, name, connection), name)
    _create_dossiers(spark, Dossiers(landing), place)


def _records(spark: "SparkSession", name: str, vintages: list[Vintage], landing: Path, place: str) -> "DataFrame":
    """Return the rows of a record table: its landed files, and beside each row what the ledger says of its file."""
    from pyspark.sql import functions

    columns = columns_of(name)
    rows = spark.read.schema(", ".join([*(f"`{c}` string" for c in columns), "_row int"]))
    # files of equal content are one
    paths = sorted({f"{place}/{v.path.relative_to(landing).as_posix()}" for v in vintages})
    files = rows.parquet(*paths).select("*", "_metadata.file_name")
    known = vintages[0].technical()
    kinds = ", ".join(f"{c} {_LEDGER_TYPES.get(c, 'string')}" for c in known)
    ledger = spark.createDataFrame(
        [(v.path.name, *v.technical().values()) for v in vintages], f"file_name string, {kinds}"
    )
    return files.join(functions.broadcast(ledger), "file_name").select(*columns, *TECHNICAL_COLUMNS)


def _ledger(spark: "SparkSession", name: str, connection: duckdb.DuckDBPyConnection) -> "DataFrame":
    described = connection.execute(f"describe raw.{name}").fetchall()
    schema = ", ".join(f"`{row[0]}` {'string' if row[1] == 'VARCHAR' else row[1]}" for row in described)
    return spark.createDataFrame(connection.execute(f"select * from raw.{name}").fetchall(), schema)


def _save(rows: "DataFrame", name: str) -> None:
    rows.coalesce(1).write.mode("overwrite").format("parquet").saveAsTable(f"raw.{name}")


def _create_dossiers(spark: "SparkSession", dossiers: Dossiers, place: str) -> None:
    """Register the landed folders as partitions of one table, exactly those of the ledger, and the view over it."""
    types = {name: "string" if kind == "varchar" else kind for name, kind in TYPES.items()}
    columns = ", ".join(f"{name} {kind}" for name, kind in (types | _KEYS).items())
    spark.sql("drop table if exists raw.landed_dossiers")
    spark.sql(
        f"create table raw.landed_dossiers ({columns}) using parquet partitioned by ({', '.join(_KEYS)}) "
        f"location '{place}/{dossiers.folder.name}'"
    )
    partitions = [
        f"partition (source_id = '{extract.source_id}', vintage_no = {extract.vintage_no}, "
        f"received_year = {part.year}, received_month = {part.month})"
        for extract in dossiers.extracts()
        for part in (Partition(**p) for p in extract.partitions)
    ]
    if partitions:
        spark.sql(f"alter table raw.landed_dossiers add {' '.join(partitions)}")
    keys = " and ".join(f"landed.{key} = months.{key}" for key in _KEYS)
    names = ", ".join(f"landed.{name}" for name in (*_KEYS, *COLUMNS))
    spark.sql(
        f"create or replace view raw.dossiers as select {names}, months.is_contested "
        f"from raw.landed_dossiers as landed inner join raw.dossier_partitions as months on {keys}"
    )
