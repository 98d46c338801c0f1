"""Fills the reading columns of task records from their words, so that people type words only."""

import csv
import io
from pathlib import Path

from ingest.check import BUDGET_UNIT, check_package, due_readings, task_readings
from ingest.contracts import columns_of
from ingest.messages import in_english
from ingest.problems import BadInput
from ingest.readers import Row, find_packages, read_package
from ingest.reference import Reference

_FILLED = ("tasks", "task_milestones")


def fill_folder(folder: Path, reference: Reference | None = None) -> dict[str, int]:
    """Fill the CSV tables of every package at or below `folder`; returns the number of cells filled per file.

    A cell that holds something is never changed. Raises BadInput where a file does not fit its shape: what could not
    be read would be lost in writing it back.
    """
    reference = reference or Reference()
    base = folder if folder.is_dir() else folder.parent
    filled: dict[str, int] = {}
    for path in find_packages(folder):
        package = read_package(path, base)
        if package.is_pages:
            continue
        checked = check_package(package, reference)
        document = checked.document
        problems = [p for p in package.problems if in_english(p.message) != "missing column"]  # some are to be filled
        if document is None or problems:
            raise BadInput(problems or checked.problems)
        plan_year = document.plan_year or 0
        for name in _FILLED:
            table = package.tables.get(name)
            if table is None or table.path.suffix != ".csv":
                continue
            count = 0
            for row in table.rows:
                readings = (
                    task_readings(row, plan_year, document.style_of(name), BUDGET_UNIT, reference)
                    if name == "tasks"
                    else due_readings(row, plan_year)
                )
                for column, reading, error in list(readings):
                    if error is None and reading is not None and row.get(column) is None:
                        row[column] = reading
                        count += 1
            if count:
                _write(table.path, name, table.rows)
                filled[table.file] = count
    return filled


def _write(path: Path, name: str, rows: list[Row]) -> None:
    used = {column for row in rows for column in row}
    text = io.StringIO()
    writer = csv.DictWriter(text, [c for c in columns_of(name) if c in used], lineterminator="\n")
    writer.writeheader()
    writer.writerows({k: v or "" for k, v in row.items()} for row in rows)
    temporary = path.with_suffix(".tmp")
    temporary.write_text(text.getvalue(), encoding="utf-8")
    temporary.replace(path)
