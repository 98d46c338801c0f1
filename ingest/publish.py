"""Publishes a built database as a complete, immutable release and swaps the link that people read through."""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from ingest import limits
from ingest.landing import utc_now
from ingest.paths import Workspace
from ingest.problems import Locked, ParvnError

PUBLISHED_SCHEMAS = ("raw", "reference", "marts", "marts_vi", "audit")
STORAGE_VERSION = "v1.2.0"
"""Readers of DuckDB 1.2 and later can open the published file."""
KEPT_RELEASES = 5
DATABASE = "parvn.duckdb"
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Manifest:
    """What a release is made of (`manifest.json`)."""

    release_id: str
    published_at: str
    fingerprint: str
    code_version: str
    inputs: dict[str, str]
    tools: dict[str, str]
    tables: dict[str, int]
    tests: dict[str, dict[str, int]]
    files: dict[str, str]


@contextmanager
def writer_lock(workspace: Workspace) -> Iterator[None]:
    """Hold the one writer's lock of a warehouse; the operating system frees it when the process ends, however it ends.

    Raises Locked, naming the holder and since when, if another process writes.
    """
    workspace.warehouse.mkdir(parents=True, exist_ok=True)
    with (workspace.warehouse / ".lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            holder = file.read().strip() or "an unknown process"
            raise Locked(f"another run is writing to {workspace.warehouse}: {holder}") from error
        file.truncate(0)
        file.write(f"process {os.getpid()}, since {utc_now()}")
        file.flush()
        yield


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256_of_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes without reading it whole."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _quoted(text: str) -> str:
    return "'" + str(text).replace("'", "''") + "'"


def _copy_database(source: Path, target: Path) -> dict[str, int]:
    """Copy the published schemas into a new file that DuckDB 1.2 can read; returns the rows per table."""
    with duckdb.connect() as connection:
        connection.execute(f"attach {_quoted(str(source))} as work (read_only)")
        connection.execute(f"attach {_quoted(str(target))} as release (storage_version {_quoted(STORAGE_VERSION)})")
        tables = connection.execute(
            "select table_schema, table_name from information_schema.tables "
            "where table_catalog = 'work' and table_type = 'BASE TABLE' and list_contains(?, table_schema) "
            "order by all",
            [list(PUBLISHED_SCHEMAS)],
        ).fetchall()
        counts = {}
        for schema in PUBLISHED_SCHEMAS:
            connection.execute(f"create schema release.{schema}")
        for schema, name in tables:
            connection.execute(f'create table release.{schema}."{name}" as from work.{schema}."{name}" order by all')
            counts[f"{schema}.{name}"] = connection.execute(
                f'select count(*) from release.{schema}."{name}"'
            ).fetchall()[0][0]
        comments = connection.execute(
            "select schema_name, table_name, null, comment from duckdb_tables() where database_name = 'work' "
            "and comment is not null union all "
            "select schema_name, table_name, column_name, comment from duckdb_columns() where database_name = 'work' "
            "and comment is not null and not internal"
        ).fetchall()
        for schema, name, column, comment in comments:
            if f"{schema}.{name}" in counts:
                what = (
                    f'table release.{schema}."{name}"'
                    if column is None
                    else f'column release.{schema}."{name}"."{column}"'
                )
                connection.execute(f"comment on {what} is {_quoted(comment)}")
        _vietnamese_views(connection)
        connection.execute("detach release")
    return counts


def _vietnamese_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Create one view per mart table with the Vietnamese headings of the data dictionary as column names."""
    labels = connection.execute(
        "select table_name, column_name, label_vi from release.audit.audit_data_dictionary "
        "where schema_name = 'marts' and label_vi is not null order by table_name, column_position"
    ).fetchall()
    views: dict[str, list[str]] = {}
    for table, column, label in labels:
        views.setdefault(table, []).append(f'"{column}" as "{label}"')
    connection.execute("use release")
    for table, columns in views.items():
        connection.execute(f'create view marts_vi."{table}" as select {", ".join(columns)} from marts."{table}"')
    connection.execute("use memory")


def _export_parquet(database: Path, folder: Path) -> None:
    folder.mkdir()
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set threads = 1")  # one writer, so that the bytes are the same in every build
        names = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'marts' order by 1"
        ).fetchall()
        for (name,) in names:
            target = _quoted(str(folder / f"{name}.parquet"))
            connection.execute(
                f'copy (from marts."{name}" order by all) to {target} (format parquet, compression zstd)'
            )


def publish(
    workspace: Workspace,
    fingerprint: str,
    code_version: str,
    inputs: dict[str, str],
    tools: dict[str, str],
    tests: dict[str, dict[str, int]],
    extra_files: dict[str, Path] | None = None,
) -> Manifest:
    """Write a release from the build database and make it the current one.

    The folder is complete and synced before the link moves; a killed run leaves at most a folder whose name begins
    with a dot, which the next run removes. The caller holds the writer's lock.
    """
    workspace.releases.mkdir(parents=True, exist_ok=True)
    for leftover in workspace.releases.glob(".new-*"):
        shutil.rmtree(leftover)
    published_at = utc_now()
    release_id = f"{published_at[:19].replace('-', '').replace(':', '')}Z-{fingerprint[:8]}"
    folder = workspace.releases / f".new-{release_id}"
    folder.mkdir()
    tables = _copy_database(workspace.build_database, folder / DATABASE)
    _export_parquet(folder / DATABASE, folder / "parquet")
    for name, path in (extra_files or {}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, folder / name)
    files = {
        path.relative_to(folder).as_posix(): sha256_of_file(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    manifest = Manifest(release_id, published_at, fingerprint, code_version, inputs, tools, tables, tests, files)
    (folder / MANIFEST).write_text(json.dumps(asdict(manifest), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    sums = "".join(f"{digest}  {name}\n" for name, digest in files.items())
    (folder / "SHA256SUMS").write_text(sums, encoding="utf-8")
    for path in folder.rglob("*"):
        if path.is_file():
            _sync(path)
            path.chmod(0o444)
        else:
            _sync(path)
    _sync(folder)
    final = workspace.releases / release_id
    folder.rename(final)
    _sync(workspace.releases)
    _swap(workspace, release_id)
    _prune(workspace)
    return manifest


def _swap(workspace: Workspace, release_id: str) -> None:
    """Point `current` at a release, and the stable file name through it, each by one atomic rename."""
    for link, target in (
        (workspace.current, Path("releases") / release_id),
        (workspace.published_database, Path("current") / DATABASE),
    ):
        if link.is_symlink() and link.readlink() == target:
            continue
        temporary = link.with_name(f".{link.name}.new")
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(target)
        temporary.replace(link)
    _sync(workspace.warehouse)


def _prune(workspace: Workspace) -> None:
    current = current_release(workspace)
    releases = sorted(p for p in workspace.releases.iterdir() if p.is_dir() and not p.name.startswith("."))
    for path in [p for p in releases if p != current][: -(KEPT_RELEASES - 1)]:
        shutil.rmtree(path)


def current_release(workspace: Workspace) -> Path | None:
    """Return the folder of the release that people read now, or None."""
    return workspace.current.resolve() if workspace.current.exists() else None


def read_manifest(release: Path) -> dict[str, Any]:
    """Return the manifest of a release."""
    return json.loads((release / MANIFEST).read_text(encoding="utf-8"))


def open_published(workspace: Workspace, memory: str = limits.QUERY_MEMORY) -> duckdb.DuckDBPyConnection:
    """Open the latest release read-only, with no way out to files, settings or extensions.

    Raises ParvnError if nothing was published yet.
    """
    if not workspace.published_database.exists():
        raise ParvnError(f"nothing is published in {workspace.warehouse} yet; run 'parvn build' first")
    # Given on opening: a second connection of one process shares the database, whose settings are locked by then.
    settings: dict[str, Any] = {
        "enable_external_access": "false",
        "lock_configuration": "true",
        "memory_limit": memory,
        "temp_directory": "",  # a query that spills would write into the release
    }
    return duckdb.connect(str(workspace.published_database.resolve()), read_only=True, config=settings)
