"""Landed dossiers counted by windows: the models, hand-written SQL, polars and pandas, as the rows grow."""

import json
import shutil
import time
from pathlib import Path
from typing import Any

from benchmarks.compiled import compile_models, needed_for, run_models
from benchmarks.harness import (
    MEMORY,
    NO_POLARS,
    THREADS,
    Section,
    compare,
    cpu_ratio,
    growth,
    has_polars,
    timed,
    work_folder,
)

ROWS = {
    "tiny": (20_000, 40_000),
    "small": (300_000, 1_000_000),
    "default": (1_000_000, 3_000_000, 10_000_000),
    "large": (1_000_000, 10_000_000, 100_000_000),
}
PANDAS_ROWS = 3_000_000
"""Beyond this pandas would take most of the memory of a small machine."""


def prepare(folder: str) -> None:
    """Put the landed extract and the seeds into a build database and compile the models that count it."""
    import duckdb

    from ingest.dossiers import Dossiers
    from ingest.landing import Landing

    place = Path(folder)
    database = place / "parvn.duckdb"
    with duckdb.connect(str(database)) as connection:
        Landing(place / "landing").build_raw(connection)
        Dossiers(place / "landing").build_raw(connection)
    models = compile_models(str(database), "+fct_dossier_count", "+mart_dossier_rates")
    (place / "models.json").write_text(json.dumps(models), encoding="utf-8")


def count_by_models(folder: str, name: str) -> dict[str, float]:
    """Run a model of the dossiers and all that it reads; returns the CPU seconds of each."""
    models = json.loads((Path(folder) / "models.json").read_text("utf-8"))
    return run_models(f"{folder}/parvn.duckdb", needed_for(name, models))


def count_months_again(folder: str, months: int) -> dict[str, Any]:
    """Count only the newest months again, as a build does after an extract that holds only them."""
    import duckdb

    with duckdb.connect(f"{folder}/parvn.duckdb", config={"threads": THREADS, "memory_limit": MEMORY}) as connection:
        partitions = "intermediate.int_dossier_partitions__keyed"
        months_of = f"select content_key from {partitions} order by first_day desc limit {months}"
        connection.execute(f"create or replace temp table changed as {months_of}")
        models = json.loads((Path(folder) / "models.json").read_text("utf-8"))
        (sql,) = (m["sql"] for m in models if m["name"] == "int_dossiers__counted")
        wanted = f"(select * from {partitions} where content_key in (from changed))"
        sql = sql.replace('"parvn"."intermediate"."int_dossier_partitions__keyed"', wanted)
        started, busy = time.perf_counter(), time.process_time()
        connection.execute(f"create or replace temp table again as {sql}")
        rows = connection.execute("select sum(dossier_count) from again").fetchall()[0][0]
        return {"seconds": time.perf_counter() - started, "cpu_seconds": time.process_time() - busy, "rows": rows}


def _months(folder: str) -> str:
    return f"{folder}/landing/dossiers/*/*/received_year=*/received_month=*/*.parquet"


def count_by_hand(folder: str) -> int:
    """Count the same groups and all windows by the SQL that one would write by hand: one join of rows and windows."""
    import duckdb

    config = {"threads": THREADS, "memory_limit": MEMORY, "temp_directory": f"{folder}/spill"}
    with duckdb.connect(f"{folder}/parvn.duckdb", config=config) as connection:
        connection.execute(
            f"""
            create or replace temp table by_hand as
            with windows as (select distinct period_start, period_end from marts.fct_dossier_count)
            select province_id, admin_level, agency_text, field_text, channel, period_start, period_end,
                count(*) filter (received_on >= period_start) as received,
                count(*) filter (resolved_on between period_start and period_end and resolved_on < due_on) as early,
                count(*) filter (resolved_on between period_start and period_end and resolved_on = due_on) as on_time,
                count(*) filter (resolved_on between period_start and period_end and resolved_on > due_on) as late,
                count(*) filter (coalesce(resolved_on > period_end, true)) as still_open,
                count(*) filter (coalesce(resolved_on > period_end, true) and due_on < period_end) as overdue
            from read_parquet('{_months(folder)}') inner join windows on received_on <= period_end
            group by all
            """
        )
        return connection.execute("select count(*) from by_hand").fetchall()[0][0]


GROUPS = ["province_id", "admin_level", "agency_text", "field_text", "channel", "year", "outcome"]


def sum_by_models(folder: str) -> int:
    """Only the pass over all rows: the model that counts them by segments of time."""
    models = json.loads((Path(folder) / "models.json").read_text("utf-8"))
    run_models(f"{folder}/parvn.duckdb", [m for m in models if m["name"] == "int_dossiers__counted"])
    return 0


def sum_by_duckdb(folder: str) -> int:
    """Count dossiers by group, year and outcome."""
    import duckdb

    with duckdb.connect(config={"threads": THREADS, "memory_limit": MEMORY}) as connection:
        sql = f"""
            select province_id, admin_level, agency_text, field_text, channel, year(received_on) as year,
                case when resolved_on is null then 'open' when resolved_on < due_on then 'early'
                    when resolved_on = due_on then 'on_time' else 'late' end as outcome,
                count(*) as dossiers
            from read_parquet('{_months(folder)}') group by all
        """
        return len(connection.execute(sql).fetchall())


def sum_by_polars(folder: str) -> int:
    """Count dossiers by group, year and outcome in polars, streaming."""
    import polars as pl

    outcome = (
        pl.when(pl.col("resolved_on").is_null()).then(pl.lit("open"))
        .when(pl.col("resolved_on") < pl.col("due_on")).then(pl.lit("early"))
        .when(pl.col("resolved_on") == pl.col("due_on")).then(pl.lit("on_time")).otherwise(pl.lit("late"))
    )  # fmt: skip
    rows = pl.scan_parquet(_months(folder), hive_partitioning=False)
    rows = rows.with_columns(pl.col("received_on").dt.year().alias("year"), outcome.alias("outcome"))
    return rows.group_by(GROUPS).agg(pl.len()).collect(engine="streaming").height


def sum_by_pandas(folder: str) -> int:
    """Count dossiers by group, year and outcome in pandas, all rows in memory."""
    import numpy as np
    import pandas as pd
    import pyarrow.dataset as ds

    columns = [*GROUPS[:5], "received_on", "due_on", "resolved_on"]
    paths = sorted(map(str, Path(folder).glob("landing/dossiers/*/*/received_year=*/received_month=*/*.parquet")))
    rows = ds.dataset(paths).to_table(columns=columns).to_pandas(date_as_object=False, strings_to_categorical=True)
    rows["year"] = rows["received_on"].dt.year
    done, due = rows["resolved_on"], rows["due_on"]
    rows["outcome"] = np.select([done.isna(), done < due, done == due], ["open", "early", "on_time"], "late")
    return len(rows.groupby(GROUPS, observed=True, dropna=False).size()) if isinstance(rows, pd.DataFrame) else 0


def run(size: str, repeats: int) -> Section:
    """Measure the counting of dossiers as they grow."""
    section = Section(
        "Dossiers",
        f"Dossiers of 63 provinces and 36 months, landed once and counted with {MEMORY} of memory. The fact: what "
        "dbt compiles for `fct_dossier_count`, run in order by DuckDB. By hand: one join of all rows and windows, for "
        "the same groups and windows. The plain sum (by group, year and outcome) is the same in DuckDB, polars and "
        "pandas; beside it stands the model's own pass over the rows, which also finds the segments of time of "
        "three days of each dossier. Ratios are of CPU: of the work to the one by hand, or to the plain sum in DuckDB.",
        ("rows", "work", "seconds", "CPU s", "peak MB", "ratio"),
    )
    counts, facts, marts = ROWS[size], [], []
    for rows in counts:
        folder = work_folder("dossiers")
        data, extract = str(folder / "data"), folder / "extract.parquet"
        timed("loading:write_extract", path=str(extract), data=data, rows=rows)
        landed = timed("loading:land_dossiers", path=str(extract), data=data, out=str(folder / "landing"))
        section.rows.append([rows, "landing", landed["seconds"], landed["cpu_seconds"], landed["peak_mb"], ""])
        extract.unlink()
        timed("dossiers:prepare", folder=str(folder))
        given = {"folder": str(folder)}
        times = repeats if rows <= 3_000_000 else 1
        found = compare(
            {
                "fact": ("dossiers:count_by_models", given | {"name": "fct_dossier_count"}),
                "hand": ("dossiers:count_by_hand", given),
                "mart": ("dossiers:count_by_models", given | {"name": "mart_dossier_rates"}),
                "again": ("dossiers:count_months_again", given | {"months": 1}),
            },
            times,
        )
        works = {"sum in DuckDB": ("dossiers:sum_by_duckdb", given), "model's pass": ("dossiers:sum_by_models", given)}
        if has_polars():
            works["sum in polars"] = ("dossiers:sum_by_polars", given)
        if rows <= PANDAS_ROWS:
            works["sum in pandas"] = ("dossiers:sum_by_pandas", given)
        sums = compare(works, times)
        for words, measured, base in (
            ("all windows by hand", found["hand"], None),
            ("the fact", found["fact"], found["hand"]),
            ("the fact and `mart_dossier_rates`", found["mart"], found["hand"]),
            ("the last of 36 months counted again", found["again"], None),
            *((name, measured, sums["sum in DuckDB"]) for name, measured in sums.items()),
        ):
            shown = cpu_ratio(measured, base) if base and base is not measured else ""
            section.rows.append([rows, words, measured.median, measured.cpu, measured.peak_mb, shown])
        facts.append(found["fact"])
        marts.append(found["mart"])
        section.aim(f"{rows:,} rows: the fact at most 1.2 times SQL by hand", cpu_ratio(facts[-1], found["hand"]), 1.2)
        shutil.rmtree(folder)
    section.aim(
        f"growth of the models from {counts[0]:,} to {counts[-1]:,} rows at most 1.05 (CPU)",
        growth(counts, [m.cpu for m in marts]),
        1.05,
    )
    section.aim("peak memory of the models at most 2.5 GB", max(m.peak_mb for m in marts) / 1000, 2.5, unit=" GB")
    slow = sorted(marts[-1].value.items(), key=lambda item: -item[1])[:4]
    section.notes.append(
        f"Of the models on {counts[-1]:,} rows the slowest (CPU): "
        + ", ".join(f"`{name}` {seconds:.1f} s" for name, seconds in slow)
        + "."
    )
    if counts[-1] < 100_000_000:
        section.notes.append("A hundred million rows: `--size large`; not in this run.")
    if not has_polars():
        section.notes.append(NO_POLARS)
    return section
