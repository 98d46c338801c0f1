"""Checks record packages against their contracts and against their own words; finds every problem at once."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ingest.clock import today
from ingest.contracts import (
    PATTERNS,
    TABLES,
    DocumentRecord,
    IndexFigure,
    IndexScoreRecord,
    IndexSourceRecord,
    IndexStatisticRecord,
    PageRecord,
    PrintedTotalRecord,
    Reading,
    Record,
    ResultRecord,
    TargetRecord,
)
from ingest.messages import gettext as _
from ingest.messages import in_english
from ingest.personal import personal_data, personal_heading
from ingest.problems import BadInput, Problem, nearest_spellings
from ingest.readers import FIELD_FILES, Package, RawTable, Row, find_packages, read_package
from ingest.reading.dates import read_due
from ingest.reading.numbers import NumberStyle, read_money, read_plain_number, readable_values
from ingest.reading.text import ReadingError
from ingest.reference import Reference

LOCATOR_LINES = re.compile(r"L(?P<first>\d+)(?:-(?P<last>\d+))?")
_LINE_LOCATOR = re.compile(r"[^;]+; L\d+(-\d+)?(, L\d+(-\d+)?)*")
_PAGE_LOCATOR = re.compile(r"[^;]+; tr\. \d+(-\d+)?(, \d+(-\d+)?)*")
"""Of a document of which no text is held, only its pages."""


_NO_WORDS = ("_id", "_ids", "_code", "_date", "_start", "_end", "_sha256", "_number", "address", "source_file")
"""Columns by the end of their names that hold no free words: codes, days, numbers of documents, addresses."""

_REFERENCES = {"page_id": "pages", "restates_target_id": "targets", "target_id": "targets", "task_id": "tasks"}
"""Columns that name a row of the same package, and its table."""

_PAST_DAYS = ("issue_date", "published_on", "accessed_on")
"""Columns whose day has come when the record is written."""

_COUNTED_UNITS = ("count", "dossier", "procedure", "decision", "person", "class", "agency", "rank")

_Finding = tuple[str | None, str, str | None, tuple[str, ...]]
"""(column, message, offending text, nearest spellings)"""


@dataclass
class CheckedPackage:
    """A package with its rows as typed records, by table."""

    package: Package
    records: dict[str, list[tuple[int, Record]]] = field(default_factory=dict)
    """The records that fit their contract, each with the index of its row."""
    problems: list[Problem] = field(default_factory=list)

    @property
    def document(self) -> DocumentRecord | None:
        """Return the document of the package, or None for web pages."""
        found = self.of("document")
        return found[0] if found else None

    @property
    def index_source(self) -> IndexSourceRecord | None:
        """Return what `source.yml` says of the index figures of the package, or None for other packages."""
        found = self.of("index_source")
        return found[0] if found else None

    def of(self, table: str) -> list[Any]:
        """Return the records of one table."""
        return [record for _, record in self.records.get(table, [])]

    def style_of(self, table: str) -> NumberStyle:
        """Return the number style of one table of this package."""
        return self.document.style_of(table) if self.document else "vietnamese"


def _typed(value: str | None) -> Any:
    """Return JSON cells (lists and mappings of document.yml) as such, everything else as text."""
    if value and value[0] in "[{":
        try:
            return json.loads(value)
        except (ValueError, RecursionError):  # brackets without end, numbers without end
            return value
    return value


def _validate(table: RawTable, reference: Reference) -> tuple[list[tuple[int, Record]], list[Problem]]:
    model = TABLES[table.name]
    records: list[tuple[int, Record]] = []
    problems: list[Problem] = []
    context = {"reference": reference}
    is_of_fields = table.name in FIELD_FILES.values()
    for index, row in enumerate(table.rows):
        # An empty cell is an absent value: a column that must be filled says so itself.
        given: dict[str, Any] = {k: v for k, v in row.items() if v is not None}
        if is_of_fields:
            given = {k: _typed(v) for k, v in given.items()}
        try:
            records.append((index, model.model_validate(given, context=context)))
        except ValidationError as error:
            number = None if is_of_fields else table.row_numbers[index]
            for item in error.errors():
                column = ".".join(map(str, item["loc"])) or None
                missing = item["type"] == "missing"
                if item["type"] == "extra_forbidden" or (missing and column not in row):
                    continue  # the reader has named unknown columns with their nearest known ones, and missing ones
                message = broken_rule(item)
                text = None if missing or isinstance(item["input"], dict) else str(item["input"])
                nearest = tuple(item.get("ctx", {}).get("nearest", ()))
                problems.append(Problem(table.file, message, table.sheet, number, column, text, nearest))
    return records, problems


def broken_rule(error: Any) -> str:
    """Return in our words what pydantic (or one of our own readers) found wrong with a value."""
    context = error.get("ctx", {})
    kind = error["type"]
    if "sentence" in context:
        return context["sentence"]
    if kind in ("missing", "string_too_short"):
        return _("a value is missing")
    if kind == "string_pattern_mismatch":
        words = PATTERNS[context["pattern"]]
        return _(words)
    if kind == "literal_error":
        return _("expected one of: {codes}").format(codes=context["expected"].replace(" or ", ", "))
    if kind == "greater_than_equal":
        return _("expected {bound} or more").format(bound=context["ge"])
    if kind == "less_than_equal":
        return _("expected {bound} or less").format(bound=context["le"])
    if kind.startswith("string"):
        return _("expected text")
    if kind.startswith("list"):
        return _("expected a list")
    if kind.startswith("dict"):
        return _("expected 'name: value' lines")
    return _("this value cannot be read ({reason})").format(reason=error["msg"])


def task_readings(
    row: Row, plan_year: int, style: NumberStyle, budget_unit: str, reference: Reference
) -> Iterator[tuple[str, str | None, ReadingError | None]]:
    """Yield (column, reading, error) for what a task row's words say: agencies, due time, budget.

    The one place of these readings: `parvn fill` writes them, `parvn check` compares them.
    """
    for column in ("lead", "coordinating"):
        try:
            matches = reference.agencies.read(row.get(f"{column}_text"))
            yield f"{column}_agency_ids", ";".join(m.agency_id for m in matches) or None, None
        except ReadingError as error:
            yield f"{column}_agency_ids", None, error
    yield from due_readings(row, plan_year)
    budget = row.get("budget_text")
    try:
        amount = read_money(budget, style, budget_unit) if budget and re.fullmatch(r"[\d.,\s]+.*", budget) else None
        yield "budget_vnd_million", None if amount is None else f"{amount:f}", None
    except ReadingError as error:
        yield "budget_vnd_million", None, error


def due_readings(row: Row, plan_year: int) -> Iterator[tuple[str, str | None, ReadingError | None]]:
    """Yield (column, reading, error) for a due-time cell."""
    try:
        due = read_due(row.get("due_text"), plan_year)
    except ReadingError as error:
        yield "due_kind", None, error
        return
    yield "due_kind", due.kind, None
    yield "due_start", due.start.isoformat() if due.start else None, None
    yield "due_end", due.end.isoformat() if due.end else None, None


BUDGET_UNIT = "triệu đồng"
"""The unit of a budget column's heading in the official form: cells without a unit of their own are in it."""


class _Checker:
    """The checks that need more than one cell; each yields problems."""

    def __init__(self, checked: CheckedPackage, reference: Reference) -> None:
        self.checked = checked
        self.reference = reference
        self.document = checked.document
        self.index_source = checked.index_source
        self._index_figures: set[tuple[str, ...]] = set()
        self._ids: dict[str, dict[str, None]] = {}

    def problems(self) -> Iterator[Problem]:
        for name, table in self.checked.package.tables.items():
            records = dict(self.checked.records[name])
            headings = list(table.rows[0]) if table.rows else []
            for heading in headings:
                if personal_heading(heading):
                    words = _("records hold no personal data; take this column out")
                    yield Problem(table.file, words, table.sheet, 1, heading)
            persons = self._persons(table, headings)
            for index, row in enumerate(table.rows):
                number = None if name in FIELD_FILES.values() else table.row_numbers[index]
                findings = [*persons.get(index, ()), *self._cells(name, row)]
                if index in records:
                    findings += self._record(records[index])
                for column, message, text, nearest in findings:
                    yield Problem(table.file, message, table.sheet, number, column, text, nearest)

    def _cells(self, name: str, row: Row) -> Iterator[_Finding]:
        """What the words of a row say of its other cells; rows that do not fit their contract are looked at too."""
        if self.document and name not in ("document", "task_events"):
            locator = row.get("locator") or ""
            if self.document.source_file:
                if locator and not _LINE_LOCATOR.fullmatch(locator):
                    yield "locator", _("expected '<section or row>; L<first>-<last>[, L...]'"), locator, ()
            elif locator and not (_LINE_LOCATOR.fullmatch(locator) or _PAGE_LOCATOR.fullmatch(locator)):
                words = _("expected '<section or row>; L<first>-<last>[, L...]' or '<section or row>; tr. <page>'")
                yield "locator", words, locator, ()
        yield from self._references(name, row)
        if issubclass(TABLES[name], Reading):
            yield from self._words(name, row)
        plan_year = self.document.plan_year if self.document else None
        if plan_year and name == "tasks":
            style = self.checked.style_of(name)
            yield from self._readings(task_readings(row, plan_year, style, BUDGET_UNIT, self.reference), row)
        if plan_year and name == "task_milestones":
            yield from self._readings(due_readings(row, plan_year), row)

    def _persons(self, table: RawTable, headings: Iterable[str]) -> dict[int, list[_Finding]]:
        """Find cells of words that hold what belongs to one person, by row; who signs is the document's own."""
        values = TABLES[table.name].value_columns
        columns = [c for c in headings if c not in values and not c.endswith(_NO_WORDS)]
        cells = {cell for column in columns for row in table.rows if (cell := row.get(column))}
        suspects = {cell: found for cell in cells if (found := list(personal_data(cell)))}
        findings: dict[int, list[_Finding]] = {}
        for index, row in enumerate(table.rows if suspects else ()):
            for column in columns:
                for kind, text in suspects.get(row.get(column) or "", ()):
                    if text not in (row.get(value) for value in values):
                        words = _("this looks like {kind}; records hold no personal data").format(kind=kind)
                        findings.setdefault(index, []).append((column, words, text, ()))
        return findings

    def _record(self, record: Record) -> Iterator[_Finding]:
        if isinstance(record, TargetRecord):
            yield from self._target(record)
        if isinstance(record, (TargetRecord, ResultRecord)) and record.indicator_code:
            unit = self.reference.indicators[record.indicator_code]["unit"]
            if record.unit != unit:
                yield (
                    "unit",
                    _("the indicator {indicator_code} is measured in {unit}").format(
                        indicator_code=record.indicator_code, unit=unit
                    ),
                    record.unit,
                    (),
                )
        if (
            isinstance(record, (TargetRecord, ResultRecord))
            and record.unit in _COUNTED_UNITS
            and record.printed_text is None  # where there are words, they are compared
        ):
            column = "value" if isinstance(record, ResultRecord) else "target_value"
            value: Decimal | None = getattr(record, column)
            if value is not None and value != value.to_integral_value():  # 26.286 typed for 26286
                yield column, _("expected a whole number of {unit}").format(unit=record.unit), str(value), ()
        if isinstance(record, ResultRecord) and (record.period_start or date.min) > (record.period_end or date.max):
            yield "period_end", _("the period ends before it starts"), str(record.period_end), ()
        if isinstance(record, PrintedTotalRecord):
            yield from self._printed_total(record)
        if isinstance(record, IndexFigure):
            yield from self._index_figure(record)
        if isinstance(record, (DocumentRecord, IndexSourceRecord)):
            is_revised = record.vintage_reason == "source_revised"
            if is_revised != (record.revised_known_from is not None):
                words = _("fill both vintage_reason with source_revised and revised_known_from, or neither")
                yield "revised_known_from", words, record.vintage_reason, ()
        if isinstance(record, (DocumentRecord, PageRecord)):
            yield from self._past_days(record)
        if isinstance(record, DocumentRecord):
            if (record.known_from is None) != (record.known_from_basis is None):
                yield (
                    "known_from_basis",
                    _("fill both known_from and known_from_basis, or neither"),
                    record.known_from_basis,
                    (),
                )
            if record.plan_year is None and "tasks" in self.checked.package.tables:
                yield (
                    "plan_year",
                    _("a value is missing: the quarters of the tasks are of this year"),
                    None,
                    (),
                )

    def _past_days(self, record: Record) -> Iterator[_Finding]:
        """What is held was issued, published and read by today."""
        last = today()
        for column in _PAST_DAYS:
            day: date | None = getattr(record, column, None)
            if day is not None and day > last:
                words = _("this day is still to come; expected {today} or earlier").format(today=last.isoformat())
                yield column, words, day.isoformat(), ()

    def _index_figure(self, record: IndexFigure) -> Iterator[_Finding]:
        """An index figure belongs to a known edition and component, stands once, and lies on its scale."""
        source = self.index_source
        if source and record.index_code != source.index_code:
            yield (
                "index_code",
                _("source.yml of this folder is of {index_code}").format(index_code=source.index_code),
                record.index_code,
                (),
            )
        if (record.value_kind == "computed") != (record.formula_code is not None):
            yield (
                "formula_code",
                _("expected a formula of a computed figure, and none of a printed one"),
                record.formula_code,
                (),
            )
        edition = self.reference.index_edition(record.index_code, record.edition_year)
        if edition is None:
            known = [str(year) for year in self.reference.edition_years(record.index_code)]
            yield (
                "edition_year",
                _("no such edition of {index_code}; known: {known}").format(
                    index_code=record.index_code, known=", ".join(known)
                ),
                None,
                (),
            )
            return
        scale = edition.scale_of(record.component_code)
        if scale is None:
            nearest = nearest_spellings(record.component_code, edition.scales)
            yield (
                "component_code",
                _("no such component of {edition}").format(edition=edition),
                record.component_code,
                nearest,
            )
        key: tuple[str, ...] = (record.page_id, str(record.edition_year), record.component_code, record.value_kind)
        if isinstance(record, IndexScoreRecord):
            key += (record.province,)
            if not self.reference.province_existed(record.province, edition.provinces_on):
                yield (
                    "province",
                    _("{edition} has no such province: its boundaries are of {day}").format(
                        edition=edition, day=edition.provinces_on
                    ),
                    record.province,
                    (),
                )
            ranks = {"rank_published": record.rank_published, "rank_implied": record.rank_implied}
            if record.score is None and record.group_published is None and not any(ranks.values()):
                yield "score", _("expected a score, a rank or a group in this row"), None, ()
            wrong_rank = "rank_implied" if record.value_kind == "printed" else "rank_published"
            if ranks[wrong_rank] is not None:
                yield (
                    wrong_rank,
                    _("leave this empty in a {value_kind} row").format(value_kind=record.value_kind),
                    str(ranks[wrong_rank]),
                    (),
                )
            if record.score is not None and scale is not None and not 0 <= record.score <= scale:
                yield (
                    "score",
                    _("expected a score from 0 to {scale:f} ({edition})").format(scale=scale, edition=edition),
                    str(record.score),
                    (),
                )
            for column, rank in ranks.items():
                if rank is not None and not 1 <= rank <= edition.n_provinces:
                    yield (
                        column,
                        _("expected a rank from 1 to {count} ({edition})").format(
                            count=edition.n_provinces, edition=edition
                        ),
                        str(rank),
                        (),
                    )
        if isinstance(record, IndexStatisticRecord):
            region = (record.region_scheme, record.region_code)
            key += (record.statistic_code, str(region), record.group_code or "")
            if (record.geography == "region") != (region in self.reference.regions):
                yield (
                    "region_code",
                    _("expected a region of the seed for a regional figure, and none for a national one"),
                    str(region),
                    (),
                )
        if key in self._index_figures:
            yield "page_id", _("this source states the same figure in a row above"), record.page_id, ()
        self._index_figures.add(key)

    def _printed_total(self, record: PrintedTotalRecord) -> Iterator[_Finding]:
        """A total in another unit than the record's must follow from what is printed, unless its words mislead."""
        if (record.printed_value is None) != (record.printed_unit is None):
            yield "printed_unit", _("fill both printed_value and printed_unit, or neither"), record.printed_unit, ()
            return
        stated = record.value if record.printed_value is None else record.printed_value
        if record.printed_text and stated not in readable_values(record.printed_text):
            yield "printed_value", _("the printed words do not state this number"), str(stated), ()
        if record.printed_value is not None and record.value_reading == "literal":
            try:
                read = read_money(f"{record.printed_value:f} {record.printed_unit}", "english")
            except ReadingError as error:
                yield "printed_unit", error.args[0], record.printed_unit, ()
                return
            if read != record.value:
                yield (
                    "value",
                    _("'{printed_value} {printed_unit}' is {read:f} million dong").format(
                        printed_value=record.printed_value, printed_unit=record.printed_unit, read=read
                    ),
                    None,
                    (),
                )

    def _references(self, name: str, row: Row) -> Iterator[_Finding]:
        is_pages = self.checked.package.is_pages
        if name in ("targets", "results"):
            for column in ("page_id", "province"):
                given = row.get(column)
                if is_pages and given is None:
                    yield (
                        column,
                        _("a value is missing: a figure of a web page names its page and its province"),
                        None,
                        (),
                    )
                if not is_pages and given is not None:
                    yield column, _("leave this empty: the document says it"), given, ()
        for column, table in _REFERENCES.items():
            given = row.get(column)
            if given is None or TABLES[name].id_column == column or (column == "task_id" and name == "task_events"):
                continue
            known = self._ids_of(table)
            if given not in known:
                yield column, _("no such row in {table}").format(table=table), given, nearest_spellings(given, known)

    def _ids_of(self, name: str) -> dict[str, None]:
        """Return the ids of a table of the package, in their order."""
        if name not in self._ids:
            table = self.checked.package.tables.get(name)
            id_column = TABLES[name].id_column
            self._ids[name] = dict.fromkeys(row.get(id_column) or "" for row in (table.rows if table else ()))
        return self._ids[name]

    def _target(self, record: TargetRecord) -> Iterator[_Finding]:
        if record.comparator == "done":
            if record.target_value is not None:
                yield (
                    "target_value",
                    _("leave this empty: a deed ('done') has no number"),
                    str(record.target_value),
                    (),
                )
            return
        for column in ("target_value", "unit", "indicator_code"):
            if getattr(record, column) is None:
                yield (
                    column,
                    _("a value is missing: a target with comparator {comparator} needs it").format(
                        comparator=record.comparator
                    ),
                    None,
                    (),
                )

    def _words(self, name: str, row: Row) -> Iterator[_Finding]:
        is_context = row.get("value_reading") == "context"
        if is_context and not row.get("reading_note"):
            yield "reading_note", _("a value is missing: a reading by context says why"), None, ()
        words = row.get("printed_text")
        if words is None:
            if not self.checked.package.is_pages:
                yield "printed_text", _("the words of the document that state this are missing"), None, ()
            return
        if is_context:
            return
        stated = readable_values(words, self.checked.style_of(name))
        for column in TABLES[name].value_columns:
            try:
                value = read_plain_number(row.get(column) or "")
            except ReadingError:
                continue  # empty, or named by the contract
            if abs(value) not in stated:
                yield (
                    column,
                    _(
                        "the printed words do not state this number; write the number they state, "
                        "or value_reading=context with a reading_note"
                    ),
                    _("{value}' in '{words}").format(value=row[column], words=words),
                    (),
                )

    def _readings(
        self, readings: Iterable[tuple[str, str | None, ReadingError | None]], row: Row
    ) -> Iterator[_Finding]:
        is_context = row.get("value_reading") == "context"
        for column, expected, error in readings:
            source = column.replace("agency_ids", "text")
            if column.startswith(("due_", "budget_")):
                source = column.split("_")[0] + "_text"
            if error is not None:
                if is_context and row.get(column):
                    continue
                words = row.get(source)
                nearest: tuple[str, ...] = ()
                if column.endswith("agency_ids"):
                    unknown = re.search(r"'(.*)'", in_english(error))
                    nearest = nearest_spellings(unknown[1], self.reference.agencies.spellings()) if unknown else ()
                yield source, error.args[0], words, nearest
            elif not _same(row.get(column), expected) and not is_context:
                yield (
                    column,
                    _("the words '{words}' read as {reading}").format(
                        words=row.get(source) or "", reading=expected or _("nothing")
                    ),
                    row.get(column),
                    (),
                )


def _same(given: str | None, expected: str | None) -> bool:
    if given is None or expected is None:
        return given == expected
    try:
        return Decimal(given) == Decimal(expected)
    except ArithmeticError:
        return given == expected


def check_package(package: Package, reference: Reference) -> CheckedPackage:
    """Check one package: contracts first, then everything between cells, rows and tables."""
    checked = CheckedPackage(package, problems=list(package.problems))
    for name, table in package.tables.items():
        records, problems = _validate(table, reference)
        checked.records[name] = records
        checked.problems += problems
        ids: dict[str, int] = {}
        for index, row in enumerate(table.rows):
            given = row.get(TABLES[name].id_column)
            if given and given in ids:
                checked.problems.append(
                    Problem(
                        table.file,
                        _("this id stands in row {row} too").format(row=ids[given]),
                        table.sheet,
                        table.row_numbers[index],
                        TABLES[name].id_column,
                        given,
                    )
                )
            elif given:
                ids[given] = table.row_numbers[index]
    checked.problems += _Checker(checked, reference).problems()
    return checked


def check_folder(folder: Path, reference: Reference | None = None) -> list[CheckedPackage]:
    """Check every package at or below `folder`, ids across packages too; problems stand in each package.

    Raises BadInput if there is no package at all.
    """
    reference = reference or Reference()
    base = folder if folder.is_dir() else folder.parent
    checked = [check_package(read_package(path, base), reference) for path in find_packages(folder)]
    for number, problem in shared_ids(item.package for item in checked):
        checked[number].problems.append(problem)
    return checked


def shared_ids(packages: Iterable[Package]) -> Iterator[tuple[int, Problem]]:
    """Yield (place of the package, problem) for every id that a file of an earlier package has already."""
    owners: dict[tuple[str, str], str] = {}
    for number, package in enumerate(packages):
        for name, table in package.tables.items():
            column = TABLES[name].id_column
            for index, row in enumerate(table.rows):
                given = row.get(column)
                if not given:
                    continue
                owner = owners.setdefault((name, given), table.file)
                if owner != table.file:
                    words = _("this id stands in {file} too").format(file=owner)
                    yield number, Problem(table.file, words, table.sheet, table.row_numbers[index], column, given)


def raise_problems(checked: Iterable[CheckedPackage]) -> None:
    """Raise BadInput with all problems of all packages, if there are any."""
    problems = [problem for item in checked for problem in item.problems]
    if problems:
        raise BadInput(problems)
