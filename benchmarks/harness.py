"""Runs each measured piece of work in a process of its own, so that its time and peak memory are its own.

Works that are compared take turns within one run (a, b, a, b): a busy machine slows both. Only ratios of such pairs say
something on another machine.
"""

import importlib
import json
import math
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
WORK = PROJECT / "benchmarks" / "work"
"""What a run makes and the next may use again; not part of the project."""
RESULTS = PROJECT / "benchmarks" / "results"
MEMORY = "2GB"
"""Given to DuckDB where nothing else is said."""
THREADS = 2
NO_POLARS = "polars is not installed (`pip install par-warehouse[bench]`): left out."


@dataclass(frozen=True)
class Measured:
    """One work, measured several times (grain: work)."""

    seconds: list[float]
    cpu_seconds: list[float]
    peak_mb: int
    """The largest of all runs."""
    value: Any
    """What the work returned the last time."""

    @property
    def median(self) -> float:
        """Return the median of the seconds."""
        return statistics.median(self.seconds)

    @property
    def cpu(self) -> float:
        """Return the median of the seconds of processor."""
        return statistics.median(self.cpu_seconds)


@dataclass
class Section:
    """The results of one benchmark, as they are written (grain: benchmark)."""

    title: str
    method: str
    heading: Sequence[str]
    rows: list[list[Any]] = field(default_factory=list)
    aims: list[list[str]] = field(default_factory=list)
    """Aim, measured, met or missed."""
    notes: list[str] = field(default_factory=list)

    def aim(self, words: str, measured: float, limit: float, is_least: bool = False, unit: str = "") -> None:
        """Write down whether a measured figure is at most (or at least) the limit."""
        met = measured >= limit if is_least else measured <= limit
        self.aims.append([words, f"{measured:.2f}{unit}", "met" if met else "**missed**"])


def timed(work: str, **arguments: Any) -> dict[str, Any]:
    """Run `module:function` of this package once in a new process.

    Its time is that of the call, without the start of Python; a work that returns `seconds` measured itself.
    """
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(PROJECT), *filter(None, [os.getenv("PYTHONPATH")])])}
    command = [sys.executable, "-m", "benchmarks.harness", work, json.dumps(arguments, default=str)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=PROJECT, check=False)
    if done.returncode:
        raise RuntimeError(f"{work} failed:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def _child(work: str, arguments: Mapping[str, Any]) -> None:
    module, _, name = work.partition(":")
    function = getattr(importlib.import_module(f"benchmarks.{module}"), name)
    started, busy = time.perf_counter(), _cpu()
    value = function(**arguments)
    found = {"seconds": time.perf_counter() - started, "cpu_seconds": _cpu() - busy, "value": value}
    if isinstance(value, dict) and "seconds" in value:
        found |= {k: value[k] for k in ("seconds", "cpu_seconds") if k in value}
    found["peak_mb"] = max(
        resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    found["peak_mb"] //= 1024
    print(json.dumps(found, default=str))


def _cpu() -> float:
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def compare(works: Mapping[str, tuple[str, Mapping[str, Any]]], repeats: int) -> dict[str, Measured]:
    """Run works in turns and return them measured; a folder in `out` is emptied before each run."""
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in works}
    for _ in range(repeats):
        for name, (work, arguments) in works.items():
            if "out" in arguments:
                shutil.rmtree(arguments["out"], ignore_errors=True)
            runs[name].append(timed(work, **arguments))
    return {
        name: Measured(
            [run["seconds"] for run in found],
            [run["cpu_seconds"] for run in found],
            max(run["peak_mb"] for run in found),
            found[-1]["value"],
        )
        for name, found in runs.items()
    }


def ratio(one: Measured, other: Measured) -> float:
    """Return the median of the ratios of seconds, pair by pair."""
    return statistics.median(a / b for a, b in zip(one.seconds, other.seconds, strict=True))


def cpu_ratio(one: Measured, other: Measured) -> float:
    """Return the median of the ratios of seconds of processor, pair by pair."""
    return statistics.median(a / b for a, b in zip(one.cpu_seconds, other.cpu_seconds, strict=True))


def growth(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """Return the exponent k of seconds ~ size ** k: the slope of the logarithms by least squares."""
    x, y = [math.log(s) for s in sizes], [math.log(s) for s in seconds]
    return statistics.linear_regression(x, y).slope


def percentile(values: Iterable[float], share: float) -> float:
    """Return the value that `share` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]


def has_polars() -> bool:
    """Return whether the comparison with polars can be made."""
    return find_spec("polars") is not None


def work_folder(name: str) -> Path:
    """Return an empty folder for one benchmark."""
    folder = WORK / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def temporary_folder() -> AbstractContextManager[str]:
    """Return a folder below WORK that is gone afterwards."""
    WORK.mkdir(parents=True, exist_ok=True)
    return TemporaryDirectory(dir=WORK)


if __name__ == "__main__":
    _child(sys.argv[1], json.loads(sys.argv[2]))
