"""The releases that are kept: list them, compare two of them, and go back to one."""

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from ingest.clock import utc_now
from ingest.landing import Attempt, Landing
from ingest.messages import gettext as _
from ingest.messages import joined, noop
from ingest.paths import Workspace
from ingest.problems import Damaged, ParvnError
from ingest.publish import (
    DATABASE,
    current_release,
    damage,
    point_to,
    read_manifest,
    releases_of,
    remove_leftovers,
    writer_lock,
)
from ingest.quoting import identifier, literal

Row = tuple[Any, ...]

LISTED = {
    "release_id": noop("release"),
    "is_current": noop("current"),
    "is_whole": noop("whole"),
    "published_at": noop("published (UTC)"),
    "code_version": noop("code"),
    "input_files": noop("input files"),
    "marts": noop("tables in marts"),
    "mart_rows": noop("rows in marts"),
    "tests_passed": noop("tests passed"),
}
"""What is told of a release: its name for programs, and its heading for people."""
CHANGED = ("table", "key", "change", "column", "old", "new")


def find_release(workspace: Workspace, name: str) -> Path:
    """Return the folder of the release with this id, or the only one whose id begins so; raises ParvnError."""
    kept = releases_of(workspace)
    found = [p for p in kept if p.name == name] or [p for p in kept if name and p.name.startswith(name)]
    if len(found) == 1:
        return found[0]
    if not kept:
        raise ParvnError(_("no release is kept in {warehouse}").format(warehouse=workspace.warehouse))
    names = ", ".join(p.name for p in kept)
    if found:
        raise ParvnError(
            _("several releases begin with '{name}'; kept are: {releases}").format(name=name, releases=names)
        )
    raise ParvnError(
        _("no release is called '{name}' or begins with it; kept are: {releases}").format(name=name, releases=names)
    )


def list_releases(workspace: Workspace) -> list[Row]:
    """Return the facts named in LISTED of every kept release, the newest first; each is hashed anew for `is_whole`.

    Of a release whose manifest cannot be read nothing else is told.
    """
    current = current_release(workspace)
    rows: list[Row] = []
    for folder in reversed(releases_of(workspace)):
        try:
            manifest = read_manifest(folder)
        except Damaged:
            rows.append((folder.name, folder == current, False, *[None] * (len(LISTED) - 3)))
            continue
        marts = [count for name, count in manifest["tables"].items() if name.startswith("marts.")]
        rows.append(
            (
                folder.name,
                folder == current,
                not damage(folder),
                manifest["published_at"],
                manifest["code_version"],
                len(manifest["inputs"]),
                len(marts),
                sum(marts),
                sum(manifest["tests"].get(kind, {}).get("pass", 0) for kind in ("test", "unit_test")),
            )
        )
    return rows


def rollback(workspace: Workspace, name: str) -> tuple[Path | None, Path]:
    """Let people read an earlier release again; returns the folders that were and are current.

    Raises Damaged, and leaves the link alone, if a file of that release is not as it was published.
    """
    find_release(workspace, name)  # a mistake is answered before anything is written, the lock's file included
    with writer_lock(workspace):
        remove_leftovers(workspace)
        release = find_release(workspace, name)
        before = current_release(workspace)
        wrong = damage(release)
        if wrong:
            words = _("release {release} is damaged; the current one stays:").format(release=release.name)
            raise Damaged(joined("\n", [words, *wrong]))
        if before != release:
            point_to(workspace, release.name)
            now, was = utc_now(), before.name if before else "nothing"
            attempt = Attempt(now, now, "rollback", release.name, "published", 0, f"instead of {was}", 0.0)
            with suppress(OSError):  # the disk may be full, and the release is current already
                Landing(workspace.landing).record([attempt])
    return before, release


@dataclass
class TableDiff:
    """What changed in one mart between two releases."""

    table: str
    key: list[str]
    """Empty where the table has no key in common: its rows are then compared whole."""
    is_new: bool = False
    is_gone: bool = False
    columns_added: list[str] = field(default_factory=list)
    columns_removed: list[str] = field(default_factory=list)
    changes: list[Row] = field(default_factory=list)
    """(key as column -> text, change, column, old, new); a row added or removed has no column."""

    def count(self, change: str) -> int:
        """Return the number of cells changed, or of rows added or removed."""
        return sum(1 for row in self.changes if row[1] == change)

    @property
    def changed_rows(self) -> int:
        """Return the number of rows with a changed cell."""
        return len({tuple(row[0].items()) for row in self.changes if row[1] == "changed"})

    @property
    def is_same(self) -> bool:
        """Say whether nothing at all changed."""
        return not (self.is_new or self.is_gone or self.columns_added or self.columns_removed or self.changes)


def pair(workspace: Workspace, older: str | None = None, newer: str | None = None) -> tuple[Path, Path]:
    """Return two releases to compare: those named; or one and the current one; or the current one and its previous."""
    current = current_release(workspace)
    if newer is not None:
        second = find_release(workspace, newer)
    elif current is not None:
        second = current
    else:
        raise ParvnError(
            _("nothing is published in {warehouse} yet; run 'parvn build' first").format(warehouse=workspace.warehouse)
        )
    if older is not None:
        return find_release(workspace, older), second
    kept = releases_of(workspace)
    previous = read_manifest(second)["previous"]
    first = next((p for p in kept if p.name == previous), None) or max(
        (p for p in kept if p.name < second.name), default=None
    )
    if first is None:
        raise ParvnError(
            _("no release before {release} is kept; name two: parvn diff OLDER NEWER").format(release=second.name)
        )
    return first, second


def diff(older: Path, newer: Path) -> list[TableDiff]:
    """Compare the marts of two releases by primary key; every mart of either is in the result, in order of name."""
    with duckdb.connect() as connection:
        columns = []
        for alias, release in (("older", older), ("newer", newer)):
            try:
                connection.execute(f"attach {literal(release / DATABASE)} as {alias} (read_only)")
            except duckdb.Error as error:
                raise Damaged(
                    _("release {release} cannot be opened: {error}").format(release=release.name, error=error)
                ) from error
            columns.append(_columns(connection, alias))
        keys = [read_manifest(release)["keys"] for release in (newer, older)]
        before, after = columns
        found = []
        for table in sorted(before.keys() | after.keys()):
            given = [k[f"marts.{table}"] for k in keys if f"marts.{table}" in k]
            found.append(_compare(connection, table, before.get(table), after.get(table), given))
    return found


def _columns(connection: duckdb.DuckDBPyConnection, alias: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in connection.execute(
        "select table_name, column_name, data_type from duckdb_columns() "
        "where database_name = ? and schema_name = 'marts' order by table_name, column_index",
        [alias],
    ).fetchall():
        found.setdefault(table, {})[column] = kind
    return found


def _compare(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    before: dict[str, str] | None,
    after: dict[str, str] | None,
    keys: list[list[str]],
) -> TableDiff:
    held = after if after is not None else before
    assert held is not None
    shared = [c for c in held if (before is None or c in before) and (after is None or c in after)]
    # Rows pair by the one key that both releases agree on; an older release may not name its keys.
    key = keys[0] if keys and all(k == keys[0] for k in keys) and set(keys[0]) <= set(shared) else []
    result = TableDiff(f"marts.{table}", key, before is None, after is None)
    if before is not None and after is not None:
        result.columns_added = [c for c in after if c not in before]
        result.columns_removed = [c for c in before if c not in after]
    names = key or shared

    def rows(alias: str, columns: dict[str, str] | None) -> str:
        is_there = columns is not None
        source = f"{alias}.marts.{identifier(table)}" if is_there else "(select 1) where false"
        return f"select {', '.join((identifier(c) if is_there else 'null') + '::varchar' for c in names)} from {source}"

    older, newer = rows("older", before), rows("newer", after)
    for change, sql in (("added", f"{newer} except all {older}"), ("removed", f"{older} except all {newer}")):
        for row in connection.execute(f"{sql} order by all").fetchall():
            result.changes.append((dict(zip(names, row, strict=True)), change, None, None, None))
    if before is None or after is None or not key:
        return result
    values = [c for c in shared if c not in key]
    if not values:
        return result

    def differ(column: str) -> str:
        cast = "" if before[column] == after[column] else "::varchar"
        return f"o.{identifier(column)}{cast} is distinct from n.{identifier(column)}{cast}"

    cells = ", ".join(
        f"{{'place': {place}, 'old': o.{identifier(c)}::varchar, 'new': n.{identifier(c)}::varchar}}"
        for place, c in enumerate(values)
    )
    same_row = " and ".join(f"o.{identifier(c)}::varchar = n.{identifier(c)}::varchar" for c in key)
    key_texts = ", ".join(f"n.{identifier(c)}::varchar as k{i}" for i, c in enumerate(key))
    key_names = ", ".join(f"k{i}" for i in range(len(key)))
    changed = connection.execute(
        f"select {key_names}, cell.place, cell.old, cell.new from ("
        f"select {key_texts}, unnest([{cells}]) as cell "
        f"from older.marts.{identifier(table)} as o inner join newer.marts.{identifier(table)} as n on {same_row} "
        f"where {' or '.join(map(differ, values))}"
        ") where cell.old is distinct from cell.new order by all"
    ).fetchall()
    for *key_values, place, old, new in changed:
        result.changes.append((dict(zip(key, key_values, strict=True)), "changed", values[place], old, new))
    return result


def key_text(key: dict[str, str | None]) -> str:
    """Return a key as one line for people."""
    return "; ".join(f"{column}={'' if value is None else value}" for column, value in key.items())


def describe(older: Path, newer: Path, tables: list[TableDiff], shown: int = 10) -> list[str]:
    """Return the lines that tell people what changed, at most `shown` changes of a table."""
    lines = [f"{older.name} -> {newer.name}"]
    for found in tables:
        if found.is_same:
            continue
        cells = found.count("changed")
        facts = [
            _("{count} rows added").format(count=found.count("added")),
            _("{count} removed").format(count=found.count("removed")),
        ]
        if found.key:
            facts.append(_("{cells} figures changed in {rows} rows").format(cells=cells, rows=found.changed_rows))
        elif not found.is_new and not found.is_gone:
            facts.append(_("compared by whole rows, for want of a common key"))
        facts += [_("a new table")] * found.is_new + [_("the table is gone")] * found.is_gone
        facts += [_("new columns {columns}").format(columns=", ".join(found.columns_added))] * bool(found.columns_added)
        facts += [_("columns gone {columns}").format(columns=", ".join(found.columns_removed))] * bool(
            found.columns_removed
        )
        lines.append(f"{found.table}: {'; '.join(facts)}")
        order = sorted(found.changes, key=lambda row: row[1] != "changed")  # figures first: they are what people used
        for key, change, column, old, new in order[:shown]:
            if change == "changed":
                what = f"{column}: {_shown(old)} -> {_shown(new)}"
            else:
                what = _("row added") if change == "added" else _("row removed")
            lines.append(f"    {_shown(key_text(key), 200)}: {what}")
        if len(found.changes) > shown:
            lines.append(
                "    " + _("and {count} more (--format csv lists all)").format(count=len(found.changes) - shown)
            )
    same = sum(found.is_same for found in tables)
    lines.append(_("{same} of {count} tables are the same.").format(same=same, count=len(tables)))
    return lines


def _shown(value: str | None, width: int = 60) -> str:
    if value is None:
        return _("(none)")
    return value if len(value) <= width else value[: width - 3] + "..."
