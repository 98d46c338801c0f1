"""Small record packages for tests: without a fault, to be spoilt in one place each."""

import copy
import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ingest.check import check_folder
from ingest.problems import Problem

Row = dict[str, str]

_DOCUMENT = {
    "document_id": "ha-tinh-2021-plan",
    "document_number": "1/KH-UBND",
    "issue_date": "2020-12-15",
    "document_kind": "annual_plan",
    "legal_form": "KH",
    "title_vi": "Kế hoạch cải cách hành chính năm 2021",
    "issuer_vi": "UBND tỉnh Hà Tĩnh",
    "province": "ha-tinh",
    "plan_year": 2021,
    "known_from": "2020-12-15",
    "known_from_basis": "printed_date",
    "publisher": "UBND tỉnh Hà Tĩnh",
    "source_family_code": "ha-tinh-par-plans",
    "licence": "official document",
    "number_style": {"default": "vietnamese"},
    "notes": ["made up for the tests"],
}
_TARGETS = [
    {
        "target_id": "ha-tinh-2021-plan-t01",
        "indicator_code": "dossiers_on_time_pct",
        "reform_field_code": "procedures",
        "subject_vi": "hồ sơ được giải quyết trước và đúng hạn",
        "subject_en": "dossiers resolved early or on time",
        "comparator": ">=",
        "target_value": "95.5",
        "unit": "percent",
        "admin_level": "province",
        "target_origin": "target_section",
        "due_date": "2021-12-31",
        "value_reading": "",
        "reading_note": "",
        "printed_text": "ít nhất 95,5% hồ sơ được giải quyết trước và đúng hạn",
        "locator": "II.1; L3-4",
    },
    {
        "target_id": "ha-tinh-2021-plan-t02",
        "indicator_code": "",
        "reform_field_code": "institutions",
        "subject_vi": "ban hành kế hoạch",
        "subject_en": "a plan issued",
        "comparator": "done",
        "target_value": "",
        "unit": "",
        "admin_level": "all",
        "target_origin": "objective",
        "due_date": "",
        "value_reading": "",
        "reading_note": "",
        "printed_text": "Ban hành kế hoạch",
        "locator": "I; L2",
    },
]
_RESULTS = [
    {
        "result_id": "ha-tinh-2021-plan-r01",
        "indicator_code": "dossiers_received_count",
        "reform_field_code": "procedures",
        "subject_vi": "hồ sơ tiếp nhận",
        "admin_level": "province",
        "period_start": "2020-01-01",
        "period_end": "2020-09-30",
        "value": "26286",
        "unit": "dossier",
        "value_reading": "",
        "reading_note": "",
        "printed_text": "đã tiếp nhận 26.286 hồ sơ",
        "locator": "I; L1, L5-6",
    },
]
_TASKS = [
    {
        "task_id": "ha-tinh-2021-plan-k01",
        "row_no": "1",
        "reform_field_code": "leadership",
        "task_vi": "Xây dựng kế hoạch",
        "lead_text": "Sở Nội vụ",
        "coordinating_text": "Văn phòng ĐĐBQH, HĐND và UBND tỉnh; Sở Tư pháp",
        "due_text": "Quý I - Quý II",
        "budget_text": "120",
        "lead_agency_ids": "so-noi-vu",
        "coordinating_agency_ids": "van-phong-dbqh-hdnd-ubnd-tinh;so-tu-phap",
        "due_kind": "range",
        "due_start": "2021-01-01",
        "due_end": "2021-06-30",
        "budget_vnd_million": "120",
        "value_reading": "",
        "reading_note": "",
        "printed_text": "Xây dựng kế hoạch",
        "locator": "PL.I.1; L8-9",
    },
    {
        "task_id": "ha-tinh-2021-plan-k02",
        "row_no": "2",
        "reform_field_code": "procedures",
        "task_vi": "Rà soát thủ tục",
        "lead_text": "Sở Tư pháp",
        "coordinating_text": "",
        "due_text": "Thường xuyên",
        "budget_text": "Theo dự toán",
        "lead_agency_ids": "so-tu-phap",
        "coordinating_agency_ids": "",
        "due_kind": "continuous",
        "due_start": "",
        "due_end": "",
        "budget_vnd_million": "",
        "value_reading": "",
        "reading_note": "",
        "printed_text": "Rà soát thủ tục",
        "locator": "PL.I.2; L10",
    },
]
_PAGES = [
    {
        "page_id": "page-x1",
        "address": "https://example.org/x1",
        "publisher": "Báo Hà Tĩnh",
        "published_on": "2021-01-05",
        "source_kind": "press",
        "source_family_code": "press-x",
        "trust_grade": "B",
        "licence": "facts only",
    }
]
_PAGE_RESULTS = [
    {
        "result_id": f"x1-{number}",
        "page_id": "page-x1",
        "province": "ha-tinh",
        "indicator_code": "dossiers_received_count",
        "reform_field_code": "procedures",
        "subject_vi": "hồ sơ tiếp nhận",
        "admin_level": level,
        "period_start": "2020-01-01",
        "period_end": "2020-12-31",
        "value": "100",
        "unit": "dossier",
        "locator": "https://example.org/x1",
    }
    for number, level in ((1, "province"), (2, "district"))
]


@dataclass
class Records:
    """One package as Python values: a mapping for document.yml and rows for each table."""

    folder: Path
    document: dict[str, Any] | None
    tables: dict[str, list[Row]]

    def write(self) -> Path:
        """Write the package as document.yml and CSV files; returns its folder."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.document is not None:
            text = yaml.safe_dump(self.document, allow_unicode=True, sort_keys=False)
            (self.folder / "document.yml").write_text(text, encoding="utf-8")
        for name, rows in self.tables.items():
            with (self.folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
        return self.folder

    def problems(self) -> list[Problem]:
        """Write the package and return everything that the check finds in it."""
        return found_in(self.write().parent)

    def edit(self, file: str, change: Callable[[bytes], bytes]) -> None:
        """Change the bytes of one written file."""
        path = self.folder / file
        path.write_bytes(change(path.read_bytes()))

    def copy(self, folder: Path) -> "Records":
        """Return an independent copy for another folder."""
        return Records(folder, copy.deepcopy(self.document), copy.deepcopy(self.tables))


def found_in(data: Path) -> list[Problem]:
    """Return all problems of all packages below a folder, in the order a person reads them."""
    found = [problem for item in check_folder(data) for problem in item.problems]
    return sorted(found, key=lambda p: (p.file, p.row or 0, p.column or ""))


def plan_records(folder: Path) -> Records:
    """Return a small annual plan without a fault."""
    tables = {"targets": _TARGETS, "results": _RESULTS, "tasks": _TASKS}
    return Records(folder, _DOCUMENT, tables).copy(folder)


def page_records(folder: Path) -> Records:
    """Return one web page with two figures, without a fault."""
    return Records(folder, None, {"pages": _PAGES, "results": _PAGE_RESULTS}).copy(folder)
