"""Builds for tests."""

from collections.abc import Callable
from pathlib import Path

from ingest import transform


def build_models(
    database: Path, on_node: Callable[[str], None] | None = None, evaluation_date: str | None = None
) -> transform.TransformResult:
    """Build seeds and models as `transform.build` does, without dbt's own tests: they ran in `parvn build`."""
    chosen = ["--exclude-resource-type", "test", "unit_test", *transform.judged_also_on(evaluation_date)]
    outcome = transform.run_dbt(database, "build", *chosen, on_node=on_node)
    failed = [f"{n.node.name}: {n.message}" for n in getattr(outcome.result, "results", []) if n.status == "error"]
    assert outcome.success, failed or outcome.exception
    result = transform.TransformResult()
    for node in outcome.result.results:
        result.counts[(str(node.node.resource_type), str(node.status))] += 1
    return result
