"""What of the comparison with Spark needs no Spark; `make spark` runs the rest, its result is in docs/scaling.md."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from ingest.paths import PROJECT
from ingest.problems import ParvnError
from ingest.spark import cluster, parity

ROWS = """
    (values
        ('a', 1, date '2024-01-31', 12.5::decimal(20, 6), true, 99.25::double, timestamp '2024-02-01 08:00:00'),
        ('a', 1, date '2024-01-31', 12.5::decimal(20, 6), true, 33.3::double, timestamp '2024-02-01 08:00:00'),
        ('b', 2, null, null, null, null, null),
        ('c', 3, date '2024-03-31', 0::decimal(20, 6), false, 0::double, timestamp '2024-02-01 08:00:00')
    ) as rows (code, figure_count, day, score, is_late, late_pct, loaded_at)
"""
Compare = Callable[[str], parity.Comparison]


@pytest.fixture
def compare() -> Compare:
    """Compare ROWS with what a SELECT makes of them."""

    def run(select: str) -> parity.Comparison:
        with duckdb.connect() as connection:
            connection.execute(f"create view ours as select * from {ROWS}")
            return parity.compare(connection, "marts.mart_x", "ours", f"({select})")

    return run


@pytest.mark.parametrize(
    "select",
    [
        "select * from ours order by code desc",
        "select * replace (late_pct * (1 + 9e-10) as late_pct) from ours",
        "select * replace (figure_count::hugeint as figure_count, score::decimal(38, 6) as score) from ours",
        "select * replace (timezone('UTC', loaded_at) as loaded_at) from ours",
    ],
    ids=["another order", "rates within the tolerance", "wider numbers", "timestamps as moments"],
)
def test_tables_that_say_the_same_are_equal(compare: Compare, select: str) -> None:
    found = compare(select)
    assert (found.row_count, found.difference_count, found.examples) == (4, 0, [])


@pytest.mark.parametrize(
    ("select", "differences", "named"),
    [
        ("select * replace (if(code = 'b', 'b ', code) as code) from ours", 2, "b  |"),
        ("select * replace (if(code = 'c', 4, figure_count) as figure_count) from ours", 2, "c | 4"),
        ("select * replace (if(code = 'b', date '2024-01-01', day) as day) from ours", 2, "2024-01-01"),
        ("select * replace (if(code = 'c', 0.000001, score)::decimal(20, 6) as score) from ours", 2, "0.000001"),
        ("select * replace (coalesce(is_late, false) as is_late) from ours", 2, "b"),
        ("select * replace (loaded_at + interval 1 second as loaded_at) from ours", 6, "08:00:01"),
        ("select * replace (late_pct * (1 + 2e-9) as late_pct) from ours", 2, "late_pct: a | 33.3"),
        ("select * replace (if(code = 'c', 1e-12, late_pct) as late_pct) from ours", 1, "late_pct: c | 0.0"),
        ("select * replace (coalesce(late_pct, 0) as late_pct) from ours", 1, "late_pct: b | None | 0.0"),
        ("select * replace (if(code = 'c', 'nan'::double, late_pct) as late_pct) from ours", 1, "nan"),
        ("select * replace (if(code = 'c', 'inf'::double, late_pct) as late_pct) from ours", 1, "inf"),
        ("from ours where late_pct is distinct from 33.3", 1, "- a"),
        ("from ours union all from ours where code = 'c'", 1, "+ c"),
        ("select * exclude (score) from ours", 1, "score decimal"),
        ("select * replace (figure_count::varchar as figure_count) from ours", 1, "figure_count varchar"),
        ("select * replace (score::double as score) from ours", 1, "score double"),
    ],
    ids=[
        "text", "count", "day", "decimal", "truth", "moment", "rate", "rate of nothing", "rate that is null",
        "rate that is no number", "rate without end", "row missing", "row twice", "column missing", "text for a number",
        "double for a decimal",
    ],
)  # fmt: skip
def test_a_planted_difference_is_found_and_shown(compare: Compare, select: str, differences: int, named: str) -> None:
    found = compare(select)
    assert found.difference_count == differences
    assert any(named in example for example in found.examples)


def test_a_table_that_spark_did_not_write_differs_and_an_empty_one_does_not(tmp_path: Path) -> None:
    database, warehouse = tmp_path / "parvn.duckdb", tmp_path / "warehouse"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema marts; create schema raw")
        for table in ("mart_empty", "mart_held", "mart_lost"):
            connection.execute(f"create table marts.{table} as select 1 as figure_count where '{table}' = 'mart_held'")
        connection.execute("create table raw.pages (page_id varchar)")
        (warehouse / "marts.db" / "mart_empty").mkdir(parents=True)
        (warehouse / "marts.db" / "mart_held").mkdir()
        connection.execute(f"copy marts.mart_held to '{warehouse}/marts.db/mart_held/part-0.parquet'")
    found = {c.table: c.difference_count for c in parity.compare_all(database, warehouse)}
    assert found == {"marts.mart_empty": 0, "marts.mart_held": 0, "marts.mart_lost": 1}


ONLY_ON_DUCKDB = {
    r"\bvarchar\b": "Spark's varchar needs a length; string is the same on both",
    r"\bstring_agg\(": "the order stands elsewhere on Spark; use joined_text",
    r"\b[lr]?trim\((?:[^()]|\([^()]*\))*,": "Spark has the two arguments the other way round",
    r"\b(?:unnest|generate_series|range)\(": "use explode_numbers",
    r"\*\s+exclude\b": "use all_but",
    r"\bdatediff\('|\bdate_diff\(": "use days_between",
    r"\b(?:strftime|strptime|regexp_matches|list_\w+|arg_m(?:ax|in)|struct_pack)\(": "Spark has no such function",
}
"""Of models and macros, with what to do: what DuckDB reads and Spark does not, or reads differently."""
FOR_ONE_ENGINE = re.compile(r"\{% macro (?:default|spark)__.*?endmacro %\}", re.DOTALL)


def test_models_and_macros_say_nothing_that_duckdb_alone_understands() -> None:
    files = [*(PROJECT / "models").rglob("*.sql"), *(PROJECT / "dbt_project" / "macros").glob("*.sql")]
    assert len(files) > 100
    found = []
    for path in files:
        # the one is of the published file's macros, no model has it; the others are for Spark alone
        if path.name == "search_key.sql" or path.name.startswith("spark_"):
            continue
        sql = re.sub(r"--.*", "", FOR_ONE_ENGINE.sub("", path.read_text("utf-8")))
        found += [f"{path.name}: {m.group()}: {why}" for p, why in ONLY_ON_DUCKDB.items() for m in re.finditer(p, sql)]
    assert found == []


def test_a_process_of_the_cluster_ends_with_the_block_that_started_it(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(60)"]
    with pytest.raises(KeyboardInterrupt), cluster._process("worker", command, tmp_path, tmp_path) as check_alive:
        cluster._wait(lambda: (tmp_path / "worker.log").read_text().endswith("\n"), check_alive)
        raise KeyboardInterrupt
    number = (tmp_path / "worker.log").read_text().strip()
    assert subprocess.run(["ps", "-p", number, "-o", "stat="], capture_output=True, check=False).returncode


def test_a_process_of_the_cluster_that_ends_by_itself_is_named_with_its_last_words(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit('no memory left')"]
    with (
        pytest.raises(ParvnError, match=r"the Spark master ended: no memory left; its log: .*master\.log"),
        cluster._process("master", command, tmp_path, tmp_path) as check_alive,
    ):
        cluster._wait(lambda: False, check_alive)
