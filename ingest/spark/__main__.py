"""Builds the same models on DuckDB and on a Spark cluster of this machine, and compares every published table.

`make spark` runs `compare` for the records of the project; `--dossiers N` adds synthetic records with N synthetic
dossiers. All of it happens in a folder of its own among the system's temporary files: no warehouse is touched.
"""

import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from datetime import date
from pathlib import Path
from typing import Any

import click

from ingest import pipeline, publish, synthetic, synthetic_dossiers
from ingest.commands import options
from ingest.commands.printing import print_rows
from ingest.messages import gettext as _
from ingest.messages import joined
from ingest.paths import PROJECT, Workspace
from ingest.problems import FailedCheck, ParvnError
from ingest.spark.cluster import Cluster, running
from ingest.spark.parity import Comparison, compare_all

MODELS_ONLY = ("--exclude-resource-type", "test", "unit_test")
"""Tests run on DuckDB, in `parvn build`: rows that are equal pass the same tests."""
RETOLD = 20
"""One of so many synthetic dossiers is told by two extracts, as it stood on two days."""


def say(line: str) -> None:
    """Say what begins, beside the result."""
    click.echo(line, err=True)


def write_dossiers(folder: Path, count: int) -> Workspace:
    """Write the synthetic records of the demonstration and land `count` dossiers of their provinces beside them.

    Three extracts: what came until October 2024, what came in November, and November once more, two months on.
    """
    workspace = Workspace(folder / "data", folder / "warehouse")
    synthetic.write_records(workspace.data)
    synthetic_dossiers.write_descriptions(workspace.data)
    late = count // RETOLD
    november, january = date(2024, 11, 30), date(2025, 1, 31)
    extracts = (
        (0, count - late, date(2020, 12, 1), date(2024, 10, 31), november),
        (count - late, late, date(2024, 11, 1), november, november),
        (count - late, late, date(2024, 11, 1), november, january),
    )
    for number, (first, rows, first_day, last_day, extracted_on) in enumerate(extracts, 1):
        path = folder / f"extract-{number}.parquet"
        synthetic_dossiers.write_extract(
            path, rows, synthetic.PROVINCES, first_day, last_day, extracted_on, first_number=first
        )
        list(pipeline.land_dossiers(workspace, [path], synthetic_dossiers.SOURCE_ID, extracted_on))
        path.unlink()
    return workspace


def build_on_duckdb(workspace: Workspace) -> float:
    """Land, audit and build every model in the build database; returns the seconds that dbt took."""
    from ingest import transform

    with publish.writer_lock(workspace):
        run = pipeline.Run(workspace, say)
        run.land(run.check())
        run.audit(None, run.accepted_exceptions(), [])
        started = time.monotonic()
        outcome = transform.run_dbt(workspace.build_database, "build", *MODELS_ONLY)
        if not outcome.success:
            raise FailedCheck(_("dbt build failed on DuckDB: {reason}").format(reason=outcome.exception))
        return time.monotonic() - started


def build_on_spark(cluster: Cluster, workspace: Workspace, folder: Path) -> float:
    """Make the raw tables of what landed and build every model on the cluster; returns the seconds that dbt took."""
    from pyspark.sql import SparkSession

    from ingest.spark.raw import create_raw

    spark = SparkSession.builder.remote(cluster.remote).create()
    try:
        create_raw(spark, workspace.landing, workspace.build_database)
    finally:
        spark.stop()
    started, target = time.monotonic(), folder / "target"
    command = [
        sys.executable, "-m", "dbt.cli.main", "build", "--target", "spark", *MODELS_ONLY, "--project-dir", str(PROJECT),
        "--profiles-dir", str(PROJECT), "--target-path", str(target), "--log-path", str(folder / "logs"),
        "--no-use-colors", "--no-version-check",
    ]  # fmt: skip
    environment = os.environ | {"SPARK_REMOTE": cluster.remote, "PYTHONWARNINGS": "ignore"}
    if subprocess.run(command, env=environment, check=False).returncode:
        raise FailedCheck(joined("\n- ", [_("dbt build failed on Spark:"), *_failures(target / "run_results.json")]))
    return time.monotonic() - started


def _failures(results: Path) -> list[str]:
    if not results.exists():
        return [_("dbt stopped without a message")]
    nodes: list[dict[str, Any]] = json.loads(results.read_text("utf-8"))["results"]
    return [
        f"{n['unique_id'].split('.')[-1]}: {(n['message'] or '').split('JVM stacktrace')[0].strip()}"
        for n in nodes
        if n["status"] in ("error", "fail")
    ]


def compare_engines(name: str, workspace: Workspace, folder: Path) -> list[Comparison]:
    """Build on both engines, print how every table fared, and return that."""
    say(_("{name}: the models on DuckDB").format(name=name))
    duckdb_seconds = build_on_duckdb(workspace)
    say(_("{name}: a cluster, then the models on Spark").format(name=name))
    with running(folder / "spark") as cluster:
        spark_seconds = build_on_spark(cluster, workspace, folder / "spark")
        executors = cluster.executors()
    found = list(compare_all(workspace.build_database, cluster.warehouse))
    print_rows(["table", "rows", "differences"], [(f.table, f.row_count, f.difference_count) for f in found], "table")
    for comparison in found:
        for example in comparison.examples:
            click.echo(f"  {comparison.table}  {example[:500]}")
    words = _(
        "{name}: {tables} tables, {rows} rows, {differing} tables differ; dbt took {duckdb:.0f} s on DuckDB, "
        "{spark:.0f} s on Spark ({executors} executors)"
    )
    click.echo(
        words.format(
            name=name,
            tables=len(found),
            rows=f"{sum(f.row_count for f in found):,}",
            differing=sum(1 for f in found if f.difference_count),
            duckdb=duckdb_seconds,
            spark=spark_seconds,
            executors=executors,
        )
    )
    return found


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Build the same models on Apache Spark."""
    # what packages say of each other's versions and of their own temporary files is not for the reader
    warnings.simplefilter("ignore")
    logging.getLogger("great_expectations").setLevel(logging.WARNING)


@main.command()
@options.warehouse
@click.option("--remote", envvar="SPARK_REMOTE", required=True, show_envvar=True, help="A Spark Connect server.")
@click.option("--place", help="Where the cluster sees the folder of landed files, such as s3a://bucket/landing.")
def raw(warehouse: Path, remote: str, place: str | None) -> None:
    """Make the raw tables on a cluster from what `parvn load` or `parvn build` landed; then dbt can build there."""
    from pyspark.sql import SparkSession

    from ingest.spark.raw import create_raw

    workspace = Workspace(warehouse=warehouse.resolve())
    if not workspace.build_database.exists():
        raise ParvnError(_("{path} is not there; run: parvn load").format(path=workspace.build_database))
    spark = SparkSession.builder.remote(remote).create()
    try:
        create_raw(spark, workspace.landing, workspace.build_database, place)
    finally:
        spark.stop()
    click.echo(_("Raw tables are there; now: dbt build --target spark --exclude-resource-type test unit_test"))


@main.command()
@click.option("--dossiers", type=click.IntRange(min=1000), help="Also compare with so many synthetic dossiers.")
@click.option("--records/--no-records", default=True, help="Compare with the records of the project.")
@click.option("--keep", is_flag=True, help="Leave the folder with both builds and Spark's logs for a look.")
def compare(dossiers: int | None, records: bool, keep: bool) -> None:
    """Compare the models on DuckDB with those on a cluster of this machine, row by row; exit 2 where they differ."""
    folder = Path(tempfile.mkdtemp(prefix="parvn-spark-"))
    found: list[Comparison] = []
    try:
        if records:
            workspace = Workspace(PROJECT / "data", folder / "records" / "warehouse")
            found += compare_engines("records", workspace, folder / "records")
        if dossiers:
            workspace = write_dossiers(folder / "dossiers", dossiers)
            found += compare_engines(f"{dossiers:,} dossiers", workspace, folder / "dossiers")
    except ParvnError:
        keep = True
        raise
    finally:
        if keep:
            click.echo(_("kept: {folder}").format(folder=folder), err=True)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    if any(f.difference_count for f in found):
        raise FailedCheck(_("DuckDB and Spark do not agree"))


if __name__ == "__main__":
    # a polite kill ends the cluster as Ctrl-C does
    signal.signal(signal.SIGTERM, lambda *_arguments: sys.exit(143))
    try:
        main.main(standalone_mode=False)
    except ParvnError as error:
        click.echo(str(error), err=True)
        sys.exit(error.exit_code)
    except click.UsageError as error:
        error.show()
        sys.exit(64)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
