"""Writes an extract as an Excel workbook: data, definitions, sources, and how to cite."""

import math
from collections.abc import Callable
from dataclasses import astuple
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from ingest import limits
from ingest.export.sources import FIELDS
from ingest.export.tables import Column, Extract, definition_rows
from ingest.export.words import heading_of, word
from ingest.exports import is_run_as_formula
from ingest.messages import gettext as _
from ingest.problems import ParvnError

MAX_ROWS = 1_048_576
"""Of a sheet of Excel, the headings included."""
_FIRST_DAY = date(1900, 3, 1)
"""Excel counts a day that never was, 29 February 1900; what lies before is written as text."""
_EXACT_DIGITS = 10**15
"""Excel keeps 15 digits of a number; a longer whole number is written as text."""
_MAX_ADDRESS = 2_079
"""Characters of a link in Excel."""
_WIDEST = 60
_LONG = 255

_FORMATS = {
    "percent": "0.00",
    "percentage points": "0.00",
    "points": "0.00",
    "share": "0.000",
    "million VND": "#,##0.00",
    "seconds": "0.0",
    "rank": "0",
}
"""Number formats by unit. Percentages are 0 to 100 in the warehouse, so that Excel's own % would be wrong."""
_WHOLE = ("INTEGER", "BIGINT", "SMALLINT", "TINYINT", "HUGEINT", "UINTEGER", "UBIGINT")


def number_format(column: Column, language: str) -> str:
    """Return Excel's number format of a column; text columns are `@`, so that codes keep their zeros."""
    kind = column.data_type.upper()
    if kind == "DATE":
        return "dd/mm/yyyy" if language == "vi" else "yyyy-mm-dd"
    if kind.startswith("TIMESTAMP"):
        return "dd/mm/yyyy hh:mm:ss" if language == "vi" else "yyyy-mm-dd hh:mm:ss"
    if kind in _WHOLE:
        # a whole number without a unit is a year or a number of something: 2020, not 2,020
        return "0" if column.unit in (None, "rank") else "#,##0"
    if kind.startswith(("DECIMAL", "DOUBLE", "FLOAT")):
        return "0.00" if column.name.endswith("_pct") else _FORMATS.get(column.unit or "", "General")
    return "General" if kind == "BOOLEAN" else "@"


class _Sheet:
    """A worksheet whose text can neither run as a formula nor become a number, a date or a link."""

    def __init__(self, book: xlsxwriter.Workbook, sheet: Worksheet) -> None:
        self.sheet = sheet
        self.text_format = book.add_format({"num_format": "@", "valign": "top"})
        # Some versions of Excel show #### for long text in the format @.
        self.long_format = book.add_format({"valign": "top"})
        # What typing an apostrophe before the text does in Excel: it stays text even after it was edited.
        self.quoted_format = book.add_format({"valign": "top", "quote_prefix": True})

    def text(self, row: int, column: int, text: str, style: Format | None = None) -> None:
        """Write a text as it is; raises ParvnError if a cell cannot hold it."""
        if len(text) > limits.MAX_CELL_CHARACTERS:
            raise ParvnError(
                _("row {row}, column {column}: {count} characters, and a cell of Excel holds {limit}").format(
                    row=row + 1, column=column + 1, count=len(text), limit=limits.MAX_CELL_CHARACTERS
                )
            )
        self.sheet.write_string(row, column, text, self.quoted_format if is_run_as_formula(text) else style)

    def value(self, row: int, column: int, value: Any, style: Format) -> None:
        """Write a value of the warehouse; null stays an empty cell."""
        if value is None:
            return
        if isinstance(value, bool):
            self.sheet.write_boolean(row, column, value, style)
        elif isinstance(value, (int, Decimal, float)) and math.isfinite(value):
            if isinstance(value, int) and abs(value) >= _EXACT_DIGITS:
                self.text(row, column, str(value), self.text_format)
            else:
                self.sheet.write_number(row, column, value, style)
        elif isinstance(value, datetime) and value.date() >= _FIRST_DAY:
            self.sheet.write_datetime(row, column, value.replace(tzinfo=None), style)
        elif isinstance(value, date) and not isinstance(value, datetime) and value >= _FIRST_DAY:
            self.sheet.write_datetime(row, column, datetime.combine(value, time()), style)
        else:
            text = value.isoformat() if isinstance(value, date) else str(value)
            if len(text) > _LONG:
                style = self.long_format
            self.text(row, column, text, style if isinstance(value, str) else self.text_format)


def write_workbook(path: Path, extract: Extract) -> None:
    """Write the workbook row by row: the memory it takes does not grow with the table.

    Raises ParvnError if the rows are more than a sheet of Excel holds, or a text longer than a cell holds.
    """
    if extract.row_count >= MAX_ROWS:
        raise ParvnError(
            _(
                "{table} has {rows} rows, and a sheet of Excel holds {limit}; "
                "choose fewer rows, or --format csv or parquet"
            ).format(table=extract.table.full_name, rows=extract.row_count, limit=MAX_ROWS - 1)
        )
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(str(path), options)
    try:
        # The release's own time: the same rows of the same release give the same bytes.
        book.set_properties(
            {"title": extract.citation[:_LONG], "created": extract.release.published.replace(tzinfo=None)}
        )
        styles = {
            name: book.add_format({"bold": True, "text_wrap": True, "valign": "top", **more})
            for name, more in {"head": {"bg_color": "#DDE6F0", "bottom": 1}, "bold": {}}.items()
        }
        styles["wrap"] = book.add_format({"text_wrap": True, "valign": "top"})
        _write_data(book, extract, styles)
        _write_definitions(book, extract, styles)
        _write_sources(book, extract, styles)
        _write_about(book, extract, styles)
    finally:
        book.close()


def _headings(sheet: _Sheet, headings: list[str], styles: dict[str, Format], row_count: int) -> None:
    for position, heading in enumerate(headings):
        sheet.text(0, position, heading, styles["head"])
    sheet.sheet.freeze_panes(1, 0)
    sheet.sheet.autofilter(0, 0, max(row_count, 1), len(headings) - 1)
    sheet.sheet.set_landscape()
    sheet.sheet.set_paper(9)  # A4
    sheet.sheet.fit_to_pages(1, 0)
    sheet.sheet.repeat_rows(0)


def _write_data(book: xlsxwriter.Workbook, extract: Extract, styles: dict[str, Format]) -> None:
    columns = extract.table.columns
    sheet = _Sheet(book, book.add_worksheet(extract.table.name[:31]))
    formats: dict[str, Format] = {}
    used: list[Format] = []
    for column, width in zip(columns, _widths(extract), strict=True):
        wanted = number_format(column, extract.language)
        if wanted not in formats:
            formats[wanted] = book.add_format({"num_format": wanted, "valign": "top"})
        used.append(formats[wanted])
        sheet.sheet.set_column(len(used) - 1, len(used) - 1, width)
    _headings(sheet, extract.headings, styles, extract.row_count)
    for position, column in enumerate(columns):
        note = "\n".join(filter(None, (column.name, column.description)))
        if column.description:
            lines = 1 + math.ceil(len(note) / 45)
            sheet.sheet.write_comment(0, position, note, {"x_scale": 2.5, "height": 20 * lines, "author": ""})
    if extract.row_count:
        # codes such as 01 are text on purpose
        last = xlsxwriter.utility.xl_range(1, 0, extract.row_count, len(columns) - 1)
        sheet.sheet.ignore_errors({"number_stored_as_text": last})
    row_number = 0
    write: Callable[..., None] = sheet.value
    for batch in extract.batches():
        for row in batch:
            row_number += 1
            for position, value in enumerate(row):
                if value is not None:
                    write(row_number, position, value, used[position])


def _widths(extract: Extract) -> list[float]:
    """Return the width of every column in characters, wide enough for nearly all of its values."""
    columns = extract.table.columns
    lengths = ", ".join(
        f"coalesce(quantile_disc(length(cast({extract.shown(column.name)} as varchar)), 0.95), 0)" for column in columns
    )
    found = extract.connection.execute(extract.query(lengths)).fetchall()[0]
    widths = []
    for column, length in zip(columns, found, strict=True):
        longest_word = max(map(len, column.heading.replace("_", " ").split()), default=0)
        shown = min(length, 14) if number_format(column, "en") not in ("@", "yyyy-mm-dd hh:mm:ss") else length
        heading = min(len(column.heading), max(longest_word, 18)) + 3  # room for the filter's button
        widths.append(float(min(max(shown + 2, heading, 10), _WIDEST)))
    return widths


def _write_definitions(book: xlsxwriter.Workbook, extract: Extract, styles: dict[str, Format]) -> None:
    language = extract.language
    sheet = _Sheet(book, book.add_worksheet(word("definitions", language)))
    headings = [word(name, language) for name in ("column", "heading", "unit", "type")]
    headings.append(heading_of("description", language, {column.language for column in extract.table.columns}))
    for position, width in enumerate((32, 40, 18, 14, 100)):
        sheet.sheet.set_column(position, position, width)
    _headings(sheet, headings, styles, len(extract.table.columns))
    for row, cells in enumerate(definition_rows(extract.table, language), start=1):
        for position, text in enumerate(cells):
            sheet.text(row, position, text, styles["wrap"])


def _write_sources(book: xlsxwriter.Workbook, extract: Extract, styles: dict[str, Format]) -> None:
    language = extract.language
    sheet = _Sheet(book, book.add_worksheet(word("sources", language)))
    day = book.add_format({"num_format": "dd/mm/yyyy" if language == "vi" else "yyyy-mm-dd", "valign": "top"})
    link = book.add_format({"font_color": "#0563C1", "underline": 1, "text_wrap": True, "valign": "top"})
    for position, width in enumerate((28, 28, 50, 50, 16, 26 if extract.source_words else 10, 40, 60, 40, 13)):
        sheet.sheet.set_column(position, position, width)
    _headings(sheet, [word(name, language) for name in FIELDS], styles, len(extract.sources))
    if not extract.sources:
        sheet.text(1, 0, word("no_sources", language))
    for row, source in enumerate(extract.sources, start=1):
        for position, given in enumerate(astuple(source)):
            value = _in_words(extract, FIELDS[position], given)
            address = str(value)
            is_link = FIELDS[position] == "address" and address.startswith(("http://", "https://"))
            if is_link and len(address) <= _MAX_ADDRESS:
                sheet.sheet.write_url(row, position, address, link, string=address)
            else:
                sheet.value(row, position, value, styles["wrap"] if isinstance(value, str) else day)


def _in_words(extract: Extract, name: str, value: Any) -> Any:
    """Return a field of a source, with words where it is a code; a grade keeps its letter, by which people call it."""
    words = extract.source_words.get((name, value))
    if words is None:
        return value
    return f"{value}: {words}" if name == "trust_grade" else words


def about_rows(extract: Extract) -> list[tuple[str, str]]:
    """Return (what, text): how to cite the rows, what they are, and what to beware of."""
    language, release, table = extract.language, extract.release, extract.table
    before = [("cite", extract.citation)]
    if extract.sources:
        before.append(("cite_sources", word("cite_sources_text", language)))
    before.append(("table", table.full_name))
    after = [
        ("rows", str(extract.row_count)),
        ("filter", extract.condition or word("no_filter", language)),
        *([("labelled", ", ".join(extract.labels))] if extract.labels else []),
        ("release", release.release_id),
        ("published", f"{release.published:%Y-%m-%d %H:%M:%S}"),
        ("code", release.code_version),
    ]
    if extract.sources:
        after.append(("trust", word("trust_text", language)))
    return [
        *((word(name, language), text) for name, text in before),
        *((heading_of(name, language, {table.language}), text) for name, text in table.sections),
        *((word(name, language), text) for name, text in after),
    ]


def _write_about(book: xlsxwriter.Workbook, extract: Extract, styles: dict[str, Format]) -> None:
    sheet = _Sheet(book, book.add_worksheet(word("about", extract.language)))
    sheet.sheet.set_column(0, 0, 26)
    sheet.sheet.set_column(1, 1, 110)
    for row, (name, text) in enumerate(about_rows(extract)):
        sheet.text(row, 0, name, styles["bold"])
        sheet.text(row, 1, text, styles["wrap"])
