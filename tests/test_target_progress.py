"""Properties of the verdict, tested on the compiled SQL itself over generated rows in bulk."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

ROWS = 60_000
ORDER = ["MET", "ON_TRACK", "AT_RISK", "OFF_TRACK", "OUT_OF_REACH", "NOT_MET"]


@pytest.fixture(scope="module")
def verdict_sql(real) -> str:
    """The verdict as dbt compiled it, reading the tables `inputs` and `threshold_set` of the test."""
    (path,) = (real.build_database.parent / "target" / "compiled").rglob("int_target_progress__judged.sql")
    sql = Path(path).read_text(encoding="utf-8")
    for name, replacement in (
        ('"intermediate"."int_target_progress__inputs"', "inputs"),
        ('"reference"."threshold_set"', "threshold_set"),
    ):
        database = real.build_database.stem
        assert f'"{database}".{name}' in sql
        sql = sql.replace(f'"{database}".{name}', replacement)
    return sql


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(
            "create table threshold_set as select 't' as threshold_set_id, 'm' as method_version, "
            "0.95 as pace_on_track, "
            "0.60 as pace_at_risk, 0.5 as margin_band_points, 2.0 as noise_units, 30.0 as low_volume"
        )
        connection.execute("select setseed(0.42)")
        yield connection


COLUMNS = """
    id as target_id, date '2020-06-30' as evaluation_date, false as is_withdrawn, false as is_superseded,
    true as is_applicable, comparator, target_value, polarity, unit_scale, accumulation, expected_path,
    cast(null as double) as step_value, false as has_definition_break, false as has_contradiction,
    false as is_level_mismatch, false as is_district_level_ended, date '2019-12-15' as period_start,
    date '2020-12-14' as period_end, date '2020-04-15' as first_report_due_on, date '2021-01-28' as result_due_on,
    value, numerator, denominator, overdue_open_count, has_counts, print_unit, baseline_value,
    0.499 as elapsed_fraction,
    cast(null as double) as seasonal_share, projected_volume, projected_volume * 0.95 as projected_volume_low,
    projected_volume * 1.05 as projected_volume_high, best_rate, false as is_window_not_ytd, false as is_rank_computed,
    is_final, false as has_doubtful_base
"""

RATIOS = f"""
    with drawn as (
        select
            cast(i as varchar) as id, case when random() < 0.5 then '>=' else '>' end as comparator,
            round(90 + 9 * random(), 1) as target_value, 1 as polarity, 100.0 as unit_scale,
            'ratio_flow' as accumulation, 'flat' as expected_path, cast(null as double) as value,
            cast(floor(20 + 200000 * random()) as double) as denominator, 0.0 as print_unit,
            cast(null as double) as baseline_value, true as has_counts, random() < 0.2 as is_final,
            85 + 15 * random() as best_rate, random() as spread, random() as volume
        from range({ROWS}) as t (i)
    ),
    counted as (
        select *, floor(denominator * (0.85 + 0.15 * spread)) as numerator,
            floor(denominator * (1.2 + 2 * volume)) as projected_volume,
            case when random() < 0.3 then floor(denominator * 0.01 * random()) end as overdue_open_count
        from drawn
    )
    select {COLUMNS} from counted
"""

STOCKS = f"""
    with drawn as (
        select
            cast(i as varchar) as id, '>=' as comparator, 500.0 as target_value, 1 as polarity, 1.0 as unit_scale,
            'stock' as accumulation, 'linear' as expected_path, round(200 + 400 * random()) as value,
            cast(null as double) as numerator, cast(null as double) as denominator,
            cast(null as double) as overdue_open_count, 0.0 as print_unit,
            round(250 + 300 * random()) as baseline_value, false as has_counts, random() < 0.2 as is_final,
            cast(null as double) as best_rate, cast(null as double) as projected_volume
        from range({ROWS}) as t (i)
    )
    select {COLUMNS} from drawn
"""


def judge(con: duckdb.DuckDBPyConnection, verdict_sql: str, inputs: str, into: str) -> None:
    con.execute(f"create or replace temp view inputs as {inputs}")
    con.execute(f"create or replace table {into} as {verdict_sql}")


def severity(column: str) -> str:
    return f"list_position({ORDER!r}, {column})"


def count(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    return con.execute(sql).fetchall()[0][0]


@pytest.mark.parametrize(
    ("rows", "worse"),
    [
        (RATIOS, "numerator = floor(numerator * 0.99)"),
        (STOCKS, "value = value - 7"),
    ],
    ids=["ratio with counts", "stock"],
)
def test_a_status_never_improves_when_the_result_worsens(con, verdict_sql, rows, worse):
    con.execute(f"create table before as {rows}")
    con.execute("create table after as from before")
    con.execute(f"update after set {worse}")
    judge(con, verdict_sql, "from before", "judged_before")
    judge(con, verdict_sql, "from after", "judged_after")
    joined = "from judged_before as b inner join judged_after as a using (target_id)"
    improved = f"{severity('a.status_code')} < {severity('b.status_code')}"
    changed = count(con, f"select count(*) {joined} where a.status_code <> b.status_code")
    assert changed > ROWS / 100, "the change must matter, or this tests nothing"
    assert count(con, f"select count(*) {joined} where {improved}") == 0
    assert count(con, f"select count(*) {joined} where {severity('a.status_code')} is null") == 0


def test_a_status_does_not_depend_on_the_scale_of_its_unit(con, verdict_sql):
    con.execute(f"create table percents as {RATIOS}")
    con.execute("create table ratios as from percents")
    con.execute("update ratios set target_value = target_value / 100, unit_scale = 1.0, best_rate = best_rate / 100")
    judge(con, verdict_sql, "from percents", "in_percent")
    judge(con, verdict_sql, "from ratios", "as_ratio")
    same = "from in_percent as p inner join as_ratio as r using (target_id) where p.status_code = r.status_code"
    # a rate on the very edge may fall to either side by the last bit of a double
    assert count(con, f"select count(*) {same}") >= ROWS - 5
    assert count(con, "select count(distinct status_code) from in_percent") >= 5


def test_success_and_failure_are_two_sides_of_one_verdict(con, verdict_sql):
    con.execute(f"create table successes as {RATIOS}")
    con.execute("create table failures as from successes")
    con.execute(
        "update failures set comparator = case comparator when '>=' then '<=' else '<' end, polarity = -1, "
        "target_value = 100 - target_value, numerator = denominator - numerator, best_rate = 100 - best_rate"
    )
    judge(con, verdict_sql, "from successes", "by_success")
    judge(con, verdict_sql, "from failures", "by_failure")
    same = "from by_success as s inner join by_failure as f using (target_id) where s.status_code = f.status_code"
    # a figure on the very edge may fall to either side by the last bit of a double
    assert count(con, f"select count(*) {same}") >= ROWS - 5
    assert count(con, "select count(distinct status_code) from by_success") >= 5


def test_the_order_of_the_rows_changes_nothing(con, verdict_sql):
    stocks = STOCKS.replace("cast(i as varchar)", "'s' || i")
    con.execute(f"create table drawn as ({RATIOS}) union all ({stocks})")
    judge(con, verdict_sql, "from drawn", "as_drawn")
    judge(con, verdict_sql, "from drawn order by hash(target_id)", "shuffled")
    assert count(con, "select count(*) from (from as_drawn except all from shuffled)") == 0
    assert count(con, "select count(*) from as_drawn") == 2 * ROWS


def test_counts_of_parts_judged_together_equal_the_whole(con, verdict_sql):
    con.execute(f"create table parts as {RATIOS}")
    con.execute("update parts set target_value = 98, comparator = '>=', is_final = true")
    whole = """
        select * replace (
            'whole' as target_id, (select sum(numerator) from parts) as numerator,
            (select sum(denominator) from parts) as denominator
        ) from parts limit 1
    """
    judge(con, verdict_sql, whole, "whole")
    expected = con.execute("select 100.0 * sum(numerator) / sum(denominator) from parts").fetchall()[0][0]
    found = con.execute("select comparable_value from whole").fetchall()[0][0]
    assert found == pytest.approx(expected, rel=1e-12)
