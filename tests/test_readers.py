import json
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from records import Records, found_in

from ingest.check import CheckedPackage, check_folder

WHOLE = {"row_no"}
NUMBERS = {"value", "target_value", "budget_vnd_million"}


def typed(column: str, text: str) -> Any:
    """Return a record's cell as a spreadsheet or Parquet file would hold it: numbers and days typed."""
    if not text:
        return None
    if column.endswith(("_date", "_start", "_end")):
        return date.fromisoformat(text)
    if column in WHOLE:
        return int(text)
    return float(text) if column in NUMBERS else text


def write_xlsx(records: Records, path: Path) -> None:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    if records.document is not None:
        sheet = book.create_sheet("document")
        sheet.append(["field", "value"])
        for name, value in records.document.items():
            if isinstance(value, (dict, list)):
                value = json.dumps(value, ensure_ascii=False)
            sheet.append([name, date.fromisoformat(value) if name == "issue_date" else value])
    for name, rows in records.tables.items():
        sheet = book.create_sheet(name)
        sheet.append(list(rows[0]))
        for row in rows:
            sheet.append([typed(column, text) for column, text in row.items()])
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)


def write_parquet(records: Records, folder: Path) -> None:
    for name, rows in records.tables.items():
        columns = {c: [typed(c, row[c]) for row in rows] for c in rows[0]}
        pq.write_table(pa.table(columns), folder / f"{name}.parquet")
        (folder / f"{name}.csv").unlink(missing_ok=True)


def content(checked: CheckedPackage) -> dict[str, list[Any]]:
    assert checked.problems == []
    return {name: [r.model_dump() for r in checked.of(name)] for name in ("document", *sorted(checked.records))}


def only(data: Path) -> CheckedPackage:
    (checked,) = check_folder(data)
    return checked


def test_the_same_records_as_csv_as_workbook_and_as_parquet_are_equal(plan: Records, tmp_path: Path) -> None:
    from_csv = only(plan.write().parent)
    write_xlsx(plan, tmp_path / "x" / "plan" / "plan.xlsx")
    from_xlsx = only(tmp_path / "x")
    parquet = plan.copy(tmp_path / "p" / "plan")
    write_parquet(parquet, parquet.write())
    from_parquet = only(tmp_path / "p")
    assert content(from_csv) == content(from_xlsx) == content(from_parquet)
    assert from_csv.of("results")[0].value == Decimal(26286)
    assert [table.path.suffix for table in from_parquet.package.tables.values()] == [".yml"] + [".parquet"] * 3
    assert {table.sheet for table in from_xlsx.package.tables.values()} == {"document", "targets", "results", "tasks"}


def test_web_pages_are_read_from_a_workbook_too(pages: Records, tmp_path: Path) -> None:
    write_xlsx(pages, tmp_path / "x" / "pages" / "all.xlsx")
    from_xlsx = only(tmp_path / "x")
    assert from_xlsx.package.is_pages
    assert content(from_xlsx)["results"] == content(only(pages.write().parent))["results"]


def test_a_fault_in_a_workbook_is_named_with_sheet_row_and_column(plan: Records, tmp_path: Path) -> None:
    plan.tables["results"][0]["unit"] = "procedure"
    plan.document.pop("licence")  # type: ignore[union-attr]
    plan.document["titel_vi"] = "x"  # type: ignore[index]
    write_xlsx(plan, tmp_path / "x" / "plan.xlsx")
    assert [str(p).split("; nearest")[0] for p in found_in(tmp_path / "x")] == [
        "plan.xlsx, sheet document, column licence: missing field",
        "plan.xlsx, sheet document, column titel_vi: unknown field",
        "plan.xlsx, sheet results, row 2, column unit: the indicator dossiers_received_count is measured in dossier; "
        "found 'procedure'",
    ]


def test_a_sheet_with_no_known_name_is_named_with_the_nearest_table(plan: Records, tmp_path: Path) -> None:
    path = tmp_path / "x" / "plan.xlsx"
    plan.tables["target"] = plan.tables.pop("targets")
    write_xlsx(plan, path)
    (found,) = found_in(tmp_path / "x")
    assert (found.sheet, found.message, found.nearest[0]) == (
        "target",
        "unknown sheet; expected the name of a record table",
        "targets",
    )


@pytest.mark.parametrize("kind", ["truncated", "a renamed text file", "empty"])
def test_a_workbook_that_is_none_is_refused_by_name(plan: Records, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x" / "plan.xlsx"
    write_xlsx(plan, path)
    whole = path.read_bytes()
    path.write_bytes({"truncated": whole[: len(whole) // 2], "empty": b""}.get(kind, "số liệu\n".encode()))
    messages = [str(p) for p in found_in(tmp_path / "x")]
    assert any(m.startswith("plan.xlsx: the file is no readable XLSX workbook") for m in messages)


@pytest.mark.parametrize("kind", ["truncated", "a renamed text file", "empty"])
def test_a_parquet_file_that_is_none_is_refused_by_name(plan: Records, kind: str) -> None:
    folder = plan.write()
    write_parquet(plan, folder)
    whole = (folder / "tasks.parquet").read_bytes()
    spoilt = {"truncated": whole[: len(whole) // 2], "empty": b""}.get(kind, "số liệu\n".encode())
    (folder / "tasks.parquet").write_bytes(spoilt)
    (found,) = found_in(folder.parent)
    assert str(found) == "plan/tasks.parquet: the file is no readable Parquet file"


def test_a_table_that_is_present_twice_is_refused_with_both_places(plan: Records) -> None:
    plan.write()
    write_xlsx(Records(plan.folder, None, {"tasks": plan.tables["tasks"]}), plan.folder / "more.xlsx")
    (found,) = found_in(plan.folder.parent)
    assert str(found) == "plan/tasks.csv: the table tasks stands here and in plan/more.xlsx"


def test_rows_below_a_workbooks_table_that_were_once_touched_are_no_rows(plan: Records, tmp_path: Path) -> None:
    path = tmp_path / "x" / "plan.xlsx"
    write_xlsx(plan, path)
    book = openpyxl.load_workbook(path)
    book["tasks"].cell(row=40, column=3).value = " "
    book["tasks"].cell(row=60, column=1).number_format = "0.00"
    book.save(path)
    assert len(only(tmp_path / "x").package.tables["tasks"].rows) == 2
    assert found_in(tmp_path / "x") == []


def test_an_empty_row_between_rows_of_a_workbook_is_named(plan: Records, tmp_path: Path) -> None:
    path = tmp_path / "x" / "plan.xlsx"
    write_xlsx(plan, path)
    book = openpyxl.load_workbook(path)
    book["tasks"].insert_rows(3)
    book["tasks"].cell(row=4, column=2).value = "hai"
    book.save(path)
    assert [(p.sheet, p.row, p.message[:16]) for p in found_in(tmp_path / "x")] == [
        ("tasks", 3, "the row is empty"),
        ("tasks", 4, "expected a plain"),
    ]


def test_typed_cells_become_what_a_person_would_have_typed(plan: Records, tmp_path: Path) -> None:
    path = tmp_path / "x" / "plan.xlsx"
    write_xlsx(plan, path)
    book = openpyxl.load_workbook(path)
    sheet = book["targets"]
    heads = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(row=2, column=heads["due_date"]).value = datetime(2021, 12, 31, 0, 0)
    sheet.cell(row=2, column=heads["target_value"]).value = 95.5
    book.save(path)
    row = only(tmp_path / "x").package.tables["targets"].rows[0]
    assert (row["due_date"], row["target_value"], row["reading_note"]) == ("2021-12-31", "95.5", None)


def test_decomposed_letters_of_a_file_are_composed_in_the_record(plan: Records) -> None:
    plan.write()
    plan.edit("tasks.csv", lambda raw: unicodedata.normalize("NFD", raw.decode()).encode())
    (checked,) = check_folder(plan.folder.parent)
    assert checked.problems == []
    assert checked.of("tasks")[0].task_vi == "Xây dựng kế hoạch"
    assert unicodedata.is_normalized("NFC", checked.of("tasks")[0].coordinating_text)
