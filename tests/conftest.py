import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from builds import build_models
from commands import Parvn, runner
from filelock import FileLock
from hypothesis import settings
from records import Records, page_records, plan_records
from soak import Report, reporting

from ingest import pipeline, publish, transform
from ingest.paths import PROJECT, Workspace
from ingest.reference import Reference

# The same cases in every run and no clock: a run that fails today fails tomorrow, a slow machine fails nothing.
settings.register_profile("repeatable", derandomize=True, deadline=None, database=None, max_examples=150)
settings.load_profile("repeatable")

os.environ["PARVN_LANG"] = "en"  # the tests compare sentences, wherever they run

LONGEST = (
    "test_pipeline",
    "test_mutations",
    "test_docs",
    "test_faults",
    "test_vintages",
    "test_comparability",
    "test_audit",
    "test_kept_counts",
)
"""Files that workers of pytest-xdist take first: none is left to one of them at the end, and beside the first, which
builds `real`, runs one that does not need it."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST))


def pytest_unconfigure() -> None:
    # Hypothesis watches the garbage collector; its callback would keep DuckDB's types past the end of the interpreter,
    # and DuckDB would print them as leaks.
    gc.callbacks.clear()


@pytest.fixture(scope="module")
def report() -> Iterator[Report]:
    """Takes the rows of docs/reliability.md."""
    yield from reporting()


@pytest.fixture
def parvn(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Parvn:
    """Runs the command in this process."""
    return runner(capsys, monkeypatch)


@pytest.fixture(scope="session")
def reference() -> Reference:
    return Reference()


@pytest.fixture
def plan(tmp_path: Path) -> Records:
    """A small annual plan without a fault, not yet written; its folder lies in `tmp_path/data`."""
    return plan_records(tmp_path / "data" / "plan")


@pytest.fixture
def pages(tmp_path: Path) -> Records:
    """Two figures of one web page without a fault, not yet written."""
    return page_records(tmp_path / "data" / "pages")


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The warehouse of the project's own records, built and published once; tests only read it.

    Workers of pytest-xdist share it: the first that needs it builds it, the others wait.
    """
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # each worker has a folder of its own in that of the session
    workspace = Workspace(PROJECT / "data", folder / "real" / "warehouse")
    with FileLock(folder / "real.lock"), pytest.MonkeyPatch.context() as patch:
        if publish.current_release(workspace) is None:
            patch.setattr(transform, "build", build_models)
            pipeline.build(workspace, say=lambda _: None, with_docs=False)
    return workspace


@pytest.fixture
def copied(real: Workspace, tmp_path: Path) -> Workspace:
    """A copy of the real records and their warehouse, to be changed."""
    shutil.copytree(real.data, tmp_path / "data")
    shutil.copytree(real.warehouse, tmp_path / "warehouse", symlinks=True)
    return Workspace(tmp_path / "data", tmp_path / "warehouse")
