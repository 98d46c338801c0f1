"""Lands checked records: append-only Parquet by content, a ledger of what landed when, `raw.*` rebuilt from both."""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ingest.check import CheckedPackage
from ingest.clock import utc_now
from ingest.contracts import TABLES, columns_of
from ingest.durable import make_folder, replace, sync
from ingest.readers import RawTable

TECHNICAL_COLUMNS = (
    "_package", "_file", "_file_sha256", "_row", "_vintage_no", "_vintage_reason", "_vintage_known_from", "_is_latest",
)  # fmt: skip
Status = Literal["started", "landed", "unchanged", "refused", "done", "failed", "published"]


@dataclass(frozen=True)
class LedgerEntry:
    """One file's table as it landed (grain: package x table x vintage)."""

    landed_at: str
    package: str
    record_table: str
    file: str
    sha256: str
    content_key: str
    row_count: int
    vintage_no: int
    vintage_reason: str
    known_from: str | None
    is_withdrawn: bool = False


@dataclass(frozen=True)
class Vintage:
    """One landed table of a file (grain: package x table x vintage): its ledger entry and its rows as Parquet."""

    entry: LedgerEntry
    path: Path
    is_latest: bool
    """Whether it is the newest vintage of a file that still stands."""

    def technical(self) -> dict[str, str | int | bool | None]:
        """Return the technical columns that the ledger knows, in their order; `_row` stands in the file."""
        entry = self.entry
        return {
            "_package": entry.package, "_file": entry.file, "_file_sha256": entry.sha256,
            "_vintage_no": entry.vintage_no, "_vintage_reason": entry.vintage_reason,
            "_vintage_known_from": entry.known_from, "_is_latest": self.is_latest,
        }  # fmt: skip


@dataclass(frozen=True)
class Attempt:
    """One try to load a file or to run a step (grain: run x file or step)."""

    run_id: str
    started_at: str
    step: str
    subject: str
    status: Status
    row_count: int
    reason: str | None
    duration_s: float
    """Seconds of this step; of a file 0, its step says how long all took."""


def append_lines(path: Path, lines: Iterable[dict[str, Any]]) -> None:
    """Append whole lines durably; a tail torn by a killed process is cut off first."""
    make_folder(path.parent)
    is_new = not path.exists()
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    with path.open("ab+") as file:
        size = file.seek(0, os.SEEK_END)
        if size:
            file.seek(0)
            whole = file.read().rfind(b"\n") + 1
            if whole < size:
                file.truncate(whole)
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        sync(path.parent)


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the whole lines of a ledger, oldest first."""
    if not path.exists():
        return []
    content = path.read_bytes()
    return [json.loads(line) for line in content[: content.rfind(b"\n") + 1].splitlines()]


class Landing:
    """The landed records of one warehouse."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ledger = folder / "ledger.jsonl"
        self._attempts = folder / "attempts.jsonl"

    def entries(self) -> list[LedgerEntry]:
        """Return the ledger, oldest first, without vintages that gave way before anybody could read them."""
        standing: list[LedgerEntry] = []
        for entry in (LedgerEntry(**line) for line in read_lines(self._ledger)):
            standing = [e for e in standing if not _gives_way(e, entry)]
            if entry.vintage_no:  # none: a file that was in no release is gone
                standing.append(entry)
        return standing

    def published_at(self) -> str:
        """Return when a run last published what had landed (ISO 8601, UTC); empty if none ever did."""
        return max((a.started_at for a in self.attempts() if a.status == "published"), default="")

    def attempts(self) -> list[Attempt]:
        """Return every attempt, oldest first, failed ones too."""
        return [Attempt(**line) for line in read_lines(self._attempts)]

    def record(self, attempts: Iterable[Attempt]) -> None:
        """Write attempts down; they survive whatever fails later."""
        append_lines(self._attempts, (asdict(a) for a in attempts))

    def parquet_path(self, table: str, content_key: str) -> Path:
        """Return where the rows of one table of one file's content lie."""
        return self.folder / "parquet" / table / f"{content_key}.parquet"

    def latest(self, until: str | None = None) -> dict[tuple[str, str], LedgerEntry]:
        """Return the newest entry of every package and table, of those landed by `until` if that is given."""
        return {(e.package, e.record_table): e for e in self.entries() if until is None or e.landed_at <= until}

    def land(self, checked: CheckedPackage, published_at: str | None = None) -> dict[str, Status]:
        """Land the tables of one package that passed its checks; the package lands whole or not at all.

        An unchanged file is no work; changed bytes are a new vintage, whose reason and `known_from` document.yml or
        source.yml may give (`vintage_reason`, `revised_known_from`): they count for the first change of records that
        lands with this day, what changes later under the same day is a correction of ours. A table that is gone from
        the folder is withdrawn, the rows that a release held stay. What landed after `published_at` was in no release:
        it gives way, so that a mistake which a failed run found never becomes history; without the day every vintage
        stays. Returns what happened to each table.
        """
        package, latest, published = checked.package, self.latest(), self.latest(published_at)
        outcome: dict[str, Status] = {}
        entries: list[LedgerEntry] = []
        revised = self._new_revision(checked, published_at)
        for name, table in package.tables.items():
            newest, before = latest.get((package.name, name)), published.get((package.name, name))
            key = table.sha256 if table.sheet is None else f"{table.sha256}-{table.sheet}"
            if newest and newest.content_key == key and not newest.is_withdrawn:
                outcome[name] = "unchanged"
                continue
            if before and before.content_key == key and not before.is_withdrawn:
                entries.append(before)  # put back as it was published
                outcome[name] = "landed"
                continue
            self._write(table, key)
            entries.append(
                LedgerEntry(
                    landed_at=utc_now(),
                    package=package.name,
                    record_table=name,
                    file=table.file,
                    sha256=table.sha256,
                    content_key=key,
                    row_count=len(table.rows),
                    vintage_no=before.vintage_no + 1 if before else 1,
                    vintage_reason=("source_revised" if revised else "record_corrected") if before else "first_loaded",
                    known_from=revised if before else None,
                )
            )
            outcome[name] = "landed"
        entries += [
            _withdrawal(e, published.get((owner, name)))
            for (owner, name), e in latest.items()
            if owner == package.name and name not in package.tables and not e.is_withdrawn
        ]
        if entries:
            append_lines(self._ledger, (asdict(e) for e in entries))
        return outcome

    def _new_revision(self, checked: CheckedPackage, published_at: str | None) -> str | None:
        """Return the day of the publisher's revision that the package states, unless records landed with it before."""
        source = checked.document or checked.index_source
        if not source or source.vintage_reason != "source_revised" or not source.revised_known_from:
            return None
        day = source.revised_known_from.isoformat()
        used = {
            e.known_from
            for e in self.entries()
            if e.package == checked.package.name
            and e.record_table not in ("document", "index_source")
            and (published_at is None or e.landed_at <= published_at)
        }
        return None if day in used else day

    def withdraw_missing(self, packages: Iterable[str], published_at: str | None = None) -> None:
        """Withdraw the packages that are no longer among the records, as `land` withdraws a table."""
        present, published = set(packages), self.latest(published_at)
        gone = [
            _withdrawal(e, published.get((owner, name)))
            for (owner, name), e in self.latest().items()
            if owner not in present and not e.is_withdrawn
        ]
        if gone:
            append_lines(self._ledger, map(asdict, gone))

    def _write(self, table: RawTable, key: str) -> None:
        path = self.parquet_path(table.name, key)
        if path.exists():
            return
        make_folder(path.parent)
        columns = {c: pa.array([row.get(c) for row in table.rows], pa.string()) for c in columns_of(table.name)}
        columns["_row"] = pa.array(table.row_numbers, pa.int32())
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        pq.write_table(pa.table(columns), temporary, compression="zstd")
        sync(temporary)
        replace(temporary, path)

    def remove_leftovers(self) -> None:
        """Remove files that a killed run did not finish; the caller holds the writer's lock."""
        for path in self.folder.glob("parquet/*/*.tmp"):
            path.unlink()

    def vintages(self) -> Iterator["Vintage"]:
        """Yield every table of a file that ever landed, oldest first: what `raw` is made of, on any engine."""
        entries = self.entries()
        latest = {(e.package, e.record_table): i for i, e in enumerate(entries)}
        for index, entry in enumerate(entries):
            if not entry.is_withdrawn:
                is_latest = latest[(entry.package, entry.record_table)] == index
                yield Vintage(entry, self.parquet_path(entry.record_table, entry.content_key), is_latest)

    def build_raw(self, connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
        """Create schema `raw` from everything that ever landed; returns the number of rows per table.

        Every vintage is there; `_is_latest` marks the rows of the newest vintage of files that still stand.
        """
        vintages = list(self.vintages())
        connection.execute("create schema if not exists raw")
        counts = {}
        for name in TABLES:
            columns = columns_of(name)
            definition = ", ".join(
                f'"{c}" ' + {"_row": "integer", "_vintage_no": "integer", "_is_latest": "boolean"}.get(c, "varchar")
                for c in (*columns, *TECHNICAL_COLUMNS)
            )
            connection.execute(f"create or replace table raw.{name} ({definition})")
            for vintage in vintages:
                if vintage.entry.record_table != name:
                    continue
                present = set(pq.read_schema(vintage.path).names)
                selected = ", ".join(f'"{c}"' if c in present else f'null as "{c}"' for c in columns)
                said = vintage.technical()
                technical = ", ".join("?" if c in said else f'"{c}"' for c in TECHNICAL_COLUMNS)
                connection.execute(
                    f"insert into raw.{name} select {selected}, {technical} from read_parquet(?)",
                    [*said.values(), str(vintage.path)],
                )
            counts[name] = connection.execute(f"select count(*) from raw.{name}").fetchall()[0][0]
        _create(connection, "landed_files", LedgerEntry, [asdict(e) for e in self.entries()])
        _create(connection, "load_attempts", Attempt, [asdict(a) for a in self.attempts()])
        return counts


def _gives_way(entry: LedgerEntry, later: LedgerEntry) -> bool:
    """Tell whether an entry is as if it had never been, because a later one of its table took its place."""
    if (entry.package, entry.record_table) != (later.package, later.record_table):
        return False
    if later.is_withdrawn and entry.vintage_no == later.vintage_no:
        return entry.is_withdrawn
    return entry.vintage_no >= later.vintage_no


def _withdrawal(newest: LedgerEntry, published: LedgerEntry | None) -> LedgerEntry:
    """Return the entry that withdraws a table: what a release held is withdrawn, what none held gives way to it."""
    if published and published.is_withdrawn:
        return published
    held = asdict(published) if published else {**asdict(newest), "vintage_no": 0}
    return LedgerEntry(**{**held, "landed_at": utc_now(), "is_withdrawn": True})


def _create(connection: duckdb.DuckDBPyConnection, name: str, row: type, rows: list[dict[str, Any]]) -> None:
    types = {int: pa.int64(), bool: pa.bool_(), float: pa.float64()}
    schema = pa.schema([(n, types.get(f.type, pa.string())) for n, f in row.__dataclass_fields__.items()])  # type: ignore[attr-defined]
    connection.register("_rows", pa.Table.from_pylist(rows, schema=schema))
    connection.execute(f"create or replace table raw.{name} as select * from _rows")
    connection.unregister("_rows")
