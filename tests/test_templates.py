"""Workbooks that officials fill in: what stands in them, how they are checked by cell, and added to the records.

The figures are made up."""

import io
import shutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import faulty
import openpyxl
import pytest
import yaml
from commands import Parvn
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet.worksheet import Worksheet
from records import Records, found_in

from ingest import adding, durable
from ingest.adding import Addition, check_workbook, plan_addition, write_addition
from ingest.contracts import TABLES, columns_of
from ingest.durable import write_folder
from ingest.paths import PROJECT
from ingest.problems import BadInput, ParvnError
from ingest.readers import read_package
from ingest.reading.text import search_key
from ingest.reference import Reference
from ingest.templates import SHEETS, TYPES, asked_columns, choices, form_columns, shown, template
from ingest.workbooks import XlsxFile

DOCUMENTS = {
    "ha-tinh-2020-plan": "plan",
    "quang-nam-2020-plan": "plan",
    "thua-thien-hue-2020-key-programme": "plan",
    "thua-thien-hue-2020-q3-report": "results",
    "thua-thien-hue-2025-plan": "plan",
}
FACTS = {
    "Tỉnh, thành phố": "Lai Châu",
    "Số, ký hiệu": "12/BC-UBND",
    "Ngày ban hành": date(2024, 10, 5),
    "Tên văn bản": "Báo cáo công tác cải cách hành chính quý III năm 2024",
    "Năm kế hoạch": 2024,
    "Từ ngày": "01/7/2024",
    "Đến ngày": datetime(2024, 9, 30),
}
RESULTS: list[dict[str, Any]] = [
    {
        "Chỉ số": "Số hồ sơ đã tiếp nhận",
        "Cấp hành chính": "Cấp tỉnh",
        "Giá trị": 12345,
        "Nguyên văn": "đã tiếp nhận 12.345 hồ sơ",
        "Vị trí trong văn bản": "II.2; trang 4",
        "Cách tính hồ sơ tiếp nhận": "Gồm kỳ trước chuyển qua",
    },
    {
        "Chỉ số": "dossiers_resolved_count",
        "Cấp hành chính": "province",
        "Giá trị": "12.000",
        "Nguyên văn": "đã giải quyết 12.000 hồ sơ",
        "Vị trí trong văn bản": "II.2; tr. 4-5",
    },
    {
        "Chỉ số": "Hồ sơ giải quyết trước hạn và đúng hạn",
        "Cấp hành chính": "Cấp tỉnh",
        "Giá trị": 11900,
        "Nguyên văn": "trước và đúng hạn 11.900 hồ sơ",
        "Vị trí trong văn bản": "II.2; dòng 8",
    },
    {
        "Chỉ số": "Số hồ sơ đang giải quyết",
        "Cấp hành chính": "Cấp tỉnh",
        "Giá trị": 345,
        "Nguyên văn": "đang giải quyết 345 hồ sơ",
        "Vị trí trong văn bản": "II.2; tr. 4",
    },
]
Row = dict[str, Any]


class Form:
    """A workbook as a person sees it: by headings."""

    def __init__(self, kind: str, reference: Reference, **given: Any) -> None:
        self.book = openpyxl.load_workbook(io.BytesIO(template(kind, reference, **given)))

    def field(self, heading: str, value: Any) -> None:
        sheet = self.book["Văn bản"]
        (row,) = (r for r in range(1, sheet.max_row + 1) if str(sheet.cell(r, 1).value).removesuffix(" *") == heading)
        sheet.cell(row, 2).value = value

    def column(self, sheet: str, heading: str) -> int:
        texts = [str(cell.value).removesuffix(" *") for cell in self.book[sheet][2]]
        return texts.index(heading) + 1

    def row(self, sheet: str, number: int, values: Row, **formats: str) -> None:
        for heading, value in values.items():
            cell = self.book[sheet].cell(number, self.column(sheet, heading))
            cell.value = value
            if isinstance(value, float) and value < 1:
                cell.number_format = "0.0%"

    def save(self, path: Path) -> Path:
        self.book.save(path)
        return path


def report(reference: Reference, facts: Row | None = None, rows: list[Row] | None = None) -> Form:
    """Return a filled report."""
    form = Form("results", reference)
    for heading, value in (facts or FACTS).items():
        form.field(heading, value)
    for number, values in enumerate(rows or RESULTS, start=4):
        form.row("Kết quả", number, values)
    return form


@pytest.fixture
def data(plan: Records) -> Path:
    """Records with one small plan."""
    return plan.write().parent


@pytest.fixture
def add(data: Path, tmp_path: Path, reference: Reference) -> Callable[..., Addition]:
    """Adds a form to the records."""

    def run(form: Form, **reason: Any) -> Addition:
        addition = plan_addition(form.save(tmp_path / "ket-qua.xlsx"), data, reference, **reason)
        if addition.files:
            write_addition(addition)
        return addition

    return run


@pytest.fixture
def refused(data: Path, tmp_path: Path, reference: Reference) -> Callable[[Form], list[str]]:
    """Returns what is wrong with a form."""

    def run(form: Form) -> list[str]:
        with pytest.raises(BadInput) as error:
            check_workbook(form.save(tmp_path / "ket-qua.xlsx"), data, reference)
        return [str(problem) for problem in error.value.problems]

    return run


# --- what stands in them -------------------------------------------------------------------------------------------


def test_every_column_that_people_fill_has_a_heading_of_its_own_and_a_help_text() -> None:
    form = form_columns()
    assert form.keys() == {"document", "targets", "tasks", "results"}
    for table, columns in form.items():
        assert columns.keys() == set(columns_of(table))
        keys = [search_key(column.heading) for column in asked_columns(table)]
        assert len(set(keys)) == len(keys) and search_key("STT") not in keys
        for column in asked_columns(table):
            assert column.heading and 10 < len(column.meaning) <= 255, column.name
            contract = TABLES[table].model_fields[column.name]
            assert column.asked != "optional" or not contract.is_required() or "Để trống" in column.meaning, column.name


def test_no_two_choices_of_a_drop_down_have_one_name(reference: Reference) -> None:
    lists = {column.list for columns in form_columns().values() for column in columns.values() if column.list}
    assert {"province_id", "indicator_code", "yes_no"} < lists
    for name in lists:
        labels = choices(name, reference)
        assert labels and len({search_key(label) or label for label in labels.values()}) == len(labels), name
        known = reference.indicators if name == "indicator_code" else reference.vocabularies.get(name, labels)
        assert labels.keys() == set(known)


def test_the_examples_are_what_the_held_records_state(reference: Reference) -> None:
    held = {name: read_package(PROJECT / "data" / name, PROJECT / "data").tables for name in DOCUMENTS}
    for table, document in (("targets", 0), ("tasks", 0), ("results", 0), ("document", 0), ("document", 1)):
        example = {
            column.name: column.examples[document] for column in asked_columns(table) if column.examples[document]
        }
        assert len(example) > 8
        rows = [row for tables in held.values() for row in (tables[table].rows if table in tables else ())]
        assert any(example.items() <= row.items() for row in rows), table


@pytest.mark.parametrize("kind", ["plan", "tasks", "results"])
def test_a_form_has_locked_headings_open_cells_drop_downs_and_help(kind: str, reference: Reference) -> None:
    content = template(kind, reference)
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["Hướng dẫn", "Văn bản", *(SHEETS[table] for table in TYPES[kind]), "Danh mục"]
    assert book["Danh mục"].sheet_state == "hidden"
    for table in TYPES[kind]:
        sheet = book[SHEETS[table]]
        assert isinstance(sheet, Worksheet)
        assert sheet.protection.sheet and not sheet.protection.password and sheet.freeze_panes == "B3"
        columns = asked_columns(table)
        headings = [str(cell.value) for cell in sheet[2]]
        assert headings == ["STT"] + [c.heading + " *" * c.is_required(kind) for c in columns]
        assert all(cell.protection.locked for row in sheet["1:3"] for cell in row)
        helped = {}
        for validation in sheet.data_validations.dataValidation:
            (first, _, _, _) = range_boundaries(str(validation.sqref))
            helped[first] = validation
        for number, column in enumerate(columns, start=2):
            assert not sheet.column_dimensions[get_column_letter(number)].protection.locked
            assert helped[number].prompt == column.meaning
            if column.list:
                name, cells = str(helped[number].formula1).replace("'", "").split("!")
                listed = [row[0].value for row in book[name][cells.replace("$", "")]]
                assert listed == list(choices(column.list, reference).values())
    file = XlsxFile(content, "mau.xlsx")
    assert [problem for name in book.sheetnames[:-1] for problem in file.unseen(name)] == []


def test_the_columns_stand_in_the_order_of_the_official_forms() -> None:
    def order(table: str, *names: str) -> bool:
        columns = [column.name for column in asked_columns(table)]
        return sorted(names, key=columns.index) == list(names)

    assert order("targets", "reform_field_code", "subject_vi", "indicator_code", "target_value", "unit", "due_text")
    assert order(
        "results", "reform_field_code", "indicator_code", "period_start", "admin_level", "numerator", "denominator",
        "value", "unit", "printed_text", "locator",
    )  # fmt: skip
    assert order(
        "tasks", "task_no", "task_vi", "product_vi", "lead_text", "coordinating_text", "due_text", "budget_text"
    )


# --- filled in -----------------------------------------------------------------------------------------------------


def test_a_quarters_results_become_records_that_pass_every_check(
    add: Callable[..., Addition], data: Path, reference: Reference
) -> None:
    addition = add(report(reference))
    assert (addition.is_new, addition.document_id, addition.count("added")) == (True, "lai-chau-2024-q3-report", 4)
    assert found_in(data) == []
    package = read_package(data / "lai-chau-2024-q3-report", data)
    document = package.tables["document"].rows[0]
    assert document.items() >= {
        "province": "lai-chau", "issue_date": "2024-10-05", "period_start": "2024-07-01", "period_end": "2024-09-30",
        "known_from": "2024-10-05", "known_from_basis": "printed_date", "document_kind": "periodic_report",
        "legal_form": "BC", "issuer_vi": "UBND tỉnh Lai Châu", "source_family_code": "lai-chau-par-reports",
    }.items()  # fmt: skip
    rows = package.tables["results"].rows
    assert [row["result_id"] for row in rows] == [f"lai-chau-2024-q3-report-r00{n}" for n in (1, 2, 3, 4)]
    assert [row["value"] for row in rows] == ["12345", "12000", "11900", "345"]
    assert [row["locator"] for row in rows] == ["II.2; tr. 4", "II.2; tr. 4-5", "II.2; L8", "II.2; tr. 4"]
    assert rows[0].items() >= {
        "indicator_code": "dossiers_received_count", "reform_field_code": "procedures", "unit": "dossier",
        "subject_vi": "Số hồ sơ đã tiếp nhận", "received_basis": "with_carry_over", "period_start": "2024-07-01",
        "period_end": "2024-09-30", "is_period_implied": "true",
    }.items()  # fmt: skip
    # what is open at the end of a period belongs to its flow
    assert (rows[3]["measured_on"], rows[3]["period_start"]) == ("2024-09-30", "2024-07-01")


@pytest.mark.parametrize(
    ("typed", "printed", "value"),
    [
        (60.5, "đạt 60,5%", "60.5"),
        ("60,5", "đạt 60,5%", "60.5"),
        ("60,5%", "đạt 60,5%", "60.5"),
        (0.605, "đạt 60,5%", "60.5"),
        (100, "đạt 100%", "100"),
    ],
)
def test_a_percent_is_read_however_excel_holds_it(
    add: Callable[..., Addition], data: Path, reference: Reference, typed: Any, printed: str, value: str
) -> None:
    row = RESULTS[0] | {"Chỉ số": "dossiers_on_time_pct", "Giá trị": typed, "Nguyên văn": printed}
    add(report(reference, rows=[row]))
    (found,) = read_package(data / "lai-chau-2024-q3-report", data).tables["results"].rows
    assert found["value"] == value


def test_a_plan_with_targets_and_tasks_is_read_from_its_words(
    add: Callable[..., Addition], data: Path, reference: Reference
) -> None:
    form = Form("plan", reference)
    for heading, value in {"Tỉnh, thành phố": "An Giang", "Số, ký hiệu": "1/KH-UBND", "Ngày ban hành": "15/12/2025",
                           "Tên văn bản": "Kế hoạch năm 2026", "Năm kế hoạch": 2026}.items():  # fmt: skip
        form.field(heading, value)
    target = {"STT": 1, "Chỉ số": "dossiers_on_time_pct", "Phép so sánh": "tối thiểu", "Giá trị chỉ tiêu": 98,
              "Cấp hành chính": "Toàn tỉnh", "Nguyên văn": "tối thiểu 98% hồ sơ đúng hạn",
              "Vị trí trong văn bản": "II; tr. 2",
              "Thời hạn theo văn bản": "Quý III"}  # fmt: skip
    form.row("Chỉ tiêu", 4, target)
    form.row("Chỉ tiêu", 5, target | {"STT": 2, "Vị trí trong văn bản": "III; tr. 5", "Nhắc lại chỉ tiêu": 1})
    deed = {"Lĩnh vực": "Cải cách thể chế", "Nội dung": "Ban hành kế hoạch", "Phép so sánh": "hoàn thành"}
    deed |= {"STT": 3}
    form.row("Chỉ tiêu", 7, target | dict.fromkeys(("Chỉ số", "Giá trị chỉ tiêu", "Thời hạn theo văn bản")) | deed)
    form.row("Nhiệm vụ", 4, {
        "Lĩnh vực": "Cải cách thể chế", "Nhiệm vụ": "Rà soát văn bản", "Cơ quan chủ trì": "Sở Tư pháp",
        "Thời gian hoàn thành": "Quý I", "Kinh phí": "50", "Vị trí trong văn bản": "PL.1; tr. 9",
    })  # fmt: skip
    addition = add(form)
    assert addition.document_id == "an-giang-2025-2026-plan"  # the province that had the name on the day of issue
    assert found_in(data) == []
    tables = read_package(addition.folder, data).tables
    assert tables["targets"].rows[0].items() >= {
        "due_date": "2026-09-30", "comparator": ">=", "target_value": "98", "target_origin": "target_section",
    }.items()  # fmt: skip
    assert tables["targets"].rows[1]["restates_target_id"] == "an-giang-2025-2026-plan-t001"
    assert "subject_en" not in tables["targets"].rows[2] or tables["targets"].rows[2]["subject_en"] is None
    assert tables["tasks"].rows[0].items() >= {
        "lead_agency_ids": "so-tu-phap", "due_kind": "fixed", "due_end": "2026-03-31", "budget_vnd_million": "50",
        "printed_text": "Rà soát văn bản", "row_no": "1",
    }.items()  # fmt: skip


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_form_filled_with_a_held_document_says_what_is_held(
    document: str, tmp_path: Path, reference: Reference
) -> None:
    data = tmp_path / "data"
    shutil.copytree(PROJECT / "data" / document, data / document)
    form = Form(DOCUMENTS[document], reference, held=adding.held_rows(document, data))
    addition = plan_addition(form.save(tmp_path / "held.xlsx"), data, reference)
    assert (addition.is_new, addition.changes, addition.files) == (False, [], {})
    assert sum(addition.rows.values()) > 30


# --- mistakes ------------------------------------------------------------------------------------------------------

NO_SUCH_NUMBER = (
    "the printed words do not state this number; write the number they state, "
    "or 'Cách đọc giá trị' = 'Theo ngữ cảnh' with a 'Ghi chú cách đọc'"
)
K = "ket-qua.xlsx, sheet Kết quả, cell"
V = "ket-qua.xlsx, sheet Văn bản, cell"
MISTAKES: dict[str, tuple[Callable[[Form], Any], str]] = {
    "another number than the words": (
        lambda form: form.row("Kết quả", 4, {"Giá trị": 12354}),
        f"{K} K4, column Giá trị: {NO_SUCH_NUMBER}; found '12354' in 'đã tiếp nhận 12.345 hồ sơ'",
    ),
    "a point for the thousands that became a decimal point": (
        lambda form: form.row("Kết quả", 4, {"Giá trị": 12.345}),
        f"{K} K4, column Giá trị: {NO_SUCH_NUMBER}; found '12.345' in 'đã tiếp nhận 12.345 hồ sơ'",
    ),
    "no number": (
        lambda form: form.row("Kết quả", 5, {"Giá trị": "mười hai"}),
        f"{K} K5, column Giá trị: expected a number in Vietnamese style such as 1.694 or 60,5; found 'mười hai'",
    ),
    "a day that does not exist": (
        lambda form: form.row("Kết quả", 6, {"Từ ngày": "31/02/2024", "Đến ngày": "30/9/2024"}),
        f"{K} E6, column Từ ngày: there is no such day in the calendar; expected a day such as 28/02/2020; "
        "found '31/02/2024'",
    ),
    "a number for a day": (
        lambda form: form.row("Kết quả", 6, {"Ngày đo": 45000}),
        f"{K} G6, column Ngày đo: expected a day such as 15/01/2025; format the cell as a date; found '45000'",
    ),
    "a period that ends before it starts": (
        lambda form: form.row("Kết quả", 4, {"Từ ngày": "01/10/2024", "Đến ngày": "30/9/2024"}),
        f"{K} F4, column Đến ngày: the period ends before it starts; found '30/9/2024'",
    ),
    "an unknown choice, told once": (
        lambda form: form.row("Kết quả", 4, {"Chỉ số": "Số hồ sơ tiếp nhận"}),
        f"{K} C4, column Chỉ số: this is not in the list of this column; found 'Số hồ sơ tiếp nhận'; "
        "nearest: Số hồ sơ đã tiếp nhận; Hồ sơ tiếp nhận trực tiếp; Hồ sơ tiếp nhận trực tuyến",
    ),
    "a document's period that ends before it starts, told once, where it stands": (
        lambda form: form.field("Từ ngày", "15/12/2024"),
        "ket-qua.xlsx, sheet Văn bản, cell B11, column Đến ngày: the period ends before it starts; found '2024-09-30'",
    ),
    "another unit than the indicator's": (
        lambda form: form.row("Kết quả", 4, {"Đơn vị tính": "%"}),
        f"{K} L4, column Đơn vị tính: the indicator 'Số hồ sơ đã tiếp nhận' is measured in 'hồ sơ'; found '%'",
    ),
    "no words": (
        lambda form: form.row("Kết quả", 7, {"Nguyên văn": None}),
        f"{K} M7, column Nguyên văn: a value is missing",
    ),
    "no place": (
        lambda form: form.row("Kết quả", 7, {"Vị trí trong văn bản": "trang 4"}),
        f"{K} N7, column Vị trí trong văn bản: expected '<section or row>; L<first>-<last>[, L...]' "
        "or '<section or row>; tr. <page>'; found 'trang 4'",
    ),
    "an unknown province, told once": (
        lambda form: form.field("Tỉnh, thành phố", "Lai Chôu"),
        f"{V} B3, column Tỉnh, thành phố: this is not in the list of this column; found 'Lai Chôu'; "
        "nearest: Lai Châu; Gia Lai (đến 30/06/2025); Gia Lai (từ 01/07/2025)",
    ),
    "no day at all": (
        lambda form: form.field("Ngày ban hành", None),
        f"{V} B12, column Có thể biết từ ngày: without the day of issue, the day on which the document could be known "
        "is needed",
    ),
    "an id that another document has": (
        lambda form: form.row("Kết quả", 4, {"Mã kết quả": "ha-tinh-2021-plan-r01"}),
        f"{K} AC4, column Mã kết quả: this id stands in plan/results.csv too; found 'ha-tinh-2021-plan-r01'",
    ),
    "a formula": (
        lambda form: form.row("Kết quả", 4, {"Giá trị": "=1+2"}),
        f"{K} K4: the cell is a formula, whose value may be stale; put the value there",
    ),
    "a heading that nobody knows": (
        lambda form: form.row("Kết quả", 2, {"Ghi chú": "Ghi chép"}),
        f"{K} AA2, column AA: unknown heading; found 'Ghi chép'; nearest: Ghi chú cách đọc; Ghi chú",
    ),
    "something beside the table": (
        lambda form: form.book["Kết quả"].cell(5, 40, "xem lại"),
        f"{K} AN5, column AN: something stands here, but the column has no heading; found 'xem lại'",
    ),
    "an example that was changed": (
        lambda form: form.row("Kết quả", 3, {"Giá trị": 5}),
        f"{K} A3, column STT: this row is marked as the example, which is never loaded, but it was changed; "
        "if it is a record, clear this cell; if not, empty the row; found 'Ví dụ'",
    ),
    "data of a person": (
        lambda form: form.row("Kết quả", 4, {"Ghi chú": "liên hệ 0912 345 678"}),
        f"{K} AA4, column Ghi chú: this looks like a telephone number; records hold no personal data; "
        "found '0912 345 678'",
    ),
    "a sheet that is gone": (
        lambda form: form.book.remove(form.book["Văn bản"]),
        "ket-qua.xlsx: the sheet 'Văn bản' is missing; take a new form with parvn template",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_its_sheet_cell_and_heading(
    refused: Callable[[Form], list[str]], reference: Reference, mistake: str
) -> None:
    spoil, message = MISTAKES[mistake]
    form = report(reference)
    spoil(form)
    assert refused(form) == [message]


def test_all_mistakes_are_named_at_once(refused: Callable[[Form], list[str]], reference: Reference) -> None:
    form = report(reference)
    together = ("another number than the words", "no number", "a day that does not exist", "no words", "no place",
                "an unknown province, told once")  # fmt: skip
    for mistake in together:
        MISTAKES[mistake][0](form)
    assert sorted(refused(form)) == sorted(MISTAKES[mistake][1] for mistake in together)


def test_the_example_is_left_out_and_a_form_with_nothing_else_is_empty(
    refused: Callable[[Form], list[str]], reference: Reference
) -> None:
    form = Form("results", reference)
    for heading, value in FACTS.items():
        form.field(heading, value)
    assert form.book["Kết quả"]["A3"].value == "Ví dụ"
    assert refused(form) == ["ket-qua.xlsx: nothing was filled in below the example (Kết quả)"]


# --- twice, and corrected ------------------------------------------------------------------------------------------


def test_the_same_file_twice_is_no_work(add: Callable[..., Addition], reference: Reference) -> None:
    folder = add(report(reference)).folder
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    again = add(report(reference))
    assert (again.changes, again.files, again.folder) == ([], {}, folder)
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_a_correction_shows_the_cells_needs_a_reason_and_keeps_the_ids(
    add: Callable[..., Addition], data: Path, reference: Reference
) -> None:
    folder = add(report(reference)).folder
    new = RESULTS[0] | {"Cấp hành chính": "Cấp xã", "Giá trị": 7, "Nguyên văn": "7 hồ sơ"}
    changed = RESULTS[1] | {"Giá trị": 12001, "Nguyên văn": "đã giải quyết 12.001 hồ sơ"}
    form = report(reference, rows=[new, RESULTS[0], changed, RESULTS[2]])
    with pytest.raises(BadInput, match="this differs from what is held; say why: --reason"):
        add(form)
    assert "12000" in (folder / "results.csv").read_text("utf-8")
    with pytest.raises(BadInput, match="needs the day since when it is known"):
        add(form, reason="source_revised")
    with pytest.raises(BadInput, match=r"known later than the document itself \(2024-10-05\)"):
        add(form, reason="source_revised", known_from=date(2024, 10, 5))
    addition = add(form, reason="source_revised", known_from=date(2024, 11, 1))
    name, quarter = "Kết quả, lai-chau-2024-q3-report", "2024-07-01 .. 2024-09-30"
    assert sorted(map(str, addition.changes)) == [
        f"added {name}-r005: Số hồ sơ đã tiếp nhận; Cấp xã; {quarter}; 7; 7 hồ sơ",
        f"changed {name}-r002, Giá trị: 12000 -> 12001",
        f"changed {name}-r002, Nguyên văn: đã giải quyết 12.000 hồ sơ -> đã giải quyết 12.001 hồ sơ",
        f"removed {name}-r004: Số hồ sơ đang giải quyết; Cấp tỉnh; {quarter}; 345; đang giải quyết 345 hồ sơ",
    ]
    assert found_in(data) == []
    fields = yaml.safe_load((folder / "document.yml").read_text("utf-8"))
    assert (fields["vintage_reason"], fields["revised_known_from"]) == ("source_revised", "2024-11-01")
    # An id is never used again: not even that of the removed row, and though r004 and r005 may both be gone by then.
    add(report(reference, rows=RESULTS[:1]), reason="record_corrected")
    add(report(reference, rows=[RESULTS[0], RESULTS[3]]))
    rows = read_package(folder, data).tables["results"].rows
    assert [row["result_id"] for row in rows] == ["lai-chau-2024-q3-report-r001", "lai-chau-2024-q3-report-r006"]


def test_what_the_form_does_not_ask_stays_as_it_is_held(plan: Records, tmp_path: Path, reference: Reference) -> None:
    assert plan.document is not None
    plan.tables["targets"][0]["revised_known_from"] = "2021-02-01"
    plan.document["trust_grade"] = "B"
    data = plan.write().parent
    before = {path.name: path.read_bytes() for path in (data / "plan").iterdir()}
    form = Form("plan", reference, held=adding.held_rows("ha-tinh-2021-plan", data))
    form.field("Tên văn bản", "Kế hoạch cải cách hành chính năm 2021 (sửa)")
    form.row("Chỉ tiêu", 4, {"Nội dung": "hồ sơ giải quyết trước và đúng hạn"})
    addition = plan_addition(form.save(tmp_path / "x.xlsx"), data, reference, "record_corrected")
    write_addition(addition)
    tables = read_package(data / "plan", data).tables
    assert tables["targets"].rows[0]["revised_known_from"] == "2021-02-01"
    assert tables["document"].rows[0]["trust_grade"] == "B"
    assert tables["document"].rows[0]["title_vi"] == "Kế hoạch cải cách hành chính năm 2021 (sửa)"
    for name in ("tasks.csv", "results.csv"):
        assert (data / "plan" / name).read_bytes() == before[name]


def test_another_document_is_not_taken_for_the_held_one(
    add: Callable[..., Addition], refused: Callable[[Form], list[str]], reference: Reference
) -> None:
    add(report(reference))
    (problem,) = refused(report(reference, facts=FACTS | {"Số, ký hiệu": "13/BC-UBND"}))
    assert problem == (
        f"{V} B5, column Số, ký hiệu: the document lai-chau-2024-q3-report is held with another value here "
        "(12/BC-UBND); if this is another document, give it an id; found '13/BC-UBND'"
    )
    (problem,) = refused(report(reference, facts=FACTS | {"Mã văn bản": "lai-chau-x"}))
    assert problem.startswith(f"{V} B22, column Mã văn bản: this document is held as lai-chau-2024-q3-report; ")


def test_a_held_document_that_cannot_be_read_whole_is_not_written_anew(
    add: Callable[..., Addition], reference: Reference
) -> None:
    file = add(report(reference)).folder / "results.csv"
    with file.open("a", encoding="utf-8") as rows:
        rows.write("one,cell,too,few\n")
    with pytest.raises(BadInput, match=r"lai-chau-2024-q3-report/results.csv, row 6: expected \d+ cells, found 4"):
        add(report(reference, rows=RESULTS[:2]), reason="record_corrected")
    assert file.read_text("utf-8").endswith("one,cell,too,few\n")


def test_nothing_is_written_over_records_that_changed_meanwhile(
    data: Path, tmp_path: Path, reference: Reference
) -> None:
    addition = plan_addition(report(reference).save(tmp_path / "x.xlsx"), data, reference)
    write_addition(addition)
    with pytest.raises(ParvnError, match="was changed meanwhile"):
        write_addition(addition)


# --- killed --------------------------------------------------------------------------------------------------------

OLD, NEW = {"a": b"old", "b": b"old"}, {"a": b"new", "c": b"new"}


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}


@pytest.mark.parametrize("old", [{}, OLD], ids=["new folder", "held folder"])
def test_a_folder_whose_writing_is_killed_anywhere_is_the_old_one_or_the_new_one(
    tmp_path: Path, old: dict[str, bytes]
) -> None:
    seen = set()
    for step in range(1, 30):
        for before in (True, False):
            folder = tmp_path / f"{step}{before}" / "records"
            if old:
                write_folder(folder, old)
            code = faulty.finish(faulty.write_folder_and_die, folder, NEW, step, before)
            assert files_of(folder) in (old, NEW)
            seen.add((code, files_of(folder) == NEW))
        if code == 0:
            break
    assert seen == {(-9, False), (-9, True), (0, True)}


def test_where_names_cannot_be_exchanged_the_old_folder_comes_back_if_the_new_one_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise OSError("not here")

    folder = tmp_path / "records"
    write_folder(folder, OLD)
    monkeypatch.setattr(durable, "exchange", fail)
    write_folder(folder, NEW)
    assert files_of(folder) == NEW
    real = Path.rename
    monkeypatch.setattr(Path, "rename", lambda self, to: fail() if to == folder else real(self, to))
    with pytest.raises(OSError, match="not here"):
        write_folder(folder, OLD)
    assert files_of(folder) == NEW and [path.name for path in tmp_path.iterdir()] == ["records"]


# --- an index table, and the command -------------------------------------------------------------------------------


def test_an_index_table_is_added_by_the_way_of_the_publishers_files(
    parvn: Parvn, data: Path, tmp_path: Path, reference: Reference
) -> None:
    file = tmp_path / "chi-so.xlsx"
    assert parvn("template", "index", file, "--index", "par_index", "--edition", "2022").code == 0
    book = openpyxl.load_workbook(file)
    sheet = book["Bảng chỉ số"]
    for number in range(3, sheet.max_row + 1):
        sheet.cell(number, 4).value = 80 + number / 100
    book["Thông tin"]["B5"].value = "19/4/2023"
    book.save(file)
    assert sheet.max_row == 2 + 63
    said = parvn("add", file, "--data", data, "--yes")
    assert (said.code, said.err) == (0, "")
    assert "par_index 2022: 63 provinces in each component: total" in said.out
    folder = data / "indices" / "par_index" / "par-index-file-2022"
    assert read_package(folder, data).tables["pages"].rows[0]["published_on"] == "2023-04-19"
    assert "This file is loaded already" in parvn("add", file, "--data", data, "--yes").out
    book["Thông tin"]["B3"].value = "Chỉ số lạ"
    book["Bảng chỉ số"]["D9"].value = 101
    book.save(file)
    said = parvn("check", file, "--data", data)
    assert said.code == 1
    assert "sheet Thông tin, cell B3, column Chỉ số: this is not in the list of this column" in said.err


def test_the_command_shows_what_changes_and_writes_only_when_told(
    parvn: Parvn, data: Path, tmp_path: Path, reference: Reference
) -> None:
    file = tmp_path / "ket-qua.xlsx"
    assert parvn("template", "results", file).code == 0
    assert "is there already" in parvn("template", "results", file).err
    report(reference).save(file)
    said = parvn("check", file, "--data", data)
    assert said.code == 0 and "Kết quả: 4 rows" in said.out
    folder = data / "lai-chau-2024-q3-report"
    said = parvn("add", file, "--data", data, "--dry-run")
    assert "Kết quả: 4 rows; added 4, changed 0, removed 0" in said.out and not folder.exists()
    said = parvn("add", file, "--data", data, stdin="n\n")
    assert "Nothing is written." in said.out and not folder.exists()
    assert parvn("add", file, "--data", data, stdin="y\n").code == 0
    assert (folder / "results.csv").is_file()
    assert "nothing to do" in parvn("add", file, "--data", data).out
    report(reference, rows=[RESULTS[0]]).save(file)
    said = parvn("add", file, "--data", data, "--yes")
    assert said.code == 1 and "added 0, changed 0, removed 3" in said.out and "say why: --reason" in said.err
    said = parvn("add", data / "plan" / "document.yml", "--data", data)
    assert said.code == 1 and "expected a workbook that was made by 'parvn template'" in said.err


def test_a_value_is_shown_as_people_write_it(reference: Reference) -> None:
    columns = form_columns()["results"]
    assert shown(columns["value"], "26286", reference) == 26286
    assert shown(columns["value"], "60.5", reference) == 60.5
    assert shown(columns["period_end"], "2020-09-30", reference) == date(2020, 9, 30)
    assert shown(columns["unit"], "dossier", reference) == "hồ sơ"
