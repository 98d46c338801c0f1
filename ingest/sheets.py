"""Reads the cells of publishers' files as they are: XLS, XLSX and CSV; formulas by the values saved beside them."""

import csv
import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn

from ingest import limits
from ingest.messages import gettext as _
from ingest.problems import BadInput, Problem
from ingest.readers import read_utf8
from ingest.reading.text import fold
from ingest.workbooks import XlsxFile, open_xls, readable

Cell = str | Decimal | None
"""Numbers are decimals, everything else is the text that a person sees; an empty cell is None."""


@dataclass(frozen=True)
class Sheet:
    """One sheet's cells by row and column, both counted from 0; `name` is None for a CSV file."""

    name: str | None
    rows: list[list[Cell]]

    def width(self, row: int) -> int:
        """Return how many cells of a row come before the empty ones."""
        return len(self.rows[row]) if row < len(self.rows) else 0

    def cell(self, row: int, column: int) -> Cell:
        """Return a cell; outside of what is filled it is empty."""
        return self.rows[row][column] if row < len(self.rows) and column < len(self.rows[row]) else None

    def text(self, row: int, column: int) -> str:
        """Return a cell's text with white space folded, or '' for an empty cell."""
        value = self.cell(row, column)
        return f"{value:f}" if isinstance(value, Decimal) else value or ""


def _cell(value: Any, number_format: str = "General") -> Cell:
    if value is None:
        return None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        number = Decimal(repr(value))
        if not number.is_finite():
            return str(value)
        return f"{(number * 100).normalize():f}%" if "%" in number_format else number
    if isinstance(value, datetime) and value.time() == time.min:
        value = value.date()  # a day in a workbook carries the time 00:00
    if isinstance(value, date):
        return value.isoformat()
    return fold(str(value)) or None


class SheetFile:
    """A publisher's file whose sheets are read when they are asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = path.name
        self._sheets: dict[str | None, Sheet] = {}
        if not path.is_file():
            raise BadInput([Problem(str(path), _("there is no such file"))])
        if path.stat().st_size > limits.MAX_BYTES:
            self._refuse(_("the file is larger than {limit} MB").format(limit=limits.MAX_BYTES // 1_000_000))
        if path.suffix.lower() not in (".xls", ".xlsx", ".csv"):
            self._refuse(_("expected an XLS, XLSX or CSV file"))
        self.content = path.read_bytes()

    def _refuse(self, message: str, sheet: str | None = None, row: int | None = None) -> NoReturn:
        raise BadInput([Problem(self.file, message, sheet, row)])

    @cached_property
    def _xls(self) -> Any:
        return open_xls(self.content, self.file)

    @cached_property
    def _xlsx(self) -> XlsxFile:
        return XlsxFile(self.content, self.file)

    @cached_property
    def sheet_names(self) -> list[str | None]:
        """Return the sheets in their order; a CSV file has one without a name."""
        if self.path.suffix.lower() == ".csv":
            return [None]
        if self.path.suffix.lower() == ".xls":
            return list(self._xls.sheet_names)
        return list(self._xlsx.sheets)

    def sheet(self, name: str | None) -> Sheet:
        """Return one sheet; raises BadInput where it cannot be read or is absurdly large."""
        if name not in self._sheets:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of styles and extensions, which are not read
                self._sheets[name] = Sheet(name, self._filled_rows(name))
        return self._sheets[name]

    def unseen(self, name: str) -> list[Problem]:
        """Return what a person does not see on a sheet of an XLSX workbook: hidden, merged, computed cells."""
        return list(self._xlsx.unseen(name))

    def _filled_rows(self, name: str | None) -> list[list[Cell]]:
        rows: list[list[Cell]] = []
        for number, row in enumerate(islice(self._rows(name), limits.MAX_ROWS + 1), start=1):
            while row and row[-1] is None:
                row.pop()
            if number > limits.MAX_ROWS or len(row) > limits.MAX_COLUMNS:
                words = _("the sheet is too large; at most {rows} rows and {columns} columns are read").format(
                    rows=limits.MAX_ROWS, columns=limits.MAX_COLUMNS
                )
                self._refuse(words, name)
            rows.append(row)
        while rows and not rows[-1]:
            rows.pop()
        return rows

    def _rows(self, name: str | None) -> Iterator[list[Cell]]:
        if name is None:
            yield from self._csv_rows()
        elif self.path.suffix.lower() == ".xls":
            with readable(self.file, "XLS", name):
                for row in self._xls.get_sheet_by_name(name).to_python(skip_empty_area=False):
                    yield [_cell(value if value != "" else None) for value in row]
        else:
            for cells in self._xlsx.formatted_cells(name):
                yield [_cell(value, number_format) for value, number_format in cells]

    def _csv_rows(self) -> Iterator[list[Cell]]:
        text, problem = read_utf8(self.content, self.file)
        if problem:
            raise BadInput([problem])
        lines = [line for line in text.splitlines() if line.strip()][:50]
        # A spreadsheet with decimal commas separates columns by semicolons; a title above the table has none.
        marks = (mark for mark in ";\t" if 2 * sum(mark in line for line in lines) > len(lines))
        try:
            for values in csv.reader(io.StringIO(text, newline=""), delimiter=next(marks, ","), strict=True):
                yield [_cell(value) for value in values]
        except csv.Error as error:
            self._refuse(_("the file is no well-formed CSV ({error})").format(error=error))
