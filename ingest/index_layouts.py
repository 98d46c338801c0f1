"""Finds the columns of an index in a publisher's file: by a layout of its own, or as a flat table with headings.

What differs by year is data: `index_layouts.csv` says where every figure of a known workbook stands,
`index_headings.csv` what the headings of a flat table mean.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.messages import gettext as _
from ingest.paths import PROJECT
from ingest.problems import BadInput, Problem, nearest_spellings
from ingest.reading.text import fold, search_key
from ingest.reference import Reference
from ingest.sheets import Sheet, SheetFile
from ingest.workbooks import column_index, column_letter

TABLES = PROJECT / "ingest"
HEADING_ROWS = 10
"""The heading of a flat table stands in one of so many first rows."""
FLAT = "table"
FIGURES = ("score", "rank", "group")

Meaning = tuple[str, str]
"""(what a column holds, component): ('score', 'd1'), ('province', '')"""
_LayoutRow = dict[str, str]


@dataclass(frozen=True)
class Place:
    """One cell of a file; row and column are counted from 0."""

    sheet: str | None
    row: int
    column: int

    @property
    def cell(self) -> str:
        """Return the cell as a spreadsheet names it."""
        return f"{column_letter(self.column)}{self.row + 1}"

    def problem(self, file: str, message: str, text: str | None = None, nearest: tuple[str, ...] = ()) -> Problem:
        """Return a problem at this cell."""
        return Problem(file, message, self.sheet, self.row + 1, column_letter(self.column), text, nearest)


@dataclass(frozen=True)
class Column:
    """One column of figures, and the column of province names beside it."""

    sheet: Sheet
    heading_row: int
    first_row: int
    name_column: int
    value_column: int
    component_code: str
    kind: str
    """One of FIGURES."""
    edition_year: int | None = None
    """None where a column of the table names it."""
    year_column: int | None = None
    stop_texts: tuple[str, ...] = ()
    """Names that end the list: a row of the highest scores."""
    empty_texts: tuple[str, ...] = ()
    """What the publisher writes where there is no figure: the 0 of a sum of nothing."""

    @property
    def heading(self) -> Place:
        """Return the cell of the heading."""
        return Place(self.sheet.name, self.heading_row, self.value_column)

    def rows(self) -> Iterator[tuple[int, str]]:
        """Yield (row, name) down to a row without name and figure, or with a text that ends the list."""
        for row in range(self.first_row, len(self.sheet.rows)):
            name = self.sheet.text(row, self.name_column)
            if name in self.stop_texts or not (name or self.sheet.text(row, self.value_column)):
                return
            yield row, name


@dataclass(frozen=True)
class _Fit:
    """How well a layout fits a file."""

    share: float
    """How many of its headings are there, where they should be or elsewhere; 0 to 1."""
    problems: list[Problem]


def _table(name: str, index_code: str, folder: Path) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["index_code"] in (index_code, "*")]


class Layouts:
    """The layouts and headings of one index."""

    def __init__(self, index_code: str, reference: Reference, folder: Path = TABLES) -> None:
        self.index_code = index_code
        self._layouts: dict[str, list[_LayoutRow]] = defaultdict(list)
        for row in _table("index_layouts", index_code, folder):
            self._layouts[row["layout"]].append(row)
        self._headings: dict[str, Meaning] = {
            name: ("score", code) for name, code in reference.component_names(index_code).items()
        }
        for row in _table("index_headings", index_code, folder):
            self._headings[row["heading"]] = (row["figure"], row["component_code"])
        self._meanings = {search_key(heading): meaning for heading, meaning in self._headings.items()}

    def columns(self, file: SheetFile, edition_year: int | None = None) -> tuple[str, list[Column]]:
        """Return the name of the layout that fits a file (FLAT for a flat table), and the columns of figures.

        `edition_year` is the edition of a flat table that has no column for it. Raises BadInput where nothing fits.
        """
        fits = {name: _fit(rows, file) for name, rows in self._layouts.items()}

        def closeness(name: str) -> tuple[float, int, str]:
            # Of two layouts that fit, the one that asks for more knows the file better; else the newest is the model.
            rows = self._layouts[name]
            return fits[name].share, len(rows), rows[-1]["edition_year"]

        best = max(fits, key=closeness, default=None)
        if best is not None and not fits[best].problems:
            return best, _layout_columns(self._layouts[best], file)
        if best is not None and fits[best].share >= 0.5:
            # Never read as a flat table: in such workbooks every column is sorted by itself.
            raise BadInput(fits[best].problems)
        return FLAT, self._flat_columns(file, edition_year)

    def _meaning(self, heading: str) -> Meaning | None:
        """Return what a heading means; what stands in brackets, a unit or a maximum, may be left out."""
        short = re.sub(r"\([^)]*\)", " ", heading)
        return self._meanings.get(search_key(heading)) or self._meanings.get(search_key(short))

    def _flat_columns(self, file: SheetFile, edition_year: int | None) -> list[Column]:
        columns: list[Column] = []
        problems: list[Problem] = []
        nearly: list[tuple[int, Problem]] = []
        for name in file.sheet_names:
            sheet = file.sheet(name)
            row, known = self._heading_row(sheet)
            kinds = {kind for kind, _ in known.values()}
            if "province" in kinds and not kinds.isdisjoint(FIGURES):
                found, wrong = self._flat_table(sheet, row, known, file, edition_year)
                columns += found
                problems += wrong
            else:
                words = "; ".join(filter(None, (sheet.text(row, c) for c in range(sheet.width(row)))))
                at = Problem(
                    file.file,
                    _(
                        "no layout of {index_code} fits this file, and none of the first {rows} rows has the headings "
                        "of a table: 'Tỉnh, thành phố', and 'Điểm', 'Xếp hạng' or a component"
                    ).format(index_code=self.index_code, rows=HEADING_ROWS),
                    name,
                    row + 1,
                    text=words or _("(empty)"),
                )
                nearly.append((len(known), at))
        if problems:
            raise BadInput(problems)
        if not columns:
            raise BadInput([max(nearly, key=lambda item: item[0])[1]])
        return columns

    def _heading_row(self, sheet: Sheet) -> tuple[int, dict[int, Meaning]]:
        """Return the row that has most known headings, and what they mean by column."""
        best: tuple[int, dict[int, Meaning]] = (0, {})
        for row in range(min(HEADING_ROWS, len(sheet.rows))):
            texts = ((column, self._meaning(sheet.text(row, column))) for column in range(sheet.width(row)))
            known = {column: meaning for column, meaning in texts if meaning}
            if len(known) > len(best[1]):
                best = (row, known)
        return best

    def _flat_table(
        self, sheet: Sheet, row: int, known: dict[int, Meaning], file: SheetFile, edition_year: int | None
    ) -> tuple[list[Column], list[Problem]]:
        """Return the columns of a flat table; a column that is not understood is refused, never left out."""
        problems: list[Problem] = []
        columns: dict[Meaning, int] = {}
        for column in range(max(sheet.width(r) for r in range(row, len(sheet.rows)))):
            place, heading, meaning = Place(sheet.name, row, column), sheet.text(row, column), known.get(column)
            if heading and meaning is None:
                nearest = nearest_spellings(heading, self._headings)
                problems.append(place.problem(file.file, _("unknown heading"), heading, nearest))
            elif meaning is None:
                filled = [r for r in range(row, len(sheet.rows)) if sheet.text(r, column)]
                if filled:
                    words = _("row {row} holds something here, but the column has no heading").format(row=filled[0] + 1)
                    problems.append(place.problem(file.file, words))
            elif meaning[0] in FIGURES and not any(sheet.text(r, column) for r in range(row + 1, len(sheet.rows))):
                continue  # a heading of a form, and nothing below it: nothing is stated
            elif meaning in columns:
                words = _("column {column} has a heading of the same meaning").format(
                    column=column_letter(columns[meaning])
                )
                problems.append(place.problem(file.file, words, heading))
            elif meaning[0] != "ignored":
                columns[meaning] = column
        year_column = columns.get(("year", ""))
        if year_column is None and edition_year is None:
            words = _("no column 'Năm' says which edition this is; name it with --edition")
            problems.append(Problem(file.file, words, sheet.name, row + 1))
        found = [
            Column(
                sheet=sheet,
                heading_row=row,
                first_row=row + 1,
                name_column=columns["province", ""],
                value_column=column,
                component_code=component_code,
                kind=kind,
                edition_year=edition_year if year_column is None else None,
                year_column=year_column,
            )
            for (kind, component_code), column in columns.items()
            if kind in FIGURES
        ]
        return found, problems


def _list(cell: str) -> tuple[str, ...]:
    return tuple(text for text in cell.split(";") if text)


def _sheets(file: SheetFile) -> dict[str, str]:
    """Return the names of a workbook's sheets by their folded form: some end with a space."""
    return {fold(name): name for name in file.sheet_names if name is not None}


def _fit(rows: list[_LayoutRow], file: SheetFile) -> _Fit:
    """Compare the sheets and headings of a layout with those of a file."""
    sheets = _sheets(file)
    wanted: dict[str, list[_LayoutRow]] = defaultdict(list)
    for row in rows:
        wanted[row["sheet"]].append(row)
    said = _("the layout {layout} comes nearest").format(layout=rows[0]["layout"])
    problems: list[Problem] = []
    there = 0.0
    for name, parts in wanted.items():
        if name in sheets:
            share, missed = _fit_sheet(parts, file.sheet(sheets[name]), file.file, said)
            problems += missed
            there += share
            continue
        others = (sheet for folded, sheet in sheets.items() if folded not in wanted)
        shares = {other: _fit_sheet(parts, file.sheet(other), file.file, said)[0] for other in others}
        alike = max(shares, key=lambda other: shares[other], default=None)
        nearest = nearest_spellings(name, sheets) or tuple(sheets)[:3]
        if alike is not None and 2 * shares[alike] > len(parts):  # renamed: its headings give it away
            there += shares[alike]
            nearest = (alike,)
        problems.append(
            Problem(
                file.file, _("{said}, but there is no sheet '{name}'").format(said=said, name=name), nearest=nearest
            )
        )
    return _Fit(there / len(rows), problems)


def _fit_sheet(parts: list[_LayoutRow], sheet: Sheet, file: str, said: str) -> tuple[float, list[Problem]]:
    """Return how many headings a sheet has (one in another place counts for less), and what is wrong with the rest."""
    texts = {
        sheet.text(row, column): Place(sheet.name, row, column)
        for row in range(min(HEADING_ROWS, len(sheet.rows)))
        for column in range(sheet.width(row))
    }
    there = 0.0
    problems: list[Problem] = []
    for part in parts:
        place = Place(sheet.name, int(part["heading_row"]) - 1, column_index(part["value_column"]))
        found = sheet.text(place.row, place.column)
        if found == part["heading"]:
            there += 1
            continue
        words = _("{said}, but the heading '{heading}' is not here").format(said=said, heading=part["heading"])
        if part["heading"] in texts:
            there += 0.9
            cell = texts[part["heading"]].cell
            words = _("{said}, but the heading '{heading}' is not here but in {cell}").format(
                said=said, heading=part["heading"], cell=cell
            )
        problems.append(place.problem(file, words, found or _("(empty)")))
    return there, problems


def _layout_columns(rows: list[_LayoutRow], file: SheetFile) -> list[Column]:
    sheets = _sheets(file)
    return [
        Column(
            sheet=file.sheet(sheets[row["sheet"]]),
            heading_row=int(row["heading_row"]) - 1,
            first_row=int(row["first_row"]) - 1,
            name_column=column_index(row["name_column"]),
            value_column=column_index(row["value_column"]),
            component_code=row["component_code"],
            kind=row["figure"],
            edition_year=int(row["edition_year"]),
            stop_texts=_list(row["stop_texts"]),
            empty_texts=_list(row["empty_texts"]),
        )
        for row in rows
    ]
