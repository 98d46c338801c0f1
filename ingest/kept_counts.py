"""Keeps the counts of dossiers from one build to the next, so that only the months that changed are counted again.

Every build makes its database afresh. The counts of a build whose tests passed are put aside beside it, in one file
whose name says under which rules (code, seeds, tools) they were counted and which SHA-256 it has. The next build takes
them only if both are right; which of their months still hold, the model tells by `content_key`.
"""

import os
from pathlib import Path

import duckdb

from ingest.durable import make_folder, replace, sync
from ingest.publish import sha256_of_file
from ingest.quoting import literal

TABLE = "intermediate.int_dossiers__counted"


def _folder(database: Path) -> Path:
    return database.parent / "dossier-counts"


def keep(database: Path, rules: str) -> None:
    """Put the counts of a build database aside, and remove older ones; what is not whole has no name to be found by."""
    folder, kept = _folder(database), None
    make_folder(folder)
    temporary = folder / f".{os.getpid()}.new"
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            held = "select 1 from duckdb_tables() where schema_name || '.' || table_name = ? and estimated_size > 0"
            if connection.execute(held, [TABLE]).fetchall():
                connection.execute(f"copy {TABLE} to {literal(temporary)} (format parquet, compression zstd)")
        if temporary.exists():
            sync(temporary)
            kept = folder / f"{rules}-{sha256_of_file(temporary)}.parquet"
            replace(temporary, kept)
    finally:
        temporary.unlink(missing_ok=True)
    for other in folder.iterdir():
        if other != kept:
            other.unlink()


def give_back(connection: duckdb.DuckDBPyConnection, database: Path, rules: str) -> int:
    """Create the model's table from the kept counts in a fresh build database; returns how many months it holds.

    0: there are none that were counted under the same `rules`, or their bytes changed; then all is counted anew.
    """
    for path in sorted(_folder(database).glob(f"{rules}-*.parquet")):
        if path.stem == f"{rules}-{sha256_of_file(path)}":
            connection.execute(f"create schema if not exists {TABLE.partition('.')[0]}")
            connection.execute(f"create table {TABLE} as from read_parquet({literal(path)})")
            return int(connection.execute(f"select count(distinct content_key) from {TABLE}").fetchall()[0][0])
    return 0
