"""Puts what a filled workbook says below the folder of records: new, or as a correction of what is held there."""

import csv
import hashlib
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml

from ingest.check import shared_ids
from ingest.contracts import TABLES, columns_of, required_columns
from ingest.durable import write_folder
from ingest.filled import Filled, FilledRow, complete, document_id_of, number_rows, package_of, raise_wrong, read_filled
from ingest.messages import gettext as _
from ingest.problems import BadInput, ParvnError, Problem, nearest_spellings
from ingest.readers import Package, Row, find_packages, read_package
from ingest.reference import Reference
from ingest.templates import SHEETS, FormColumn, choices, form_columns

REASONS = ("record_corrected", "source_revised")
_KEYS: dict[str, tuple[tuple[str, ...], ...]] = {
    "targets": (
        ("indicator_code", "admin_level", "scope_code", "subject_vi", "comparator", "target_value", "printed_text"),
        ("indicator_code", "admin_level", "scope_code", "subject_vi"),
        ("printed_text", "locator"),
        ("indicator_code", "admin_level", "scope_code", "comparator"),
    ),
    "tasks": (
        ("section_code", "task_no", "task_vi", "activity_vi", "lead_text", "due_text"),
        ("section_code", "task_no", "task_vi", "activity_vi"),
        ("task_vi", "activity_vi"),
        ("locator",),
    ),
    "results": (
        (
            "indicator_code",
            "admin_level",
            "scope_code",
            "period_start",
            "period_end",
            "measured_on",
            "subject_vi",
            "value",
        ),
        ("indicator_code", "admin_level", "scope_code", "period_start", "period_end", "measured_on", "subject_vi"),
        ("printed_text", "locator"),
        ("indicator_code", "admin_level", "scope_code", "period_start", "period_end", "measured_on"),
    ),
}
"""By what a row without an id is known as one that is held, the closest likeness first."""
_ID_NUMBER = re.compile(r"-[a-z](\d+)$")


@dataclass(frozen=True)
class Change:
    """One row that is new or gone, or one cell that differs from what is held."""

    table: str
    record_id: str
    kind: str
    """`added`, `changed` or `removed`."""
    column: FormColumn | None = None
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        place = f"{SHEETS[self.table]}, {self.record_id}"
        if self.kind == "changed" and self.column:
            words = _("changed {place}, {column}: {before} -> {after}")
            before, after = self.before or _("(empty)"), self.after or _("(empty)")
            return words.format(place=place, column=self.column.heading, before=before, after=after)
        words = _("added {place}: {text}") if self.kind == "added" else _("removed {place}: {text}")
        return words.format(place=place, text=self.after or self.before)


@dataclass
class Addition:
    """What adding a workbook would write."""

    folder: Path
    document_id: str
    is_new: bool
    rows: dict[str, int]
    """Rows of the workbook by table."""
    changes: list[Change] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    """The whole folder as it is to be."""
    held: dict[str, str] = field(default_factory=dict)
    """SHA-256 of every file as it was when the changes were worked out."""
    refusal: Problem | None = None
    """Why it may not be written: what must be said of a correction and was not."""

    def count(self, kind: str, table: str | None = None) -> int:
        """Return the number of rows of one kind of change, of one table or of all."""
        found = {(c.table, c.record_id) for c in self.changes if c.kind == kind and table in (None, c.table)}
        return len(found)

    @property
    def is_correction(self) -> bool:
        """Tell whether something that is held would be another or be gone."""
        return not self.is_new and any(change.kind != "added" for change in self.changes)


@dataclass
class _Merged:
    """What a workbook says, laid over what is held of its document."""

    filled: Filled
    held: Package | None
    before: Row
    document: Row
    rows: dict[str, list[Row]]


def check_workbook(path: Path, data: Path, reference: Reference) -> Filled:
    """Check a filled workbook together with the records below `data`; raises BadInput with every problem, by cell."""
    return _read(path, data, reference).filled


def plan_addition(
    path: Path,
    data: Path,
    reference: Reference,
    reason: str | None = None,
    known_from: date | None = None,
) -> Addition:
    """Read and check a filled workbook together with the records below `data`; returns what it would write.

    A correction of what is held needs a `reason` (one of REASONS), and the publisher's own the day from which it could
    be known; without them the addition carries a `refusal`. Raises BadInput with every problem, by sheet and cell.
    """
    merged = _read(path, data, reference)
    filled, held, document = merged.filled, merged.held, merged.document
    document_id = document["document_id"] or ""
    folder = held.path if held else data / document_id
    _check_place(folder, data, held)
    addition = Addition(folder, document_id, held is None, {name: len(rows) for name, rows in filled.tables.items()})
    addition.changes = _document_changes(document_id, merged.before, document) if held else []
    for name, rows in merged.rows.items():
        addition.changes += _changes(name, _old_rows(held, name), rows, reference)
    if not addition.changes and held:
        return addition
    if addition.is_correction:
        addition.refusal = _refusal(filled.file, document, reason, known_from)
        if reason == "source_revised" and known_from:
            document |= {"vintage_reason": reason, "revised_known_from": known_from.isoformat()}
    _write_files(addition, merged)
    return addition


def _read(path: Path, data: Path, reference: Reference) -> _Merged:
    filled = read_filled(path, reference)
    packages = [read_package(at, data) for at in find_packages(data)] if data.is_dir() and any(data.iterdir()) else []
    held = _held(document_id_of(filled, reference), packages)
    before = dict(held.tables["document"].rows[0]) if held else {}
    if held:
        _check_same_document(filled, before)
    complete(filled, reference, before if held else None)
    if held is None:
        _check_not_held_elsewhere(filled, packages)
    for name, rows in filled.tables.items():
        _match(name, rows, _old_rows(held, name))
    notes = before.get("notes") or ""
    number_rows(filled, {name: _highest(name, _old_rows(held, name), notes) for name in filled.tables})
    package = package_of(filled, data)
    document: Row = {name: value for name, value in filled.document.values.items() if value is not None}
    package.tables["document"] = replace(package.tables["document"], rows=[dict(document)])
    merged = _Merged(filled, held, before, document, {})
    for name, rows in filled.tables.items():
        merged.rows[name] = _merged(name, rows, _old_rows(held, name))
        package.tables[name] = replace(package.tables[name], rows=merged.rows[name])
    for name, table in held.tables.items() if held else ():
        package.tables.setdefault(name, table)
    others = [other for other in packages if held is None or other.path != held.path]
    clashes = [problem for number, problem in shared_ids([*others, package]) if number == len(others)]
    raise_wrong(filled, package, reference, clashes)
    return merged


def _old_rows(held: Package | None, table: str) -> list[Row]:
    return held.tables[table].rows if held and table in held.tables else []


def held_rows(document_id: str, data: Path) -> dict[str, list[Row]]:
    """Return the rows that are held of a document, by table. Raises BadInput where there is no such document."""
    packages = [read_package(path, data) for path in find_packages(data)]
    found = _held(document_id, packages)
    if found is None:
        known = [t.rows[0].get("document_id") or "" for p in packages if (t := p.tables.get("document")) and t.rows]
        raise BadInput(
            [Problem(document_id, _("no such document is held"), nearest=nearest_spellings(document_id, known))]
        )
    return {name: table.rows for name, table in found.tables.items()}


def write_addition(addition: Addition) -> None:
    """Write the folder whole, or leave it as it is.

    Raises BadInput where a correction has no reason, ParvnError where the folder changed since the changes were shown.
    """
    if addition.refusal:
        raise BadInput([addition.refusal])
    if _hashes(addition.folder) != addition.held:
        words = _("{folder} was changed meanwhile; nothing is written, start again")
        raise ParvnError(words.format(folder=addition.folder))
    write_folder(addition.folder, addition.files)


# --- what is held --------------------------------------------------------------------------------------------------


def _held(document_id: str | None, packages: Iterable[Package]) -> Package | None:
    for package in packages:
        table = package.tables.get("document")
        if table and table.rows and table.rows[0].get("document_id") == document_id:
            if package.problems:  # what could not be read of it would be lost in writing it anew
                raise BadInput(package.problems)
            return package
    return None


def _document_problem(filled: Filled, column: str, message: str) -> Problem:
    at, typed = filled.document.places.get(column, ("", ""))
    heading = form_columns()["document"][column].heading
    return Problem(filled.file, message, SHEETS["document"], None, heading, typed or None, cell=at or None)


def _check_same_document(filled: Filled, before: Row) -> None:
    """Refuse to take another document for the held one because both came to the same made id."""
    given = filled.document
    if given.places.get("document_id", ("", ""))[1]:
        return  # the person named the document
    for column in ("document_number", "issue_date"):
        new, old = given.values.get(column), before.get(column)
        if new and old and new != old:
            words = _(
                "the document {id} is held with another value here ({held}); if this is another document, give it an id"
            )
            message = words.format(id=before["document_id"], held=old)
            raise BadInput([_document_problem(filled, column, message)])


def _check_not_held_elsewhere(filled: Filled, packages: Iterable[Package]) -> None:
    given = filled.document.values
    for package in packages:
        table = package.tables.get("document")
        held = table.rows[0] if table and table.rows else {}
        same = ("province", "document_number", "issue_date")
        if given.get("document_number") and all(given.get(name) == held.get(name) for name in same):
            words = _("this document is held as {id}; write that id, or take another form with --document {id}")
            raise BadInput([_document_problem(filled, "document_id", words.format(id=held.get("document_id")))])


def _check_place(folder: Path, data: Path, held: Package | None) -> None:
    if folder.is_symlink() or data.is_symlink():
        words = _("this is a link; what is added is written below the folder of records only")
        raise BadInput([Problem(folder.name, words)])
    if held is None and folder.exists():
        raise BadInput([Problem(folder.name, _("there is a folder of this name, but it holds no such document"))])
    if held and any(table.path.suffix not in (".csv", ".yml") for table in held.tables.values()):
        words = _("this document is held in a workbook or in Parquet files; only CSV files are changed by this command")
        raise BadInput([Problem(held.name, words)])


def _hashes(folder: Path) -> dict[str, str]:
    if not folder.is_dir():
        return {}
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.is_file()}


# --- rows ----------------------------------------------------------------------------------------------------------


def _canonical(table: str, column: str, value: str | None) -> str:
    """Return a value as it counts: an empty cell is its default, 95.50 is 95.5."""
    if not value:
        default = TABLES[table].model_fields[column].default
        return default if isinstance(default, str) else ""
    form = form_columns()[table].get(column)
    if form and form.kind == "number":
        try:
            return f"{Decimal(value).normalize() + 0:f}"
        except InvalidOperation:
            return value
    return value


def _key(table: str, columns: Sequence[str], row: Row) -> tuple[str, ...]:
    return tuple(_canonical(table, column, row.get(column)) for column in columns)


def _match(table: str, rows: list[FilledRow], old: list[Row]) -> None:
    """Give rows without an id that of the held row they are: alike in a key that no other row has on either side."""
    name = TABLES[table].id_column
    given = {row.values.get(name) for row in rows}
    free = [row for row in old if row.get(name) not in given]
    for columns in _KEYS[table]:
        theirs: dict[tuple[str, ...], list[Row]] = defaultdict(list)
        ours: dict[tuple[str, ...], list[FilledRow]] = defaultdict(list)
        for row in free:
            theirs[_key(table, columns, row)].append(row)
        for filled in rows:
            if filled.values.get(name) is None:
                ours[_key(table, columns, filled.values)].append(filled)
        for key, found in ours.items():
            if len(found) == 1 == len(theirs.get(key, ())):
                match = theirs[key][0]
                found[0].values[name] = match[name]
                free.remove(match)


def _highest(table: str, rows: Iterable[Row], notes: str) -> int:
    """Return the highest number of an id so far, of removed rows too: the notes of the document name them."""
    letter = {"targets": "t", "tasks": "k", "results": "r"}[table]
    numbers = [int(n) for n in re.findall(rf"-{letter}(\d+)\b", notes)]
    ids = (row.get(TABLES[table].id_column) or "" for row in rows)
    numbers += [int(match[1]) for text in ids if (match := _ID_NUMBER.search(text))]
    return max(numbers, default=0)


def _merged(table: str, rows: list[FilledRow], old: list[Row]) -> list[Row]:
    """Return the rows as they are to be: as typed, and for columns that are not asked, as held."""
    name = TABLES[table].id_column
    by_id = {row[name]: row for row in old}
    merged = []
    for row in rows:
        before = by_id.get(row.values.get(name), {})
        new = dict(before)
        for column, value in row.values.items():
            if before and column in row.made and _stays_unstated(column, before, row.values):
                continue
            if not before or _canonical(table, column, value) != _canonical(table, column, before.get(column)):
                new[column] = value
        merged.append(new)
    return merged


def _stays_unstated(column: str, before: Row, new: Row) -> bool:
    """Tell whether a held row deliberately names no day: its empty cells are no request to work one out."""
    if column == "due_date":
        return before.get(column) is None and before.get("due_text") == new.get("due_text")
    days = ("period_start", "period_end", "measured_on")
    return column in (*days, "is_period_implied") and not any(before.get(day) for day in days)


_SAID_OF = {
    "targets": ("printed_text", "subject_vi"),
    "tasks": ("activity_vi", "task_vi"),
    "results": ("printed_text",),
}


def _changes(table: str, old: list[Row], new: list[Row], reference: Reference) -> list[Change]:
    name, form = TABLES[table].id_column, form_columns()[table]

    def label(row: Row, column: str) -> str | None:
        code = row.get(column)
        return choices(form[column].list, reference).get(code, code) if code else None

    def said(row: Row) -> str:
        text = next((row[column] for column in _SAID_OF[table] if row.get(column)), "") or ""
        value = row.get("value") or row.get("target_value")
        days = " .. ".join(day for column in ("period_start", "period_end") if (day := row.get(column)))
        about = [label(row, "indicator_code"), label(row, "admin_level") if value else None]
        return "; ".join(filter(None, [*about, days or row.get("measured_on"), value, text]))

    before, after = {row[name] or "": row for row in old}, {row[name] or "": row for row in new}
    changes = []
    for record_id, row in after.items():
        if record_id not in before:
            changes.append(Change(table, record_id, "added", after=said(row)))
            continue
        for column in row:
            texts = [_canonical(table, column, source.get(column)) for source in (before[record_id], row)]
            if texts[0] != texts[1]:
                changes.append(Change(table, record_id, "changed", form[column], *texts))
    changes += [Change(table, key, "removed", before=said(row)) for key, row in before.items() if key not in after]
    return changes


def _document_changes(document_id: str, before: Row, after: Row) -> list[Change]:
    form = form_columns()["document"]
    return [
        Change("document", document_id, "changed", form[column], before.get(column) or "", after.get(column) or "")
        for column in after
        if _canonical("document", column, before.get(column)) != _canonical("document", column, after.get(column))
    ]


def _refusal(file: str, document: Row, reason: str | None, known_from: date | None) -> Problem | None:
    """Say what is missing of the reason of a correction: by it the next build knows whose it is, and since when."""
    first = document.get("known_from") or ""
    if reason is None:
        words = _(
            "this differs from what is held; say why: --reason record_corrected (we copied it wrongly), or "
            "--reason source_revised --known-from DAY (the publisher revised it)"
        )
        return Problem(file, words)
    if reason == "source_revised" and known_from is None:
        return Problem(file, _("a revision of the publisher needs the day since when it is known: --known-from"))
    if reason == "source_revised" and known_from and known_from.isoformat() <= first:
        words = _("a revision is known later than the document itself ({day})").format(day=first)
        return Problem(file, words, text=known_from.isoformat())
    return None


# --- files ---------------------------------------------------------------------------------------------------------


def _csv(table: str, header: Iterable[str], rows: list[Row]) -> bytes:
    used = {*header, *required_columns(table), *(column for row in rows for column, value in row.items() if value)}
    text = io.StringIO()
    writer = csv.DictWriter(
        text, [c for c in columns_of(table) if c in used], lineterminator="\n", extrasaction="ignore"
    )
    writer.writeheader()
    writer.writerows({column: value or "" for column, value in row.items()} for row in rows)
    return text.getvalue().encode()


def _yaml(held: dict[str, Any], fields: Row) -> bytes:
    """Return `document.yml`: the fields in the contract's order, those that are held and did not change as they are."""
    known = columns_of("document")
    values = dict(held)
    for name, value in fields.items():
        values[name] = int(value) if name == "plan_year" and value and value.isdecimal() else value
    ordered = {name: values[name] for name in [*held, *(n for n in known if n not in held)] if name in values}
    return yaml.safe_dump(ordered, allow_unicode=True, sort_keys=False, width=120).encode()


def _write_files(addition: Addition, merged: _Merged) -> None:
    """Work out the bytes of the whole folder; files without a change keep theirs."""
    held = merged.held
    if held:
        addition.held = _hashes(held.path)
        addition.files = {name: (held.path / name).read_bytes() for name in addition.held}
    changed = {name: value for name, value in merged.document.items() if value != merged.before.get(name)}
    removed = [change for change in addition.changes if change.kind == "removed"]
    if changed or removed or not held:
        fields = yaml.safe_load(addition.files["document.yml"]) if held else {}
        if removed:
            notes = [f"Row {c.record_id} was removed ({c.before}); its id is not used again." for c in removed]
            fields["notes"] = [*(fields.get("notes") or []), *notes]
        addition.files["document.yml"] = _yaml(fields, changed)
    for name, rows in merged.rows.items():
        if any(change.table == name for change in addition.changes):
            old = _old_rows(held, name)
            addition.files[f"{name}.csv"] = _csv(name, old[0] if old else (), rows)
