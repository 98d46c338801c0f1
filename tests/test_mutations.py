"""Thousands of spoilt record files: each loads right, or is refused with its place and loads nothing.

PARVN_SOAK=1 makes ten times as many and prints a table of what became of each kind.
"""

import codecs
import csv
import io
import json
import random
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from records import page_records, plan_records
from soak import SOAK, Report
from test_readers import write_parquet, write_xlsx

from ingest.check import CheckedPackage, check_folder
from ingest.contracts import TABLES
from ingest.landing import Landing
from ingest.problems import BadInput
from ingest.reference import Reference

TIMES = 10 if SOAK else 1
OUTCOMES: Counter[tuple[str, str]] = Counter()
"""(kind of mutation, loaded or refused) of this session."""

Bytes = Callable[[bytes, random.Random], bytes]


@pytest.fixture(scope="module", autouse=True)
def _table(report: Report) -> Iterator[None]:
    yield
    how = {outcome: sum(n for (_, o), n in OUTCOMES.items() if o == outcome) for outcome in ("loaded", "refused")}
    words = f"{how['loaded']} loaded right, {how['refused']} refused with file and place; no traceback, no half load"
    kinds = len({kind for kind, _ in OUTCOMES})
    report(f"record files spoilt in {kinds} kinds of ways", how["loaded"] + how["refused"], words)
    if SOAK:
        print("\n" + table_of_outcomes())


def table_of_outcomes() -> str:
    """Return the counts of this session as a table: a line for each kind of mutation."""
    lines = [f"{'mutation':44} {'loaded':>8} {'refused':>8}"]
    for kind in sorted({kind for kind, _ in OUTCOMES}):
        lines.append(f"{kind:44} {OUTCOMES[kind, 'loaded']:8} {OUTCOMES[kind, 'refused']:8}")
    totals = [sum(n for (_, how), n in OUTCOMES.items() if how == outcome) for outcome in ("loaded", "refused")]
    return "\n".join([*lines, f"{'all':44} {totals[0]:8} {totals[1]:8}"])


def values(checked: CheckedPackage) -> dict[str, list[Any]]:
    """Return the typed records by table, in the order of their ids."""
    found = {name: [record.model_dump() for record in checked.of(name)] for name in checked.records}
    return {name: in_order(name, rows) for name, rows in found.items()}


def in_order(table: str, rows: list[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: row[TABLES[table].id_column])


class Trial:
    """A package that has landed, and what becomes of changes to it."""

    def __init__(self, data: Path, landing: Path, reference: Reference) -> None:
        self.data, self.reference = data, reference
        self.landing = Landing(landing)
        (self.checked,) = check_folder(data, reference)
        assert self.checked.problems == []
        self.values = values(self.checked)
        self.landing.land(self.checked)

    def _landed(self) -> dict[str, int]:
        return {path.name: path.stat().st_size for path in self.landing.folder.rglob("*") if path.is_file()}

    def run(self, kind: str, file: Path, content: bytes, expected: dict[str, list[Any]] | None = None) -> str:
        """Put content in the place of a file, load, put the old content back; returns what happened."""
        old, before = file.read_bytes(), self._landed()
        file.write_bytes(content)
        try:
            try:
                checked = check_folder(self.data, self.reference)
                problems = [problem for item in checked for problem in item.problems]
            except BadInput as error:
                checked, problems = [], error.problems
            if problems:
                assert self._landed() == before, f"{kind}: half a load"
                self._are_located(kind, problems)
                outcome = "refused"
            else:
                for item in checked:
                    self.landing.land(item)
                (item,) = checked
                right = self.values if expected is None else expected
                assert values(item) == right, f"{kind}: loaded wrong from {content[:300]!r}"
                outcome = "loaded"
        finally:
            file.write_bytes(old)
        OUTCOMES[kind, outcome] += 1
        return outcome

    def _are_located(self, kind: str, problems: list[Any]) -> None:
        """Every problem names a file that is there; one of them the row or column, unless no such place can be told."""
        whole_file = (
            "is empty",
            "no well-formed",
            "larger than",
            "no readable",
            "the workbook",
            "too large",
            "expected 'name",
        )
        for problem in problems:
            path = self.data / problem.file
            assert (path.exists() or (path.parent / problem.file).exists()) and problem.message, f"{kind}: {problem}"
        assert any(
            p.row is not None or p.column or p.sheet or any(words in p.message for words in whole_file)
            for p in problems
        ), f"{kind}: no place in {[str(p) for p in problems]}"


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory, reference: Reference) -> dict[str, Trial]:
    base = tmp_path_factory.mktemp("mutations")
    plan_records(base / "csv" / "plan").write()
    page_records(base / "pages" / "pages").write()
    write_xlsx(plan_records(base / "xlsx" / "plan"), base / "xlsx" / "plan" / "plan.xlsx")
    parquet = plan_records(base / "parquet" / "plan")
    write_parquet(parquet, parquet.write())
    kinds = ("csv", "pages", "xlsx", "parquet")
    return {kind: Trial(base / kind, base / "landing" / kind, reference) for kind in kinds}


# --- CSV: the bytes ------------------------------------------------------------------------------------------------


def _at(content: bytes, chance: random.Random) -> int:
    return chance.randrange(len(content))


def recoded(encoding: str, mark: bytes = b"") -> Bytes:
    return lambda content, _: mark + content.decode().encode(encoding, "replace")


def with_bytes(*choices: bytes) -> Bytes:
    def run(content: bytes, chance: random.Random) -> bytes:
        at = _at(content, chance)
        return content[:at] + chance.choice(choices) + content[at:]

    return run


def flipped(content: bytes, chance: random.Random) -> bytes:
    """Return other bytes in one place, none of which UTF-8 text can have there."""
    at = _at(content, chance)
    return content[:at] + bytes([chance.choice((0xC0, 0xC1, 0xF5, 0xFF, 0xFE))]) + content[at + 1 :]


REFUSED: dict[str, Bytes] = {
    "UTF-16 with a mark": recoded("utf-16"),
    "UTF-16 little-endian": recoded("utf-16-le"),
    "UTF-16 big-endian": recoded("utf-16-be"),
    "UTF-32": recoded("utf-32"),
    "UTF-8 saved twice": lambda content, _: content.decode("latin-1").encode(),
    "UTF-8 saved twice by Windows": lambda content, _: content.decode("cp1252", "replace").encode(),
    "Windows-1252": recoded("cp1252"),
    "Windows-1258": lambda content, _: unicodedata.normalize("NFD", content.decode()).encode("cp1258", "replace"),
    "Windows-1258 below a UTF-8 mark": lambda content, _: codecs.BOM_UTF8
    + unicodedata.normalize("NFD", content.decode()).encode("cp1258", "replace"),
    "NUL": with_bytes(b"\x00", b"\x00\x00"),
    "control characters": with_bytes(b"\x01", b"\x1b[31m", b"\x08", b"\x7f", b"\xc2\x85"),
    "a byte of no letter": flipped,
    "a replaced letter": lambda content, chance: content.replace("ế".encode(), "\ufffd".encode(), 1)
    if "ế".encode() in content
    else with_bytes("\ufffd".encode())(content, chance),
    "semicolons": lambda content, _: content.replace(b",", b";"),
    "tabs": lambda content, _: content.replace(b",", b"\t"),
    "bars": lambda content, _: content.replace(b",", b"|"),
    "a renamed PDF": lambda content, _: b"%PDF-1.7\n%\xe2\xe3\n" + content,
    "a renamed ZIP": lambda content, _: _zip(content),
    "HTML": lambda content, _: b"<!DOCTYPE html><html><body><table>" + content,
    "empty": lambda content, _: b"",
    "line ends only": lambda content, chance: b"\n" * chance.randint(1, 5),
    "a huge cell": lambda content, chance: with_cell(content, chance, lambda _: "x" * chance.choice((40_000, 140_000))),
    "very many columns": lambda content, chance: content.replace(b"\n", b"," * chance.randint(200, 3000) + b"\n"),
}  # fmt: skip


def _zip(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr("a.csv", content)
    return buffer.getvalue()


def grid_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def csv_of(grid: list[list[str]], **form: Any) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator=form.pop("lineterminator", "\n"), **form).writerows(grid)
    return text.getvalue().encode()


def with_cell(content: bytes, chance: random.Random, change: Callable[[str], str]) -> bytes:
    grid = grid_of(content)
    row, column = chance.randrange(1, len(grid)), chance.randrange(len(grid[0]))
    grid[row][column] = change(grid[row][column])
    return csv_of(grid)


def _files(trial: Trial) -> list[Path]:
    return sorted(trial.data.rglob("*.csv"))


@pytest.mark.parametrize("kind", REFUSED)
def test_a_csv_file_with_spoilt_bytes_is_refused(trials: dict[str, Trial], kind: str) -> None:
    chance = random.Random(kind)
    for name in ("csv", "pages"):
        for file in _files(trials[name]):
            for _ in range(5 * TIMES):
                content = REFUSED[kind](file.read_bytes(), chance)
                if content == file.read_bytes() or (content.isascii() and content == file.read_bytes()):
                    continue  # a file in plain ASCII is the same in these encodings
                outcome = trials[name].run(kind, file, content)
                same = content.decode("utf-8", "replace") == file.read_text("utf-8")
                assert outcome == "refused" or same, f"{file.name}: {content[:200]!r}"


# --- CSV: the shape ------------------------------------------------------------------------------------------------


def shuffled_rows(grid: list[list[str]], chance: random.Random) -> None:
    rows = grid[1:]
    chance.shuffle(rows)
    grid[1:] = rows


def swapped_columns(grid: list[list[str]], chance: random.Random) -> None:
    """Swap two columns with their headings: the order of columns means nothing."""
    first, second = chance.sample(range(len(grid[0])), 2)
    for row in grid:
        row[first], row[second] = row[second], row[first]


def composed(content: bytes) -> bytes:
    return unicodedata.normalize("NFD", content.decode()).encode()


HARMLESS: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "a mark of UTF-8": lambda content, _: codecs.BOM_UTF8 + content,
    "line ends of Windows": lambda content, _: content.replace(b"\n", b"\r\n"),
    "line ends of an old Mac": lambda content, _: content.replace(b"\n", b"\r"),
    "decomposed letters": lambda content, _: composed(content),
    "no line end at the end": lambda content, _: content.rstrip(b"\n"),
    "blank lines at the end": lambda content, chance: content + b"\n" * chance.randint(1, 4),
    "every cell quoted": lambda content, _: csv_of(grid_of(content), quoting=csv.QUOTE_ALL),
    "swapped columns with their headings": lambda content, chance: _regrid(content, chance, swapped_columns),
    "rows in another order": lambda content, chance: _regrid(content, chance, shuffled_rows),
}


def _regrid(content: bytes, chance: random.Random, change: Callable[[list[list[str]], random.Random], object]) -> bytes:
    grid = grid_of(content)
    change(grid, chance)
    return csv_of(grid)


@pytest.mark.parametrize("kind", HARMLESS)
def test_a_csv_file_that_says_the_same_otherwise_loads_with_the_same_values(
    trials: dict[str, Trial], kind: str
) -> None:
    chance = random.Random(kind)
    for name in ("csv", "pages"):
        for file in _files(trials[name]):
            for _ in range(5 * TIMES):
                assert trials[name].run(kind, file, HARMLESS[kind](file.read_bytes(), chance)) == "loaded"


def _row(grid: list[list[str]], chance: random.Random) -> list[str]:
    return grid[chance.randrange(1, len(grid))]


def swapped_headings(grid: list[list[str]], chance: random.Random) -> None:
    """Swap the heading of the id with another one: what stands below fits neither."""
    second = chance.randrange(1, len(grid[0]))
    grid[0][0], grid[0][second] = grid[0][second], grid[0][0]


MISSHAPEN: dict[str, Callable[[list[list[str]], random.Random], object]] = {
    "a row with a cell too many": lambda grid, chance: _row(grid, chance).append(chance.choice(("", "x"))),
    "a row with a cell too few": lambda grid, chance: _row(grid, chance).pop(),
    "a heading that stands twice": lambda grid, chance: [row.append(row[0]) for row in grid],
    "an empty heading": lambda grid, chance: [row.append("") for row in grid],
    "an unknown heading": lambda grid, chance: [row.append("x") for row in grid],
    "no heading": lambda grid, chance: grid.pop(0),
    "an empty row": lambda grid, chance: grid.insert(chance.randrange(1, len(grid)), [""] * len(grid[0])),
    "an id that stands twice": lambda grid, chance: grid.append(list(_row(grid, chance))),
    "swapped headings": swapped_headings,
    "the heading again": lambda grid, chance: grid.insert(chance.randrange(1, len(grid) + 1), list(grid[0])),
}


@pytest.mark.parametrize("kind", MISSHAPEN)
def test_a_misshapen_table_is_refused(trials: dict[str, Trial], kind: str) -> None:
    chance = random.Random(kind)
    for name in ("csv", "pages"):
        for file in _files(trials[name]):
            for _ in range(8 * TIMES):
                content = _regrid(file.read_bytes(), chance, MISSHAPEN[kind])
                assert trials[name].run(kind, file, content) == "refused", content


# --- CSV: the cells ------------------------------------------------------------------------------------------------

WRONG_NUMBERS = (
    "26.286", "26,286", "26286,0", "26 286", "1e5", "+5", "٢٦", "²", "1/2", "NaN", "inf", "-", "26286 hồ sơ", "0x10",
    "95.5%", "9" * 5000, "1_000", "５０",
)  # fmt: skip
WRONG_DAYS = (
    "2020-02-30", "2020-13-01", "0000-01-01", "10000-01-01", "30/9/2020", "2020-9-30", "20200930", "2020-09-30T00:00",
    "-2020-09-30", "hôm nay", "44000", "2020–09–30", "２０２０-09-30",
)  # fmt: skip
CELLS = {
    "a number in another style": (
        [("csv", "results.csv", "value"), ("csv", "targets.csv", "target_value"), ("csv", "tasks.csv", "row_no"),
         ("csv", "tasks.csv", "budget_vnd_million"), ("pages", "results.csv", "value")], WRONG_NUMBERS,
    ),
    "a day that is none": (
        [("csv", "results.csv", "period_start"), ("csv", "results.csv", "period_end"),
         ("csv", "targets.csv", "due_date"), ("csv", "tasks.csv", "due_end"), ("pages", "pages.csv", "published_on")],
        WRONG_DAYS,
    ),
    "another number than the words state": (
        [("csv", "results.csv", "value"), ("csv", "targets.csv", "target_value")],
        ("26287", "2628.6", "-1", "0", "9.55", "262860", "262", "99.5"),
    ),
    "an unknown code": (
        [("csv", "results.csv", "indicator_code"), ("csv", "tasks.csv", "reform_field_code"),
         ("csv", "results.csv", "unit"), ("csv", "targets.csv", "comparator"),
         ("pages", "results.csv", "province"), ("pages", "results.csv", "page_id"),
         ("pages", "pages.csv", "trust_grade")],
        ("x", "Procedures", "procedures\u200b", "…", "=1+1", "'; drop table raw.results; --", "../../etc", "ha tinh"),
    ),
    "data of a person": (
        [("csv", "tasks.csv", "printed_text"), ("csv", "results.csv", "subject_vi"),
         ("pages", "pages.csv", "publisher")],
        ("gọi 0912 345 678", "CCCD 046099012345", "CMND: 191234567", "thư a.b@x.vn", "+84 912 345 678"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", CELLS)
def test_a_wrong_cell_is_refused_with_its_column(trials: dict[str, Trial], kind: str) -> None:
    places, texts = CELLS[kind]
    for name, file_name, column in places:
        (file,) = [path for path in _files(trials[name]) if path.name == file_name]
        for text in texts:
            grid = grid_of(file.read_bytes())
            grid[1][grid[0].index(column)] = text
            assert trials[name].run(kind, file, csv_of(grid)) == "refused", f"{file_name} {column} {text}"


@pytest.mark.parametrize("kind", ["other words", "a cut file", "a byte taken out"])
def test_whatever_words_and_cuts_are_given_nothing_stumbles(trials: dict[str, Trial], kind: str) -> None:
    chance = random.Random(kind)
    letters = "aếộ0912345678 .,;:-+=@/\\\"'\n\t()[]{}%&*#!?<>\u200b\u00a0\u202e😀\U0010ffff"
    for name in ("csv", "pages"):
        for file in _files(trials[name]):
            whole = file.read_bytes()
            for _ in range(40 * TIMES):
                at = _at(whole, chance)
                if kind == "a cut file":
                    content = whole[:at]
                elif kind == "a byte taken out":
                    content = whole[:at] + whole[at + 1 :]
                else:
                    words = "".join(chance.choices(letters, k=chance.randint(0, 40)))
                    content = with_cell(whole, chance, lambda _, words=words: words)  # type: ignore[misc]
                trials[name].run(kind, file, content, meant_by(trials[name], file, content))


def meant_by(trial: Trial, file: Path, content: bytes) -> dict[str, list[Any]] | None:
    """Return the values that spoilt content states by itself: a plain reader of CSV, without the project's own one."""
    try:
        grid = grid_of(content)
    except (UnicodeDecodeError, csv.Error):
        return None
    table = file.stem
    model = type(trial.checked.of(table)[0])
    rows = []
    for cells in grid[1:]:
        given = {k: unicodedata.normalize("NFC", v) for k, v in zip(grid[0], cells, strict=False) if v.strip()}
        try:
            rows.append(model.model_validate(given, context={"reference": trial.reference}).model_dump())
        except ValueError:
            return None
    return {**trial.values, table: in_order(table, rows)}


# --- YAML ----------------------------------------------------------------------------------------------------------

LAUGHS = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n" + "".join(
    f"{chr(100 + n)}: &{chr(100 + n)} [*{chr(99 + n)}, *{chr(99 + n)}]\n" for n in range(20)
)
YAML_FAULTS: dict[str, tuple[str, ...]] = {
    "YAML: anchors": ("notes: &n [x]\n", "notes: *n\n", "plan_year: &y 2021\n", "&k licence: x\n"),
    "YAML: billion laughs": (LAUGHS, LAUGHS.replace("a: &a", "notes: &a")),
    "YAML: tags": (
        "notes: !!python/object/apply:os.system ['true']\n", "plan_year: !!int 2021\n", "notes: !!binary aGVsbG8=\n",
        "notes: !!set {x, y}\n", "title_vi: !x y\n", "!!str licence: x\n",
    ),
    "YAML: a name twice": ("province: ha-giang\n", "licence: x\n", "title_vi: x\ntitle_vi: y\n", "'licence': x\n"),
    "YAML: merged mappings": ("<<: {licence: x}\n", "notes: [{<<: {a: b}}]\n"),
    "YAML: deep": ("notes: " + "[" * 5000 + "]" * 5000 + "\n", "notes: " + "{a: " * 900 + "x" + "}" * 900 + "\n"),
    "YAML: no mapping": ("\n---\na: b\n", "? [a, b]\n: c\n", "? {a: b}\n: c\n"),
    "YAML: not well-formed": ("a: b: c\n", "a: [\n", "a: 'x\n", "\ta: b\n", "a: @x\n", "a: `x`\n", "%YAML 9\n---\n"),
    "YAML: unknown or wrong": (
        "titel_vi: x\n", "null: x\n", "number_style_: {}\n", "supersedes: [a]\n", "signatory_vi: {a: b}\n",
        "supersedes: Yes No\n", "revised_known_from: 2020-02-31\n", "period_start: 31/12/2020\n", "period_end: 1e3\n",
        "accessed_on: '[1'\n", "supersedes: '" + "[" * 50_000 + "'\n", "revised_known_from: 2020\n",
    ),
    "YAML: huge": ("notes: [" + "x, " * 90_000 + "x]\n", "# " + "x" * 300_000 + "\n"),
    "YAML: control characters": ("signatory_vi: a\x07b\n", 'signatory_vi: "a\\u0007b"\n', 'signatory_vi: "\\0"\n'),
}  # fmt: skip


@pytest.mark.parametrize("kind", YAML_FAULTS)
def test_yaml_that_is_more_than_names_and_values_is_refused(trials: dict[str, Trial], kind: str) -> None:
    file = next(trials["csv"].data.rglob("document.yml"))
    whole = file.read_text("utf-8")
    known = {line.split(":")[0].strip("'&") for line in whole.splitlines() if line[:1].isalpha()}
    for added in YAML_FAULTS[kind]:
        name = added.split(":")[0]
        kept = whole
        if name in known and "twice" not in kind:  # the fault alone, not also a name that stands twice
            kept = yaml.safe_dump({k: v for k, v in yaml.safe_load(whole).items() if k != name}, allow_unicode=True)
        for content in (kept + added, added + kept):
            if content.startswith(("\n---", "%YAML")) or "---" not in added:
                assert trials["csv"].run(kind, file, content.encode()) == "refused", added[:60]


def test_yaml_that_is_written_otherwise_or_cut_loads_right_or_not_at_all(trials: dict[str, Trial]) -> None:
    trial = trials["csv"]
    file = next(trial.data.rglob("document.yml"))
    whole = file.read_bytes()
    fields = yaml.safe_load(whole)
    for content in (
        json.dumps(fields, ensure_ascii=False).encode(), codecs.BOM_UTF8 + whole, whole.replace(b"\n", b"\r\n"),
        yaml.safe_dump(fields, allow_unicode=False).encode(), b"---\n" + whole + b"...\n", b"# words\n\n" + whole,
        yaml.safe_dump(fields, allow_unicode=True, sort_keys=True, default_style='"').encode(), composed(whole),
    ):  # fmt: skip
        if b"!!" not in content:
            assert trial.run("YAML: written otherwise", file, content) == "loaded", content[:200]
    chance = random.Random("yaml")
    for _ in range(80 * TIMES):
        at = _at(whole, chance)
        content = whole[:at] + chance.choice((b"", b"\xff", b"\x00", b"\xc3")) if chance.random() < 0.7 else whole[:at]
        if trial.run("YAML: cut", file, content, _document_of(trial, content)) == "loaded":
            assert content == whole[: len(content)]


def _document_of(trial: Trial, content: bytes) -> dict[str, list[Any]] | None:
    """Return the values where a cut document.yml is still a whole one: its last, optional fields are gone."""
    try:
        fields = yaml.safe_load(content.decode())
        given = {k: str(v) if not isinstance(v, (dict, list)) else v for k, v in fields.items() if v is not None}
        model = type(trial.checked.of("document")[0])
        row = model.model_validate(given, context={"reference": trial.reference}).model_dump()
    except (ValueError, yaml.YAMLError, AttributeError):
        return None
    return {**trial.values, "document": [row]}


# --- XLSX and Parquet ----------------------------------------------------------------------------------------------

BOOK_FAULTS: dict[str, Callable[[Any, random.Random], object]] = {
    "XLSX: merged cells": lambda sheet, chance: sheet.merge_cells(
        start_row=2, end_row=chance.randint(2, 4), start_column=(first := chance.randint(1, 5)), end_column=first + 1
    ),
    "XLSX: a hidden row": lambda sheet, chance: setattr(
        sheet.row_dimensions[chance.randint(1, sheet.max_row)], "hidden", True
    ),
    "XLSX: a hidden column": lambda sheet, chance: setattr(
        sheet.column_dimensions[chance.choice("ABCDEFGH")], "hidden", True
    ),
    "XLSX: a hidden sheet": lambda sheet, chance: setattr(
        sheet, "sheet_state", chance.choice(("hidden", "veryHidden"))
    ),
    "XLSX: a formula": lambda sheet, chance: setattr(
        sheet.cell(2, chance.randint(1, 8)), "value", chance.choice(("=1+1", "=A1", "=SUM(A:A)", '="x"'))
    ),
    "XLSX: an error": lambda sheet, chance: setattr(sheet.cell(2, chance.randint(1, 8)), "value", "#REF!"),
    "XLSX: a far cell": lambda sheet, chance: setattr(
        sheet.cell(chance.randint(20_001, 1_048_576), chance.randint(1, 16_384)), "value", 1
    ),
    "XLSX: a stray cell": lambda sheet, chance: setattr(
        sheet.cell(chance.randint(1, 9), sheet.max_column + chance.randint(1, 5)), "value", "x"
    ),
    "XLSX: an empty row above": lambda sheet, chance: sheet.insert_rows(1, chance.randint(1, 3)),
    "XLSX: a heading twice": lambda sheet, chance: setattr(sheet.cell(1, 2), "value", sheet.cell(1, 1).value),
    "XLSX: another sheet": lambda sheet, chance: setattr(sheet, "title", chance.choice(("Sheet1", "task", "kết quả"))),
    "XLSX: a number as words": lambda sheet, chance: setattr(
        sheet.cell(2, [c.value for c in sheet[1]].index("locator") + 1), "value", chance.choice((1.5, True, 44000))
    ),
}


@pytest.mark.parametrize("kind", BOOK_FAULTS)
def test_a_workbook_with_a_fault_is_refused_with_its_sheet(trials: dict[str, Trial], kind: str) -> None:
    trial, chance = trials["xlsx"], random.Random(kind)
    (file,) = trial.data.rglob("*.xlsx")
    whole = file.read_bytes()
    for number in range(9 * TIMES):
        book = openpyxl.load_workbook(io.BytesIO(whole))
        BOOK_FAULTS[kind](book[("targets", "tasks", "results")[number % 3]], chance)
        buffer = io.BytesIO()
        book.save(buffer)
        assert trial.run(kind, file, buffer.getvalue()) == "refused"


def _spoilt(whole: bytes, kind: str, chance: random.Random) -> bytes:
    at = _at(whole, chance)
    if kind.endswith("cut"):
        return whole[:at]
    if kind.endswith("renamed"):
        head = chance.choice((b"%PDF-1.7\n", b"<html>", b"PK\x03\x04", b"PAR1", b"\xd0\xcf\x11\xe0", b"", b"\x1f\x8b"))
        return head + (whole[8:at] if chance.random() < 0.5 else b"")
    if kind.endswith("a byte taken out"):
        return whole[:at] + whole[at + 1 :]
    return whole[:at] + bytes([whole[at] ^ (1 << chance.randrange(8))]) + whole[at + 1 :]


@pytest.mark.parametrize("kind", [f"XLSX: {how}" for how in ("cut", "renamed", "a byte taken out", "a bit turned")])
def test_a_spoilt_workbook_is_refused_or_unharmed(trials: dict[str, Trial], kind: str) -> None:
    trial, chance = trials["xlsx"], random.Random(kind)
    (file,) = trial.data.rglob("*.xlsx")
    for _ in range(70 * TIMES):
        outcome = trial.run(kind, file, _spoilt(file.read_bytes(), kind, chance))
        assert outcome == "refused" or kind.endswith(("turned", "out"))


@pytest.mark.parametrize("kind", [f"Parquet: {how}" for how in ("cut", "renamed", "a byte taken out")])
def test_a_spoilt_parquet_file_is_refused(trials: dict[str, Trial], kind: str) -> None:
    trial, chance = trials["parquet"], random.Random(kind)
    for file in sorted(trial.data.rglob("*.parquet")):
        for _ in range(20 * TIMES):
            content = _spoilt(file.read_bytes(), kind, chance)
            outcome = trial.run(kind, file, content)
            assert outcome == "refused" or kind.endswith("out")  # of what nobody reads, such as the writer's name


def test_a_parquet_table_of_other_columns_or_types_is_refused_or_says_the_same(trials: dict[str, Trial]) -> None:
    trial = trials["parquet"]
    (file,) = trial.data.rglob("results.parquet")
    table = pq.read_table(file)
    at = table.column_names.index("value")
    nested = pa.array([[{"a": 1}]])
    for kind, changed, outcome in (
        ("Parquet: a column twice", table.append_column("value", table["value"]), "refused"),
        ("Parquet: a column less", table.remove_column(at), "refused"),
        ("Parquet: a column more", table.append_column("x", table["value"]), "refused"),
        ("Parquet: lists", table.set_column(at, "value", nested), "refused"),
        ("Parquet: bytes", table.set_column(at, "value", pa.array([b"\xff26286"])), "refused"),
        ("Parquet: NaN", table.set_column(at, "value", pa.array([float("nan")])), "refused"),
        (
            "Parquet: times beyond the calendar",
            table.set_column(at, "value", pa.array([2**60], pa.timestamp("ms"))),
            "refused",
        ),
        ("Parquet: no rows", table.slice(0, 0), "loaded"),
        ("Parquet: another type", table.set_column(at, "value", pa.array([26286])), "loaded"),
        ("Parquet: another type", table.set_column(at, "value", pa.array(["26286"]).dictionary_encode()), "loaded"),
    ):
        buffer = io.BytesIO()
        pq.write_table(changed, buffer)
        expected = {**trial.values, "results": []} if kind == "Parquet: no rows" else None
        assert trial.run(kind, file, buffer.getvalue(), expected) == outcome, kind


def test_there_were_two_thousand_of_them_and_of_both_outcomes() -> None:
    outcomes: Counter[str] = Counter()
    for (_, outcome), number in OUTCOMES.items():
        outcomes[outcome] += number
    if len({kind for kind, _ in OUTCOMES}) < 60:
        pytest.skip("only some of the mutations ran")
    assert outcomes["refused"] > 1500 * TIMES
    assert outcomes["loaded"] > 200 * TIMES
    assert outcomes.total() >= 2000 * TIMES
