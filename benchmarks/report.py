"""Writes README.md from the results of the last run of each benchmark."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from benchmarks.harness import PROJECT, RESULTS

README = PROJECT / "benchmarks" / "README.md"
HEAD = """# Benchmarks

`make bench` measures and writes this page; `make bench ONLY=queries` runs one, `python -m benchmarks --help` says more.
Nothing here is a test: a slow machine fails nothing.

- Every work runs in a process of its own. Seconds are those of the work, without the start of Python; the peak is the
  largest resident memory of the process (`ru_maxrss`).
- Works that are compared take turns. A ratio is the median of the ratios of the pairs, CPU is seconds of processor on
  all cores.
- The build, the marts and dossiers above three million rows are measured once, all else as often as said below.
- DuckDB has 2 threads and, where memory is said to be limited, 2 GB.
- Read ratios, growth and memory. Seconds are of the machine that is named below each table, which may have been busy
  with other work: see its load average.
"""


def table(heading: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a Markdown table; numbers are shown with three digits that count."""
    lines = [heading, ["---"] * len(heading), *([_shown(cell) for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _shown(cell: Any) -> str:
    if isinstance(cell, float):
        return f"{cell:.0f}" if abs(cell) >= 100 else f"{cell:.1f}" if abs(cell) >= 10 else f"{cell:.2f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def section(found: dict[str, Any]) -> str:
    """Return the results of one benchmark as Markdown."""
    parts = [f"## {found['title']}\n", found["method"] + "\n", table(found["heading"], found["rows"])]
    if found["aims"]:
        parts.append(table(("aim", "measured", ""), found["aims"]))
    parts += [f"{note}\n" for note in found["notes"]]
    parts.append(f"Size {found['size']}, {found['repeats']} repeats, {found['took_s']} s in all. {found['machine']}.\n")
    return "\n".join(parts)


def write(names: Sequence[str]) -> None:
    """Write README.md; a benchmark that never ran is left out."""
    parts = [HEAD]
    for name in names:
        path = RESULTS / f"{name}.json"
        if path.exists():
            parts.append(section(json.loads(path.read_text("utf-8"))))
    README.write_text("\n".join(parts), encoding="utf-8")
