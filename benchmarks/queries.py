"""The questions of the docs on the published file."""

import statistics
import sys
import time
from typing import Any

from benchmarks.harness import PROJECT, WORK, Section, compare, percentile, timed


def questions() -> list[str]:
    """Return the SQL of every answered query of README and docs that asks the real warehouse."""
    sys.path.insert(0, str(PROJECT / "tests"))
    import test_docs as docs

    found = []
    for page in docs.PAGES:
        for match in docs.ANSWERED.finditer(docs.text_of(page)):
            for words in docs.commands(match["command"]):
                if words[0] == "query" and len(words) == 2:
                    found.append(words[1])
    return list(dict.fromkeys(found))


def publish() -> None:
    """Publish the project's records in a warehouse of the benchmarks, if they are not there as they are now."""
    from ingest import pipeline
    from ingest.paths import Workspace

    workspace = Workspace(PROJECT / "data", WORK / "warehouse")
    pipeline.build(workspace, say=lambda _: None)


def asked(limit: int, times: int) -> dict[str, Any]:
    """Ask every question on a new connection, then `times` times on one connection; milliseconds by question."""
    from ingest.paths import Workspace
    from ingest.statements import Limits, fetch_rows, open_warehouse, run

    workspace = Workspace(PROJECT / "data", WORK / "warehouse")
    limits, cold, warm, rows = Limits(), [], [], 0
    texts = questions()[:limit]
    for text in texts:
        started = time.perf_counter()
        with open_warehouse(workspace, limits) as connection:
            rows += len(run(connection, text, limits, fetch_rows).rows)
        cold.append(1000 * (time.perf_counter() - started))
    with open_warehouse(workspace, limits) as connection:
        for text in texts:
            run(connection, text, limits, fetch_rows)
        for _ in range(times):
            for text in texts:
                started = time.perf_counter()
                run(connection, text, limits, fetch_rows)
                warm.append(1000 * (time.perf_counter() - started))
    medians = [statistics.median(warm[i :: len(texts)]) for i in range(len(texts))]
    slowest = " ".join(texts[medians.index(max(medians))].split())
    return {"cold": cold, "warm": warm, "medians": medians, "rows": rows, "count": len(texts), "slowest": slowest}


def command() -> None:
    """Run one query as a person does, with the start of Python."""
    import subprocess

    sql = "select count(*) from marts.mart_on_time_rates"
    arguments = [sys.executable, "-m", "ingest.cli", "query", "--warehouse", str(WORK / "warehouse"), sql]
    subprocess.run(arguments, check=True, capture_output=True, cwd=PROJECT)


def run(size: str, repeats: int) -> Section:
    """Measure the questions of the docs."""
    timed("queries:publish")  # not in this process: its memory would count for those it starts
    limit, times = (5, 2) if size == "tiny" else (10_000, 20)
    found = compare(
        {
            "asked": ("queries:asked", {"limit": limit, "times": times}),
            "command": ("queries:command", {}),
        },
        repeats,
    )
    value = found["asked"].value
    section = Section(
        "Queries",
        f"The {value['count']} questions with SQL of README and docs on the published warehouse. Cold: a connection of "
        "its own for each, as `parvn query` makes it, the file in the cache of the system. Warm: one connection, "
        f"{times} rounds after a first, every run "
        "counted; below it of each question the median of its rounds.",
        ("questions", "p50 ms", "p95 ms", "slowest ms", "peak MB"),
    )
    for name, key in (("cold", "cold"), ("warm", "warm"), ("warm, median of each question", "medians")):
        values = value[key]
        section.rows.append(
            [name, percentile(values, 0.5), percentile(values, 0.95), max(values), found["asked"].peak_mb]
        )
    section.rows.append(
        ["`parvn query`, start to end", 1000 * found["command"].median, "", 1000 * max(found["command"].seconds),
         found["command"].peak_mb]
    )  # fmt: skip
    section.aim("p95 warm under 50 ms", percentile(value["warm"], 0.95), 50, unit=" ms")
    section.notes.append(f"The slowest by its median: `{value['slowest'][:160]}`.")
    return section
