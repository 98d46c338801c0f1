"""The whole build of the project's records, beside dbt alone and DuckDB alone."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.harness import PROJECT, THREADS, Section, compare, cpu_ratio, ratio, timed, work_folder


def parvn_build(out: str, force: bool = False) -> dict[str, Any]:
    """Run `parvn build` as a person does; returns the seconds of each step."""
    log = Path(out) / "log.jsonl"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.unlink(missing_ok=True)
    command = [sys.executable, "-m", "ingest.cli", "build", "--quiet", "--warehouse", out + "/warehouse"]
    started = time.perf_counter()
    subprocess.run([*command, "--log", str(log), *(["--force"] if force else [])], check=True, cwd=PROJECT)
    seconds = time.perf_counter() - started
    lines = [json.loads(line) for line in log.read_text("utf-8").splitlines()] if log.exists() else []
    steps = {line["step"]: line["duration_s"] for line in lines if line["subject"] == "release"}
    return {"seconds": seconds, "steps": steps}


def nothing_changed(folder: str) -> None:
    """Run `parvn build` where the release is as the records are."""
    parvn_build(folder)


def load(out: str) -> None:
    """Put the records into a build database, from which plain dbt works."""
    from ingest import pipeline
    from ingest.paths import Workspace

    pipeline.load(Workspace(PROJECT / "data", Path(out) / "warehouse"), say=lambda _: None)


def dbt_build(folder: str) -> dict[str, Any]:
    """Run `dbt build` as one does on the command line, with all its tests and nothing parsed before."""
    place = Path(folder) / "warehouse" / "build"
    command = ["dbt", "build", "--quiet", "--target-path", folder + "/target", "--log-path", folder + "/logs"]
    environment = os.environ | {"PARVN_BUILD_DB": str(place / "parvn.duckdb"), "DBT_THREADS": str(THREADS)}
    subprocess.run(["rm", "-rf", folder + "/target"], check=True)
    started = time.perf_counter()
    subprocess.run([str(Path(sys.executable).with_name("dbt")), *command[1:]], check=True, cwd=PROJECT, env=environment,
                   stdout=subprocess.DEVNULL)  # fmt: skip
    return {"seconds": time.perf_counter() - started}


def compile_all(folder: str) -> None:
    """Write the compiled models of the folder's build database beside it."""
    from benchmarks.compiled import compile_models

    models = compile_models(f"{folder}/warehouse/build/parvn.duckdb")
    (Path(folder) / "models.json").write_text(json.dumps(models), encoding="utf-8")


def duckdb_alone(folder: str) -> dict[str, float]:
    """Run the compiled models, without tests, keys and comments."""
    from benchmarks.compiled import run_models

    models = json.loads((Path(folder) / "models.json").read_text("utf-8"))
    return run_models(f"{folder}/warehouse/build/parvn.duckdb", models)


def import_great_expectations() -> None:
    """Import what the audit of the raw tables needs."""
    import ingest.audit.suites  # noqa: F401


def run(size: str, repeats: int) -> Section:
    """Measure `parvn build` cold, forced and with nothing changed."""
    folder = work_folder("build")
    plain = str(folder / "plain")
    timed("build:load", out=plain)
    timed("build:compile_all", folder=plain)
    times = repeats if size == "large" else 1  # some minutes each
    found = compare(
        {
            "parvn": ("build:parvn_build", {"out": str(folder / "cold")}),
            "nothing": ("build:nothing_changed", {"folder": str(folder / "cold")}),
            "dbt": ("build:dbt_build", {"folder": plain}),
            "duckdb": ("build:duckdb_alone", {"folder": plain}),
            "import": ("build:import_great_expectations", {}),
        },
        times,
    )
    section = Section(
        "Build",
        "All records of `data/`. Cold: an empty warehouse, nothing parsed before, with the documentation. dbt alone: "
        "`dbt build` of the same project on the same `raw`, with all its tests, nothing parsed before. DuckDB alone: "
        "the compiled SQL of all models in their order, without tests.",
        ("work", "seconds", "CPU s", "peak MB", "seconds, times dbt alone", "CPU, times dbt alone"),
    )
    names = {
        "parvn": "`parvn build`, cold", "dbt": "dbt alone", "duckdb": "DuckDB alone",
        "nothing": "`parvn build`, nothing changed", "import": "import of Great Expectations",
    }  # fmt: skip
    for name, words in names.items():
        measured = found[name]
        section.rows.append(
            [
                words,
                measured.median,
                measured.cpu,
                measured.peak_mb,
                ratio(measured, found["dbt"]),
                cpu_ratio(measured, found["dbt"]),
            ]
        )
    pairs = zip(found["parvn"].cpu_seconds, found["import"].cpu_seconds, found["dbt"].cpu_seconds, strict=True)
    without = sorted((whole - imported) / dbt for whole, imported, dbt in pairs)[times // 2]
    section.aim("cold build, import of Great Expectations apart, at most 1.3 times dbt alone (CPU)", without, 1.3)
    section.aim("nothing changed under 2 s", found["nothing"].median, 2, unit=" s")
    steps = found["parvn"].value["steps"]
    section.notes.append(
        "Steps of the last cold build: " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in steps.items()) + "."
    )
    return section
