"""Two aggregations that models make, beside hand-written SQL, polars and pandas: the same rows in and out."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.harness import MEMORY, THREADS

GROUPS = ("met", "not_met", "on_track", "at_risk", "off_track", "out_of_reach", "unknown", "not_applicable")
PROMISES = ["document_id", "province_id", "evaluation_date"]
FLOW = ["document_id", "province_id", "admin_level", "scope_code", "period_start", "period_end"]
COUNTS = (
    "dossiers_received_printed", "received_in_period", "carried_over", "dossiers_resolved", "resolved_early",
    "resolved_on_time", "resolved_early_or_on_time", "resolved_late", "in_process", "in_process_not_due",
    "in_process_overdue", "dossiers_due", "received_by_post", "received_online",
)  # fmt: skip
RATES = ("on_time_rate_printed_pct", "on_time_only_printed_pct", "early_printed_pct", "late_printed_pct")


@dataclass(frozen=True)
class Aggregation:
    """What a model groups (grain: aggregation)."""

    model: str
    inputs: Mapping[str, str]
    """What polars and pandas read: a Parquet file each, of this SQL. Decimals are doubles there, as they want them."""
    sql: str
    """What one would write by hand, over the tables that the model reads."""


AGGREGATIONS = {
    "verdicts": Aggregation(
        "mart_target_rollup",
        {
            "progress": "select document_id, province_id, evaluation_date, target_id, plan_year, status_code "
            "from marts.mart_target_progress",
            "promises": "select target_id, reform_field_code, known_from, known_to from marts.fct_target_version",
            "statuses": "select status_code, status_group from reference.status",
        },
        f"""
        with counted as (
            select progress.document_id, progress.province_id, evaluation_date, max(progress.plan_year) as plan_year,
                if(grouping(reform_field_code) = 1, 'all_fields', reform_field_code) as reform_field_code,
                count(*)::integer as target_count,
                {", ".join(f"count(*) filter (status_group = '{g}')::integer as {g}_count" for g in GROUPS)}
            from marts.mart_target_progress as progress
            inner join marts.fct_target_version as promises
                on progress.target_id = promises.target_id and known_from <= evaluation_date
                and coalesce(known_to > evaluation_date, true)
            inner join reference.status using (status_code)
            group by progress.document_id, progress.province_id, evaluation_date, rollup(reform_field_code)
        )
        select *, target_count - not_applicable_count as applicable_count,
            100 * met_count::double / nullif(met_count + not_met_count, 0) as met_of_assessed_pct,
            100 * met_count::double / nullif(target_count - not_applicable_count, 0) as met_of_applicable_pct,
            100 * met_count::double / nullif(target_count - not_applicable_count, 0) as met_lower_bound_pct,
            100 * (target_count - not_applicable_count - not_met_count - out_of_reach_count)::double
            / nullif(target_count - not_applicable_count, 0) as met_upper_bound_pct
        from counted
        """,
    ),
    "flows": Aggregation(
        "int_dossier_flows__pivoted",
        {
            "results": f"select {', '.join(FLOW)}, indicator_code, value::double as value, value_decimals, "
            "trust_grade, source_family_code, is_period_implied, value_qualifier, received_basis, is_latest_vintage "
            "from intermediate.int_results__versioned",
            "mapping": "select indicator_code, flow_column from reference.dossier_flow_indicator",
        },
        f"""
        select {", ".join(FLOW)}, max(trust_grade) as trust_grade, max(source_family_code) as source_family_code,
            bool_or(is_period_implied) as is_period_implied,
            bool_or(value_qualifier <> 'exact') as has_rounded_figures,
            {", ".join(f"max(value) filter (flow_column = '{c}')::bigint as {c}" for c in COUNTS)},
            {", ".join(f"max(value) filter (flow_column = '{c}') as {c}" for c in RATES)},
            max(value_decimals) filter (flow_column = 'on_time_rate_printed_pct') as on_time_rate_printed_decimals,
            max(received_basis) as stated_received_basis
        from intermediate.int_results__versioned
        inner join reference.dossier_flow_indicator using (indicator_code)
        where is_latest_vintage and period_start is not null and period_end is not null
        group by all
        """,
    ),
}


def write_inputs(database: str, name: str, inputs: str) -> None:
    """Write what polars and pandas read of an aggregation."""
    Path(inputs).mkdir(parents=True, exist_ok=True)
    with _connected(database) as connection:
        for table, sql in AGGREGATIONS[name].inputs.items():
            connection.execute(f"copy ({sql}) to '{inputs}/{table}.parquet'")


def by_model(database: str, name: str, models: str, out: str) -> dict[str, Any]:
    """Run what dbt compiles for the model, without what it reads."""
    (sql,) = (
        m["sql"] for m in json.loads(Path(models).read_text("utf-8")) if m["name"] == AGGREGATIONS[name].model
    )  # fmt: skip
    return _by_sql(database, sql, out)


def by_hand(database: str, name: str, models: str, out: str) -> dict[str, Any]:
    """Run the hand-written SQL; `models` is not read."""
    return _by_sql(database, AGGREGATIONS[name].sql, out)


def _by_sql(database: str, sql: str, out: str) -> dict[str, Any]:
    with _connected(database) as connection:
        measured = _timed(lambda: connection.execute(f"create temp table result as {sql}"))
        Path(out).mkdir(parents=True)
        names = [row[0] for row in connection.execute("describe result").fetchall()]
        # the one column that a model calls otherwise
        renamed = "* rename (source_id as document_id)" if "source_id" in names else "*"
        connection.execute(f"copy (select {renamed} from result) to '{out}/result.parquet'")
    return measured


def by_polars(inputs: str, name: str, out: str) -> dict[str, Any]:
    """Group in polars."""
    import polars as pl

    def verdicts() -> pl.DataFrame:
        progress, promises, statuses = (pl.scan_parquet(f"{inputs}/{t}.parquet") for t in AGGREGATIONS[name].inputs)
        known_to = pl.col("known_to").is_null() | (pl.col("known_to") > pl.col("evaluation_date"))
        rows = progress.join(promises, on="target_id").join(statuses, on="status_code")
        rows = rows.filter((pl.col("known_from") <= pl.col("evaluation_date")) & known_to)
        of_group = [(pl.col("status_group") == g).sum().alias(f"{g}_count") for g in GROUPS]
        fields = rows.group_by([*PROMISES, "reform_field_code"]).agg(
            pl.col("plan_year").max(), pl.len().alias("target_count"), *of_group
        )
        total = fields.group_by(PROMISES).agg(pl.col("plan_year").max(), pl.col("^.*_count$").sum())
        both = pl.concat([fields, total.with_columns(reform_field_code=pl.lit("all_fields"))], how="diagonal")
        applicable = pl.col("target_count").cast(pl.Int64) - pl.col("not_applicable_count")
        assessed = pl.col("met_count") + pl.col("not_met_count")
        undecided = applicable - pl.col("not_met_count") - pl.col("out_of_reach_count")

        def percent(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
            return pl.when(whole != 0).then(100 * part.cast(pl.Float64) / whole)

        return both.with_columns(
            applicable_count=applicable,
            met_of_assessed_pct=percent(pl.col("met_count"), assessed),
            met_of_applicable_pct=percent(pl.col("met_count"), applicable),
            met_lower_bound_pct=percent(pl.col("met_count"), applicable),
            met_upper_bound_pct=percent(undecided, applicable),
        ).collect()

    def flows() -> pl.DataFrame:
        results, mapping = (pl.scan_parquet(f"{inputs}/{t}.parquet") for t in AGGREGATIONS[name].inputs)
        held = pl.col("is_latest_vintage") & pl.col("period_start").is_not_null() & pl.col("period_end").is_not_null()

        def of(column: str, cell: str = "value") -> pl.Expr:
            return pl.col(cell).filter(pl.col("flow_column") == column).max()

        return (
            results.filter(held)
            .join(mapping, on="indicator_code")
            .group_by(FLOW)
            .agg(
                pl.col("trust_grade", "source_family_code").max(),
                pl.col("is_period_implied").any(),
                (pl.col("value_qualifier") != "exact").any().alias("has_rounded_figures"),
                *(of(c).cast(pl.Int64).alias(c) for c in COUNTS),
                *(of(c).alias(c) for c in RATES),
                of("on_time_rate_printed_pct", "value_decimals").alias("on_time_rate_printed_decimals"),
                pl.col("received_basis").max().alias("stated_received_basis"),
            )
            .collect()
        )

    work: dict[str, Callable[[], pl.DataFrame]] = {"verdicts": verdicts, "flows": flows}
    found: list[pl.DataFrame] = []
    measured = _timed(lambda: found.append(work[name]()))
    Path(out).mkdir(parents=True)
    found[0].write_parquet(f"{out}/result.parquet")
    return measured


def by_pandas(inputs: str, name: str, out: str) -> dict[str, Any]:
    """Group in pandas."""
    import pandas as pd

    def verdicts() -> pd.DataFrame:
        progress, promises, statuses = (pd.read_parquet(f"{inputs}/{t}.parquet") for t in AGGREGATIONS[name].inputs)
        rows = progress.merge(promises, on="target_id").merge(statuses, on="status_code")
        is_known = rows["known_to"].isna() | (rows["known_to"] > rows["evaluation_date"])
        rows = rows[is_known & (rows["known_from"] <= rows["evaluation_date"])]
        rows = rows.assign(target_count=1, **{f"{g}_count": rows["status_group"] == g for g in GROUPS})
        summed = {"plan_year": "max", "target_count": "sum"} | {f"{g}_count": "sum" for g in GROUPS}
        fields = rows.groupby([*PROMISES, "reform_field_code"], dropna=False, as_index=False).agg(summed)
        total = fields.groupby(PROMISES, as_index=False).agg(summed).assign(reform_field_code="all_fields")
        both = pd.concat([fields, total])
        applicable = both["applicable_count"] = both["target_count"] - both["not_applicable_count"]
        assessed = both["met_count"] + both["not_met_count"]
        both["met_of_assessed_pct"] = 100.0 * both["met_count"] / assessed.where(assessed != 0)
        both["met_of_applicable_pct"] = 100.0 * both["met_count"] / applicable.where(applicable != 0)
        both["met_lower_bound_pct"] = both["met_of_applicable_pct"]
        undecided = applicable - both["not_met_count"] - both["out_of_reach_count"]
        both["met_upper_bound_pct"] = 100.0 * undecided / applicable.where(applicable != 0)
        return both

    def flows() -> pd.DataFrame:
        results, mapping = (pd.read_parquet(f"{inputs}/{t}.parquet") for t in AGGREGATIONS[name].inputs)
        results = results[results["is_latest_vintage"]].dropna(subset=["period_start", "period_end"])
        rows = results.merge(mapping, on="indicator_code")
        rows["has_rounded_figures"] = rows["value_qualifier"] != "exact"
        groups = rows.groupby(FLOW)
        wide = rows.pivot_table(index=FLOW, columns="flow_column", values="value", aggfunc="max")
        wide = wide.reindex(columns=[*COUNTS, *RATES])
        wide[list(COUNTS)] = wide[list(COUNTS)].astype("Int64")
        wide["trust_grade"] = groups["trust_grade"].max()
        wide["source_family_code"] = groups["source_family_code"].max()
        wide["is_period_implied"] = groups["is_period_implied"].any()
        wide["has_rounded_figures"] = groups["has_rounded_figures"].any()
        printed = rows[rows["flow_column"] == "on_time_rate_printed_pct"]
        wide["on_time_rate_printed_decimals"] = printed.groupby(FLOW)["value_decimals"].max()
        wide["stated_received_basis"] = groups["received_basis"].max()
        return wide.reset_index()

    work: dict[str, Callable[[], pd.DataFrame]] = {"verdicts": verdicts, "flows": flows}
    found: list[pd.DataFrame] = []
    measured = _timed(lambda: found.append(work[name]()))
    Path(out).mkdir(parents=True)
    found[0].to_parquet(f"{out}/result.parquet", index=False)
    return measured


def check_same(results: dict[str, str]) -> int:
    """Return the rows of the results, each a folder by the work that wrote it; raises RuntimeError where two differ.

    The columns are those of the first: another may have more, and wider types.
    """
    import duckdb

    with duckdb.connect() as connection:
        for work, out in results.items():
            connection.execute(f"create view \"{work}\" as from '{out}/result.parquet'")
        first, *others = results
        columns = connection.execute(f'describe "{first}"').fetchall()
        chosen = ", ".join(f'cast("{name}" as {type_}) as "{name}"' for name, type_, *_ in columns)
        (rows,) = connection.execute(f'select count(*) from "{first}"').fetchall()[0]
        if not rows:
            raise RuntimeError(f"{first} found nothing to group")
        for other in others:
            one, two = f'select {chosen} from "{first}"', f'select {chosen} from "{other}"'
            (apart,) = connection.execute(
                f"select count(*) from (({one} except all {two}) union all ({two} except all {one}))"
            ).fetchall()[0]
            if apart:
                raise RuntimeError(f"{first} and {other} differ in {apart} of {rows} rows")
    return rows


def _connected(database: str) -> Any:
    import duckdb

    return duckdb.connect(database, read_only=True, config={"threads": THREADS, "memory_limit": MEMORY})


def _timed(work: Callable[[], Any]) -> dict[str, Any]:
    # imports and the writing of the result are not counted
    started, busy = time.perf_counter(), time.process_time()
    work()
    return {"seconds": time.perf_counter() - started, "cpu_seconds": time.process_time() - busy}
