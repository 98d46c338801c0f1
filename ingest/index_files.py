"""Turns a publisher's file of index scores into a package of records, or refuses it whole."""

import csv
import hashlib
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from ingest.check import check_package
from ingest.contracts import columns_of
from ingest.durable import write_folder
from ingest.index_layouts import FIGURES, FLAT, TABLES, Column, Layouts, Place
from ingest.messages import Sentence
from ingest.messages import gettext as _
from ingest.problems import BadInput, Problem, nearest_spellings
from ingest.readers import Package, RawTable, Row, read_package
from ingest.reading.numbers import NumberStyle, read_number
from ingest.reading.text import ReadingError, search_key
from ingest.reference import IndexEdition, Reference
from ingest.sheets import Cell, SheetFile

_DECIMALS = Decimal("0.000001")
_COLUMNS = {"score": "score", "rank": "rank_published", "group": "group_published"}
"""The record column of each kind of figure."""


@dataclass(frozen=True)
class Figure:
    """What one cell states of one province."""

    edition_year: int
    component_code: str
    kind: str
    province: str
    text: str
    place: Place


@dataclass(frozen=True)
class FileFacts:
    """What the person who loads a file says of it."""

    trust_grade: str | None = None
    """None: A where a layout knows the file as the publisher's own, B for a flat table, which somebody put together."""
    published_on: date | None = None
    known_from: date | None = None
    """From when on a corrected file could be known."""


@dataclass
class Loaded:
    """What loading a file did, or would do."""

    folder: Path
    layout: str
    counts: dict[int, dict[str, int]]
    """Provinces by edition and component."""
    unread_sheets: list[str] = field(default_factory=list)
    is_known: bool = False
    """The same file was loaded before."""
    is_correction: bool = False
    changes: list[Sentence] = field(default_factory=list)
    """One line for every figure that a corrected file changes, adds or removes."""

    @property
    def rows(self) -> int:
        """Return the number of records."""
        return sum(sum(components.values()) for components in self.counts.values())


def _read_number(cell: Cell, style: NumberStyle, may_be_text: bool) -> Decimal:
    """Return the number of a cell with at most six decimals; raises ReadingError where there is none."""
    if isinstance(cell, str):
        if not may_be_text:
            raise ReadingError(_("expected a number, found text"))
        if "%" in cell:
            raise ReadingError(_("write the number without the percent sign, such as 86,5 for 86,5 %"))
        cell = read_number(cell, style)
    if cell is None:
        raise ReadingError(_("expected a number"))
    if int(cell.as_tuple().exponent) < -6:
        cell = cell.quantize(_DECIMALS, ROUND_HALF_UP)
    return cell.normalize() + 0


def _whole(number: Decimal) -> int:
    if number != number.to_integral_value():
        raise ReadingError(_("expected a whole number"))
    return int(number)


def _style(columns: Iterable[Column]) -> NumberStyle:
    """Return `vietnamese` where a score is written as text with a comma."""
    for column in columns:
        for row, _name in column.rows():
            cell = column.sheet.cell(row, column.value_column)
            if column.kind == "score" and isinstance(cell, str) and "," in cell:
                return "vietnamese"
    return "english"


class _FigureReader:
    """Reads the figures of all columns; collects problems instead of stopping at the first."""

    def __init__(self, file: SheetFile, index_code: str, reference: Reference, layout: str) -> None:
        self.file = file.file
        self.index_code = index_code
        self.reference = reference
        self.is_flat = layout == FLAT
        self.figures: list[Figure] = []
        self.problems: dict[Problem, None] = {}
        """A dict: what is wrong with a row's province or year is said once, not once per column."""
        self._places: dict[tuple[int, str, str], dict[str, Place]] = defaultdict(dict)
        self._headings: dict[tuple[int, str, str], Place] = {}

    def read(self, columns: list[Column], edition_year: int | None) -> None:
        """Read the figures of one edition, or of all where `edition_year` is None."""
        style = _style(columns)
        for column in columns:
            if column.edition_year is not None and edition_year not in (None, column.edition_year):
                continue
            for row, name in column.rows():
                edition = self._edition(column, row, edition_year)
                if edition is not None:
                    self._figure(column, row, name, edition, style)
        for year in sorted({year for year, *_rest in self._headings}):
            self._check_provinces(year)

    def _refuse(self, place: Place, message: str, text: str | None = None, nearest: tuple[str, ...] = ()) -> None:
        self.problems[place.problem(self.file, message, text, nearest)] = None

    def _edition(self, column: Column, row: int, edition_year: int | None) -> IndexEdition | None:
        """Return the edition of a row; None where it is not asked for, or not known."""
        year, place = column.edition_year, Place(column.sheet.name, column.heading_row, column.name_column)
        if column.year_column is not None:
            place = Place(column.sheet.name, row, column.year_column)
            try:
                year = _whole(_read_number(column.sheet.cell(row, column.year_column), "english", True))
            except ReadingError:
                text = column.sheet.text(row, column.year_column)
                self._refuse(place, _("expected the year of the edition"), text or _("(empty)"))
                return None
            if edition_year not in (None, year):
                return None
        edition = self.reference.index_edition(self.index_code, year or 0)
        if edition is None:
            known = ", ".join(map(str, self.reference.edition_years(self.index_code)))
            words = _("the seed index_edition has no such edition of {index_code}; it has: {known}").format(
                index_code=self.index_code, known=known or _("none")
            )
            self._refuse(place, words, str(year))
        return edition

    def _figure(self, column: Column, row: int, name: str, edition: IndexEdition, style: NumberStyle) -> None:
        key = (edition.edition_year, column.component_code, column.kind)
        self._headings.setdefault(key, column.heading)
        place = Place(column.sheet.name, row, column.value_column)
        name_place = Place(column.sheet.name, row, column.name_column)
        cell = column.sheet.cell(row, column.value_column)
        if not name:
            self._refuse(name_place, _("a figure stands beside this cell, but no province"), _("(empty)"))
            return
        try:
            province = self.reference.province_on(name, edition.provinces_on)
        except ReadingError:
            known = self.reference.provinces_on(edition.provinces_on).values()
            words = _(
                "no province had this name on {day}; if the publisher writes it so, add it to the seed province_alias"
            ).format(day=edition.provinces_on)
            self._refuse(name_place, words, name, nearest_spellings(name, known))
            return
        if cell is None or column.sheet.text(row, column.value_column) in column.empty_texts:
            return  # a province without a figure: whether it may be is for _check_provinces to say
        first = self._places[key].setdefault(province, place)
        if first != place:
            other = Place(first.sheet, first.row, column.name_column).cell
            self._refuse(name_place, _("this province stands in {other} too").format(other=other), name)
            return
        try:
            if column.kind == "group":
                text = column.sheet.text(row, column.value_column)
            else:
                number = _read_number(cell, style, self.is_flat)
                text = f"{number:f}" if column.kind == "score" else str(_whole(number))
        except ReadingError as error:
            self._refuse(place, str(error), column.sheet.text(row, column.value_column))
            return
        self.figures.append(Figure(edition.edition_year, column.component_code, column.kind, province, text, place))

    def _check_provinces(self, year: int) -> None:
        """Say which provinces are missing: the total covers as many as the edition, every component as many as it."""
        edition = self.reference.index_edition(self.index_code, year)
        assert edition is not None
        names = self.reference.provinces_on(edition.provinces_on)
        found = {key[1:]: set(self._places[key]) for key in self._headings if key[0] == year}
        # A publisher may print ranks or groups of some provinces only; a known workbook has them for all.
        whole = {k: v for k, v in found.items() if k[1] == "score"} or {
            k: v for k, v in found.items() if k[1] == "rank"
        }
        if not whole:
            return
        base = ("total", "score") if ("total", "score") in whole else max(whole, key=lambda key: len(whole[key]))
        is_complete = len(whole[base]) == edition.n_provinces
        everywhere = set().union(*found.values())
        wrong: dict[Sentence, list[Place]] = defaultdict(list)
        for key, provinces in (whole if self.is_flat else found).items():
            if key == base:
                count = edition.n_provinces
                expected = set() if is_complete else everywhere if len(everywhere) == count else set(names)
            else:
                expected = whole[base] if is_complete else everywhere
                count = len(expected)
            missing = sorted(names.get(province, province) for province in expected - provinces)
            if missing or (key == base and not is_complete):
                words = _("{edition} has {expected} provinces, here are {found}").format(
                    edition=edition, expected=count, found=len(provinces)
                )
                if len(missing) > 10:
                    words = _("{problem}; missing: {provinces} and {count} more").format(
                        problem=words, provinces=", ".join(missing[:10]), count=len(missing) - 10
                    )
                elif missing:
                    words = _("{problem}; missing: {provinces}").format(problem=words, provinces=", ".join(missing))
                wrong[words].append(self._headings[(year, *key)])
        for words, places in wrong.items():
            if others := ", ".join(place.cell for place in places[1:]):
                words = _("{problem}; so too in {cells}").format(problem=words, cells=others)
            self._refuse(places[0], words)


def _record_rows(figures: list[Figure], page_id: str, index_code: str) -> tuple[list[Row], list[dict[str, Place]]]:
    """Return the rows of `index_scores.csv`, and beside each the cell of every column."""
    grouped: dict[tuple[int, str, str], list[Figure]] = defaultdict(list)
    for figure in figures:
        grouped[figure.edition_year, figure.component_code, figure.province].append(figure)
    rows: list[Row] = []
    places: list[dict[str, Place]] = []
    for (year, component, province), parts in sorted(grouped.items()):
        parts.sort(key=lambda part: FIGURES.index(part.kind))
        cells: dict[str | None, list[str]] = defaultdict(list)
        for part in parts:
            cells[part.place.sheet].append(part.place.cell)
        rows.append(
            {
                "index_score_id": f"{page_id}.{year}.{province}.{component}",
                "page_id": page_id,
                "index_code": index_code,
                "edition_year": str(year),
                "province": province,
                "component_code": component,
                **{_COLUMNS[part.kind]: part.text for part in parts},
                "value_kind": "printed",
                "locator": "; ".join(f"{sheet}!" * bool(sheet) + ", ".join(at) for sheet, at in cells.items()),
            }
        )
        places.append({_COLUMNS[part.kind]: part.place for part in parts})
    return rows, places


def _source(index_code: str, index_folder: Path, page_id: str, reference: Reference) -> dict[str, Any]:
    """Return the fields of `source.yml`: as the index's own folder says, else as the seed says."""
    index = reference.indices[index_code]
    fields = {
        "index_source_id": page_id,
        "index_code": index_code,
        "title_vi": index["name_vi"],
        "title_en": index["name_en"],
        "publisher": index["publisher"] or "not held",
        "how_to_cite": f"{index['publisher'] or 'Publisher not held'}: {index['name_en']}, edition of the figure.",
        "terms": "Figures of the publisher, cited as facts; no file of the publisher is kept.",
    }
    if (index_folder / "source.yml").is_file():
        own = yaml.safe_load((index_folder / "source.yml").read_text("utf-8-sig")) or {}
        kept = ("title_vi", "title_en", "publisher", "how_to_cite", "terms", "address")
        fields |= {name: own[name] for name in kept if own.get(name)}
    return fields


def _page(file: SheetFile, page_id: str, years: str, source: dict[str, Any], facts: FileFacts, layout: str) -> Row:
    host = urlsplit(str(source.get("address", ""))).netloc.removeprefix("www.")
    return {
        "page_id": page_id,
        "document_kind": "index_publication",
        "title_vi": f"{source['index_code'].upper().replace('_', ' ')} {years}: tệp của đơn vị công bố",
        "address": str(source.get("address") or file.file),
        "publisher": str(source["publisher"]),
        "published_on": facts.published_on.isoformat() if facts.published_on else None,
        "source_kind": "workbook",
        "source_family_code": re.sub(r"[^a-z0-9]+", "-", host) or source["index_code"].replace("_", "-"),
        "trust_grade": facts.trust_grade or ("B" if layout == FLAT else "A"),
        "licence": str(source["terms"]),
        "source_file": file.file,
        "source_sha256": hashlib.sha256(file.content).hexdigest(),
    }


def _check(
    tables: dict[str, list[Row]], places: list[dict[str, Place]], folder: Path, file: str, reference: Reference
) -> list[Problem]:
    """Check the records as `parvn check` does; problems point to the cells of the publisher's file."""
    package = Package(folder, folder.name)
    for name, rows in tables.items():
        path = folder / ("source.yml" if name == "index_source" else f"{name}.csv")
        package.tables[name] = RawTable(name, path, path.name, "", rows, list(range(len(rows))))
    problems = []
    for problem in check_package(package, reference).problems:
        if problem.file != "index_scores.csv" or problem.row is None:
            problems.append(problem)
            continue
        cells = places[problem.row]
        place = cells.get(problem.column or "") or next(iter(cells.values()))
        problems.append(place.problem(file, problem.message, problem.text, problem.nearest))
    return problems


def _packages_of(index_folder: Path, data: Path) -> Iterator[Package]:
    """Yield the packages of loaded files beside the index's own records."""
    for path in sorted(index_folder.glob("*/pages.csv")):
        if not path.parent.name.startswith("."):
            yield read_package(path.parent, data)


def _figures_of(rows: Iterable[Row]) -> dict[str, str]:
    """Return what each record states, by its id: the score, and rank and group where they are stated."""
    found = {}
    for row in rows:
        texts = [row.get("score"), row.get("rank_published"), row.get("group_published")]
        labels = ("{figure}", _("rank {figure}"), _("group {figure}"))
        found[row["index_score_id"] or ""] = ", ".join(
            label.format(figure=text) for label, text in zip(labels, texts, strict=True) if text
        )
    return found


def _changes(before: Iterable[Row], after: Iterable[Row]) -> list[Sentence]:
    old, new = _figures_of(before), _figures_of(after)
    changed = [
        _("changed {figure}: {old} -> {new}").format(figure=k, old=old[k], new=new[k])
        for k in new
        if k in old and old[k] != new[k]
    ]
    added = [_("added {figure}: {new}").format(figure=k, new=new[k]) for k in new if k not in old]
    return changed + added + [_("removed {figure}: {old}").format(figure=k, old=old[k]) for k in old if k not in new]


def load_index_file(
    index_code: str,
    path: Path,
    data: Path,
    edition_year: int | None = None,
    facts: FileFacts | None = None,
    dry_run: bool = False,
    reference: Reference | None = None,
    tables: Path = TABLES,
) -> Loaded:
    """Read a publisher's file and write it as a package of records below `data`.

    The same bytes are no work; other bytes for the same editions replace the package, so that the next build lands
    a new vintage. Raises BadInput with every problem, by sheet and cell; nothing is written then.
    """
    reference = reference or Reference()
    facts = facts or FileFacts()
    if index_code not in reference.indices:
        nearest = nearest_spellings(index_code, reference.indices) or tuple(reference.indices)
        raise BadInput([Problem("INDEX", _("unknown index"), text=index_code, nearest=nearest)])
    file = SheetFile(path)
    layout, columns = Layouts(index_code, reference, tables).columns(file, edition_year)
    reader = _FigureReader(file, index_code, reference, layout)
    reader.read(columns, edition_year)
    if not reader.figures:
        held = sorted({column.edition_year for column in columns if column.edition_year})
        words = _("the file has no figure of {edition}").format(edition=edition_year or index_code)
        if held:
            words = _("{problem}; it holds {editions}").format(problem=words, editions=", ".join(map(str, held)))
        raise BadInput(reader.problems or [Problem(file.file, words)])

    years = sorted({figure.edition_year for figure in reader.figures})
    span = str(years[0]) if len(years) == 1 else f"{years[0]}-{years[-1]}"
    page_id = f"{search_key(index_code).replace(' ', '-')}-file-{span}"
    index_folder = data / "indices" / index_code
    folder = index_folder / page_id
    for place in (data / "indices", index_folder, folder):
        if place.is_symlink():
            words = _("this is a link; what is loaded is written below the folder of records only")
            raise BadInput([Problem(place.relative_to(data).as_posix(), words)])
    source = _source(index_code, index_folder, page_id, reference)
    page = _page(file, page_id, span, source, facts, layout)
    rows, places = _record_rows(reader.figures, page_id, index_code)
    counts: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        counts[int(row["edition_year"] or 0)][row["component_code"] or ""] += 1
    records = {"index_source": [dict(source)], "pages": [page], "index_scores": rows}
    problems = _check(records, places, folder, file.file, reference)
    if reader.problems or problems:
        raise BadInput([*reader.problems, *problems])
    loaded = Loaded(folder, layout, {year: dict(parts) for year, parts in counts.items()})
    read = {column.sheet.name for column in columns}
    loaded.unread_sheets = [name for name in file.sheet_names if name not in read and name is not None]

    for package in _packages_of(index_folder, data):
        before = package.tables["index_scores"].rows if "index_scores" in package.tables else []
        shas = {row.get("source_sha256") for row in package.tables["pages"].rows}
        held_years = {row.get("edition_year") or "" for row in before}
        if page["source_sha256"] in shas and held_years >= set(map(str, years)):
            loaded.folder, loaded.is_known = package.path, True
            return loaded
        if package.path == folder:
            loaded.is_correction = True
            loaded.changes = _changes(before, rows)
            if loaded.changes:
                known_from = facts.known_from or facts.published_on
                if not known_from:
                    words = _(
                        "other figures than in the file loaded before; say with --known-from since when they are known"
                    )
                    raise BadInput([Problem(file.file, words)])
                source |= {"vintage_reason": "source_revised", "revised_known_from": known_from.isoformat()}
        elif overlap := sorted(held_years & set(map(str, years))):
            words = _(
                "{index} {editions} stands already in {folder}; name with --edition what is new here, "
                "or remove that folder to replace it by this file"
            ).format(index=index_code, editions=", ".join(map(str, overlap)), folder=package.name)
            raise BadInput([Problem(file.file, words)])

    if not dry_run:
        _write(folder, source, page, rows)
    return loaded


def _csv(table: str, rows: list[Row]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns_of(table), lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows({name: value or "" for name, value in row.items()} for row in rows)
    return text.getvalue()


def _write(folder: Path, source: dict[str, Any], page: Row, rows: list[Row]) -> None:
    fields = yaml.safe_dump(source, allow_unicode=True, sort_keys=False, width=120)
    texts = {
        "source.yml": fields,
        "pages.csv": _csv("pages", [page]),
        "index_scores.csv": _csv("index_scores", rows),
    }
    write_folder(folder, {name: text.encode() for name, text in texts.items()})
