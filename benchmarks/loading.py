"""Records and extracts of dossiers on their way in, beside the plainest way to read the same files."""

import shutil
import time
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.harness import (
    MEMORY,
    PROJECT,
    THREADS,
    Measured,
    Section,
    compare,
    cpu_ratio,
    ratio,
    timed,
    work_folder,
)

ROWS = {"tiny": (20_000,), "small": (1_000_000,), "default": (1_000_000,), "large": (1_000_000, 10_000_000)}
LAST_DAY = date(2024, 12, 31)


# --- records -------------------------------------------------------------------------------------------------------


def check(data: str) -> dict[str, Any]:
    """Read and check all records, as every build does."""
    from ingest.check import check_folder

    folder = Path(data)
    return _timed(lambda: sum(len(t.rows) for item in check_folder(folder) for t in item.package.tables.values()))


def validate(data: str) -> dict[str, Any]:
    """Only pydantic: the models of the contracts over the same cells, read before."""
    from ingest.check import _validate, check_folder
    from ingest.reference import Reference

    tables = [table for item in check_folder(Path(data)) for table in item.package.tables.values()]
    reference = Reference()
    return _timed(lambda: sum(len(_validate(table, reference)[0]) for table in tables))


def read_records(data: str) -> dict[str, Any]:
    """Read every CSV of the records into a DuckDB table of texts."""
    import duckdb

    def read() -> int:
        count = 0
        with duckdb.connect(config={"threads": THREADS}) as connection:
            for number, path in enumerate(sorted(Path(data).rglob("*.csv"))):
                connection.execute(f"create table t{number} as from read_csv(?, all_varchar = true)", [str(path)])
                count += connection.execute(f"select count(*) from t{number}").fetchall()[0][0]
        return count

    return _timed(read)


def land_records(data: str, out: str) -> dict[str, Any]:
    """Land all records in an empty warehouse and make `raw`; they are checked before, which is not counted."""
    import duckdb

    from ingest.check import check_folder
    from ingest.landing import Landing

    checked = check_folder(Path(data))

    def land() -> int:
        landing = Landing(Path(out))
        for item in checked:
            landing.land(item)
        with duckdb.connect(str(Path(out) / "landed.duckdb")) as connection:
            return sum(landing.build_raw(connection).values())

    return _timed(land)


def _timed(function: Any) -> dict[str, Any]:
    started, busy = time.perf_counter(), time.process_time()
    value = function()
    return {"seconds": time.perf_counter() - started, "cpu_seconds": time.process_time() - busy, "rows": value}


# --- dossiers ------------------------------------------------------------------------------------------------------


def write_extract(path: str, data: str, rows: int) -> None:
    """Write made-up dossiers of three years in all 63 provinces."""
    from ingest.reference import Reference
    from ingest.synthetic_dossiers import write_descriptions
    from ingest.synthetic_dossiers import write_extract as write

    write_descriptions(Path(data))
    reference = Reference()
    ids = sorted({meant.province_id for _, meant in reference.province_spellings})
    held = [i for i in ids if any(a <= date(2022, 1, 1) and b >= LAST_DAY for a, b in reference.province_days(i))]
    write(Path(path), rows, held, date(2022, 1, 1), LAST_DAY, LAST_DAY)


def land_dossiers(path: str, data: str, out: str) -> dict[str, Any]:
    """Land an extract as `parvn ingest-dossiers` does, all checks on."""
    from ingest.dossiers import Dossiers
    from ingest.synthetic_dossiers import SOURCE_ID

    landed = Dossiers(Path(out))
    return _timed(lambda: landed.land(Path(path), Path(data), SOURCE_ID, LAST_DAY).extract.row_count)


def copy_dossiers(path: str, out: str) -> dict[str, Any]:
    """COPY the same file to the same partitioned Parquet, nothing checked; its types guessed by DuckDB."""
    return _timed_sql(
        out,
        "copy (select *, year(received_on) as received_year, month(received_on) as received_month "
        f"from '{path}') to '{out}/copied' (format parquet, compression zstd, "
        "partition_by (received_year, received_month))",
    )


def read_dossiers(path: str, out: str) -> dict[str, Any]:
    """Read the same file into a DuckDB table, types guessed."""
    return _timed_sql(out, f"attach '{out}/read.duckdb' as t; create table t.dossiers as from '{path}'; detach t")


def _timed_sql(out: str, sql: str) -> dict[str, Any]:
    with _connect(out) as connection:
        return _timed(lambda: bool(connection.execute(sql)))


def _connect(out: str) -> Any:
    import duckdb

    Path(out).mkdir(parents=True)
    return duckdb.connect(
        config={
            "threads": THREADS,
            "memory_limit": MEMORY,
            "preserve_insertion_order": "false",
            "temp_directory": f"{out}/spill",
        }
    )


def run(size: str, repeats: int) -> Section:
    """Measure the loading of records and dossiers."""
    folder, data = work_folder("loading"), str(PROJECT / "data")
    section = Section(
        "Loading",
        "Records: all of `data/`. `check` reads, validates and tests them, as every build does. pydantic alone: "
        "`model_validate` over the same cells. Dossiers: an extract of 63 provinces and 36 months; landing "
        "reads, maps, tests and writes it, COPY only writes it to the same 36 months. "
        "Imports are not counted.",
        ("work", "rows", "seconds", "CPU s", "rows per s", "peak MB", "ratio of seconds", "ratio of CPU"),
    )

    def add(words: str, rows: int, measured: Measured, base: Measured | None = None) -> None:
        section.rows.append(
            [words, rows, measured.median, measured.cpu, int(rows / measured.median), measured.peak_mb,
             ratio(measured, base) if base else "1", cpu_ratio(measured, base) if base else "1"]
        )  # fmt: skip

    found = compare(
        {
            "pydantic": ("loading:validate", {"data": data}),
            "check": ("loading:check", {"data": data}),
            "land": ("loading:land_records", {"data": data, "out": str(folder / "records")}),
            "read_csv": ("loading:read_records", {"data": data}),
        },
        repeats,
    )
    rows = found["check"].value["rows"]
    add("records: pydantic alone", rows, found["pydantic"])
    add("records: check", rows, found["check"], found["pydantic"])
    add("records: land and make `raw`", rows, found["land"], found["pydantic"])
    add("records: DuckDB `read_csv` into tables", found["read_csv"].value["rows"], found["read_csv"], found["pydantic"])
    section.aim("records: check at most 1.5 times pydantic alone", ratio(found["check"], found["pydantic"]), 1.5)
    for count in ROWS[size]:
        for kind in ("parquet", "csv"):
            path = folder / f"extract.{kind}"
            # not in this process: its memory would count for those it starts
            timed("loading:write_extract", path=str(path), data=str(folder / "data"), rows=count)
            given = {"path": str(path), "out": str(folder / "out")}
            found = compare(
                {
                    "COPY": ("loading:copy_dossiers", given),
                    "landing": ("loading:land_dossiers", given | {"data": str(folder / "data")}),
                    "table": ("loading:read_dossiers", given),
                },
                repeats,
            )
            add(f"dossiers of {kind}: COPY to partitions", count, found["COPY"])
            add(f"dossiers of {kind}: landing", count, found["landing"], found["COPY"])
            add(f"dossiers of {kind}: into a table", count, found["table"], found["COPY"])
            for words, measure in (("seconds", ratio), ("CPU", cpu_ratio)):
                section.aim(
                    f"landing of {count:,} dossiers of {kind} at 0.8 of the speed of COPY, by {words}",
                    measure(found["COPY"], found["landing"]),
                    0.8,
                    is_least=True,
                )
            path.unlink()
    section.notes.append(
        "What landing does beyond COPY: it reads and tests every cell under a mapping, scans once what it wrote for "
        "ids that stand twice, and hashes the file and the months. It can be the faster one because it learns the "
        "words of a file first: columns of few words then go through the partitions as numbers. What `check` does "
        "beyond pydantic: it reads and hashes the files, and tests words, figures and references of rows."
    )
    shutil.rmtree(folder)
    return section
