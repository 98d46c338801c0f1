"""Reads record packages: folders of CSV, XLSX (one sheet per table) or Parquet with a `document.yml` or pages."""

import codecs
import csv
import hashlib
import io
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from ingest import limits
from ingest.contracts import TABLES, columns_of, required_columns
from ingest.messages import Sentence
from ingest.messages import gettext as _
from ingest.paths import ACCEPTED_EXCEPTIONS
from ingest.problems import BadInput, Problem, nearest_spellings
from ingest.reading.text import nfc
from ingest.workbooks import XlsxFile, kind_of

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

    Raises BadInput if there is none, or if something is a link: what it leads to could lie anywhere.
    """
    if not folder.exists():
        raise BadInput([Problem(str(folder), _("there is no such file or folder"))])
    if folder.is_file():
        folder = folder.parent
    found, links = set(), []
    for at, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith((".", "~"))]
        links += [Path(at, name) for name in (*folders, *files) if Path(at, name).is_symlink() and name[0] not in ".~"]
        if any(name in ("document.yml", "pages.csv") or name.endswith(".xlsx") for name in files):
            found.add(Path(at))
    if links:
        words = _("this is a link; records are plain files and folders, so that nothing outside of this folder is read")
        raise BadInput([Problem(path.relative_to(folder).as_posix(), words) for path in links])
    if not found:
        raise BadInput([Problem(str(folder), _("no records here; expected a folder with document.yml or pages.csv"))])
    return sorted(found)


def _text(value: Any) -> str | None:
    """Return a typed cell as the text a person would have typed into a record."""
    if value is None:
        return None
    if isinstance(value, str):
        text = nfc(value)
        return text if text.strip() else None
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
    return nfc(str(value))


_CONTROLS = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\ufffd\\ufffe\\uffff]")

_LOST = re.compile(r"[^\W\d]\?[^\W\d]")
_WEB = re.compile(r"(?:https?://|www\.)\S+")


class _Texts(dict[str, str | None]):
    """The text of each cell of a CSV file, read once where it stands in many."""

    def __missing__(self, cell: str) -> str | None:
        return self.setdefault(cell, _text(cell))


def _damage(cell: str | None) -> Sentence | None:
    """Say what a program that saved or copied a cell has done to it; None where it is whole."""
    if cell is None or (
        "?" not in cell and cell.isascii() and cell.isprintable() and len(cell) <= limits.MAX_CELL_CHARACTERS
    ):
        return None
    if len(cell) > limits.MAX_CELL_CHARACTERS:
        return _("the cell has {count} characters; at most {limit} are read").format(
            count=len(cell), limit=limits.MAX_CELL_CHARACTERS
        )
    if _CONTROLS.search(cell):
        return _("the cell holds characters that no text has; it was damaged when it was copied or saved")
    if "?" in cell and _LOST.search(_WEB.sub("", cell)):
        return _("letters were lost when the file was saved: there is a ? within a word; save it as CSV UTF-8")
    if cell.isascii():
        return None
    try:
        if cell.encode("cp1252").decode("utf-8") != cell:
            return _("the letters were damaged when the file was saved; save it as CSV UTF-8 once, not twice")
    except UnicodeError:
        return None
    return None


def read_utf8(content: bytes, file: str) -> tuple[str, Problem | None]:
    """Return the text of a UTF-8 file, or what the file is instead and on which line that shows."""
    words = _("the file is not UTF-8 text; save it as CSV UTF-8")
    if len(content) > limits.MAX_BYTES:
        return "", Problem(file, _("the file is larger than {limit} MB").format(limit=limits.MAX_BYTES // 1_000_000))
    kind = kind_of(content) if content else None
    if kind not in (None, "an HTML page", "an XML file"):
        return "", Problem(file, _("{problem}; it is {kind}").format(problem=words, kind=_(kind)), row=1)
    for mark in (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        if content.startswith(mark):
            return "", Problem(
                file,
                _("{problem}; it is UTF-{bits} text").format(problem=words, bits=32 if len(mark) == 4 else 16),
                row=1,
            )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        if b"\x00" not in content:
            words = _("{problem}; it may be in Windows-1258 or another old encoding").format(problem=words)
        return "", Problem(file, words, row=line)
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        return "", Problem(file, _("the file holds NUL characters; expected text in UTF-8"), row=line)
    return text, None


def _check_header(name: str, header: Sequence[str], place: Problem) -> list[Problem]:
    known = columns_of(name)

    def problem(message: str, column: str | None = None, nearest: tuple[str, ...] = ()) -> Problem:
        return Problem(place.file, message, place.sheet, 1, column, nearest=nearest)

    found = [problem(_("a column heading is empty")) for h in header if not h.strip()]
    found += [problem(_("this heading stands twice"), h) for h in sorted({h for h in header if header.count(h) > 1})]
    found += [
        problem(_("unknown column"), h, nearest_spellings(h, known)) for h in header if h.strip() and h not in known
    ]
    found += [problem(_("missing column"), c) for c in required_columns(name) if c not in header]
    return found


_Read = tuple[list[Row], list[int], list[Problem]]
"""(rows, their numbers in the file, what is wrong with the file's shape)"""


def _unreadable(*problems: Problem) -> _Read:
    return [], [], list(problems)


def _too_large() -> Sentence:
    return _("the table is too large; at most {rows} rows and {columns} columns are read").format(
        rows=limits.MAX_RECORD_ROWS, columns=limits.MAX_RECORD_COLUMNS
    )


def _rows(name: str, grid: list[list[str | None]], place: Problem) -> _Read:
    """Turn a grid with a heading row into rows, or say what is wrong with its shape."""
    if not grid:
        return _unreadable(Problem(place.file, _("the table is empty; expected a heading row"), place.sheet))
    header = [(cell or "").strip() for cell in grid[0]]
    if len(grid) > limits.MAX_RECORD_ROWS or len(header) > limits.MAX_RECORD_COLUMNS:
        return _unreadable(Problem(place.file, _too_large(), place.sheet))
    if not any(header):
        return _unreadable(Problem(place.file, _("the row is empty; expected the headings"), place.sheet, 1))
    if len(header) == 1 and any(mark in header[0] for mark in ";\t|"):
        return _unreadable(Problem(place.file, _("the columns must be separated by commas"), place.sheet, 1))
    problems = _check_header(name, header, place)
    # some control characters count as white space, which headings may have round them
    problems += [
        Problem(place.file, damage, place.sheet, 1, heading)
        for cell, heading in zip(grid[0], header, strict=True)
        if (damage := _damage(cell))
    ]
    rows: list[Row] = []
    numbers: list[int] = []
    damaged = {cell: damage for cell in set().union(*grid[1:]) if (damage := _damage(cell))}
    for number, cells in enumerate(grid[1:], start=2):
        if not cells:
            continue
        if len(cells) != len(header):
            problems.append(
                Problem(
                    place.file,
                    _("expected {expected} cells, found {found}").format(expected=len(header), found=len(cells)),
                    place.sheet,
                    number,
                )
            )
            continue
        if not any(cells):
            problems.append(Problem(place.file, _("the row is empty; delete it"), place.sheet, number))
            continue
        if damaged:
            problems += [
                Problem(place.file, damaged[cell], place.sheet, number, column, (cell or "")[:120])
                for column, cell in zip(header, cells, strict=True)
                if cell in damaged
            ]
        rows.append(dict(zip(header, cells, strict=True)))
        numbers.append(number)
    return rows, numbers, problems


def _read_csv(name: str, content: bytes, file: str) -> _Read:
    text, problem = read_utf8(content, file)
    if problem:
        return _unreadable(problem)
    grid: list[list[str | None]] = []
    texts = _Texts()
    try:
        for row in csv.reader(io.StringIO(text, newline=""), strict=True):
            if len(row) > limits.MAX_RECORD_COLUMNS:
                words = _("the row has {count} cells; at most {limit} are read").format(
                    count=len(row), limit=limits.MAX_RECORD_COLUMNS
                )
                return _unreadable(Problem(file, words, row=len(grid) + 1))
            grid.append([texts[cell] for cell in row])
    except csv.Error as error:
        return _unreadable(
            Problem(file, _("the file is no well-formed CSV ({error})").format(error=error), row=len(grid) + 1)
        )
    return _rows(name, grid, Problem(file, ""))


def _read_parquet(name: str, content: bytes, file: str) -> _Read:
    import pyarrow as pa
    import pyarrow.parquet as pq

    grid: list[list[str | None]] = []
    try:
        parquet = pq.ParquetFile(pa.BufferReader(content))
        said = parquet.metadata
        groups = [said.row_group(index) for index in range(said.num_row_groups)]
        if (
            said.num_rows > limits.MAX_RECORD_ROWS
            or said.num_columns > limits.MAX_RECORD_COLUMNS
            or sum(group.total_byte_size for group in groups) > limits.MAX_UNPACKED_BYTES
        ):
            return _unreadable(Problem(file, _too_large()))
        grid.append(list(parquet.schema_arrow.names))
        for batch in parquet.iter_batches(batch_size=1000):
            columns = [column.to_pylist() for column in batch.columns]
            grid += [[_text(cell) for cell in row] for row in zip(*columns, strict=True)]
    except (pa.ArrowException, OSError, ValueError, OverflowError):  # also of values that Python cannot hold
        return _unreadable(Problem(file, _("the file is no readable Parquet file")))
    return _rows(name, grid, Problem(file, ""))


def _read_xlsx(content: bytes, file: str) -> Iterator[tuple[str, _Read]]:
    try:
        workbook = XlsxFile(content, file)
    except BadInput as error:
        yield "", _unreadable(*error.problems)
        return
    for sheet in workbook.sheets:
        if sheet not in TABLES:
            yield (
                "",
                _unreadable(
                    Problem(
                        file,
                        _("unknown sheet; expected the name of a record table"),
                        sheet,
                        nearest=nearest_spellings(sheet, TABLES),
                    )
                ),
            )
            continue
        try:
            unseen = list(workbook.unseen(sheet))
            grid = [[_text(cell) for cell in row] for row in workbook.values(sheet)]
        except BadInput as error:
            yield sheet, _unreadable(*error.problems)
            continue
        while grid and not any(grid[-1]):
            grid.pop()  # a sheet ends with the rows that were once touched
        place = Problem(file, "", sheet)
        if sheet == "document":
            rows, numbers, problems = _field_rows(grid, place)
        else:
            rows, numbers, problems = _rows(sheet, grid, place)
        yield sheet, (rows, numbers, [*unseen, *problems])


def _field_rows(grid: list[list[str | None]], place: Problem) -> _Read:
    """Take the rows of the sheet `document` as fields: a name and a value each, below a heading."""
    fields: Row = {}
    problems = []
    for number, row in enumerate(grid[1:], start=2):
        if not any(row):
            continue
        if row[0] is None or any(row[2:]):
            problems.append(Problem(place.file, _("expected a field and its value, in two cells"), place.sheet, number))
        elif row[0] in fields:
            problems.append(Problem(place.file, _("this field stands twice"), place.sheet, number, row[0]))
        else:
            fields[row[0]] = row[1] if len(row) > 1 else None
    rows, numbers, found = _fields("document", fields, place)
    return rows, numbers, problems + found


class TextLoader(yaml.SafeLoader):
    """Reads every scalar but null as the text that stands there: 2020-02-31 is for the contract to refuse, 01 is 01.

    What YAML can do beyond `name: value` lines is refused: it would lose a value or say it elsewhere.
    """

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Refuse anchors, tags and nesting beyond any record."""
        event = self.peek_event()
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.MarkedYAMLError(problem=_("anchors and aliases (& and *)"), problem_mark=event.start_mark)
        if getattr(event, "tag", None):
            raise yaml.MarkedYAMLError(problem=_("tags (!)"), problem_mark=event.start_mark)
        self.depth = getattr(self, "depth", 0) + 1
        if self.depth > limits.MAX_DEPTH:
            raise yaml.MarkedYAMLError(problem=_("lists within lists without end"), problem_mark=event.start_mark)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Refuse a name that stands twice, of which YAML would keep the last."""
        seen = set()
        for key, _value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem=_("a list as a name"), problem_mark=key.start_mark)
            if key.value in seen:
                words = _("the name '{name}' twice").format(name=key.value[:80])
                raise yaml.MarkedYAMLError(problem=words, problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


TextLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag.endswith(":null")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _read_fields(name: str, content: bytes, file: str) -> _Read:
    if len(content) > limits.MAX_FIELDS_BYTES:
        return _unreadable(
            Problem(
                file,
                _("the file is larger than {limit} KB").format(limit=limits.MAX_FIELDS_BYTES // 1000),
            )
        )
    text, problem = read_utf8(content, file)
    if problem:
        return _unreadable(problem)
    try:
        fields = yaml.load(text, TextLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        return _unreadable(
            Problem(
                file, _("the file is no well-formed YAML in UTF-8 ({problem})").format(problem=error.problem), row=line
            )
        )
    except yaml.YAMLError as error:
        position = getattr(error, "position", None)
        line = None if position is None else text.count("\n", 0, position) + 1
        return _unreadable(Problem(file, _("the file is no well-formed YAML in UTF-8"), row=line))
    if not isinstance(fields, dict):
        return _unreadable(Problem(file, _("expected 'name: value' lines")))
    rows, numbers, problems = _fields(name, {str(k): _text(v) for k, v in fields.items()}, Problem(file, ""))
    for field_name, value in fields.items():
        for text in _leaves(value):
            if damage := _damage(text):
                problems.append(Problem(file, damage, column=str(field_name), text=text[:120]))
    return rows, numbers, problems


def _leaves(value: Any) -> Iterator[str]:
    """Yield the texts of a field: its own, or those of its list or mapping."""
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
    if isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    elif value is not None:
        yield str(value)


def _fields(name: str, fields: Row, place: Problem) -> _Read:
    """Take the fields of a YAML file as its table's one row, or say which of them are unknown or missing."""
    known = columns_of(name)
    problems = [
        Problem(place.file, _("unknown field"), place.sheet, column=f, nearest=nearest_spellings(f, known))
        for f in fields
        if f not in known
    ]
    problems += [
        Problem(place.file, _("missing field"), place.sheet, column=c)
        for c in required_columns(name)
        if c not in fields
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
                Problem(
                    file,
                    _("the table {name} stands here and in {file}").format(name=name, file=package.tables[name].file),
                    sheet,
                )
            )
        elif name:
            package.tables[name] = RawTable(name, file_path, file, sha256_of(content), rows, numbers, sheet)

    for file_path in sorted(path.iterdir()):
        if file_path.is_dir() or file_path.name.startswith((".", "~")):
            continue
        file = file_path.relative_to(base).as_posix() if path != base else file_path.name
        stem, suffix = file_path.stem, file_path.suffix
        if not file_path.is_file() or file_path.stat().st_size > limits.MAX_BYTES:
            words = _("expected a plain file of at most {limit} MB").format(limit=limits.MAX_BYTES // 1_000_000)
            package.problems.append(Problem(file, words))
            continue
        content = file_path.read_bytes()
        if file_path.name in FIELD_FILES:
            name = FIELD_FILES[file_path.name]
            add(name, file_path, file, content, _read_fields(name, content, file))
        elif suffix == ".xlsx":
            for name, read in _read_xlsx(content, file):
                add(name, file_path, file, content, read, name)
        elif stem in TABLES and suffix == ".csv":
            add(stem, file_path, file, content, _read_csv(stem, content, file))
        elif stem in TABLES and suffix == ".parquet":
            add(stem, file_path, file, content, _read_parquet(stem, content, file))
        elif file_path.name != "README.md" and not (path == base and file_path.name == ACCEPTED_EXCEPTIONS):
            package.problems.append(
                Problem(
                    file,
                    _(
                        "no record table has this name; expected document.yml, source.yml or <table>.csv, "
                        "<table>.xlsx, <table>.parquet"
                    ),
                    nearest=nearest_spellings(stem, TABLES),
                )
            )
    if ("document" in package.tables) == ("pages" in package.tables):
        package.problems.append(Problem(package.name, _("expected either document.yml or pages.csv in this folder")))
    if "index_source" not in package.tables and not {"index_scores", "index_statistics"}.isdisjoint(package.tables):
        package.problems.append(Problem(package.name, _("index figures need a source.yml beside them")))
    return package
