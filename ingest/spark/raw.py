"""The raw tables in Spark's catalog, made of what landed: records and dossiers from their Parquet, ledgers as rows."""

from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from ingest.contracts import TABLES, columns_of
from ingest.dossier_mapping import COLUMNS, DATES, FLAGS
from ingest.dossiers import Dossiers, Partition
from ingest.landing import TECHNICAL_COLUMNS, Landing
from ingest.quoting import literal

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

LEDGERS = (
    "landed_files", "load_attempts", "validation_results",
    "dossier_partitions", "dossier_rejects", "dossier_sources",
)  # fmt: skip
"""Raw tables that say what landed. They have no Parquet of their own: their rows come from the build database."""

_KEYS = {"source_id": "string", "vintage_no": "int", "received_year": "int", "received_month": "int"}


def create_raw(spark: "SparkSession", landing: Path, build_database: Path, folder: Path) -> None:
    """Create schema `raw` in Spark over what landed, in the columns of the one that `build_database` has.

    The ledgers go through Parquet files in `folder`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    spark.sql("create schema if not exists raw")
    vintages = list(Landing(landing).vintages())
    for name in TABLES:
        parts = []
        for vintage in (v for v in vintages if v.entry.record_table == name):
            parts.append(_columns(spark.read.parquet(vintage.path.as_uri()), name, vintage.technical()))
        if parts:
            _save(reduce(lambda one, other: one.unionAll(other), parts), name)
    with duckdb.connect(str(build_database), read_only=True) as connection:
        for name in [*LEDGERS, *(t for t in TABLES if t not in {v.entry.record_table for v in vintages})]:
            path = folder / f"{name}.parquet"
            connection.execute(f"copy raw.{name} to {literal(path)} (format parquet)")
            _save(spark.read.parquet(path.as_uri()), name)
    _create_dossiers(spark, Dossiers(landing))


def _columns(rows: "DataFrame", name: str, technical: dict[str, str | int | bool | None]) -> "DataFrame":
    from pyspark.sql import functions

    kinds = {"_vintage_no": "int", "_is_latest": "boolean"}
    given = {c: functions.lit(value).cast(kinds.get(c, "string")) for c, value in technical.items()}
    given |= {c: functions.lit(None).cast("string") for c in columns_of(name) if c not in rows.columns}
    return rows.select(*(given[c].alias(c) if c in given else c for c in (*columns_of(name), *TECHNICAL_COLUMNS)))


def _save(rows: "DataFrame", name: str) -> None:
    rows.coalesce(1).write.mode("overwrite").format("parquet").saveAsTable(f"raw.{name}")


def _create_dossiers(spark: "SparkSession", dossiers: Dossiers) -> None:
    """Register the landed folders as partitions of one table, exactly those of the ledger, and the view over it."""
    types = dict.fromkeys(COLUMNS, "string") | dict.fromkeys(DATES, "date") | dict.fromkeys(FLAGS, "boolean")
    columns = ", ".join(f"{name} {kind}" for name, kind in (types | _KEYS).items())
    spark.sql("drop table if exists raw.landed_dossiers")
    spark.sql(
        f"create table raw.landed_dossiers ({columns}) using parquet partitioned by ({', '.join(_KEYS)}) "
        f"location '{dossiers.folder.as_uri()}'"
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
