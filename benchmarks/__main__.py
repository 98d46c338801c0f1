"""`python -m benchmarks [NAME ...] [--size tiny|small|default|large] [--repeats N]`."""

import argparse
import importlib
import json
import platform
import time
from dataclasses import asdict

from benchmarks import report
from benchmarks.harness import RESULTS, WORK, Section

NAMES = ("queries", "exports", "loading", "dossiers", "build", "marts")
SIZES = ("tiny", "small", "default", "large")


def main() -> None:
    """Run the named benchmarks, or all, and write their results and README.md."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure; write benchmarks/README.md.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; default: all")
    parser.add_argument("--size", choices=SIZES, default="default", help="how much work; large takes about an hour")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each work, of which the median counts")
    parser.add_argument("--dry-run", action="store_true", help="print the results, write nothing")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(NAMES):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    WORK.mkdir(parents=True, exist_ok=True)
    for name in chosen.names or NAMES:
        started = time.perf_counter()
        section: Section = importlib.import_module(f"benchmarks.{name}").run(chosen.size, chosen.repeats)
        found = asdict(section) | {
            "size": chosen.size,
            "repeats": chosen.repeats,
            "took_s": round(time.perf_counter() - started),
            "machine": machine(),
        }
        print(report.section(found))
        if not chosen.dry_run:
            RESULTS.mkdir(exist_ok=True)
            text = json.dumps(found, ensure_ascii=False, indent=1, default=str) + "\n"
            (RESULTS / f"{name}.json").write_text(text, encoding="utf-8")
            report.write(NAMES)


def machine() -> str:
    """Return what the figures depend on, without the name of the machine."""
    import os
    from importlib.metadata import version

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    tools = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "dbt-core", "pyarrow"))
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GB, {platform.system()}; Python {platform.python_version()}, {tools}; "
        f"load average at the end {load:.1f}"
    )


if __name__ == "__main__":
    main()
