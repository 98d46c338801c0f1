"""The models as dbt compiles them, run by DuckDB alone: their time and memory without dbt's own."""

import time
from pathlib import Path
from typing import Any

from benchmarks.harness import MEMORY, THREADS

Node = dict[str, Any]


def compile_models(database: str, *selected: str) -> list[Node]:
    """Load the seeds into `database` and return the models that `dbt compile` makes, each after those it reads."""
    from ingest.transform import run_dbt

    seeded = run_dbt(Path(database), "seed")
    if not seeded.success:
        raise RuntimeError(str(seeded.exception or "dbt seed failed"))
    chosen = ["--select", *selected] if selected else []
    compiled = run_dbt(Path(database), "compile", *chosen)
    if not compiled.success:
        raise RuntimeError(str(compiled.exception or "dbt compile failed"))
    nodes = {
        r.node.unique_id: {
            "name": r.node.name,
            "schema": r.node.schema,
            "is_view": r.node.config.materialized == "view",
            "sql": r.node.compiled_code,
            "reads": [n for n in r.node.depends_on.nodes if n.startswith("model.")],
        }
        for r in compiled.result.results
        if r.node.resource_type == "model"
    }
    ordered: dict[str, Node] = {}

    def add(key: str) -> None:
        if key in nodes and key not in ordered:
            for other in nodes[key]["reads"]:
                add(other)
            ordered[key] = nodes[key]

    for key in sorted(nodes):
        add(key)
    return list(ordered.values())


def needed_for(name: str, models: list[Node]) -> list[Node]:
    """Return a model and all that it reads, directly or not, in their order."""
    needed, names = {f"model.parvn.{name}"}, []
    for model in reversed(models):
        if f"model.parvn.{model['name']}" in needed:
            needed.update(model["reads"])
            names.append(model)
    return names[::-1]


def run_models(database: str, models: list[Node], memory: str = MEMORY) -> dict[str, float]:
    """Make every model in its order within a limit of memory, the rest on the disk; returns the CPU seconds of each."""
    import duckdb

    spill = Path(database).parent / "spill"
    seconds = {}
    config = {"threads": THREADS, "memory_limit": memory, "temp_directory": str(spill)}
    with duckdb.connect(database, config=config) as connection:
        for model in models:
            kind = "view" if model["is_view"] else "table"
            started = time.process_time()
            connection.execute(f"create schema if not exists {model['schema']}")
            connection.execute(f"create or replace {kind} {model['schema']}.{model['name']} as {model['sql']}")
            # else a later model would pay for writing this one's rows
            connection.execute("checkpoint")
            seconds[model["name"]] = time.process_time() - started
    return seconds
