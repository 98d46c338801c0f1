"""Where things are."""

from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
SEEDS = PROJECT / "seeds"
ACCEPTED_EXCEPTIONS = "accepted_exceptions.csv"
"""In the root of a data folder: recorded reasons, no records (`ingest.audit.exceptions`)."""
SYNTHETIC_MANIFEST = ".synthetic-files.txt"
"""In the root of a data folder of made-up records: which files `ingest.synthetic` wrote there."""


@dataclass(frozen=True)
class Workspace:
    """The folders of one warehouse: the records it reads and the place it is built and published in."""

    data: Path = PROJECT / "data"
    warehouse: Path = PROJECT / "warehouse"

    @property
    def landing(self) -> Path:
        """Return the folder of the landed Parquet files and their ledger (append-only)."""
        return self.warehouse / "landing"

    @property
    def build_database(self) -> Path:
        """Return the DuckDB file that dbt works in; never the one people query."""
        return self.warehouse / "build" / "parvn.duckdb"

    @property
    def releases(self) -> Path:
        """Return the folder of the published releases."""
        return self.warehouse / "releases"

    @property
    def current(self) -> Path:
        """Return the link to the latest release, swapped atomically."""
        return self.warehouse / "current"

    @property
    def published_database(self) -> Path:
        """Return the read-only DuckDB file that people query."""
        return self.warehouse / "parvn.duckdb"
