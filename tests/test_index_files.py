import csv
import hashlib
import shutil
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
import yaml

from ingest import limits, pipeline
from ingest.check import check_folder, raise_problems
from ingest.index_files import FileFacts, Loaded, load_index_file
from ingest.index_layouts import FIGURES, TABLES
from ingest.paths import PROJECT, SEEDS, Workspace
from ingest.problems import BadInput
from ingest.reference import Reference
from ingest.workbooks import column_index, column_letter

SHARED = PROJECT.parent / "shared" / "reference"
WORKBOOKS = sorted((SHARED / "workbooks").glob("*.xls*"))

Table = list[list[Any]]


@cache
def layout_rows(layout: str) -> list[dict[str, str]]:
    with (TABLES / "index_layouts.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["layout"] == layout]


def names_of(index_code: str, year: int, reference: Reference) -> list[str]:
    edition = reference.index_edition(index_code, year)
    assert edition is not None
    return sorted(reference.provinces_on(edition.provinces_on).values())


def made_workbook(layout: str, reference: Reference) -> openpyxl.Workbook:
    """A workbook with the sheets and headings of a layout and made-up figures, every column sorted in its own way."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    is_turned = len({row["name_column"] for row in layout_rows(layout)}) > 1
    for number, row in enumerate(layout_rows(layout)):
        if row["sheet"] not in book.sheetnames:
            book.create_sheet(row["sheet"])
        sheet = book[row["sheet"]]
        names = names_of(row["index_code"], int(row["edition_year"]), reference)
        if is_turned:
            turn = column_index(row["name_column"])
            names = names[turn:] + names[:turn]
        sheet[f"{row['value_column']}{row['heading_row']}"] = row["heading"]
        for place, name in enumerate(names):
            at = int(row["first_row"]) + place
            sheet[f"{row['name_column']}{at}"] = name
            value = {"score": 5 + (place + number) / 100, "rank": place + 1, "group": "Khá"}[row["figure"]]
            sheet[f"{row['value_column']}{at}"] = value
    return book


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder of records with the index's own package and one that has nothing to do with it."""
    folder = tmp_path / "data"
    for name in ("pci", "sipas"):
        shutil.copytree(PROJECT / "data" / "indices" / name, folder / "indices" / name)
    return folder


Load = Callable[..., Loaded]


@pytest.fixture
def load(data: Path, tmp_path: Path, reference: Reference) -> Load:
    """Write a workbook or a table to a file, and load it."""

    def run(index_code: str, content: Any, name: str = "file.xlsx", **options: Any) -> Loaded:
        path = tmp_path / name
        if isinstance(content, openpyxl.Workbook):
            content.save(path)
        elif isinstance(content, list):
            save_table(content, path)
        elif isinstance(content, bytes):
            path.write_bytes(content)
        return load_index_file(index_code, path, data, reference=options.pop("reference", reference), **options)

    return run


def save_table(table: Table, path: Path) -> None:
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file, delimiter=";").writerows(table)
        return
    book = openpyxl.Workbook()
    for row in table:
        book.active.append(row)
    book.save(path)


def bytes_of(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def scores_of(loaded: Loaded) -> dict[tuple[str, str, str], dict[str, str]]:
    with (loaded.folder / "index_scores.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {(row["edition_year"], row["province"], row["component_code"]): row for row in rows}


@pytest.fixture
def refused(load: Load, data: Path) -> Callable[..., list[str]]:
    """Load a file that is to be refused; nothing in the data folder may change. Returns the messages."""

    def run(*arguments: Any, **options: Any) -> list[str]:
        before = bytes_of(data)
        with pytest.raises(BadInput) as error:
            load(*arguments, **options)
        assert bytes_of(data) == before
        assert not list(data.rglob(".*"))
        return [str(problem) for problem in error.value.problems]

    return run


# --- a publisher's workbook ----------------------------------------------------------------------------------------


def test_a_workbook_whose_columns_are_sorted_each_by_itself_is_read_by_its_layout(
    load: Load, data: Path, reference: Reference
) -> None:
    loaded = load("pci", made_workbook("pci-2016", reference), "PCI_2016.xlsx", edition_year=2016)
    assert (loaded.layout, loaded.rows, set(loaded.counts)) == ("pci-2016", 11 * 63, {2016})
    assert loaded.folder == data / "indices" / "pci" / "pci-file-2016"
    total = scores_of(loaded)["2016", "ha-tinh", "total"]
    names = names_of("pci", 2016, reference)
    place = (names[21:] + names[:21]).index("Hà Tĩnh")
    assert total["locator"] == f"Summary_VN!W{place + 2}, X{place + 2}, Y{place + 2}"
    assert total["score"] == f"{Decimal(str(5 + (place + 10) / 100)).normalize():f}"
    assert (total["rank_published"], total["group_published"]) == (str(place + 1), "Khá")
    source = yaml.safe_load((loaded.folder / "source.yml").read_text("utf-8"))
    assert source["publisher"] == "VCCI" and source["index_source_id"] == "pci-file-2016"
    assert "vintage_reason" not in source
    with (loaded.folder / "pages.csv").open(encoding="utf-8", newline="") as file:
        (page,) = csv.DictReader(file)
    assert (page["source_file"], page["trust_grade"], page["source_kind"]) == ("PCI_2016.xlsx", "A", "workbook")
    assert page["source_family_code"] == "pcivietnam-vn"
    raise_problems(check_folder(data, reference))


def test_one_edition_of_a_workbook_can_be_loaded_alone_and_the_rest_is_named_by_edition_then(
    load: Load, refused: Callable[..., list[str]], reference: Reference
) -> None:
    book = made_workbook("papi-2011-2016", reference)
    sheet = book["2014_PAPI"]
    for row in range(3, 66):
        if sheet[f"C{row}"].value in ("Bắc Giang", "Đồng Tháp"):
            for column in range(4, 32):
                sheet.cell(row, column).value = None
            sheet[f"AF{row}"] = 0
    sheet["C66"], sheet["D66"] = "Điểm cao nhất", 9.9
    loaded = load("papi", book, edition_year=2014)
    assert loaded.counts[2014]["total"] == 61 and loaded.counts[2014]["civic_knowledge"] == 61
    assert refused("papi", book) == [
        "file.xlsx: papi 2014 stands already in indices/papi/papi-file-2014; name with --edition what is new here, "
        "or remove that folder to replace it by this file"
    ]
    assert set(load("papi", book, edition_year=2012).counts) == {2012}


def test_nothing_is_written_in_a_dry_run(load: Load, data: Path, reference: Reference) -> None:
    before = bytes_of(data)
    assert load("pci", made_workbook("pci-2016", reference), dry_run=True).rows == 11 * 63
    assert bytes_of(data) == before


def spoil(cell: str, value: Any) -> Callable[[Any], None]:
    def change(sheet: Any) -> None:
        sheet[cell] = value

    return change


def rename(sheet: Any) -> None:
    sheet.title = "Tổng hợp năm 2016"


def drop_row(sheet: Any) -> None:
    for column in ("B", "C"):  # the last of the list: another one would end it
        sheet[f"{column}64"] = None


def move_column(sheet: Any) -> None:
    sheet.insert_cols(3)


SPOILT = {
    "renamed sheet": (rename, "file.xlsx: the layout pci-2016 comes nearest, but there is no sheet 'Summary_VN'; "
                      "nearest: Tổng hợp năm 2016"),
    "missing province": (drop_row, "file.xlsx, sheet Summary_VN, row 1, column C: pci 2016 has 63 provinces, "
                         "here are 62; missing: An Giang"),
    "duplicated province": (spoil("B9", "Bà Rịa – Vũng Tàu"), "file.xlsx, sheet Summary_VN, row 9, column B: this "
                            "province stands in B2 too; found 'Bà Rịa – Vũng Tàu'"),
    "a score of 101": (spoil("W5", 101), "file.xlsx, sheet Summary_VN, row 5, column W: expected a score from 0 to "
                       "100 (pci 2016); found '101'"),
    "text in a number cell": (spoil("G7", "6,5"), "file.xlsx, sheet Summary_VN, row 7, column G: expected a number, "
                              "found text; found '6,5'"),
    "an error of a formula": (spoil("G7", "#DIV/0!"), "file.xlsx, sheet Summary_VN, row 7, column G: expected a "
                              "number, found text; found '#DIV/0!'"),
    "a formula that was never computed": (spoil("G7", "=1+1"), "file.xlsx, sheet Summary_VN, row 1, column G: pci "
                                          "2016 has 63 provinces, here are 62; missing: Bến Tre"),
    "unknown spelling": (spoil("D4", "Quảng Nôm"), "file.xlsx, sheet Summary_VN, row 4, column D: no province had "
                         "this name on 2016-12-31; if the publisher writes it so, add it to the seed "
                         "province_alias; found 'Quảng Nôm'; nearest: Quảng Nam; Quảng Bình; Quảng Ngãi"),
    "a province of another time": (spoil("D4", "Hà Tây"), "row 4, column D: no province had this name on 2016-12-31"),
    "a figure without a province": (spoil("B30", None), "row 30, column B: a figure stands beside this cell, but no "
                                    "province"),
    "half a rank": (spoil("X9", 7.5), "file.xlsx, sheet Summary_VN, row 9, column X: expected a whole number; "
                    "found '7.5'"),
    "a rank off the list": (spoil("X9", 64), "row 9, column X: expected a rank from 1 to 63 (pci 2016); found '64'"),
    "another heading": (spoil("W1", "PCI 2017"), "file.xlsx, sheet Summary_VN, row 1, column W: the layout pci-2016 "
                        "comes nearest, but the heading 'PCI 2016' is not here; found 'PCI 2017'"),
    "moved columns": (move_column, "row 1, column C: the layout pci-2016 comes nearest, but the heading 'Gia nhập thị "
                      "trường' is not here but in D1; found '(empty)'"),
}  # fmt: skip


@pytest.mark.parametrize("fault", SPOILT)
def test_a_spoilt_workbook_is_refused_with_the_place_and_changes_nothing(
    fault: str, refused: Callable[..., list[str]], reference: Reference
) -> None:
    change, expected = SPOILT[fault]
    book = made_workbook("pci-2016", reference)
    change(book["Summary_VN"])
    messages = refused("pci", book)
    assert any(expected in message for message in messages), "\n".join(messages)


def test_all_faults_of_a_workbook_are_named_at_once(refused: Callable[..., list[str]], reference: Reference) -> None:
    book = made_workbook("pci-2016", reference)
    sheet = book["Summary_VN"]
    sheet["C3"], sheet["E4"], sheet["B9"], sheet["W5"] = "n/a", "-", "Quảng Nôm", 101
    assert [message.split(":")[0].split(", ", 2)[2] for message in refused("pci", book)] == [
        "row 1, column C", "row 3, column C", "row 4, column E", "row 5, column W", "row 9, column B",
    ]  # fmt: skip


def test_a_row_that_is_gone_from_all_columns_is_named_once(
    refused: Callable[..., list[str]], reference: Reference
) -> None:
    book = made_workbook("papi-2011-2016", reference)
    assert len(layout_rows("papi-2011-2016")) == 174
    book["2015_PAPI"].delete_rows(20)
    name = names_of("papi", 2015, reference)[17]
    expected = f"sheet 2015_PAPI, row 2, column AF: papi 2015 has 63 provinces, here are 62; missing: {name}"
    assert [message for message in refused("papi", book) if "2015_PAPI" in message] == [f"file.xlsx, {expected}"]


def test_a_sheet_of_a_workbook_with_many_is_missed(refused: Callable[..., list[str]], reference: Reference) -> None:
    book = made_workbook("papi-2011-2016", reference)
    book["2013_PAPI"].title = "PAPI năm 2013"
    (message,) = refused("papi", book)
    assert "there is no sheet '2013_PAPI'; nearest: PAPI năm 2013" in message


# --- twice, and corrected ------------------------------------------------------------------------------------------


def test_the_same_file_twice_is_no_work(load: Load, data: Path, reference: Reference) -> None:
    book = made_workbook("pci-2016", reference)
    first = load("pci", book)
    before = bytes_of(data)
    again = load("pci", None)
    assert (first.is_known, again.is_known, again.folder) == (False, True, first.folder)
    assert load("pci", None, edition_year=2016).is_known
    assert bytes_of(data) == before


def test_a_corrected_file_replaces_the_records_and_says_what_changed(
    load: Load, data: Path, reference: Reference
) -> None:
    book = made_workbook("pci-2016", reference)
    load("pci", book)
    book["Summary_VN"]["W5"] = 77.25
    corrected = load("pci", book, facts=FileFacts(known_from=date(2017, 5, 1)))
    assert corrected.is_correction and not corrected.is_known
    (change,) = corrected.changes
    assert change.startswith("changed pci-file-2016.2016.") and change.endswith("-> 77.25, rank 4, group Khá")
    source = yaml.safe_load((corrected.folder / "source.yml").read_text("utf-8"))
    assert (source["vintage_reason"], source["revised_known_from"]) == ("source_revised", "2017-05-01")
    raise_problems(check_folder(data, reference))
    assert not list(data.rglob(".*"))


def test_a_corrected_file_lands_as_a_new_vintage_and_an_unchanged_one_as_none(
    load: Load, tmp_path: Path, reference: Reference
) -> None:
    workspace = Workspace(tmp_path / "data" / "indices" / "par_index", tmp_path / "warehouse")
    table = template(names_of("par_index", 2022, reference), 2022)

    def vintages() -> list[tuple[int, str, str | None]]:
        pipeline.load(workspace, lambda _: None)
        with duckdb.connect(str(workspace.build_database)) as connection:
            return connection.execute(
                "select distinct _vintage_no, _vintage_reason, _vintage_known_from from raw.index_scores order by 1"
            ).fetchall()

    load("par_index", table, "par.csv")
    assert vintages() == [(1, "first_loaded", None)]
    load("par_index", table, "par.csv")
    assert len(vintages()) == 1
    pipeline.Run(workspace, lambda _: None).note("run", "release", "published")
    table[5][4] = "88,01"
    load("par_index", table, "par.csv", facts=FileFacts(known_from=date(2023, 6, 1)))
    assert vintages() == [(1, "first_loaded", None), (2, "source_revised", "2023-06-01")]


def test_a_corrected_file_without_its_day_is_refused(load: Load, data: Path, reference: Reference) -> None:
    book = made_workbook("pci-2016", reference)
    load("pci", book)
    before = bytes_of(data)
    book["Summary_VN"]["W5"] = 77.25
    with pytest.raises(BadInput, match="say with --known-from since when they are known"):
        load("pci", book)
    assert bytes_of(data) == before


def test_a_file_saved_anew_without_another_figure_is_no_revision(load: Load, reference: Reference) -> None:
    book = made_workbook("pci-2016", reference)
    load("pci", book)
    book["Summary_VN"]["AD1"] = "a note"
    saved = load("pci", book)
    assert saved.is_correction and saved.changes == []
    assert "vintage_reason" not in (saved.folder / "source.yml").read_text("utf-8")


# --- the template --------------------------------------------------------------------------------------------------

TEMPLATE = [
    "STT", "Tỉnh, thành phố", "Năm", "Xếp hạng", "Chỉ số CCHC (%)", "Công tác chỉ đạo, điều hành",
    "Cải cách thể chế", "Cải cách thủ tục hành chính", "Cải cách tổ chức bộ máy", "Cải cách chế độ công vụ",
    "Cải cách tài chính công", "Xây dựng và phát triển CQĐT, CQS", "Tác động của CCHC",
]  # fmt: skip
FIELDS = ["leadership", "institutions", "procedures", "organisation", "civil_service", "public_finance",
          "digital_government", "impact"]  # fmt: skip


def template(names: list[str], year: int) -> Table:
    rows: Table = [["Phụ lục: Chỉ số cải cách hành chính"], [], list(TEMPLATE)]
    for place, name in enumerate(names):
        score = f"{90 - place / 4:.2f}".replace(".", ",")
        rows.append(
            [place + 1, name, year, place + 1, score, *(f"{9 - place / 16:.3f}".replace(".", ",") for _ in FIELDS)]
        )
    return rows


@pytest.mark.parametrize("name", ["par.csv", "par.xlsx"])
def test_a_table_with_vietnamese_headings_and_decimal_commas_loads(
    name: str, load: Load, data: Path, reference: Reference
) -> None:
    names = names_of("par_index", 2022, reference)
    loaded = load("par_index", template(names, 2022), name, facts=FileFacts(published_on=date(2023, 4, 19)))
    assert loaded.counts == {2022: dict.fromkeys(sorted([*FIELDS, "total"]), 63)}
    second = scores_of(loaded)["2022", reference.province_on(names[1], date(2022, 12, 31)), "total"]
    assert (second["score"], second["rank_published"]) == ("89.75", "2")
    assert second["locator"].endswith("E5, D5" if name.endswith("csv") else "Sheet!E5, D5")
    page = (loaded.folder / "pages.csv").read_text("utf-8")
    assert ",2023-04-19," in page and ",B," in page
    raise_problems(check_folder(data, reference))


def test_a_flat_table_is_of_lower_trust_than_the_publishers_own_workbook(load: Load, reference: Reference) -> None:
    table = template(names_of("par_index", 2022, reference), 2022)
    for facts, grade in ((FileFacts(), "B"), (FileFacts("A"), "A")):
        loaded = load("par_index", [*table, []] if grade == "A" else table, "par.csv", facts=facts)
        with (loaded.folder / "pages.csv").open(encoding="utf-8", newline="") as file:
            assert [row["trust_grade"] for row in csv.DictReader(file)] == [grade]


def test_sheets_that_are_not_read_are_named(load: Load, reference: Reference) -> None:
    book = made_workbook("pci-2016", reference)
    book.create_sheet("Summary")["A1"] = "Province"
    assert load("pci", book).unread_sheets == ["Summary"]


def test_a_table_with_numbers_as_numbers_loads_and_the_edition_may_be_named(load: Load, reference: Reference) -> None:
    table: Table = [["Tỉnh", "Điểm", "Hạng"]]
    table += [[name, 70.5 + n / 10, n + 1] for n, name in enumerate(names_of("sipas", 2023, reference))]
    loaded = load("sipas", table, edition_year=2023)
    assert loaded.counts == {2023: {"total": 63}}
    assert scores_of(loaded)["2023", "an-giang", "total"]["score"] == "70.5"


def test_the_34_provinces_of_2025_load_where_the_edition_is_in_the_seed(
    load: Load, refused: Callable[..., list[str]], tmp_path: Path, reference: Reference
) -> None:
    names = list(reference.provinces_on(date(2025, 12, 31)).values())
    assert len(names) == 34
    table = template(names, 2025)
    assert "the seed index_edition has no such edition of par_index" in refused("par_index", table, "par.csv")[0]
    seeds = shutil.copytree(SEEDS, tmp_path / "seeds")
    path = seeds / "reference" / "index_edition.csv"
    heading = path.read_text("utf-8").splitlines()[0].split(",")
    edition = {"index_code": "par_index", "edition_year": "2025", "data_year": "2025", "provinces_on": "2025-12-31",
               "n_provinces": "34", "scale_max": "100"}  # fmt: skip
    with path.open("a", encoding="utf-8") as file:
        file.write(",".join(edition.get(column, "") for column in heading) + "\n")
    loaded = load("par_index", table, "par.csv", reference=Reference(seeds))
    assert loaded.counts[2025] == dict.fromkeys(sorted([*FIELDS, "total"]), 34)
    assert ("2025", "hue", "total") in scores_of(loaded) or ("2025", "thua-thien-hue", "total") in scores_of(loaded)


TABLE_FAULTS: dict[str, tuple[Callable[[Table], Any], str]] = {
    "percent sign": (lambda t: t[4].__setitem__(4, "89,75%"), "par.csv, row 5, column E: write the number without the "
                     "percent sign, such as 86,5 for 86,5 %; found '89,75%'"),
    "mixed marks": (lambda t: t[4].__setitem__(4, "89.75"), "row 5, column E: expected a number in Vietnamese style "
                    "such as 1.694 or 60,5; found '89.75'"),
    "unknown heading": (lambda t: t[2].__setitem__(6, "Cải cách thế chấp"), "row 3, column G: unknown heading; found "
                        "'Cải cách thế chấp'; nearest: Cải cách thể chế"),
    "no heading": (lambda t: t[2].__setitem__(6, ""), "row 3, column G: row 4 holds something here, but the column has "
                   "no heading"),
    "two headings alike": (lambda t: t[2].__setitem__(6, "Tổng điểm"), "row 3, column G: column E has a heading of the "
                           "same meaning; found 'Tổng điểm'"),
    "no year": (lambda t: t[2].__setitem__(2, "STT"), "row 3: no column 'Năm' says which edition this is; name it with "
                "--edition"),
    "a year that is none": (lambda t: t[7].__setitem__(2, "2O22"), "row 8, column C: expected the year of the edition; "
                            "found '2O22'"),
    "an unknown edition": (lambda t: t[7].__setitem__(2, 1999), "row 8, column C: the seed index_edition has no such "
                           "edition of par_index; it has: 2012, 2013"),
    "a row is gone": (lambda t: t.pop(40), "par.csv, row 3, column E: par_index 2022 has 63 provinces, here are 62; "
                      "missing: "),
    "a field is empty": (lambda t: t[40].__setitem__(5, ""), "par.csv, row 3, column F: par_index 2022 has 63 "
                         "provinces, here are 62; missing: "),
    "a mean among provinces": (lambda t: t.append(["", "Trung bình", 2022, "", "80"]), "row 67, column B: no province "
                               "had this name on 2022-12-31"),
    "no table": (lambda t: t.__setitem__(2, ["a", "b"]), "par.csv, row 1: no layout of par_index fits this file, and "
                 "none of the first 10 rows has the headings of a table"),
}  # fmt: skip


@pytest.mark.parametrize("fault", TABLE_FAULTS)
def test_a_spoilt_table_is_refused_with_the_place(
    fault: str, refused: Callable[..., list[str]], reference: Reference
) -> None:
    table = template(names_of("par_index", 2022, reference), 2022)
    change, expected = TABLE_FAULTS[fault]
    change(table)
    messages = refused("par_index", table, "par.csv")
    assert any(expected in message for message in messages), "\n".join(messages)


def test_a_cell_shown_as_percent_is_not_taken_for_a_fraction(
    refused: Callable[..., list[str]], reference: Reference
) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Tỉnh", "Điểm"])
    for name in names_of("sipas", 2023, reference):
        book.active.append([name, 0.825])
        book.active.cell(book.active.max_row, 2).number_format = "0.0%"
    assert "percent sign, such as 86,5 for 86,5 %; found '82.5%'" in refused("sipas", book, edition_year=2023)[0]


def test_ranks_may_be_printed_for_some_provinces_only(load: Load, reference: Reference) -> None:
    names = names_of("pci", 2023, reference)
    table: Table = [["Tỉnh", "PCI", "Xếp hạng"]]
    table += [[name, 60 + n / 10, n + 1 if n < 30 else None] for n, name in enumerate(names)]
    loaded = load("pci", table, edition_year=2023)
    assert sum(bool(row["rank_published"]) for row in scores_of(loaded).values()) == 30


# --- files that are no tables --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.xlsx", b"PK\x03\x04 nothing", "a.xlsx: the file is no readable XLSX workbook"),
        ("a.xls", b"<html></html>", "a.xls: the file is no readable XLS workbook"),
        ("a.csv", "Tỉnh;Điểm\n".encode("utf-16"), "a.csv, row 1: the file is not UTF-8 text; save it as CSV UTF-8"),
        ("a.csv", b"", "a.csv, row 1: no layout of pci fits this file"),
        ("a.pdf", b"%PDF", "a.pdf: expected an XLS, XLSX or CSV file"),
        ("missing.csv", None, "missing.csv: there is no such file"),
    ],
)
def test_a_file_that_is_no_table_is_refused(
    name: str, content: bytes | None, expected: str, refused: Callable[..., list[str]]
) -> None:
    assert expected in refused("pci", content, name)[0]


def test_an_unknown_index_is_refused_with_the_nearest(refused: Callable[..., list[str]]) -> None:
    assert refused("par", b"", "a.csv") == ["INDEX: unknown index; found 'par'; nearest: par_index; sipas"]


def test_absurd_files_are_refused(
    refused: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch, reference: Reference
) -> None:
    book = openpyxl.Workbook()
    book.active["A30000"] = 1
    assert "sheet Sheet, row 30000, column A: the sheet is too large; at most 20000 rows" in refused("pci", book)[0]
    book = openpyxl.Workbook()
    book.active.cell(1, 1001).value = 1
    assert "sheet Sheet, row 1, column ALM: the sheet is too large" in refused("pci", book)[0]
    monkeypatch.setattr(limits, "MAX_UNPACKED_BYTES", 1000)
    assert "when it is unpacked" in refused("pci", openpyxl.Workbook())[0]
    monkeypatch.setattr(limits, "MAX_BYTES", 10)
    assert "the file is larger than" in refused("pci", openpyxl.Workbook())[0]


def test_nothing_is_written_through_a_link(
    refused: Callable[..., list[str]], data: Path, tmp_path: Path, reference: Reference
) -> None:
    (tmp_path / "outside").mkdir()
    (data / "indices" / "par_index").symlink_to(tmp_path / "outside")
    table = template(names_of("par_index", 2022, reference), 2022)
    assert refused("par_index", table, "par.csv")[0].startswith(
        "indices/par_index: this is a link; what is loaded is written below"
    )
    assert list((tmp_path / "outside").iterdir()) == []


# --- the tables that say where figures stand -----------------------------------------------------------------------


def test_a_new_year_needs_rows_of_the_layout_table_and_no_python(
    load: Load, refused: Callable[..., list[str]], tmp_path: Path, reference: Reference
) -> None:
    book = made_workbook("pci-2016", reference)
    book["Summary_VN"]["W1"] = "PCI 2017"
    assert "the layout pci-2016 comes nearest" in refused("pci", book, "PCI_2017.xlsx")[0]
    tables = tmp_path / "tables"
    tables.mkdir()
    shutil.copy(TABLES / "index_headings.csv", tables)
    lines = (TABLES / "index_layouts.csv").read_text("utf-8").splitlines(keepends=True)
    lines += [line.replace("2016", "2017") for line in lines if line.startswith("pci-2016,")]
    (tables / "index_layouts.csv").write_text("".join(lines), "utf-8")
    loaded = load("pci", book, "PCI_2017.xlsx", tables=tables)
    assert (loaded.layout, loaded.counts[2017]["total"]) == ("pci-2017", 63)


def test_every_layout_names_editions_components_and_cells_that_exist(reference: Reference) -> None:
    with (TABLES / "index_layouts.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        edition = reference.index_edition(row["index_code"], int(row["edition_year"]))
        assert edition is not None and edition.scale_of(row["component_code"]) is not None, row
        assert row["figure"] in FIGURES and int(row["heading_row"]) < int(row["first_row"])
        assert column_letter(column_index(row["value_column"])) == row["value_column"]
    keys = [(row["layout"], row["edition_year"], row["component_code"], row["figure"]) for row in rows]
    assert len(keys) == len(set(keys))


def test_every_heading_of_a_flat_table_means_one_thing(reference: Reference) -> None:
    from ingest.reading.text import search_key

    with (TABLES / "index_headings.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for index_code in reference.indices:
        meanings = defaultdict(set)
        for name, component in reference.component_names(index_code).items():
            meanings[search_key(name)].add(("score", component))
        for row in rows:
            if row["index_code"] in ("*", index_code):
                assert row["figure"] in (*FIGURES, "province", "year", "ignored")
                meanings[search_key(row["heading"])].add((row["figure"], row["component_code"]))
        assert {key: found for key, found in meanings.items() if len(found) > 1} == {}


# --- the publishers' own workbooks ---------------------------------------------------------------------------------


def reference_scores(reference: Reference) -> dict[tuple[str, str, str, str], Decimal]:
    with (SEEDS / "reference" / "province.csv").open(encoding="utf-8", newline="") as file:
        ids = {row["gso_code"]: row["province_id"] for row in csv.DictReader(file) if row["valid_from"] < "2008-01-01"}
    found = {}
    for index_code, name in (("papi", "papi_long_2011_2024"), ("pci", "pci_long_2005_2022")):
        with (SHARED / "indices" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                component = {
                    "dimension_score": row.get("dimension", "").lower(),
                    "total_unweighted": "total",
                    "pci_weighted": "total",
                    "pci_unweighted": "unweighted",
                }.get(row["component"], row["component"])
                key = (index_code, row["year"], ids[row["gso_code_2004_2025"]], component)
                found[key] = Decimal(row["score"])
    return found


@pytest.mark.skipif(not WORKBOOKS, reason="the publishers' workbooks are not there")
def test_every_value_of_the_publishers_workbooks_is_that_of_the_reference(data: Path, reference: Reference) -> None:
    expected = reference_scores(reference)
    found = {}
    for path in WORKBOOKS:
        index_code = path.name.split("_")[0].lower()
        loaded = load_index_file(index_code, path, data, reference=reference)
        assert loaded.layout.startswith(index_code)
        for (year, province, component), row in scores_of(loaded).items():
            if row["score"]:
                found[index_code, year, province, component] = Decimal(row["score"])
    assert len(found) == 18919
    years = {key[:2] for key in found}
    assert found.keys() == {key for key in expected if key[:2] in years}
    # The reference has sums of rounded parts where the publisher prints a dimension or total of PAPI; and a seventh
    # decimal of 5 is rounded down there in places.
    sums = {"d1", "d2", "d3", "d4", "d5", "d6", "total"}
    for key, score in found.items():
        is_sum = key[0] == "papi" and key[3] in sums
        assert abs(score - expected[key]) <= Decimal("0.000005" if is_sum else "0.000001"), key
    raise_problems(check_folder(data, reference))
