"""Publishes a built database as a complete, immutable release and swaps the link that people read through."""

import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from ingest import limits, published_macros
from ingest.clock import utc_now
from ingest.durable import FOLDER_MODE, make_folder, replace, sync
from ingest.messages import Sentence
from ingest.messages import gettext as _
from ingest.paths import Workspace
from ingest.problems import Damaged, Locked, ParvnError
from ingest.quoting import literal

PUBLISHED_SCHEMAS = ("raw", "reference", "marts", "marts_vi", "audit")
STORAGE_VERSION = "v1.2.0"
"""Readers of DuckDB 1.2 and later can open the published file."""
KEPT_RELEASES = 5
DATABASE = "parvn.duckdb"
MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
LOCK = ".lock"


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
    keys: dict[str, list[str]] = field(default_factory=dict)
    """The primary key of every table that has one, by which two releases are compared."""
    previous: str | None = None
    """The release that people read before this one."""


def is_being_written(workspace: Workspace) -> bool:
    """Say whether a process holds the writer's lock now."""
    try:
        with (workspace.warehouse / LOCK).open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


@contextmanager
def writer_lock(workspace: Workspace) -> Iterator[None]:
    """Hold the one writer's lock of a warehouse; the operating system frees it when the process ends, however it ends.

    Raises Locked, naming the holder and since when, if another process writes.
    """
    make_folder(workspace.warehouse)
    with (workspace.warehouse / LOCK).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            holder = re.fullmatch(r"process (\d+), since (\S+)", file.read().strip())
            if holder:
                words = _("another run is writing to {warehouse}: process {process}, since {time}").format(
                    warehouse=workspace.warehouse, process=holder[1], time=holder[2]
                )
            else:
                words = _("another run is writing to {warehouse}").format(warehouse=workspace.warehouse)
            raise Locked(words) from error
        file.truncate(0)
        file.write(f"process {os.getpid()}, since {utc_now()}")
        file.flush()
        yield


def sha256_of_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes without reading it whole."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy_database(source: Path, target: Path) -> tuple[dict[str, int], dict[str, list[str]]]:
    """Copy the published schemas into a new file that DuckDB 1.2 can read; returns rows and primary key per table."""
    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(source)} as work (read_only)")
        connection.execute(f"attach {literal(target)} as release (storage_version {literal(STORAGE_VERSION)})")
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
                connection.execute(f"comment on {what} is {literal(comment)}")
        _vietnamese_views(connection)
        connection.execute("use release")
        if "marts.dim_province" in counts:  # what the macros read; a database of a few tables has none of it
            published_macros.create_macros(connection)
        published_macros.create_as_of_macros(connection)
        connection.execute("use memory")
        keys = connection.execute(
            "select schema_name || '.' || table_name, constraint_column_names from duckdb_constraints() "
            "where database_name = 'work' and constraint_type = 'PRIMARY KEY' order by 1"
        ).fetchall()
        connection.execute("detach release")
    return counts, {name: key for name, key in keys if name in counts}


def _vietnamese_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Create one view per mart table with the Vietnamese headings of the data dictionary as column names.

    Comments are in Vietnamese where the dictionary has them so, else in English. The comment of a column names the
    column of the mart that it shows.
    """
    labels = connection.execute(
        "select table_name, column_name, label_vi, coalesce(description_vi, description) "
        "from release.audit.audit_data_dictionary "
        "where schema_name = 'marts' and label_vi is not null order by table_name, column_position"
    ).fetchall()
    views: dict[str, list[tuple[str, str, str]]] = {}
    for table, column, label, description in labels:
        views.setdefault(table, []).append((column, label, description))
    comments = dict(
        connection.execute(
            "select tables.table_name, coalesce(dictionary.description_vi, tables.comment) as said "
            "from duckdb_tables() as tables left join release.audit.audit_table_dictionary as dictionary "
            "using (schema_name, table_name) "
            "where tables.database_name = 'release' and schema_name = 'marts' and said is not null"
        ).fetchall()
    )
    connection.execute("use release")
    for table, columns in views.items():
        shown = ", ".join(f'"{column}" as "{label}"' for column, label, _ in columns)
        connection.execute(f'create view marts_vi."{table}" as select {shown} from marts."{table}"')
        if table in comments:
            connection.execute(f'comment on view marts_vi."{table}" is {literal(comments[table])}')
        for column, label, description in columns:
            what = f'marts_vi."{table}"."{label}"'
            connection.execute(f"comment on column {what} is {literal(f'{column}: {description}')}")
    connection.execute("use memory")


def _export_parquet(database: Path, folder: Path) -> None:
    folder.mkdir()
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set threads = 1")  # one writer, so that the bytes are the same in every build
        names = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'marts' order by 1"
        ).fetchall()
        for (name,) in names:
            target = literal(folder / f"{name}.parquet")
            connection.execute(
                f'copy (from marts."{name}" order by all) to {target} (format parquet, compression zstd)'
            )


def remove_leftovers(workspace: Workspace) -> None:
    """Remove what a killed run left behind; the caller holds the writer's lock."""
    for folder in workspace.releases.glob(".*"):
        shutil.rmtree(folder)
    for link in (workspace.published_database, workspace.current):
        _temporary(link).unlink(missing_ok=True)


def publish(
    workspace: Workspace,
    fingerprint: str,
    code_version: str,
    inputs: dict[str, str],
    tools: dict[str, str],
    tests: dict[str, dict[str, int]],
    extra_files: dict[str, Path] | None = None,
    keep: int = KEPT_RELEASES,
) -> Manifest:
    """Write a release from the build database, make it the current one and keep the last `keep` releases.

    The folder is complete and synced before the link moves; a killed run leaves at most a folder whose name begins
    with a dot, which the next run removes. The caller holds the writer's lock.
    """
    make_folder(workspace.releases)
    remove_leftovers(workspace)
    before = current_release(workspace)
    published_at, release_id = _new_release_id(workspace, fingerprint)
    folder = workspace.releases / f".new-{release_id}"
    folder.mkdir(mode=FOLDER_MODE)
    try:
        tables, keys = _copy_database(workspace.build_database, folder / DATABASE)
        _export_parquet(folder / DATABASE, folder / "parquet")
        for name, path in (extra_files or {}).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, folder / name)
        manifest = Manifest(
            release_id=release_id,
            published_at=published_at,
            fingerprint=fingerprint,
            code_version=code_version,
            inputs=inputs,
            tools=tools,
            tables=tables,
            tests=tests,
            files={name: sha256_of_file(folder / name) for name in _files_of(folder)},
            keys=keys,
            previous=before.name if before else None,
        )
        _seal(folder, manifest)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)  # on a full disk, the room is needed at once
        raise
    folder.rename(workspace.releases / release_id)
    sync(workspace.releases)
    point_to(workspace, release_id)
    with suppress(OSError):  # the new release is published already; the next run prunes again
        _prune(workspace, keep, {release_id} | ({before.name} if before else set()))
    return manifest


def _new_release_id(workspace: Workspace, fingerprint: str) -> tuple[str, str]:
    """Return (published_at, id); ids sort by time, and two of one second differ."""
    while True:
        published_at = utc_now()
        release_id = f"{published_at[:-1].translate(str.maketrans('', '', '-:.'))}Z-{fingerprint[:8]}"
        if not (workspace.releases / release_id).exists():
            return published_at, release_id


def _files_of(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())


def _seal(folder: Path, manifest: Manifest) -> None:
    """Write manifest and checksums, take the right to write away, and sync everything."""
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=2) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    sums = {**manifest.files, MANIFEST: sha256_of_file(folder / MANIFEST)}
    (folder / SUMS).write_text("".join(f"{digest}  {name}\n" for name, digest in sums.items()), encoding="utf-8")
    for path in (*folder.rglob("*"), folder):
        path.chmod(path.stat().st_mode & 0o755 if path.is_dir() else 0o444)
        sync(path)


def _temporary(link: Path) -> Path:
    return link.with_name(f".{link.name}.new")


def point_to(workspace: Workspace, release_id: str) -> None:
    """Make a release the one that people read, by one atomic rename; the caller holds the writer's lock."""
    # The stable file name comes first: it leads nowhere until `current` is there, so that a run killed between the
    # two has published nothing yet.
    for link, target in (
        (workspace.published_database, Path("current") / DATABASE),
        (workspace.current, Path("releases") / release_id),
    ):
        if link.is_symlink() and link.readlink() == target:
            continue
        _temporary(link).unlink(missing_ok=True)
        _temporary(link).symlink_to(target)
        replace(_temporary(link), link)


def releases_of(workspace: Workspace) -> list[Path]:
    """Return the folders of the releases that are kept, oldest first."""
    return sorted(p for p in workspace.releases.glob("[!.]*") if p.is_dir())


def _prune(workspace: Workspace, keep: int, needed: set[str]) -> None:
    """Remove all but the newest `keep` releases, damaged ones first.

    What people read now, and read before, stays in any case.
    """
    others = [p for p in releases_of(workspace) if p.name not in needed]
    excess = max(0, len(others) + len(needed) - keep)
    if 0 < excess < len(others):
        others.sort(key=lambda path: (not damage(path), path.name))
    for path in others[:excess]:
        # First the name, in one step: a run killed while it deletes must not leave half a release to be found.
        hidden = path.with_name(f".old-{path.name}")
        path.rename(hidden)
        shutil.rmtree(hidden)


def current_release(workspace: Workspace) -> Path | None:
    """Return the folder of the release that people read now, or None."""
    return workspace.current.resolve() if workspace.current.exists() else None


def read_manifest(release: Path) -> dict[str, Any]:
    """Return the manifest of a release; raises Damaged if it cannot be read."""
    try:
        found = json.loads((release / MANIFEST).read_text(encoding="utf-8"))
        return asdict(Manifest(**found))
    except (OSError, ValueError, TypeError) as error:
        words = _("{file} of release {release} cannot be read ({error})")
        raise Damaged(words.format(file=MANIFEST, release=release.name, error=error)) from error


def _read_sums(release: Path) -> dict[str, str]:
    # By line feeds alone: one flipped bit makes of them what splitlines would split at as well.
    lines = (release / SUMS).read_bytes().decode("utf-8").removesuffix("\n").split("\n")
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def damage(release: Path) -> list[Sentence]:
    """Hash every file of a release anew; returns one line per file that is not as it was published."""
    found = []
    sums: dict[str, str] = {}
    try:
        sums = _read_sums(release)
    except (OSError, ValueError) as error:
        found.append(_("{file} cannot be read ({error})").format(file=SUMS, error=error))
    try:
        files = read_manifest(release)["files"]
    except Damaged as error:
        found.append(error.args[0])
        files = {name: digest for name, digest in sums.items() if name != MANIFEST}
    else:
        expected = sums.pop(MANIFEST, None)
        if expected is not None and sha256_of_file(release / MANIFEST) != expected:
            found.append(
                _("{file}: its bytes are not those that {other} names; one of the two changed").format(
                    file=MANIFEST, other=SUMS
                )
            )
            files = sums
        elif sums and sums != files:
            names = sorted(name for name in sums.keys() | files.keys() if sums.get(name) != files.get(name))
            found.append(
                _("{file} does not agree with {other} on {names}").format(
                    file=SUMS, other=MANIFEST, names=", ".join(names)
                )
            )
    present = set(_files_of(release))
    for name, digest in files.items():
        if name not in present:
            found.append(_("{file} is missing").format(file=name))
        elif sha256_of_file(release / name) != digest:
            found.append(_("{file}: its bytes changed").format(file=name))
    found += [
        _("{file} does not belong to the release").format(file=name)
        for name in sorted(present - files.keys() - {MANIFEST, SUMS})
    ]
    return found


def open_read_only(database: Path, memory: str = limits.QUERY_MEMORY) -> duckdb.DuckDBPyConnection:
    """Open a published file read-only, with no way out to other files, settings or extensions."""
    # Given on opening: a second connection of one process shares the database, whose settings are locked by then.
    settings: dict[str, Any] = {
        "enable_external_access": "false",
        "lock_configuration": "true",
        "memory_limit": memory,
        "temp_directory": "",  # a query that spills would write into the release
    }
    return duckdb.connect(str(database), read_only=True, config=settings)


def open_published(workspace: Workspace, memory: str = limits.QUERY_MEMORY) -> duckdb.DuckDBPyConnection:
    """Open the latest release as `open_read_only` does.

    Raises ParvnError if nothing was published yet.
    """
    while True:
        if not workspace.published_database.exists():
            raise ParvnError(
                _("nothing is published in {warehouse} yet; run 'parvn build' first").format(
                    warehouse=workspace.warehouse
                )
            )
        # The real place, since DuckDB would answer from a release that this process opened before under one name.
        database = workspace.published_database.resolve()
        try:
            return open_read_only(database, memory)
        except duckdb.IOException:
            # A reader that was slow may find its release pruned: it takes the one that is current now.
            if database == workspace.published_database.resolve():
                raise
