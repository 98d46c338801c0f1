"""The one door through which workbooks come in: what is dangerous, or would be lost unseen, is refused by name.

Nothing of a workbook is handed to a reader before its parts were unpacked within limits and looked through.
"""

import io
import posixpath
import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NoReturn
from xml.parsers import expat

from ingest import limits
from ingest.messages import gettext as _
from ingest.messages import noop as N_
from ingest.problems import BadInput, Problem

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_MAGIC = (
    (b"%PDF", N_("a PDF document")),
    (b"{\\rtf", N_("an RTF document")),
    (b"PAR1", N_("a Parquet file")),
    (b"\x89PNG", N_("a picture")),
    (b"\xff\xd8\xff", N_("a picture")),
    (b"\x1f\x8b", N_("a GZIP file")),
    (b"Rar!", N_("a RAR archive")),
    (b"7z\xbc\xaf", N_("a 7-Zip archive")),
    (b"SQLite format 3", N_("a SQLite database")),
)
_UNWANTED_PARTS = (
    (re.compile(r"vbaproject|vbadata|/macrosheets/|/dialogsheets/"), N_("macros")),
    (re.compile(r"/externallinks/|/connections\.xml|/querytables/"), N_("links to other files or to data outside")),
    (re.compile(r"/embeddings/|/activex/|/ctrlprops/|/oleobject|\.(zip|xlsx|xlsm|xls|docx?|exe|dll|js|vbs)$"),
     N_("embedded objects or files")),
)  # fmt: skip
_BEFORE_XML = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"
_DDE = re.compile(r"^\s*\+?[\w.]+\|")
_CELL = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")


def column_letter(index: int) -> str:
    """Return the letters of a column that is counted from 0: A, B, ..., AA.

    >>> column_letter(0), column_letter(26)
    ('A', 'AA')
    """
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """Return the place of a column, counted from 0, by its letters."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


def kind_of(content: bytes) -> str | None:
    """Return what a file's first bytes say that it is, or None where they do not tell (plain text)."""
    head = content[:4096]
    if not head:
        return N_("an empty file")
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            return N_("a workbook locked with a password")
        is_workbook = _ole_stream(content, ("Workbook", "Book"))
        return N_("an XLS workbook") if is_workbook else N_("an old office document, no table")
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                names = {item.filename for item in packed.infolist()[: limits.MAX_PARTS]}
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
            return N_("a damaged ZIP file")
        for name, kind in (
            ("xl/workbook.xml", N_("an XLSX workbook")),
            ("xl/workbook.bin", N_("an XLSB workbook")),
            ("word/document.xml", N_("a DOCX document")),
            ("content.xml", N_("an OpenDocument file")),
        ):
            if name in names:
                return kind
        return N_("a ZIP archive")
    text = head.lstrip(_BEFORE_XML).replace(b"\x00", b"").lower()
    if text.startswith((b"<!doctype html", b"<html", b"<table")):
        return N_("an HTML page")
    return N_("an XML file") if text.startswith(b"<?xml") else None


class _Stop(Exception):
    """Ends the reading of a part when enough was seen."""


def _first_element(*_: Any) -> NoReturn:
    raise _Stop  # entities can only be declared before it


def _refused(file: str, message: str, sheet: str | None = None, cell: str | None = None) -> BadInput:
    row, column = None, None
    if cell and (match := _CELL.fullmatch(cell)):
        row, column = int(match[2]), match[1]
    return BadInput([Problem(file, message, sheet, row, column)])


def _said(error: Exception) -> str:
    """Return the beginning of what a library says of its failure."""
    words = str(error) or type(error).__name__
    return words if len(words) <= 200 else words[:200]


@contextmanager
def readable(file: str, kind: str, sheet: str | None = None) -> Iterator[None]:
    """Turn whatever a library says of a file that it cannot read into a sentence with the place."""
    if sheet is None:
        what = _("the file is no readable {kind} workbook").format(kind=kind)
    else:
        what = _("the sheet cannot be read")
    try:
        yield
    except BadInput:
        raise
    except Exception as error:  # libraries for foreign files raise nearly anything
        raise _refused(file, _("{problem} ({reason})").format(problem=what, reason=_said(error)), sheet) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # how calamine's own failures arrive; no Exception to Python
            raise
        raise _refused(file, _("{problem} (it is damaged)").format(problem=what), sheet) from error


def _parse(content: bytes, start: Callable[[str, dict[str, str]], None], **handlers: Any) -> None:
    """Read XML event by event; a document type, where entities are declared, is refused before anything expands."""

    def refuse(*given: Any) -> NoReturn:
        raise ValueError(_("it declares a document type or entities, which no workbook does"))

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = lambda name, given: start(_local(name), {_local(k): v for k, v in given.items()})
    for name, handler in handlers.items():
        setattr(parser, name, handler)
    try:
        parser.Parse(content, True)
    except _Stop:
        return


def _local(name: str) -> str:
    return name.rsplit(" ", 1)[-1]


@dataclass
class SheetFacts:
    """What one sheet of an XLSX workbook is made of, seen without keeping its cells."""

    rows: int = 0
    columns: int = 0
    """How many rows and columns there are down to the last one that holds a value."""
    formulas: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)


class _SheetScan:
    """Collects the facts of a sheet from its XML."""

    def __init__(self, file: str, name: str) -> None:
        self.file, self.name = file, name
        self.facts = SheetFacts()
        self._row = self._column = 0
        self._cell = ""
        self._formula: list[str] | None = None

    def start(self, tag: str, given: dict[str, str]) -> None:
        facts = self.facts
        if tag == "row":
            self._row = int(given["r"]) if "r" in given else self._row + 1
            self._column = 0
            if given.get("hidden") in ("1", "true") or (given.get("ht") and float(given["ht"]) == 0):
                facts.hidden_rows.append(self._row)
        elif tag == "c":
            match = _CELL.fullmatch(given["r"]) if "r" in given else None
            if "r" in given and match is None:
                raise ValueError(_("'{text}' is no cell").format(text=given["r"][:20]))
            if match:
                self._row, self._column = int(match[2]), column_index(match[1]) + 1
            else:
                self._column += 1
            self._cell = f"{column_letter(self._column - 1)}{self._row}"
            if given.get("t") == "e":
                facts.errors.append(self._cell)
        elif tag in ("v", "is"):
            facts.rows, facts.columns = max(facts.rows, self._row), max(facts.columns, self._column)
            if self._row > limits.MAX_ROWS or self._column > limits.MAX_COLUMNS:
                words = _("the sheet is too large; at most {rows} rows and {columns} columns are read").format(
                    rows=limits.MAX_ROWS, columns=limits.MAX_COLUMNS
                )
                raise _refused(self.file, words, self.name, self._cell)
            if facts.rows * facts.columns > limits.MAX_CELLS:
                words = _("the sheet is too large; at most {limit} cells are read").format(limit=limits.MAX_CELLS)
                raise _refused(self.file, words, self.name, self._cell)
        elif tag == "f":
            facts.formulas.append(self._cell)
            self._formula = []
        elif tag == "mergeCell":
            facts.merged.append(given.get("ref", ""))
        elif tag == "col" and (
            given.get("hidden") in ("1", "true") or (given.get("width") and float(given["width"]) == 0)
        ):
            facts.hidden_columns.append((int(given["min"]), int(given["max"])))

    def text(self, text: str) -> None:
        if self._formula is not None:
            self._formula.append(text)

    def end(self, tag: str) -> None:
        if _local(tag) == "f" and self._formula is not None:
            if _DDE.match("".join(self._formula)):
                raise _refused(self.file, _("the cell calls another program (DDE)"), self.name, self._cell)
            self._formula = None


class XlsxFile:
    """An XLSX workbook that was looked through: safe to be given to a reader.

    Raises BadInput on opening where it holds what is never read: bombs, macros, links outside, embedded objects.
    """

    def __init__(self, content: bytes, file: str) -> None:
        self.content, self.file = content, file
        kind = kind_of(content)
        if kind != "an XLSX workbook":
            raise _refused(
                file,
                _("the file is no readable {expected} workbook: it is {kind}").format(
                    expected="XLSX", kind=_(kind or N_("plain text"))
                ),
            )
        if len(content) > limits.MAX_BYTES:
            raise _refused(file, _("the file is larger than {limit} MB").format(limit=limits.MAX_BYTES // 1_000_000))
        with readable(file, "XLSX"):
            self._zip = zipfile.ZipFile(io.BytesIO(content))
            self._check_parts()
            self._check_content()
            self.sheets = self._sheets()
        self._facts: dict[str, SheetFacts] = {}

    def _refuse(self, message: str) -> NoReturn:
        raise _refused(self.file, message)

    def _check_parts(self) -> None:
        """Refuse by the list of parts alone, before anything is unpacked."""
        parts = self._zip.infolist()
        if len(parts) > limits.MAX_PARTS:
            self._refuse(
                _("the workbook has {count} parts; at most {limit} are read").format(
                    count=len(parts), limit=limits.MAX_PARTS
                )
            )
        if sum(part.file_size for part in parts) > limits.MAX_UNPACKED_BYTES:
            self._refuse(
                _("the file is larger than {limit} MB when it is unpacked").format(
                    limit=limits.MAX_UNPACKED_BYTES // 1_000_000
                )
            )
        names = set()
        for part in parts:
            name = part.filename.lower()
            if name in names:
                self._refuse(_("the workbook holds the part {part} twice").format(part=part.filename))
            names.add(name)
            if ".." in name.split("/") or name.startswith("/") or "\\" in name:
                self._refuse(_("the workbook holds a part outside of it: {part}").format(part=part.filename))
            if part.flag_bits & 1:
                self._refuse(_("the workbook is locked with a password"))
            if part.file_size > max(limits.MIN_RATIO_BYTES, limits.MAX_RATIO * part.compress_size):
                self._refuse(
                    _("the part {part} of the workbook would grow from {packed} to {unpacked} bytes").format(
                        part=part.filename, packed=part.compress_size, unpacked=part.file_size
                    )
                )
            for pattern, what in _UNWANTED_PARTS:
                if pattern.search("/" + name):
                    self._refuse(
                        _("the workbook holds {what} ({part}); save it without them").format(
                            what=_(what), part=part.filename
                        )
                    )

    def _check_content(self) -> None:
        """Unpack every part once (its true size and checksum are compared then) and look at what it is."""
        for part in self._zip.infolist():
            content = self._zip.read(part)
            if content[:4] in (b"PK\x03\x04", _OLE[:4]):
                self._refuse(
                    _("the workbook holds {what} ({part}); save it without them").format(
                        what=_("embedded objects or files"), part=part.filename
                    )
                )
            if part.filename.endswith(".rels"):
                _parse(content, self._relation)
            elif part.filename == "[Content_Types].xml":
                _parse(content, self._content_type)
            elif part.filename.endswith((".xml", ".vml")) or content.lstrip(_BEFORE_XML)[:1] == b"<":
                _parse(content, _first_element)

    def _relation(self, tag: str, given: dict[str, str]) -> None:
        is_outside = given.get("TargetMode", "").lower() == "external"
        if is_outside and not given.get("Type", "").endswith("/hyperlink"):  # a link to click on loads nothing
            self._refuse(
                _(
                    "the workbook holds links to other files or to data outside ({address}); save it without them"
                ).format(address=given.get("Target", "")[:100])
            )

    def _content_type(self, tag: str, given: dict[str, str]) -> None:
        kind = given.get("ContentType", "").lower()
        if "macroenabled" in kind or "vbaproject" in kind:
            self._refuse(_("the workbook holds macros; save it as XLSX without them"))

    def _sheets(self) -> dict[str, tuple[str, bool]]:
        """Return (part, whether it is shown) of every sheet by its name."""
        listed: list[tuple[str, str, bool]] = []
        targets: dict[str, str] = {}

        def sheet(tag: str, given: dict[str, str]) -> None:
            if tag == "sheet":
                listed.append((given["name"], given["id"], given.get("state", "visible") == "visible"))

        def target(tag: str, given: dict[str, str]) -> None:
            if tag == "Relationship":
                path = given["Target"]
                targets[given["Id"]] = path[1:] if path.startswith("/") else posixpath.normpath("xl/" + path)

        _parse(self._zip.read("xl/workbook.xml"), sheet)
        _parse(self._zip.read("xl/_rels/workbook.xml.rels"), target)
        found = {name: (targets[key], is_shown) for name, key, is_shown in listed}
        if len(found) < len(listed):
            self._refuse(_("two sheets of the workbook have the same name"))
        if not found:
            self._refuse(_("the workbook has no sheet"))
        return found

    def facts(self, sheet: str) -> SheetFacts:
        """Return what a sheet is made of; raises BadInput, naming the cell, where it is absurdly large."""
        if sheet not in self._facts:
            scan = _SheetScan(self.file, sheet)
            with readable(self.file, "XLSX", sheet):
                _parse(
                    self._zip.read(self.sheets[sheet][0]),
                    scan.start,
                    CharacterDataHandler=scan.text,
                    EndElementHandler=scan.end,
                )
            self._facts[sheet] = scan.facts
        return self._facts[sheet]

    def unseen(self, sheet: str) -> Iterator[Problem]:
        """Yield what a person who looks at a record sheet would not see, or would see otherwise than it is read."""
        facts = self.facts(sheet)

        def problem(message: str, cell: str | None = None) -> Problem:
            return _refused(self.file, message, sheet, cell).problems[0]

        if not self.sheets[sheet][1]:
            yield problem(_("the sheet is hidden; show it or take it out"))
        for row in facts.hidden_rows:
            if row <= facts.rows:
                yield Problem(self.file, _("the row is hidden; show it or take it out"), sheet, row)
        for first, last in facts.hidden_columns:
            if first <= facts.columns:
                letters = column_letter(first - 1)
                if last > first:
                    letters += f":{column_letter(min(last, facts.columns) - 1)}"
                yield Problem(self.file, _("the column is hidden; show it or take it out"), sheet, column=letters)
        for merged in facts.merged:
            words = _("the cells {merged} are merged: all but one of them are empty; split them").format(merged=merged)
            yield problem(words, merged.split(":")[0])
        for cell in facts.formulas:
            yield problem(_("the cell is a formula, whose value may be stale; put the value there"), cell)
        for cell in set(facts.errors) - set(facts.formulas):
            yield problem(_("the cell holds an error of a spreadsheet; put the value there"), cell)

    @cached_property
    def _values(self) -> Any:
        from python_calamine import CalamineWorkbook

        with readable(self.file, "XLSX"):
            return CalamineWorkbook.from_filelike(io.BytesIO(self.content))

    def values(self, sheet: str) -> list[list[Any]]:
        """Return the typed cells of a sheet, from its first row and column on; '' where a cell is empty."""
        self.facts(sheet)
        with readable(self.file, "XLSX", sheet):
            return self._values.get_sheet_by_name(sheet).to_python(skip_empty_area=False)

    @cached_property
    def _cells(self) -> Any:
        import openpyxl

        with readable(self.file, "XLSX"):
            return openpyxl.load_workbook(io.BytesIO(self.content), read_only=True, data_only=True, keep_links=False)

    def formatted_cells(self, sheet: str) -> Iterator[list[tuple[Any, str]]]:
        """Yield (value, number format) of the cells of a sheet, row by row, as far as it holds values."""
        facts = self.facts(sheet)
        with readable(self.file, "XLSX", sheet):
            if facts.rows:
                for cells in self._cells[sheet].iter_rows(1, facts.rows, 1, facts.columns):
                    yield [(cell.value, getattr(cell, "number_format", "") or "") for cell in cells]


# --- XLS -----------------------------------------------------------------------------------------------------------

_XLS_CELLS = frozenset((0x06, 0xBD, 0xD6, 0xFD, 0x203, 0x204, 0x205, 0x27E))
"""Records of cells that hold something; each begins with its row and column."""
_XLS_DIMENSIONS, _XLS_BEGIN, _XLS_LINK = 0x200, 0x809, 0x1AE


def _ole_directory(content: bytes) -> Iterator[tuple[str, int, int, int]]:
    """Yield (name, type, first sector, size) of the entries of an OLE file, whose sectors have the usual 512 bytes."""
    table = _ole_table(content)
    listed = _ole_chain(content, table, struct.unpack_from("<I", content, 48)[0])
    for at in range(0, len(listed) - 127, 128):
        length, kind = struct.unpack_from("<HB", listed, at + 64)
        if kind and 2 <= length <= 64:
            name = listed[at : at + length - 2].decode("utf-16-le", "replace")
            yield name, kind, *struct.unpack_from("<II", listed, at + 116)


def _ole_table(content: bytes) -> list[int]:
    sectors = list(struct.unpack_from("<109I", content, 76))
    following, count = struct.unpack_from("<II", content, 68)
    for _block in range(min(count, len(content) // 512)):
        part = struct.unpack_from("<128I", content, 512 * (following + 1))
        sectors += part[:127]
        following = part[127]
    table: list[int] = []
    for sector in sectors:
        if sector < 0xFFFFFFFA:
            table += struct.unpack_from("<128I", content, 512 * (sector + 1))
    return table


def _ole_chain(content: bytes, table: list[int], sector: int) -> bytes:
    parts, seen = [], set()
    while sector < 0xFFFFFFFA and sector not in seen:
        seen.add(sector)
        parts.append(content[512 * (sector + 1) : 512 * (sector + 2)])
        sector = table[sector]
    return b"".join(parts)


def _ole_stream(content: bytes, names: tuple[str, ...]) -> bytes | None:
    """Return a stream of an OLE file, or None where there is none or the file is damaged."""
    try:
        for name, _, sector, size in _ole_directory(content):
            if name in names and size >= 4096:  # smaller ones lie elsewhere; a workbook is padded to this
                return _ole_chain(content, _ole_table(content), sector)[:size]
    except (struct.error, IndexError):
        return None
    return None


def open_xls(content: bytes, file: str) -> Any:
    """Open an old XLS workbook for reading its values; macros, embedded objects, links and far cells are refused."""
    kind = kind_of(content)
    if kind != "an XLS workbook":
        raise _refused(
            file,
            _("the file is no readable {expected} workbook: it is {kind}").format(
                expected="XLS", kind=_(kind or N_("plain text"))
            ),
        )
    with readable(file, "XLS"):
        names = {name for name, *_ in _ole_directory(content)}
    if names & {"_VBA_PROJECT_CUR", "_VBA_PROJECT", "VBA"}:
        raise _refused(file, _("the workbook holds macros; save it without them"))
    if "\x01Ole10Native" in names or any(re.fullmatch(r"MBD[0-9A-F]{8}|LNK[0-9A-F]{8}", name) for name in names):
        raise _refused(file, _("the workbook holds embedded objects or files; save it without them"))
    _check_xls_records(_ole_stream(content, ("Workbook", "Book")) or b"", file)
    from python_calamine import CalamineWorkbook

    with readable(file, "XLS"):
        return CalamineWorkbook.from_filelike(io.BytesIO(content))


def _check_xls_records(stream: bytes, file: str) -> None:
    """Refuse by the records of all sheets, because the reader keeps the whole rectangle of each in memory."""
    at, rows, columns, sheet = 0, 0, 0, 0
    while at + 4 <= len(stream):
        record, size = struct.unpack_from("<HH", stream, at)
        data = stream[at + 4 : at + 4 + size]
        at += 4 + size
        if record == _XLS_BEGIN:
            rows = columns = 0
            sheet += 1
        elif record in _XLS_CELLS and size >= 4:
            row, column = struct.unpack_from("<HH", data)
            rows, columns = max(rows, row + 1), max(columns, column + 1)
        elif record == _XLS_DIMENSIONS and size >= 12:
            _first, rows_said, _first, columns_said = struct.unpack_from("<IIHH", data)
            if rows_said > 65_536 or columns_said > 256:
                raise _refused(file, _("the file is no readable XLS workbook (it claims cells that cannot be)"))
        elif record == _XLS_LINK and size > 4 and data[2:4] not in (b"\x01\x04", b"\x01\x3a"):
            raise _refused(file, _("the workbook holds links to other files or to data outside; save it without them"))
        if rows > limits.MAX_ROWS or rows * columns > limits.MAX_CELLS:
            words = _("a sheet is too large; at most {rows} rows and {cells} cells are read").format(
                rows=limits.MAX_ROWS, cells=limits.MAX_CELLS
            )
            raise _refused(file, words)
