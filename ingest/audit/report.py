"""Writes what the audit found: JSON for programs, and one page that reads without a network."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from ingest.audit.exceptions import AcceptedException
from ingest.audit.releases import Comparison
from ingest.messages import in_english

if TYPE_CHECKING:
    from ingest.audit.suites import RuleResult

RESULTS = "validation/results.json"
PAGE = "validation/index.html"
COLUMNS = {
    "rule_no": "integer", "suite": "varchar", "rule_code": "varchar", "expectation": "varchar", "subject": "varchar",
    "meaning_en": "varchar", "meaning_vi": "varchar", "row_count": "bigint", "expected": "varchar",
    "observed": "varchar", "fault_count": "bigint", "accepted_count": "bigint", "is_success": "boolean",
}  # fmt: skip


def create_table(connection: duckdb.DuckDBPyConnection, results: "Iterable[RuleResult]" = ()) -> None:
    """Create `raw.validation_results`, one row per expectation; empty where no audit has run."""
    connection.execute("create schema if not exists raw")
    connection.execute(
        f"create or replace table raw.validation_results ({', '.join(f'{n} {t}' for n, t in COLUMNS.items())})"
    )
    for number, result in enumerate(results, start=1):
        values = {"rule_no": number} | result.record()
        marks = ", ".join("?" * len(COLUMNS))
        connection.execute(f"insert into raw.validation_results values ({marks})", [values[name] for name in COLUMNS])


def as_json(
    results: "Iterable[RuleResult]", comparison: Comparison | None, exceptions: Iterable[AcceptedException]
) -> dict[str, Any]:
    """Return all results as plain values; `accepted_exceptions` are those that this release knew."""
    return {
        "expectations": [
            result.record()
            | {
                "rows_at_fault": [asdict(fault) for fault in result.faults],
                "rows_accepted": [asdict(fault) for fault in result.accepted],
                "error": None if result.error is None else in_english(result.error),
            }
            for result in results
        ],
        "comparison": None
        if comparison is None
        else {
            "release_before": comparison.release_id,
            "table_count": comparison.table_count,
            "group_count": comparison.group_count,
            "losses": [loss.record() for loss in comparison.losses],
        },
        "accepted_exceptions": [asdict(exception) for exception in exceptions],
    }


def write(
    folder: Path,
    run_id: str,
    results: "Iterable[RuleResult]",
    comparison: Comparison | None = None,
    exceptions: Iterable[AcceptedException] = (),
) -> dict[str, Path]:
    """Write results and page below `folder`; returns their paths by their names in a release.

    The page tells by `run_id` (the run's start in UTC) what it is of, for a release has no id before it is published.
    The results tell no time: the same inputs give the same ones.
    """
    from jinja2 import Environment, FileSystemLoader

    found = as_json(results, comparison, exceptions)
    paths = {name: folder / name for name in (RESULTS, PAGE)}
    paths[RESULTS].parent.mkdir(parents=True, exist_ok=True)
    paths[RESULTS].write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    templates = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True)
    paths[PAGE].write_text(templates.get_template("page.html").render(found, run_id=run_id), encoding="utf-8")
    return paths


def known_exceptions(release: Path | None) -> list[AcceptedException]:
    """Return the reasons that a release knew; none if it is of a time before the audit."""
    if release is None or not (release / RESULTS).is_file():
        return []
    found = json.loads((release / RESULTS).read_text(encoding="utf-8"))
    return [AcceptedException(**line) for line in found["accepted_exceptions"]]
