"""A small warehouse without dbt, and processes that are killed while they write to it."""

import dataclasses
import multiprocessing
import os
import signal
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from ingest import publish
from ingest.check import CheckedPackage
from ingest.durable import write_folder
from ingest.landing import Landing
from ingest.paths import Workspace
from ingest.pipeline import remove_leftovers

ROWS = 200
FIGURES = ("marts.fct_figure", "marts.fct_other")
STEPS = ("fsync", "replace", "rename", "mkdir", "symlink", "chmod", "unlink", "rmdir")
"""The calls of `os` by which a run changes what is on the disk: a run is stopped before and after each."""

# Children are forked from a process that has the libraries loaded and no thread of its own.
processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["ingest.pipeline", "duckdb", "pyarrow.parquet", "pytest"])


def build_small(workspace: Workspace, number: int, rows: int = ROWS) -> None:
    """Make a build database by hand: raw from what landed, two marts whose rows all carry `number`."""
    workspace.build_database.unlink(missing_ok=True)
    workspace.build_database.with_name(workspace.build_database.name + ".wal").unlink(missing_ok=True)
    workspace.build_database.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(workspace.build_database), config={"threads": 1}) as connection:
        for schema in publish.PUBLISHED_SCHEMAS:
            connection.execute(f"create schema if not exists {schema}")
        for name in FIGURES:
            connection.execute(f"create table {name} (figure_id varchar primary key, release_no integer, value double)")
            connection.execute(f"insert into {name} select 'f' || i, {number}, i / 7 from range({rows}) as r (i)")
        connection.execute(
            "create table audit.audit_data_dictionary as select 'marts' as schema_name, 'fct_figure' as table_name, "
            "'value' as column_name, 1 as column_position, 'Giá trị' as label_vi, 'A value.' as description, "
            "null as description_vi"
        )
        connection.execute(
            "create table audit.audit_table_dictionary as select 'marts' as schema_name, 'fct_figure' as table_name, "
            "null as description_vi"
        )
        connection.execute(
            "create table raw.results as from read_parquet(?)", [str(workspace.landing / "parquet/results/*.parquet")]
        )


def version(package: CheckedPackage, number: int) -> CheckedPackage:
    """Return a package as if its results had been corrected for the `number`th time."""
    tables = dict(package.package.tables)
    results = tables["results"]
    rows = [row | {"value": str(number)} for row in results.rows]
    tables["results"] = dataclasses.replace(results, rows=rows, sha256=f"{number:064x}")
    return dataclasses.replace(package, package=dataclasses.replace(package.package, tables=tables))


def run(workspace: Workspace, package: CheckedPackage, number: int) -> None:
    """Land, build and publish release `number`, as `parvn build` does without dbt."""
    with publish.writer_lock(workspace):
        remove_leftovers(workspace)
        Landing(workspace.landing).land(version(package, number))
        build_small(workspace, number)
        publish.publish(workspace, f"{number:08x}".ljust(64, "0"), "test", {}, {}, {}, keep=3)


def count_steps(act: Callable[[int, bool], None]) -> None:
    """Call `act(n, before)` around the n-th step of this process."""
    done = 0

    def around(name: str) -> None:
        real = getattr(os, name)

        def step(*arguments: Any, **keywords: Any) -> Any:
            nonlocal done
            done += 1
            number = done
            act(number, True)
            try:
                return real(*arguments, **keywords)
            finally:
                act(number, False)

        setattr(os, name, step)

    for name in STEPS:
        around(name)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def run_and_die(workspace: Workspace, package: CheckedPackage, number: int, step: int, before: bool) -> None:
    """Run, killed before or after its `step`th step; a run of fewer steps ends well."""
    count_steps(lambda n, is_before: die() if (n, is_before) == (step, before) else None)
    run(workspace, package, number)


def run_counting(workspace: Workspace, package: CheckedPackage, number: int, answer: Any) -> None:
    """Run, and send the number of steps."""
    steps = []
    count_steps(lambda n, before: steps.append(n) if before else None)
    run(workspace, package, number)
    answer.send(len(steps))


def write_folder_and_die(folder: Path, files: dict[str, bytes], step: int, before: bool) -> None:
    """Write a folder, killed before or after the `step`th step; a writing of fewer steps ends well."""
    count_steps(lambda n, is_before: die() if (n, is_before) == (step, before) else None)
    write_folder(folder, files)


def run_for_ever(workspace: Workspace, package: CheckedPackage, number: int) -> None:
    """Publish one release after another until killed, or until nobody is left to kill it."""
    parent = os.getppid()
    while os.getppid() == parent:
        run(workspace, package, number)
        number += 1


def read_for_ever(workspace: Workspace, stop: Path, answer: Any) -> None:
    """Read until `stop` is there; send (reads, release numbers seen, what was wrong)."""
    reads, seen, wrong, parent = 0, set(), [], os.getppid()
    both = " union all ".join(f"select release_no, figure_id from {name}" for name in FIGURES)
    try:
        while os.getppid() == parent and not (stop.exists() and reads):
            with publish.open_published(workspace) as connection:
                for _ in range(2):  # the second query must see what the first one saw
                    found = connection.execute(f"select min(release_no), max(release_no), count(*) from ({both})")
                    low, high, count = found.fetchall()[0]
                    seen.add(low)
                    if low != high or count != 2 * ROWS:
                        wrong.append(f"{low}-{high}: {count} rows")
            reads += 1
            time.sleep(0.02)  # as readers do, and so that the writer gets its turn
    except Exception as error:  # whatever it is, the test shows it
        wrong.append(repr(error))
    answer.send((reads, seen, wrong))


def state(workspace: Workspace) -> tuple[str, int]:
    """Return id and number of the release that people read; fails unless it is whole and of one number."""
    release = publish.current_release(workspace)
    assert release is not None
    assert publish.damage(release) == []
    with publish.open_published(workspace) as connection:
        counted = [
            connection.execute(f"select release_no, count(*) from {name} group by 1").fetchall() for name in FIGURES
        ]
    ((number, rows),) = counted[0]
    assert rows == ROWS and counted[0] == counted[1]
    return release.name, number


def leftovers(workspace: Workspace) -> list[str]:
    """Return the files and folders of a warehouse that no finished run leaves."""
    found = [p for p in workspace.warehouse.rglob("*") if p.name.startswith(".") or p.suffix in (".tmp", ".wal")]
    return sorted(p.relative_to(workspace.warehouse).as_posix() for p in found if p.name != ".lock")


def start(target: Callable[..., None], *arguments: Any) -> Any:
    process = processes.Process(target=target, args=arguments, daemon=True)
    process.start()
    return process


def finish(target: Callable[..., None], *arguments: Any) -> int:
    """Run `target` in a process of its own; returns its exit code, -9 for a killed one."""
    process = start(target, *arguments)
    process.join()
    return process.exitcode


class Nursery:
    """A process that has run once and forks a child for every further run: a start costs milliseconds."""

    def __init__(self, workspace: Workspace, package: CheckedPackage) -> None:
        self._pipe, other = processes.Pipe()
        self._process = start(_nurse, other, workspace, package)
        other.close()  # so that a nurse that could not begin ends the waiting for it
        assert self._pipe.recv() == "ready"

    def start(self, target: Callable[..., None], *arguments: Any) -> int:
        """Start `target` in a child; returns its process id."""
        self._pipe.send((target, arguments))
        return self._pipe.recv()

    def finish(self, target: Callable[..., None], *arguments: Any) -> int:
        """Run `target` in a child to its end; returns its exit code, -9 for a killed one."""
        return self.wait(self.start(target, *arguments))

    def wait(self, process: int) -> int:
        """Wait for the end of a child; returns its exit code."""
        self._pipe.send((None, process))
        return self._pipe.recv()

    def close(self) -> None:
        self._pipe.close()
        self._process.join()


def _nurse(pipe: Any, workspace: Workspace, package: CheckedPackage) -> None:
    run(workspace, package, 1)
    pipe.send("ready")
    while True:
        try:
            target, arguments = pipe.recv()
        except EOFError:
            return
        if target is None:
            pipe.send(os.waitstatus_to_exitcode(os.waitpid(arguments, 0)[1]))
            continue
        process = os.fork()
        if not process:
            code = 1
            try:
                target(*arguments)
                code = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        pipe.send(process)


def small_workspace(folder: Path) -> Workspace:
    return Workspace(folder / "data", folder / "warehouse")
