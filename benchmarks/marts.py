"""All marts on synthetic plans and reports, as they grow."""

import json
import shutil
from datetime import date
from pathlib import Path

from benchmarks.aggregations import AGGREGATIONS
from benchmarks.compiled import compile_models, run_models
from benchmarks.harness import (
    MEMORY,
    NO_POLARS,
    Measured,
    Section,
    compare,
    cpu_ratio,
    growth,
    has_polars,
    timed,
    work_folder,
)

BASE_YEARS = (2018, 2019)
"""Before the first day of the seed `evaluation_date`: every record is judged on every day, so that judgements grow as
the records do."""
COPIES = {"tiny": (1, 2), "small": (1, 5), "default": (5, 20), "large": (5, 20, 80)}
"""How often the two years are said, each copy of the two years before: 10, 40 and 160 years of records."""
COMPARED_COPIES = 20
"""At most so many when aggregations are compared with other ways to make them."""
LEAST_SECONDS = (0.1, 0.3)
"""Of a model whose growth is told, at the smallest and at the largest size: below, the clock and the start of a
statement are measured."""
PROVINCES = {"tiny": 2}
OWN = ("document_id", "result_id", "target_id", "task_id", "milestone_id", "step_id", "printed_total_id", "citation_id",
       "own_reference_id", "ranking_id", "page_id", "source_id", "parent_target_id", "parent_task_id")  # fmt: skip


def prepare(folder: str, provinces: int) -> dict[str, int]:
    """Write and load synthetic records, and compile all models; returns the rows of `raw`."""
    import duckdb

    from ingest import pipeline
    from ingest.paths import Workspace
    from ingest.reference import Reference
    from ingest.synthetic import write_records

    reference = Reference()
    ids = sorted({meant.province_id for _, meant in reference.province_spellings})
    first, last = date(BASE_YEARS[0] - 1, 12, 1), date(BASE_YEARS[-1], 12, 31)
    held = [i for i in ids if any(a <= first and b >= last for a, b in reference.province_days(i))]
    workspace = Workspace(Path(folder) / "data", Path(folder) / "warehouse")
    write_records(workspace.data, held[:provinces], BASE_YEARS)
    pipeline.load(workspace, say=lambda _: None)
    models = compile_models(str(workspace.build_database))
    (Path(folder) / "models.json").write_text(json.dumps(models), encoding="utf-8")
    with duckdb.connect(str(workspace.build_database)) as connection:
        sql = "select table_name, estimated_size from duckdb_tables() where schema_name = 'raw' and estimated_size > 0"
        return dict(connection.execute(sql).fetchall())


def multiply(folder: str, out: str, copies: int) -> int:
    """Copy the build database with all records said again of earlier years; returns the rows of `raw`."""
    import duckdb

    from ingest.contracts import TABLES

    Path(out).mkdir(parents=True)
    database = Path(out) / "parvn.duckdb"
    shutil.copyfile(f"{folder}/warehouse/build/parvn.duckdb", database)
    rows = 0
    with duckdb.connect(str(database)) as connection:
        for table, model in TABLES.items():
            found = connection.execute(f"describe raw.{table}").fetchall()
            held = [row[0] for row in found]
            earlier = f"{len(BASE_YEARS)} * (copy_no - 1)"
            changed = {
                c: f"\"{c}\" || '-c' || copy_no" for c in held if c in (*OWN, "_package", "_file", model.id_column)
            }
            for column, about in model.model_fields.items():
                if "date" in str(about.annotation):
                    moved = f"try_cast({column} as date) - to_years(cast({earlier} as integer))"
                    changed[column] = f"cast(cast({moved} as date) as varchar)"
                elif column.endswith("year"):
                    changed[column] = f"cast(try_cast({column} as integer) - {earlier} as varchar)"
            replaced = "* exclude (copy_no) replace (" + ", ".join(f"{e} as {c}" for c, e in changed.items()) + ")"
            copying = f"cross join range(2, {copies + 1}) as c (copy_no)"
            connection.execute(f"insert into raw.{table} select {replaced} from raw.{table} {copying}")
            rows += connection.execute(f"select count(*) from raw.{table}").fetchall()[0][0]
        connection.execute(
            "insert into raw.landed_files select * exclude (copy_no) replace (package || '-c' || copy_no as package) "
            f"from raw.landed_files cross join range(2, {copies + 1}) as c (copy_no)"
        )
        # the seed knows provinces from 2004 on; here they are let be as old as the records
        oldest = "date '2004-01-01'"
        connection.execute(f"update reference.province set valid_from = date '1800-01-01' where valid_from = {oldest}")
    return rows


def run_all(folder: str, database: str) -> dict[str, float]:
    """Make all models; returns the CPU seconds of each."""
    return run_models(f"{database}/parvn.duckdb", json.loads((Path(folder) / "models.json").read_text("utf-8")))


def run(size: str, repeats: int) -> Section:
    """Measure all models on growing records."""
    folder = work_folder("marts")
    provinces = PROVINCES.get(size, 63)
    timed("marts:prepare", folder=str(folder), provinces=provinces)
    section = Section(
        "Marts",
        f"All models of the project, as dbt compiles them, run in their order by DuckDB with {MEMORY} of memory, on "
        f"synthetic plans and reports of {provinces} provinces with 4 reports a year. More years are the years 2018 "
        "and 2019 moved back; the seed of provinces is let reach back as far. The time of a model is also that of "
        "writing its table. Two models are measured alone, without what they read, beside SQL that one would write by "
        "hand for the same rows, polars and pandas; their results are compared, and must be equal. Ratios are of CPU, "
        "to the SQL by hand. `mart_target_rollup` counts verdicts by document, field and day. "
        "`int_dossier_flows__pivoted` makes columns of flows of the rows of results, and finds every version of a "
        "flow, which none of the others does. DuckDB reads the tables, polars and pandas the columns that they need "
        "as Parquet.",
        ("years of records", "rows of `raw`", "work", "seconds", "CPU s", "peak MB", "ratio"),
    )
    counts: list[int] = []
    measured: list[Measured] = []
    for copies in COPIES[size]:
        out = folder / f"x{copies}"
        counts.append(timed("marts:multiply", folder=str(folder), out=str(out), copies=copies)["value"])
        measured.append(compare({"all": ("marts:run_all", {"folder": str(folder), "database": str(out)})}, 1)["all"])
        done = measured[-1]
        section.rows.append([2 * copies, counts[-1], "all models", done.median, done.cpu, done.peak_mb, ""])
        if copies == max(c for c in COPIES[size] if c <= COMPARED_COPIES):
            for name in AGGREGATIONS:
                _compare(section, name, folder, out, [2 * copies, counts[-1]], repeats)
        shutil.rmtree(out)
    first, last = measured[0].value, measured[-1].value
    names = [n for n, s in last.items() if first[n] >= LEAST_SECONDS[0] and s >= LEAST_SECONDS[1]]
    slopes = {n: growth(counts, [m.value[n] for m in measured]) for n in names}
    for words, limit, is_of in (
        ("identity and vintages (`__versioned`, `known_states`)", 1.35, True),
        ("all other models", 1.05, False),
    ):
        of_kind = [n for n in names if _is_versioned(n) == is_of]
        if of_kind:
            steepest = max(of_kind, key=lambda n: slopes[n])
            section.aim(f"growth of {words} at most {limit}; steepest is `{steepest}`", slopes[steepest], limit)
    section.aim("growth of all models together at most 1.05 (CPU)", growth(counts, [m.cpu for m in measured]), 1.05)
    section.aim("peak memory at most 2.5 GB", max(m.peak_mb for m in measured) / 1000, 2.5, unit=" GB")
    slow = sorted(measured[-1].value.items(), key=lambda item: -item[1])[:8]
    if not has_polars():
        section.notes.append(NO_POLARS)
    section.notes.append(
        f"The slowest at {counts[-1]:,} rows (CPU s, growth): "
        + ", ".join(f"`{n}` {s:.1f} s{f' ({slopes[n]:.2f})' if n in slopes else ''}" for n, s in slow)
        + "."
    )
    return section


def _compare(section: Section, name: str, folder: Path, out: Path, size: list[int], repeats: int) -> None:
    """Measure one aggregation by its model and otherwise, and hold that all give the same rows."""
    database, inputs, model = f"{out}/parvn.duckdb", f"{out}/inputs-{name}", AGGREGATIONS[name].model
    timed("aggregations:write_inputs", database=database, name=name, inputs=inputs)
    of_sql = {"database": database, "name": name, "models": str(folder / "models.json")}
    of_rows = {"inputs": inputs, "name": name}
    works = {"by hand": ("by_hand", of_sql), "the model": ("by_model", of_sql), "pandas": ("by_pandas", of_rows)}
    if has_polars():
        works["polars"] = ("by_polars", of_rows)
    results = {words: f"{out}/{name}-{function}" for words, (function, _) in works.items()}
    found = compare(
        {words: (f"aggregations:{f}", given | {"out": results[words]}) for words, (f, given) in works.items()}, repeats
    )
    timed("aggregations:check_same", results=results)
    for words, measured in found.items():
        ratio = cpu_ratio(measured, found["by hand"]) if words != "by hand" else ""
        section.rows.append([*size, f"`{model}`: {words}", measured.median, measured.cpu, measured.peak_mb, ratio])
    section.aim(f"`{model}` at most 1.2 times SQL by hand", cpu_ratio(found["the model"], found["by hand"]), 1.2)


def _is_versioned(name: str) -> bool:
    return "__versioned" in name or "vintage" in name or "revision" in name or "__pivoted" in name
