"""The workbooks that officials fill in: Vietnamese headings, drop-downs from the seeds, help texts, one example.

`template_columns.csv` is the one place of the headings, of what is asked, and of the order, that of the official forms.
`ingest.filled` reads what was filled in.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Literal, get_args

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from ingest.contracts import TABLES
from ingest.messages import gettext as _
from ingest.paths import PROJECT
from ingest.problems import BadInput, Problem
from ingest.reading.text import search_key
from ingest.reference import Reference

TYPES: dict[str, tuple[str, ...]] = {
    "plan": ("targets", "tasks"),
    "tasks": ("tasks",),
    "results": ("results",),
    "index": (),
}
"""The record tables of each kind of workbook, beside the document's facts. An index table has none: it is a flat table
as `parvn ingest-index` reads it, with its facts on a sheet of its own."""
FILE_NAMES = {
    "plan": "mau-ke-hoach.xlsx", "tasks": "mau-nhiem-vu.xlsx", "results": "mau-ket-qua.xlsx",
    "index": "mau-chi-so.xlsx",
}  # fmt: skip
SHEETS = {"document": "Văn bản", "targets": "Chỉ tiêu", "tasks": "Nhiệm vụ", "results": "Kết quả"}
INDEX_FACTS, INDEX_TABLE = "Thông tin", "Bảng chỉ số"
GUIDE, LISTS = "Hướng dẫn", "Danh mục"
MARK_HEADING, EXAMPLE_MARK = "STT", "Ví dụ"
"""Every table begins with the column STT, which is not read. A row with this mark is the example: it is not loaded."""
REQUIRED_SIGN = " *"
FIELD_HEADINGS = ("Thông tin", "Điền vào cột này", "Ví dụ", "Ý nghĩa")
YES_NO = {"true": "Có", "false": "Không"}
INDEX_FIELDS = {
    "index_code": ("Chỉ số", True, "Chọn trong danh sách."),
    "edition_year": ("Năm công bố", True, "Năm của kỳ công bố mà bảng nêu."),
    "published_on": ("Ngày công bố", False, "Ngày công bố tệp, dạng ngày/tháng/năm, nếu biết."),
    "trust_grade": ("Mức tin cậy của nguồn", False, "Để trống: bảng do người khác nhập lại từ bản công bố."),
}
"""Heading, whether it must be given, and meaning of the facts of an index table."""

Kind = Literal["text", "number", "day", "code"]
Asked = Literal["required", "results", "optional", "made", "kept"]
"""`results`: required of a report, optional elsewhere; `made`: by the program; `kept`: as it is held, never asked."""


@dataclass(frozen=True)
class FormColumn:
    """One column of a record table, or one field of the document, as a person meets it."""

    table: str
    name: str
    asked: Asked
    list: str
    heading: str
    meaning: str
    examples: tuple[str, str]
    """Of a plan and of a report, as records hold them."""

    @property
    def is_asked(self) -> bool:
        """Tell whether it stands in the workbook."""
        return self.asked in ("required", "results", "optional")

    def is_required(self, kind: str) -> bool:
        """Tell whether a workbook of this kind must have it filled."""
        return self.asked == "required" or (self.asked == "results" and kind == "results")

    @property
    def kind(self) -> Kind:
        """Return what its cells hold, as the contract of the table says."""
        if self.list:
            return "code"
        types = set(_types(TABLES[self.table].model_fields[self.name].annotation))
        return "number" if types & {Decimal, int} else "day" if date in types else "text"


def _types(annotation: Any) -> list[Any]:
    return [annotation, *(inner for part in get_args(annotation) for inner in _types(part))]


@cache
def form_columns() -> dict[str, dict[str, FormColumn]]:
    """Return the columns of every table that people fill in, by table and name, in the order of the forms."""
    found: dict[str, dict[str, FormColumn]] = {}
    with (PROJECT / "ingest" / "template_columns.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            examples = (row["example"], row["example_report"])
            asked: Any = row["asked"]
            column = FormColumn(
                row["record_table"], row["column"], asked, row["list"], row["heading_vi"], row["meaning_vi"], examples
            )
            found.setdefault(column.table, {})[column.name] = column
    return found


def asked_columns(table: str) -> list[FormColumn]:
    """Return the columns of a table that stand in the workbook, in their order."""
    return [column for column in form_columns()[table].values() if column.is_asked]


def choices(list_name: str, reference: Reference) -> dict[str, str]:
    """Return the Vietnamese name of every code of a drop-down."""
    return YES_NO if list_name == "yes_no" else reference.labels(list_name)


def shown(column: FormColumn, value: str, reference: Reference) -> Any:
    """Return a record's value as it stands in a cell: names for codes, numbers and days as such."""
    if not value:
        return None
    if column.kind == "code":
        return choices(column.list, reference).get(value, value)
    if column.kind == "day":
        return date.fromisoformat(value)
    if column.kind == "number":
        number = Decimal(value)
        return int(number) if number == number.to_integral_value() else float(number)
    return value


# --- writing -------------------------------------------------------------------------------------------------------

_HEADING = PatternFill("solid", fgColor="1F4E79")
_REQUIRED = PatternFill("solid", fgColor="9C2B10")
_EXAMPLE = PatternFill("solid", fgColor="EDEDED")
_GRID = Border(*(Side("thin", color="BFBFBF") for _ in range(4)))
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_OPEN, _LOCKED = Protection(locked=False), Protection(locked=True)
_FIRST_ROW = 4
"""Of what is filled in: a sentence, the headings and the example stand above."""
_LAST_ROW = 5_000
"""Down to which drop-downs and help reach."""
_FORMATS = {"text": "@", "code": "@", "day": "dd/mm/yyyy", "number": "General"}
_WIDE = ("printed_text", "subject_vi", "indicator_code", "task_vi", "activity_vi", "product_vi", "title_vi")


class _Lists:
    """The hidden sheet of the drop-downs, one list a column."""

    def __init__(self, workbook: Workbook, reference: Reference) -> None:
        self.sheet = workbook.create_sheet(LISTS)
        self.sheet.sheet_state = "hidden"
        self.reference = reference
        self._ranges: dict[str, str] = {}

    def range_of(self, name: str) -> str:
        """Return the cells of a list; they are written when it is first asked for."""
        if name not in self._ranges:
            letter = get_column_letter(len(self._ranges) + 1)
            labels = list(choices(name, self.reference).values())
            for row, text in enumerate([name, *labels], start=1):
                _text(self.sheet, f"{letter}{row}", text)
            self._ranges[name] = f"{quote_sheetname(LISTS)}!${letter}$2:${letter}${len(labels) + 1}"
        return self._ranges[name]


def _text(sheet: Worksheet, cell: str, value: Any, **style: Any) -> None:
    """Write a cell; a text is never a formula."""
    target = sheet[cell]
    target.value = value
    if isinstance(value, str):
        target.data_type = "s"
    for name, given in style.items():
        setattr(target, name, given)


def _help(sheet: Worksheet, cells: str, heading: str, meaning: str, source: str | None = None) -> None:
    """Show the meaning where a cell is chosen, and a drop-down where there is a list; other words may be typed."""
    validation = DataValidation(
        type="list" if source else None,
        formula1=source,
        allow_blank=True,
        showDropDown=False,
        showInputMessage=True,
        promptTitle=heading[:32],
        prompt=meaning[:255],
        showErrorMessage=bool(source),
        errorStyle="warning",
        errorTitle="Không có trong danh sách",
        error="Giá trị này không có trong danh sách. Mã của kho dữ liệu cũng được nhận; parvn check sẽ kiểm tra lại.",
    )
    validation.add(cells)
    sheet.add_data_validation(validation)


def _protect(sheet: Worksheet) -> None:
    """Lock headings and example, without a password; rows may be added, taken out, sorted and formatted."""
    sheet.protection.sheet = True
    for allowed in ("insertRows", "deleteRows", "sort", "autoFilter", "formatColumns", "formatRows", "formatCells"):
        setattr(sheet.protection, allowed, False)


def _field_sheet(
    sheet: Worksheet, title: str, fields: Sequence[tuple[str, bool, str, str, Any, Any]], lists: _Lists
) -> None:
    """Write a sheet of fields, one a row: (heading, required, meaning, list, example, value)."""
    _text(sheet, "A1", title, font=Font(bold=True, size=13))
    for letter, heading, width in zip("ABCD", FIELD_HEADINGS, (30, 48, 40, 80), strict=True):
        _text(sheet, f"{letter}2", heading, font=Font(bold=True, color="FFFFFF"), fill=_HEADING, border=_GRID)
        sheet.column_dimensions[letter].width = width
    for row, (heading, is_required, meaning, source, example, value) in enumerate(fields, start=3):
        sign = REQUIRED_SIGN if is_required else ""
        color = "9C2B10" if is_required else "000000"
        _text(sheet, f"A{row}", heading + sign, font=Font(bold=True, color=color), alignment=_WRAPPED, border=_GRID)
        form = "dd/mm/yyyy" if isinstance(example, date) or "ngày/tháng/năm" in meaning else "General"
        if form == "General" and not source and not isinstance(example, int):
            form = "@"
        _text(
            sheet, f"B{row}", value, protection=_OPEN, number_format=form, alignment=_WRAPPED, border=_GRID
        )  # fmt: skip
        _text(sheet, f"C{row}", example, number_format=form, alignment=_WRAPPED, fill=_EXAMPLE, border=_GRID)
        sheet[f"C{row}"].font = Font(italic=True, color="7F7F7F")
        _text(sheet, f"D{row}", meaning, alignment=_WRAPPED, border=_GRID)
        _help(sheet, f"B{row}", heading, meaning, lists.range_of(source) if source else None)
    sheet.freeze_panes = "B3"
    _protect(sheet)


def _table_sheet(
    sheet: Worksheet, kind: str, table: str, rows: Sequence[Mapping[str, str | None]], lists: _Lists
) -> None:
    columns = asked_columns(table)
    _text(
        sheet,
        "A1",
        f"{SHEETS[table].upper()}: mỗi dòng một {SHEETS[table].lower()}. Cột có dấu * phải điền. "
        f"Dòng có chữ '{EXAMPLE_MARK}' ở cột {MARK_HEADING} là ví dụ, không được nạp.",
        font=Font(bold=True, size=13),
    )
    _text(sheet, "A2", MARK_HEADING, font=Font(bold=True, color="FFFFFF"), fill=_HEADING, border=_GRID)
    _text(sheet, "A3", EXAMPLE_MARK, font=Font(italic=True, color="7F7F7F"), fill=_EXAMPLE, border=_GRID)
    sheet["A3"].alignment = _WRAPPED
    sheet.column_dimensions["A"].width = 8
    sheet.column_dimensions["A"].protection = _OPEN
    for number, column in enumerate(columns, start=2):
        letter = get_column_letter(number)
        is_required = column.is_required(kind)
        _text(
            sheet,
            f"{letter}2",
            column.heading + (REQUIRED_SIGN if is_required else ""),
            font=Font(bold=True, color="FFFFFF"),
            fill=_REQUIRED if is_required else _HEADING,
            alignment=Alignment(wrap_text=True, vertical="center", horizontal="center"),
            border=_GRID,
        )
        form = _FORMATS[column.kind]
        example = shown(column, column.examples[kind == "results"] or column.examples[0], lists.reference)
        _text(sheet, f"{letter}3", example, number_format=form, alignment=_WRAPPED, fill=_EXAMPLE, border=_GRID)
        sheet[f"{letter}3"].font = Font(italic=True, color="7F7F7F")
        width = 44 if column.name in _WIDE else 26 if column.kind in ("text", "code") else 14
        dimension = sheet.column_dimensions[letter]
        dimension.width, dimension.protection, dimension.number_format = width, _OPEN, form
        dimension.alignment = _WRAPPED
        cells = f"{letter}{_FIRST_ROW}:{letter}{_LAST_ROW}"
        _help(sheet, cells, column.heading, column.meaning, lists.range_of(column.list) if column.list else None)
        for row, record in enumerate(rows, start=_FIRST_ROW):
            value = shown(column, record.get(column.name) or "", lists.reference)
            _text(sheet, f"{letter}{row}", value, protection=_OPEN, number_format=form, alignment=_WRAPPED)
    for row in range(_FIRST_ROW, _FIRST_ROW + len(rows)):
        _text(sheet, f"A{row}", row - _FIRST_ROW + 1, protection=_OPEN)
    # A spreadsheet takes a row out of a protected sheet only if every cell of it is open.
    beyond = sheet.column_dimensions[get_column_letter(len(columns) + 2)]
    beyond.min, beyond.max, beyond.protection, beyond.width = len(columns) + 2, 16_384, _OPEN, 13
    sheet.row_dimensions[2].height = 48
    sheet.freeze_panes = "B3"
    _protect(sheet)


_GUIDE_COMMON = (
    "Điền vào các trang tính sau trang này, không đổi tên trang và không đổi dòng tiêu đề. "
    "Cột hoặc mục có dấu * phải điền; các cột khác để trống nếu văn bản không nêu. Không đoán.",
    "Khi chọn một ô, lời giải thích hiện ra bên cạnh. Ô có mũi tên: chọn trong danh sách, hoặc gõ đúng như danh sách.",
    "Số: gõ 26286 hoặc 60,5 như thường dùng trong Excel; nếu ô là chữ thì viết 1.234,5. Tỷ lệ phần trăm: gõ 60,5.",
    "Ngày: gõ 15/01/2025 (ngày/tháng/năm).",
    "Không dùng công thức, không trộn ô, không ẩn dòng hay cột; không ghi số điện thoại, thư điện tử, số giấy tờ.",
    "Xong thì lưu và đóng tệp, rồi kiểm tra: parvn check TÊN-TỆP.xlsx. Mỗi lỗi được chỉ ra đúng trang, ô và cột.",
    "Hết lỗi thì nạp: parvn add TÊN-TỆP.xlsx. Lệnh cho xem sẽ thay đổi những gì và hỏi lại trước khi ghi. "
    "Sau đó: parvn build.",
)
_GUIDE_RECORDS = (
    f"Dòng ví dụ (màu xám, có chữ '{EXAMPLE_MARK}' ở cột {MARK_HEADING}) cứ để nguyên: nó không bao giờ được nạp. "
    "Điền từ dòng dưới nó.",
    "Nguyên văn và Vị trí trong văn bản là bằng chứng của mỗi dòng: con số phải đọc được trong nguyên văn.",
    "Sửa dữ liệu đã nạp: lấy mẫu có sẵn dữ liệu bằng parvn template LOẠI --document MÃ, sửa, rồi parvn add với "
    "--reason record_corrected (đơn vị nhập liệu chép sai) hoặc --reason source_revised --known-from NGÀY "
    "(cơ quan ban hành sửa).",
)
_GUIDE_INDEX = (
    "Điền điểm và thứ hạng của từng tỉnh; cột nào không có số liệu thì để trống cả cột. "
    "Tổng điểm phải có đủ các tỉnh của kỳ công bố.",
    "Nạp lại một bảng đã sửa thì thêm --known-from NGÀY: từ ngày nào số liệu mới được biết.",
)


def _guide_sheet(sheet: Worksheet, kind: str) -> None:
    _text(sheet, "A1", "HƯỚNG DẪN", font=Font(bold=True, size=14))
    sentences = _GUIDE_COMMON + (_GUIDE_INDEX if kind == "index" else _GUIDE_RECORDS)
    row = 2
    for number, sentence in enumerate(sentences, start=1):
        _text(sheet, f"A{row}", f"{number}.", alignment=Alignment(vertical="top", horizontal="right"))
        _text(sheet, f"B{row}", sentence)
        row += 1
    for letter, width in zip("ABCDEFG", (14, 34, 28, 12, 18, 40, 90), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.sheet_view.showGridLines = False
    _protect(sheet)
    if kind == "index":
        return
    row += 1
    headings = ("Trang tính", "Cột", "Tên trong kho dữ liệu", "Phải điền", "Cách điền", "Ví dụ", "Ý nghĩa")
    for letter, heading in zip("ABCDEFG", headings, strict=True):
        _text(sheet, f"{letter}{row}", heading, font=Font(bold=True, color="FFFFFF"), fill=_HEADING, border=_GRID)
    reference = Reference()
    ways = {"text": "chữ", "number": "số", "day": "ngày/tháng/năm", "code": "chọn trong danh sách"}
    for table in ("document", *TYPES[kind]):
        for column in asked_columns(table):
            row += 1
            example = shown(column, column.examples[kind == "results"] or column.examples[0], reference)
            if table == "document":
                example = shown(column, column.examples[kind == "results"], reference)
            cells = (
                SHEETS[table], column.heading, f"{table}.{column.name}", "có" if column.is_required(kind) else "",
                ways[column.kind], f"{example:%d/%m/%Y}" if isinstance(example, date) else example, column.meaning,
            )  # fmt: skip
            for letter, value in zip("ABCDEFG", cells, strict=True):
                _text(sheet, f"{letter}{row}", value, alignment=_WRAPPED, border=_GRID)


def _index_sheets(workbook: Workbook, lists: _Lists, index_code: str, edition_year: int, reference: Reference) -> None:
    edition = reference.index_edition(index_code, edition_year)
    assert edition is not None
    name = reference.labels("index_code")[index_code]
    given = {"index_code": name, "edition_year": edition_year}
    sources = {"index_code": "index_code", "trust_grade": "trust_grade"}
    facts = workbook.create_sheet(INDEX_FACTS)
    fields = [
        (heading, is_required, meaning, sources.get(field, ""), None, given.get(field))
        for field, (heading, is_required, meaning) in INDEX_FIELDS.items()
    ]
    _field_sheet(facts, "THÔNG TIN CỦA BẢNG CHỈ SỐ", fields, lists)
    sheet = workbook.create_sheet(INDEX_TABLE)
    _text(sheet, "A1", f"{name.upper()} {edition_year}", font=Font(bold=True, size=13))
    headings = [MARK_HEADING, "Tỉnh, thành phố", "Xếp hạng", "Tổng điểm"]
    headings += reference.component_labels(index_code, edition_year).values()
    for number, heading in enumerate(headings, start=1):
        letter = get_column_letter(number)
        _text(
            sheet,
            f"{letter}2",
            heading,
            font=Font(bold=True, color="FFFFFF"),
            fill=_HEADING,
            alignment=Alignment(wrap_text=True, vertical="center", horizontal="center"),
            border=_GRID,
        )
        sheet.column_dimensions[letter].width = (6, 26, 10, 12)[number - 1] if number <= 4 else 18
    names = sorted(reference.provinces_on(edition.provinces_on).values(), key=search_key)
    for row, name in enumerate(names, start=3):
        _text(sheet, f"A{row}", row - 2, border=_GRID)
        _text(sheet, f"B{row}", name, border=_GRID)
        for number in range(3, len(headings) + 1):
            _text(sheet, f"{get_column_letter(number)}{row}", None, protection=_OPEN, border=_GRID)
    last = len(names) + 2
    _help(sheet, f"C3:C{last}", "Xếp hạng", "Thứ hạng mà đơn vị công bố nêu. Không tự xếp.")
    if len(headings) > 3:
        cells = f"D3:{get_column_letter(len(headings))}{last}"
        _help(sheet, cells, "Điểm", "Điểm mà đơn vị công bố nêu, ví dụ 86,5, không ghi dấu %.")
    sheet.row_dimensions[2].height = 64
    sheet.freeze_panes = "C3"
    _protect(sheet)


def index_edition(index_code: str, edition_year: int | None, reference: Reference) -> tuple[str, int]:
    """Return an index and an edition of the seeds, the last one where none is named; raises BadInput for others."""
    years = reference.edition_years(index_code)
    if not years:
        known = tuple(code for code in reference.indices if reference.edition_years(code))
        raise BadInput([Problem("--index", _("unknown index"), text=index_code, nearest=known)])
    if edition_year is not None and edition_year not in years:
        words = _("no such edition of {index}; known: {years}")
        raise BadInput([Problem("--edition", words.format(index=index_code, years=", ".join(map(str, years))))])
    return index_code, edition_year or years[-1]


def template(
    kind: str,
    reference: Reference,
    held: Mapping[str, Sequence[Mapping[str, str | None]]] | None = None,
    index: tuple[str, int] | None = None,
) -> bytes:
    """Return the XLSX workbook of a kind (one of TYPES): empty, or filled with the rows that are `held` by table.

    An index table needs `index`: (index code, edition year), an edition of the seeds.
    """
    held = held or {}
    workbook = Workbook()
    guide = workbook.active
    assert isinstance(guide, Worksheet)
    guide.title = GUIDE
    _guide_sheet(guide, kind)
    lists = _Lists(workbook, reference)
    if index:
        _index_sheets(workbook, lists, *index, reference)
    else:
        sheet = workbook.create_sheet(SHEETS["document"])
        document = (held.get("document") or [{}])[0]
        fields = [
            (
                column.heading,
                column.is_required(kind),
                column.meaning,
                column.list,
                shown(column, column.examples[kind == "results"], reference),
                shown(column, document.get(column.name) or "", reference),
            )
            for column in asked_columns("document")
        ]
        _field_sheet(sheet, "VĂN BẢN: những điều văn bản nói về chính nó", fields, lists)
        for table in TYPES[kind]:
            _table_sheet(workbook.create_sheet(SHEETS[table]), kind, table, held.get(table, ()), lists)
    workbook.move_sheet(LISTS, len(workbook.sheetnames))
    workbook.active = 0
    for sheet in workbook.worksheets:
        sheet.page_setup.orientation, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = "landscape", 1, 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()
