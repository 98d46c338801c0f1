"""Reads the workbooks of `ingest.templates` after people filled them in: Vietnamese names become codes, and every
problem names the sheet, the cell and the heading that the person sees."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from ingest.check import BUDGET_UNIT, check_package, task_readings
from ingest.contracts import TABLES
from ingest.index_files import FileFacts
from ingest.messages import gettext as _
from ingest.problems import BadInput, Problem, nearest_spellings
from ingest.readers import Package, RawTable, Row
from ingest.reading.dates import read_date, read_due
from ingest.reading.numbers import read_number
from ingest.reading.text import ReadingError, fold, search_key
from ingest.reference import Reference
from ingest.sheets import Cell, Sheet, SheetFile
from ingest.templates import (
    EXAMPLE_MARK,
    INDEX_FACTS,
    INDEX_FIELDS,
    INDEX_TABLE,
    MARK_HEADING,
    SHEETS,
    TYPES,
    FormColumn,
    asked_columns,
    choices,
    form_columns,
)
from ingest.workbooks import column_letter

LICENCE = (
    "Official administrative document: not subject to copyright (Law on Intellectual Property of Viet Nam, Art. 15)"
)
_HEADING_ROWS = 10
_FLOWS, _STOCKS = ("sum_flow", "ratio_flow"), ("stock", "coverage")
"""How an indicator adds up (seed `indicator`) says whether a figure is of a period or of a day."""


@dataclass
class FilledRow:
    """One row, or the document's facts, as records hold them."""

    number: int
    """As the spreadsheet counts it; 0 for the document's facts."""
    values: Row
    places: dict[str, tuple[str, str]]
    """(cell, what was typed there) by column."""
    mark: str = ""
    """What stands in the column STT."""
    made: set[str] = field(default_factory=set)
    """Columns whose value the program filled in."""


@dataclass
class Filled:
    """What a workbook says."""

    file: str
    kind: str
    document: FilledRow
    tables: dict[str, list[FilledRow]]
    problems: list[Problem]
    asked: dict[str, set[str]] = field(default_factory=dict)
    """The columns that the workbook has, by table."""


@dataclass(frozen=True)
class FilledIndex:
    """What a workbook says of its index table; the table itself is for `ingest.index_files` to read."""

    index_code: str
    edition_year: int
    facts: FileFacts


def is_template(path: Path) -> bool:
    """Tell whether a file is a workbook made by `parvn template`; raises BadInput where it cannot be opened."""
    return path.suffix.lower() == ".xlsx" and path.is_file() and bool(_sheets(SheetFile(path)))


def _sheets(file: SheetFile) -> dict[str, str]:
    """Return the sheets of a template by their own names; folded, because a name is easily touched."""
    own = {search_key(name): name for name in (*SHEETS.values(), INDEX_FACTS, INDEX_TABLE)}
    return {own[search_key(name)]: name for name in file.sheet_names if name and search_key(name) in own}


def _place(
    column: FormColumn | str, cell: str, file: str, sheet: str, message: str, text: str | None = None
) -> Problem:
    heading = column if isinstance(column, str) else column.heading
    number = int(re.sub(r"\D", "", cell) or 0)
    return Problem(file, message, sheet, number, heading, text, cell=cell)


# --- cells ---------------------------------------------------------------------------------------------------------

_PAGE = re.compile(r"(?<=;)\s*(?:trang|tr\.?)\s*(?=\d)", re.IGNORECASE)
_LINE = re.compile(r"(?<=;)\s*(?:dòng|d\.)\s*(?=\d)", re.IGNORECASE)
_PERCENT_CELL = re.compile(r"-?\d+(?:\.\d+)?%")
"""How a number that the spreadsheet shows as percent arrives (`ingest.sheets`)."""
_SLUG = re.compile(r"[a-z0-9][a-z0-9._-]*")
_MIDNIGHT_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _read_cell(cell: Cell, column: FormColumn, reference: Reference) -> str | None:
    """Return a cell as a record holds it; raises ReadingError with what was expected."""
    text = f"{cell:f}" if isinstance(cell, Decimal) else cell or ""
    if not text:
        return None
    if column.kind == "number":
        if isinstance(cell, Decimal):
            number = cell
        elif _PERCENT_CELL.fullmatch(text):
            number = Decimal(text[:-1])
        else:
            number = read_number(text, "vietnamese")
        return f"{number.normalize() + 0:f}"
    if column.kind == "day":
        if isinstance(cell, Decimal):
            raise ReadingError(_("expected a day such as 15/01/2025; format the cell as a date"))
        return read_date(text).isoformat()
    if column.kind == "code":
        return _read_choice(text, column, reference)
    if _MIDNIGHT_DAY.fullmatch(text):  # a spreadsheet made a date of the words 15/01/2025
        day = date.fromisoformat(text)
        text = f"{day:%d/%m/%Y}"
    if column.name == "locator":
        text = _LINE.sub(" L", _PAGE.sub(" tr. ", text))
    if column.name == "scope_code" and not _SLUG.fullmatch(text):
        text = search_key(text).replace(" ", "-")
    return text


class _UnknownChoice(ReadingError):
    nearest: tuple[str, ...] = ()


def _read_choice(text: str, column: FormColumn, reference: Reference) -> str:
    labels = choices(column.list, reference)
    if text in labels:
        return text
    key = search_key(text)
    for code, label in labels.items():
        if fold(label).casefold() == text.casefold() or (key and search_key(label) == key):
            return code
    error = _UnknownChoice(_("this is not in the list of this column"))
    error.nearest = nearest_spellings(text, labels.values())
    raise error


# --- sheets --------------------------------------------------------------------------------------------------------


class _Reader:
    """Reads the record sheets of one workbook; collects problems instead of stopping at the first."""

    def __init__(self, file: SheetFile, reference: Reference) -> None:
        self.file = file
        self.reference = reference
        self.sheets = _sheets(file)
        self.problems: list[Problem] = []

    def _refuse(self, column: FormColumn | str, cell: str, sheet: str, message: str, text: str | None = None) -> None:
        self.problems.append(_place(column, cell, self.file.file, sheet, message, text))

    def _sheet(self, name: str) -> Sheet | None:
        if name not in self.sheets:
            words = _("the sheet '{sheet}' is missing; take a new form with parvn template").format(sheet=name)
            self.problems.append(Problem(self.file.file, words))
            return None
        for problem in self.file.unseen(self.sheets[name]):
            is_cell = problem.row is not None and problem.column is not None
            cell = f"{problem.column}{problem.row}" if is_cell else None
            self.problems.append(replace(problem, sheet=name, cell=cell, column=None if cell else problem.column))
        return self.file.sheet(self.sheets[name])

    def _value(self, cell: Cell, column: FormColumn, at: str, sheet: str) -> str | None:
        try:
            return _read_cell(cell, column, self.reference)
        except _UnknownChoice as error:
            problem = _place(column, at, self.file.file, sheet, str(error), str(cell))
            self.problems.append(replace(problem, nearest=error.nearest))
        except ReadingError as error:
            text = f"{cell:f}" if isinstance(cell, Decimal) else str(cell)
            self._refuse(column, at, sheet, str(error), text)
        return None

    def fields(self, table: str) -> FilledRow:
        """Read the sheet of the document's facts: a heading and its value in each row."""
        row = FilledRow(0, {}, {})
        name = SHEETS[table]
        sheet = self._sheet(name)
        if sheet is None:
            return row
        headings = _headings(asked_columns(table))
        province: tuple[str, str] | None = None
        for number in range(len(sheet.rows)):
            key, cell, at = search_key(sheet.text(number, 0)), sheet.cell(number, 1), f"B{number + 1}"
            column = headings.get(key)
            if column is None:
                # The title and the line of headings stand above the fields and are no fields.
                if cell is not None and row.places:
                    words, text = _("there is no field of this name"), sheet.text(number, 0) or sheet.text(number, 1)
                    self._refuse("A", f"A{number + 1}", name, words, text)
                continue
            if column.name in row.places:
                self._refuse(column, at, name, _("this field stands twice"))
                continue
            row.places[column.name] = (at, sheet.text(number, 1))
            if column.name == "province":
                province = (at, sheet.text(number, 1))
            else:
                row.values[column.name] = self._value(cell, column, at, name)
        if province and province[1]:
            column = form_columns()[table]["province"]
            row.values["province"] = self._province(province[1], row.values, column, province[0], name)
        return row

    def _province(self, text: str, values: Row, column: FormColumn, at: str, sheet: str) -> str | None:
        """Read a province by its name in the list, its code, or the name that it had on the day of the document."""
        try:
            return _read_choice(text, column, self.reference)
        except ReadingError:
            day = values.get("issue_date") or values.get("period_end") or values.get("known_from")
            try:
                return self.reference.province_on(text, date.fromisoformat(day or ""))
            except ValueError:
                return self._value(text, column, at, sheet)

    def rows(self, table: str) -> tuple[list[FilledRow], set[str]]:
        """Read the rows of a table below its headings, and the columns that it has; the example is left out."""
        name = SHEETS[table]
        sheet = self._sheet(name)
        if sheet is None:
            return [], set()
        known = _headings(asked_columns(table))
        texts = [
            [search_key(sheet.text(number, column)) for column in range(sheet.width(number))]
            for number in range(min(_HEADING_ROWS, len(sheet.rows)))
        ]
        at = max(range(len(texts)), key=lambda number: sum(text in known for text in texts[number]), default=None)
        if at is None or sum(text in known for text in texts[at]) < 2:
            words = _("the headings are missing in the first {count} rows; take a new form with parvn template")
            self.problems.append(Problem(self.file.file, words.format(count=_HEADING_ROWS), name))
            return [], set()
        columns, mark_column = self._columns(sheet, name, at, known)
        found = []
        for number in range(at + 1, len(sheet.rows)):
            row = FilledRow(number + 1, {}, {}, "" if mark_column is None else sheet.text(number, mark_column))
            before = len(self.problems)
            for index, column in columns.items():
                place = f"{column_letter(index)}{number + 1}"
                row.places[column.name] = (place, sheet.text(number, index))
                row.values[column.name] = self._value(sheet.cell(number, index), column, place, name)
            is_empty = not any(text for _cell, text in row.places.values())
            if search_key(row.mark) == search_key(EXAMPLE_MARK):
                del self.problems[before:]
                if not is_empty and not self._is_example(table, row):
                    words = _(
                        "this row is marked as the example, which is never loaded, but it was changed; "
                        "if it is a record, clear this cell; if not, empty the row"
                    )
                    letter = column_letter(mark_column or 0)
                    self._refuse(MARK_HEADING, f"{letter}{number + 1}", name, words, row.mark)
            elif not is_empty:
                found.append(row)
        return found, {column.name for column in columns.values()}

    def _columns(
        self, sheet: Sheet, name: str, at: int, known: dict[str, FormColumn]
    ) -> tuple[dict[int, FormColumn], int | None]:
        """Return what the columns mean, and the column STT; one that is not understood is refused, never left out."""
        columns: dict[int, FormColumn] = {}
        mark: int | None = None
        for index in range(max((sheet.width(row) for row in range(at, len(sheet.rows))), default=0)):
            heading, place = sheet.text(at, index), f"{column_letter(index)}{at + 1}"
            column = known.get(search_key(heading))
            if search_key(heading) == search_key(MARK_HEADING):
                mark = index
            elif column is None and heading:
                problem = _place(column_letter(index), place, self.file.file, name, _("unknown heading"), heading)
                labels = [one.heading for one in known.values()]
                self.problems.append(replace(problem, nearest=nearest_spellings(heading, labels)))
            elif column is None:
                filled = [row for row in range(at, len(sheet.rows)) if sheet.text(row, index)]
                if filled:
                    cell = f"{column_letter(index)}{filled[0] + 1}"
                    words = _("something stands here, but the column has no heading")
                    self._refuse(column_letter(index), cell, name, words, sheet.text(filled[0], index))
            elif column in columns.values():
                self._refuse(column, place, name, _("this heading stands twice"))
            else:
                columns[index] = column
        return columns, mark

    def _is_example(self, table: str, row: FilledRow) -> bool:
        return any(
            all((row.values.get(column.name) or "") == column.examples[number] for column in asked_columns(table))
            for number in (0, 1)
        )


def _headings(columns: Iterable[FormColumn]) -> dict[str, FormColumn]:
    """Return columns by heading; their English names serve, too."""
    found = {}
    for column in columns:
        found[search_key(column.name)] = column
        found[search_key(column.heading)] = column
    return found


def read_filled(path: Path, reference: Reference) -> Filled:
    """Read a filled workbook of records; nothing is checked yet but the cells. Problems are collected."""
    file = SheetFile(path)
    sheets = _sheets(file)
    tables = [table for table in ("targets", "tasks", "results") if SHEETS[table] in sheets]
    kind = next((kind for kind, held in TYPES.items() if held and set(held) == set(tables)), None)
    if kind is None:
        kind = "results" if "results" in tables else "plan"
    reader = _Reader(file, reference)
    document = reader.fields("document")
    filled = Filled(file.file, kind, document, {}, reader.problems)
    filled.asked["document"] = set(document.places)
    for table in tables:
        filled.tables[table], filled.asked[table] = reader.rows(table)
    # A sheet that was left empty says nothing of its table; it does not say that there are no rows.
    filled.tables = {table: rows for table, rows in filled.tables.items() if rows}
    if not filled.tables and not reader.problems:
        names = ", ".join(SHEETS[table] for table in TYPES[kind])
        reader.problems.append(
            Problem(file.file, _("nothing was filled in below the example ({sheets})").format(sheets=names))
        )
    return filled


def read_filled_index(path: Path, reference: Reference) -> FilledIndex | None:
    """Return the facts of a filled index table, or None where the workbook is none; raises BadInput where they fail."""
    file = SheetFile(path)
    sheets = _sheets(file)
    if INDEX_FACTS not in sheets:
        return None
    sheet = file.sheet(sheets[INDEX_FACTS])
    headings = {search_key(heading): name for name, (heading, _required, _meaning) in INDEX_FIELDS.items()}
    texts: dict[str, tuple[str, str]] = {}
    for number in range(len(sheet.rows)):
        if name := headings.get(search_key(sheet.text(number, 0))):
            texts[name] = (f"B{number + 1}", sheet.text(number, 1))
    problems: list[Problem] = []
    values: dict[str, str] = {}
    lists = {"index_code": "index_code", "trust_grade": "trust_grade"}
    for name, (heading, is_required, meaning) in INDEX_FIELDS.items():
        at, text = texts.get(name, ("B1", ""))
        table = "pages" if name in ("published_on", "trust_grade") else "index_scores"
        column = FormColumn(table, name, "optional", lists.get(name, ""), heading, meaning, ("", ""))
        try:
            value = _read_cell(text or None, column, reference)
            if value is None and is_required:
                raise ReadingError(_("a value is missing"))
            values[name] = value or ""
        except ReadingError as error:
            nearest = error.nearest if isinstance(error, _UnknownChoice) else ()
            place = _place(column, at, file.file, INDEX_FACTS, str(error), text or None)
            problems.append(replace(place, nearest=nearest))
    if problems:
        raise BadInput(problems)
    published = date.fromisoformat(values["published_on"]) if values["published_on"] else None
    facts = FileFacts(trust_grade=values["trust_grade"] or None, published_on=published)
    return FilledIndex(values["index_code"], int(values["edition_year"]), facts)


# --- what the program makes ----------------------------------------------------------------------------------------

_SERIES = {"periodic_report": "par-reports"}
_FORM = re.compile(r"[/-]([A-ZĐ]\w*)(?=[-/])")


def complete(filled: Filled, reference: Reference, held: Row | None = None) -> None:
    """Fill what a person need not give: facts of the document, units, fields, periods, readings of words.

    Of a document that is `held`, its facts stand where the workbook is silent. Cells that hold something are kept.
    """
    document = filled.document.values
    if held is None:
        _complete_document(document, filled.kind, reference)
    for name, value in (held or {}).items():
        _default(document, name, value)
    for table, rows in filled.tables.items():
        for position, row in enumerate(rows, start=1):
            values = row.values
            typed = {name for name, value in values.items() if value is not None}
            indicator = reference.indicators.get(values.get("indicator_code") or "", {})
            if table in ("targets", "results"):
                if table == "targets" and values.get("subject_vi") is None:
                    _default(values, "subject_en", indicator.get("name_en"))
                _default(values, "subject_vi", indicator.get("name_vi"))
                _default(values, "reform_field_code", indicator.get("reform_field_code"))
                _default(values, "unit", indicator.get("unit"))
            if table == "results":
                flow_column = reference.flow_columns.get(values.get("indicator_code") or "")
                _complete_result(values, document, indicator, flow_column)
            if table == "targets":
                _complete_target(values, document)
            if table == "tasks":
                values["row_no"] = str(position)
                _default(values, "printed_text", values.get("activity_vi") or values.get("task_vi"))
                for name, reading, error in list(_task_readings(values, document, reference)):
                    if error is None:
                        _default(values, name, reading)
            row.made = {name for name, value in values.items() if value is not None} - typed


def document_id_of(filled: Filled, reference: Reference) -> str | None:
    """Return the id of the document: as it was typed, or as one is made for a new document."""
    document = dict(filled.document.values)
    _complete_document(document, filled.kind, reference)
    return document.get("document_id")


def _task_readings(
    values: Row, document: Row, reference: Reference
) -> Iterator[tuple[str, str | None, ReadingError | None]]:
    styles = json.loads(document.get("number_style") or "{}")
    style = styles.get("tasks", styles.get("default", "vietnamese"))
    year = _year(document)
    if year:
        yield from task_readings(values, year, style, BUDGET_UNIT, reference)


def _default(values: Row, name: str, value: str | None) -> None:
    if values.get(name) is None and value:
        values[name] = value


def _year(document: Row) -> int | None:
    text = document.get("plan_year") or ""
    return int(text) if text.isdecimal() else None


def _complete_document(document: Row, kind: str, reference: Reference) -> None:
    province, year = document.get("province"), document.get("plan_year")
    _default(document, "document_kind", "periodic_report" if kind == "results" else "annual_plan")
    if kind != "results" and _year(document):
        _default(document, "period_start", f"{year}-01-01")
        _default(document, "period_end", f"{year}-12-31")
    form = _FORM.search(document.get("document_number") or "")
    forms = reference.vocabularies["legal_form"]
    if form and form[1] in forms:
        _default(document, "legal_form", form[1])
    elif not document.get("document_number"):
        _default(document, "legal_form", "BC" if kind == "results" else "KH")
    if province:
        _default(document, "issuer_vi", f"UBND {_full_name(province, document, reference)}")
        _default(
            document, "source_family_code", f"{province}-{_SERIES.get(document['document_kind'] or '', 'par-plans')}"
        )
    _default(document, "publisher", document.get("issuer_vi"))
    _default(document, "known_from", document.get("issue_date"))
    if document.get("known_from") and document.get("known_from") == document.get("issue_date"):
        _default(document, "known_from_basis", "printed_date")
    _default(document, "licence", LICENCE)
    if province and year:
        _default(document, "document_id", _document_id(province, year, document))


def _full_name(province: str, document: Row, reference: Reference) -> str:
    name = reference.full_name_on(province, document.get("issue_date") or document.get("period_end") or "9999")
    return name[:1].lower() + name[1:]


def _document_id(province: str, year: str, document: Row) -> str:
    """Return an id as the held documents have it: thua-thien-hue-2020-q3-report, ha-tinh-2020-plan."""
    kind = document.get("document_kind")
    if kind != "periodic_report":
        return f"{province}-{year}-{'key-programme' if kind == 'key_programme' else 'plan'}"
    first, last = (document.get("period_start") or "")[5:], (document.get("period_end") or "")[5:]
    periods = {
        ("01-01", "03-31"): "q1-", ("04-01", "06-30"): "q2-", ("07-01", "09-30"): "q3-", ("10-01", "12-31"): "q4-",
        ("01-01", "06-30"): "6m-", ("01-01", "09-30"): "9m-", ("01-01", "12-31"): "",
        ("12-15", "03-14"): "q1-", ("06-15", "09-14"): "q3-", ("12-15", "06-14"): "6m-", ("12-15", "09-14"): "9m-",
        ("12-15", "12-14"): "",
    }  # fmt: skip
    return f"{province}-{year}-{periods.get((first, last), f'{first}-to-{last}-')}report"


def _complete_result(values: Row, document: Row, indicator: dict[str, str], flow_column: str | None) -> None:
    """Fill in when a figure was measured, where the form leaves it to the document.

    The open dossiers of a flow belong to its period, too, else the flow would lose them; those carried over stood at
    its beginning.
    """
    if values.get("scope_vi") and values.get("scope_code") is None:
        values["scope_code"] = search_key(values["scope_vi"] or "").replace(" ", "-")
    if not any(values.get(name) for name in ("period_start", "period_end", "measured_on")):
        made: Row = {}
        if indicator.get("accumulation") in _FLOWS or flow_column:
            made = {name: document.get(name) for name in ("period_start", "period_end")}
            if indicator.get("accumulation") in _STOCKS and flow_column != "carried_over":
                made["measured_on"] = document.get("period_end")
        elif indicator.get("accumulation") in _STOCKS:
            made = {"measured_on": document.get("period_end")}
        if all(made.values()) and made:
            values |= made
            _default(values, "is_period_implied", "true")


def _complete_target(values: Row, document: Row) -> None:
    _default(values, "target_origin", "target_section")
    year = _year(document)
    if values.get("due_text") and values.get("due_date") is None and year:
        try:
            due = read_due(values["due_text"], year)
        except ReadingError:
            return  # the words stay; the day is the end of the plan year then
        _default(values, "due_date", due.end.isoformat() if due.end else None)


# --- checking ------------------------------------------------------------------------------------------------------


def package_of(filled: Filled, folder: Path) -> Package:
    """Return what was filled in as a package of records below `folder`, with the sheets as its tables."""
    name = filled.document.values.get("document_id") or filled.file
    package = Package(folder / name, name)
    rows = {"document": [filled.document], **filled.tables}
    for table, held in rows.items():
        package.tables[table] = RawTable(
            table,
            folder,
            filled.file,
            "",
            [dict(row.values) for row in held],
            [row.number for row in held],
            SHEETS[table],
        )
    return package


_NAMES = re.compile(r"\b(?P<name>[a-z]+(?:_[a-z]+)+)\b(?:=(?P<code>\w+))?")
_FOLLOWS = {
    "issuer_vi": "province", "publisher": "province", "source_family_code": "province", "document_id": "province",
    "target_id": "document_id", "task_id": "document_id", "result_id": "document_id",
    "unit": "indicator_code", "subject_vi": "indicator_code", "reform_field_code": "indicator_code",
}  # fmt: skip
"""Of a column that the program fills in: from which one. If that is missing or wrong, it alone is told."""


def _is_consequence(problem: Problem, row: FilledRow, filled: Filled, told: set[tuple[str | None, str | None]]) -> bool:
    column = problem.column or ""
    if column in _FOLLOWS and not filled.document.places and row.values.get(column) is None:
        return True  # there is no sheet of the document's facts
    while (column := _FOLLOWS.get(column, "")) and row.values.get(problem.column or "") is None:
        for sheet, source in ((problem.sheet, row), (SHEETS["document"], filled.document)):
            if (sheet, source.places.get(column, ("", ""))[0]) in told:
                return True
    return False


def placed(
    problems: Iterable[Problem], filled: Filled, reference: Reference, told: Iterable[Problem] = ()
) -> Iterator[Problem]:
    """Yield problems of the package as problems of the workbook: by cell, and with the headings people see.

    What only follows from a cell that was `told` of already is left out.
    """
    cells = {(problem.sheet, problem.cell) for problem in told}
    tables = {SHEETS[table]: table for table in ("document", *filled.tables)}
    for problem in problems:
        table = tables.get(problem.sheet or "")
        if table is None or problem.file != filled.file or problem.cell:
            yield problem
            continue
        form = form_columns()[table]

        def heading(match: re.Match[str], form: dict[str, FormColumn] = form) -> str:
            column = form.get(match["name"])
            if column is None:
                return match[0]
            code = match["code"]
            return f"'{column.heading}'" + (f" = '{choices(column.list, reference).get(code, code)}'" if code else "")

        rows = [filled.document] if table == "document" else filled.tables[table]
        row = next((row for row in rows if row.number == (problem.row or 0)), None)
        sheet = problem.sheet
        if row and problem.column in row.made and problem.column in filled.document.places:
            # an empty cell takes what the document says: there it is to be mended
            row, sheet, form = filled.document, SHEETS["document"], form_columns()["document"]
        cell, typed = (row.places.get(problem.column or "") if row else None) or (None, "")
        if row and _is_consequence(problem, row, filled, cells):
            continue
        column = form.get(problem.column or "")
        text = problem.text
        if text is not None and row is not None and text == row.values.get(problem.column or "") and typed:
            text = typed
        message = _NAMES.sub(heading, problem.message)
        if problem.column == "unit":  # the units and indicators that it names are in drop-downs
            labels = choices(form["indicator_code"].list, reference) | choices(form["unit"].list, reference)
            words = re.split(r"(\w+)", message)
            message = "".join(f"'{labels[word]}'" if word in labels else word for word in words)
        yield replace(
            problem,
            sheet=sheet,
            message=message,
            column=column.heading if column else problem.column,
            text=text,
            cell=cell,
            row=int(re.sub(r"\D", "", cell)) if cell else problem.row,
        )


def missing(filled: Filled) -> Iterator[Problem]:
    """Yield the cells that must be filled and are empty, and the columns that the workbook must have."""
    for table, rows in {"document": [filled.document], **filled.tables}.items():
        for column in asked_columns(table):
            if not column.is_required(filled.kind):
                continue
            if column.name not in filled.asked[table]:
                if filled.asked[table]:
                    words = _("this heading is missing; take a new form with parvn template")
                    yield Problem(filled.file, words, SHEETS[table], column=column.heading)
                continue
            for row in rows:
                if row.values.get(column.name) is None and not row.places[column.name][1]:
                    cell = row.places[column.name][0]
                    yield _place(column, cell, filled.file, SHEETS[table], _("a value is missing"))
    document = filled.document
    if filled.kind == "results" and document.values.get("known_from") is None and "known_from" in document.places:
        at, typed = document.places["known_from"]
        if not typed:
            words = _("without the day of issue, the day on which the document could be known is needed")
            yield _place(form_columns()["document"]["known_from"], at, filled.file, SHEETS["document"], words)


def number_rows(filled: Filled, used: dict[str, int]) -> None:
    """Give every row without an id one of its document: <document>-r001; `used` are the highest numbers so far."""
    document_id = filled.document.values.get("document_id")
    for table, rows in filled.tables.items():
        name, letter = TABLES[table].id_column, {"targets": "t", "tasks": "k", "results": "r"}[table]
        number = used.get(table, 0)
        taken = {row.values.get(name) for row in rows}
        for row in rows:
            while document_id and row.values.get(name) is None:
                number += 1
                made = f"{document_id}-{letter}{number:03d}"
                if made not in taken:
                    row.values[name] = made
        _resolve_marks(table, rows)


def _resolve_marks(table: str, rows: list[FilledRow]) -> None:
    """Turn the STT by which a row names another into that row's id."""
    if table != "targets":
        return
    marks = Counter(row.mark for row in rows)
    by_mark = {row.mark: row.values.get("target_id") for row in rows if row.mark and marks[row.mark] == 1}
    for row in rows:
        given = row.values.get("restates_target_id")
        if given in by_mark:
            row.values["restates_target_id"] = by_mark[given]


_STAND_INS: Row = {
    "province": "ha-noi", "document_id": "x", "issuer_vi": "x", "publisher": "x", "source_family_code": "x",
    "title_vi": "x",
}  # fmt: skip


def raise_wrong(filled: Filled, package: Package, reference: Reference, more: Iterable[Problem] = ()) -> None:
    """Raise BadInput with everything that is wrong with a workbook whose package this is."""
    unread = {(problem.sheet, problem.cell) for problem in filled.problems}
    empty = (problem for problem in missing(filled) if (problem.sheet, problem.cell) not in unread)
    found = dict.fromkeys([*filled.problems, *empty])
    told = {(problem.sheet, problem.cell) for problem in found}
    broken_sheets = {problem.sheet for problem in filled.problems if problem.cell is None and problem.sheet}
    # The rows are looked at even where the document's facts are wrong: those were told of already.
    stood_in = {name: value for name, value in _STAND_INS.items() if not filled.document.values.get(name)}
    for row in package.tables["document"].rows:
        row.update(stood_in)
    problems = [*check_package(package, reference).problems, *more]
    for problem in placed(problems, filled, reference, tuple(found)):
        # A cell is told of once: what could not be read is missing in its record, too.
        if (problem.cell and (problem.sheet, problem.cell) in told) or problem.sheet in broken_sheets:
            continue
        found[problem] = None
    if found:
        raise BadInput(found)
