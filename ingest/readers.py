"""Reads record packages: folders of CSV, XLSX (one sheet per table) or Parquet with a `document.yml` or pages."""

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from ingest.contracts import TABLES, columns_of, required_columns
from ingest.paths import ACCEPTED_EXCEPTIONS
from ingest.problems import BadInput, Problem, nearest_spellings
from ingest.reading.text import nfc

Row = dict[str, str | None]
FIELD_FILES = {"document.yml": "document", "source.yml": "index_source"}
"""Tables of one row that are written as `name: value` lines."""


@dataclass(frozen=True)
class RawTable:
    """The rows of one record table as text, with the file they came from."""

    name: str
    path: Path
    file: str
    sha256: str
    rows: list[Row]
    row_numbers: list[int]
    """The number of each row as a spreadsheet shows it: the heading is row 1."""
    sheet: str | None = None


@dataclass
class Package:
    """One folder of records, not yet checked."""

    path: Path
    name: str
    tables: dict[str, RawTable] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_pages(self) -> bool:
        """Tell whether the folder holds figures of web pages instead of one document."""
        return "pages" in self.tables


def sha256_of(content: bytes) -> str:
    """Return the SHA-256 of a file's bytes in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def find_packages(folder: Path) -> list[Path]:
    """Return the package folders at or below `folder`, sorted.

    Raises BadInput if there is none.
    """
    if not folder.exists():
        raise BadInput([Problem(str(folder), "there is no such file or folder")])
    if folder.is_file():
        folder = folder.parent
    found = {p.parent for p in folder.rglob("*") if p.name in ("document.yml", "pages.csv") or p.suffix == ".xlsx"}
    found = {p for p in found if not any(part.startswith((".", "~")) for part in p.relative_to(folder).parts)}
    if not found:
        raise BadInput([Problem(str(folder), "no records here; expected a folder with document.yml or pages.csv")])
    return sorted(found)


def _text(value: Any) -> str | None:
    """Return a typed cell as the text a person would have typed into a record."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return (value.date() if value.time() == datetime.min.time() else value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (dict, list)):
        return nfc(json.dumps(value, ensure_ascii=False, default=str))
    text = nfc(str(value))
    return text if text.strip() else None


def _check_header(name: str, header: Sequence[str], place: Problem) -> list[Problem]:
    known = columns_of(name)

    def problem(message: str, column: str | None = None, nearest: tuple[str, ...] = ()) -> Problem:
        return Problem(place.file, message, place.sheet, 1, column, nearest=nearest)

    found = [problem("a column heading is empty") for h in header if not h.strip()]
    found += [problem("this heading stands twice", h) for h in sorted({h for h in header if header.count(h) > 1})]
    found += [problem("unknown column", h, nearest_spellings(h, known)) for h in header if h.strip() and h not in known]
    found += [problem("missing column", c) for c in required_columns(name) if c not in header]
    return found


_Read = tuple[list[Row], list[int], list[Problem]]
"""(rows, their numbers in the file, what is wrong with the file's shape)"""


def _unreadable(*problems: Problem) -> _Read:
    return [], [], list(problems)


def _rows(name: str, grid: list[list[str | None]], place: Problem) -> _Read:
    """Turn a grid with a heading row into rows, or say what is wrong with its shape."""
    if not grid:
        return _unreadable(Problem(place.file, "the table is empty; expected a heading row", place.sheet))
    header = [(cell or "").strip() for cell in grid[0]]
    if len(header) == 1 and any(mark in header[0] for mark in ";\t|"):
        return _unreadable(Problem(place.file, "the columns must be separated by commas", place.sheet, 1))
    problems = _check_header(name, header, place)
    rows: list[Row] = []
    numbers: list[int] = []
    for number, cells in enumerate(grid[1:], start=2):
        if not cells:
            continue
        if len(cells) != len(header):
            problems.append(
                Problem(place.file, f"expected {len(header)} cells, found {len(cells)}", place.sheet, number)
            )
            continue
        if all(cell is None for cell in cells):
            problems.append(Problem(place.file, "the row is empty", place.sheet, number))
            continue
        rows.append(dict(zip(header, cells, strict=True)))
        numbers.append(number)
    return rows, numbers, problems


def _read_csv(name: str, content: bytes, file: str) -> _Read:
    place = Problem(file, "")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return _unreadable(Problem(file, "the file is not UTF-8 text; save it as CSV UTF-8", row=line))
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        return _unreadable(Problem(file, "the file holds NUL characters; expected CSV text", row=line))
    try:
        grid = [[_text(cell) for cell in row] for row in csv.reader(io.StringIO(text, newline=""), strict=True)]
    except csv.Error as error:
        return _unreadable(Problem(file, f"the file is no well-formed CSV ({error})"))
    return _rows(name, grid, place)


def _read_parquet(name: str, path: Path, file: str) -> _Read:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except (pa.ArrowInvalid, OSError):
        return _unreadable(Problem(file, "the file is no readable Parquet file"))
    grid: list[list[str | None]] = [list(table.column_names)]
    grid += [[_text(cell) for cell in row.values()] for row in table.to_pylist()]
    return _rows(name, grid, Problem(file, ""))


def _read_xlsx(path: Path, file: str) -> Iterator[tuple[str, _Read]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError) as error:
        yield "", _unreadable(Problem(file, f"the file is no readable XLSX workbook ({error})"))
        return
    for sheet in workbook.sheet_names:
        if sheet not in TABLES:
            yield "", _unreadable(Problem(file, "unknown sheet", sheet, nearest=nearest_spellings(sheet, TABLES)))
            continue
        grid = [[_text(cell) for cell in row] for row in workbook.get_sheet_by_name(sheet).to_python()]
        if sheet == "document":
            fields = {row[0]: (row[1] if len(row) > 1 else None) for row in grid[1:] if row and row[0]}
            yield sheet, _fields("document", fields, Problem(file, "", sheet))
        else:
            while grid and not any(grid[-1]):
                grid.pop()  # a sheet ends with the rows that were once touched
            yield sheet, _rows(sheet, grid, Problem(file, "", sheet))


class _TextLoader(yaml.SafeLoader):
    """Reads every scalar but null as the text that stands there: 2020-02-31 is for the contract to refuse, 01 is 01."""


_TextLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag.endswith((":null", ":merge"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _read_fields(name: str, content: bytes, file: str) -> _Read:
    try:
        fields = yaml.load(content.decode("utf-8-sig"), _TextLoader)
    except (yaml.YAMLError, ValueError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", -1) + 1
        return _unreadable(Problem(file, "the file is no well-formed YAML in UTF-8", row=line or None))
    if not isinstance(fields, dict):
        return _unreadable(Problem(file, "expected 'name: value' lines"))
    return _fields(name, {str(k): _text(v) for k, v in fields.items()}, Problem(file, ""))


def _fields(name: str, fields: Row, place: Problem) -> _Read:
    """Take the fields of a YAML file as its table's one row, or say which of them are unknown or missing."""
    known = columns_of(name)
    problems = [
        Problem(place.file, "unknown field", place.sheet, column=f, nearest=nearest_spellings(f, known))
        for f in fields
        if f not in known
    ]
    problems += [
        Problem(place.file, "missing field", place.sheet, column=c) for c in required_columns(name) if c not in fields
    ]
    return [fields], [1], problems


def read_package(path: Path, base: Path) -> Package:
    """Read one package folder; file names in problems are relative to `base`. Never raises for bad content."""
    package = Package(path, path.relative_to(base).as_posix() if path != base else path.name)

    def add(name: str, file_path: Path, file: str, content: bytes, read: _Read, sheet: str | None = None) -> None:
        rows, numbers, problems = read
        package.problems += problems
        if name in package.tables:
            package.problems.append(
                Problem(file, f"the table {name} stands here and in {package.tables[name].file}", sheet)
            )
        elif name:
            package.tables[name] = RawTable(name, file_path, file, sha256_of(content), rows, numbers, sheet)

    for file_path in sorted(path.iterdir()):
        if file_path.is_dir() or file_path.name.startswith((".", "~")):
            continue
        file = file_path.relative_to(base).as_posix() if path != base else file_path.name
        stem, suffix = file_path.stem, file_path.suffix
        content = file_path.read_bytes()
        if file_path.name in FIELD_FILES:
            name = FIELD_FILES[file_path.name]
            add(name, file_path, file, content, _read_fields(name, content, file))
        elif suffix == ".xlsx":
            for name, read in _read_xlsx(file_path, file):
                add(name, file_path, file, content, read, name)
        elif stem in TABLES and suffix == ".csv":
            add(stem, file_path, file, content, _read_csv(stem, content, file))
        elif stem in TABLES and suffix == ".parquet":
            add(stem, file_path, file, content, _read_parquet(stem, file_path, file))
        elif file_path.name != "README.md" and not (path == base and file_path.name == ACCEPTED_EXCEPTIONS):
            package.problems.append(
                Problem(
                    file,
                    "no record table has this name; expected document.yml, source.yml or <table>.csv, .xlsx, .parquet",
                    nearest=nearest_spellings(stem, TABLES),
                )
            )
    if ("document" in package.tables) == ("pages" in package.tables):
        package.problems.append(Problem(package.name, "expected either document.yml or pages.csv in this folder"))
    if "index_source" not in package.tables and not {"index_scores", "index_statistics"}.isdisjoint(package.tables):
        package.problems.append(Problem(package.name, "index figures need a source.yml beside them"))
    return package
