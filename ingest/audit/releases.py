"""Compares a built database with the release before: nothing that people could read is gone without a reason."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from ingest.audit.exceptions import AcceptedException, how_to_accept, reason_for
from ingest.contracts import TABLES
from ingest.messages import gettext as _
from ingest.messages import joined
from ingest.problems import FaultyRecords
from ingest.quoting import literal

FOLDER = Path(__file__).parent
KEPT_SCHEMAS = ("marts", "reference", "audit")
"""Schemas whose tables stay: `raw` is compared by its record tables."""
SHOWN_LOSSES = 40


@dataclass(frozen=True)
class Loss:
    """Something that the release before had and the build has not (grain: table x what)."""

    table: str
    what: str
    """`table`, `rows`, or the source and the period."""
    before: int
    now: int
    reason: str | None
    """The recorded reason, or None."""

    def __str__(self) -> str:
        if self.what == "table":
            return _("{table}: the table is gone; it had {before} rows").format(table=self.table, before=self.before)
        subject = _("the table") if self.what == "rows" else self.what
        return _("{table}: {subject} has {now} rows, it had {before}").format(
            table=self.table, subject=subject, now=self.now, before=self.before
        )

    def record(self) -> dict[str, Any]:
        """Return the loss as plain values."""
        return {"table": self.table, "what": self.what, "before": self.before, "now": self.now, "reason": self.reason}


@dataclass(frozen=True)
class Comparison:
    """What was compared with which release."""

    release_id: str | None
    """None: this is the first build."""
    table_count: int
    group_count: int
    """Sources and periods of the facts."""
    losses: list[Loss]


def compare(
    database: Path,
    release_before: Path | None,
    exceptions: Iterable[AcceptedException] = (),
    spent: Iterable[AcceptedException] = (),
) -> Comparison:
    """Compare tables, their rows, and the rows of every source and period of the facts.

    `release_before` is the folder of that release. `spent` are the reasons that it knew already: they cannot explain
    what was lost since.
    """
    if release_before is None:
        return Comparison(None, 0, 0, [])
    gone = set(spent)
    usable = [e for e in exceptions if e not in gone]
    with duckdb.connect() as connection:
        for name, path in (("build", database), ("before", release_before / "parvn.duckdb")):
            connection.execute(f"attach {literal(path)} as {name} (read_only)")
        before, now = _tables(connection, "before"), _tables(connection, "build")
        found = [*_lost_tables(connection, before, now)]
        groups = list(_facts(connection, before & now))
        found += groups
    losses = [
        Loss(table, what, had, has, reason_for(usable, table, what)) for table, what, had, has in found if has < had
    ]
    return Comparison(release_before.name, len(before), len(groups), losses)


def _tables(connection: duckdb.DuckDBPyConnection, database: str) -> set[str]:
    rows = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = ?", [database]
    ).fetchall()
    return {f"{s}.{t}" for s, t in rows if s in KEPT_SCHEMAS or (s == "raw" and t in TABLES)}


def _judged_tables(connection: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    """Return the marts with a day of judgement, as (database, table)."""
    return set(
        connection.execute(
            "select database_name, schema_name || '.' || table_name from duckdb_columns() "
            "where schema_name = 'marts' and column_name = 'evaluation_date'"
        ).fetchall()
    )


def _count(connection: duckdb.DuckDBPyConnection, database: str, table: str, is_judged: bool) -> int:
    """Count the rows of a table; of verdicts only those of the days of the seed, not of a day that one run added."""
    days = f"where evaluation_date in (select evaluation_date from {database}.reference.evaluation_date)"
    return connection.execute(f"select count(*) from {database}.{table} {days if is_judged else ''}").fetchall()[0][0]


def _compared_facts() -> list[dict[str, str]]:
    with (FOLDER / "compared_facts.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _lost_tables(
    connection: duckdb.DuckDBPyConnection, before: set[str], now: set[str]
) -> Iterator[tuple[str, str, int, int]]:
    facts = {row["table"] for row in _compared_facts()}
    judged = _judged_tables(connection)

    def count(database: str, table: str) -> int:
        return _count(connection, database, table, (database, table) in judged)

    for table in sorted(before):
        if table not in now:
            yield table, "table", max(count("before", table), 1), 0
        elif table not in facts and not table.startswith("audit."):
            # Facts are compared by source and period; that fewer contradictions are found is no loss.
            yield table, "rows", count("before", table), count("build", table)


def _facts(connection: duckdb.DuckDBPyConnection, present: set[str]) -> Iterator[tuple[str, str, int, int]]:
    for row in _compared_facts():
        if row["table"] not in present:
            continue
        counts = {}
        for database in ("before", "build"):
            counts[database] = connection.execute(
                f"select trim({row['source']} || ' ' || {row['period']}) as what, count(distinct {row['id_column']}) "
                f"from {database}.{row['table']} where {row['rows']} group by what order by what"
            ).fetchall()
        has = dict(counts["build"])
        for what, had in counts["before"]:
            yield row["table"], what, had, has.get(what, 0)


def raise_losses(comparison: Comparison, data: Path, page: Path | None = None) -> None:
    """Raise FaultyRecords if something was lost without a reason; it says what, and the line that records a reason."""
    losses = [loss for loss in comparison.losses if loss.reason is None]
    if not losses:
        return
    words = _("the release before ({release}) had more; nothing was published:").format(release=comparison.release_id)
    lines: list[str] = [words, *(joined("", ["- ", loss]) for loss in losses[:SHOWN_LOSSES])]
    if len(losses) > SHOWN_LOSSES:
        lines.append(_("- and {count} more").format(count=len(losses) - SHOWN_LOSSES))
    lines.append(
        _(
            "If this is meant, append a line per loss to {file} (check,what,reason,recorded_on; * stands for any):"
        ).format(file=data)
    )
    lines += [f"    {how_to_accept(loss.table, loss.what)}" for loss in losses[:SHOWN_LOSSES]]
    if page:
        lines.append(_("All results: {page}").format(page=page))
    raise FaultyRecords(joined("\n", lines))
