import csv
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from records import Records, found_in, page_records, plan_records

from ingest.check import check_folder, raise_problems
from ingest.fill import fill_folder
from ingest.paths import PROJECT
from ingest.problems import BadInput
from ingest.readers import FIELD_FILES
from ingest.reference import Reference

Change = Callable[[Records], Any]
DATA = PROJECT / "data"
NO_SUCH_NUMBER = (
    "the printed words do not state this number; write the number they state, "
    "or value_reading=context with a reading_note"
)


def cell(table: str, row: int, **values: str) -> Change:
    return lambda records: records.tables[table][row].update(values)


def every(table: str, **values: str) -> Change:
    return lambda records: [row.update(values) for row in records.tables[table]]


def field(**values: Any) -> Change:
    return lambda records: records.document.update(values)  # type: ignore[union-attr]


def without(table: str, column: str) -> Change:
    return lambda records: [row.pop(column) for row in records.tables[table]]


CONTENT_FAULTS: dict[str, tuple[Change, str]] = {
    "a number that the words do not state": (
        cell("targets", 0, target_value="59.5"),
        f"plan/targets.csv, row 2, column target_value: {NO_SUCH_NUMBER}; "
        "found '59.5' in 'ít nhất 95,5% hồ sơ được giải quyết trước và đúng hạn'",
    ),
    "the printed form in a value column": (
        cell("results", 0, value="26.286"),
        f"plan/results.csv, row 2, column value: {NO_SUCH_NUMBER}; found '26.286' in 'đã tiếp nhận 26.286 hồ sơ'",
    ),
    "words of another number style": (
        field(number_style={"default": "vietnamese", "targets": "english"}),
        f"plan/targets.csv, row 2, column target_value: {NO_SUCH_NUMBER}; "
        "found '95.5' in 'ít nhất 95,5% hồ sơ được giải quyết trước và đúng hạn'",
    ),
    "a number with a decimal comma": (
        cell("targets", 0, target_value="95,5"),
        "plan/targets.csv, row 2, column target_value: expected a plain number such as 26286 or 60.5 "
        "(the printed form belongs in printed_text); found '95,5'",
    ),
    "a fraction where a whole number is due": (
        cell("tasks", 0, row_no="1.5"),
        "plan/tasks.csv, row 2, column row_no: expected a whole number; found '1.5'",
    ),
    "an unknown agency": (
        cell("tasks", 0, lead_text="Sở Nôi vụu"),
        "plan/tasks.csv, row 2, column lead_text: unknown agency 'Sở Nôi vụu'; found 'Sở Nôi vụu'; "
        "nearest: Sở Nội vụ; Các sở; Các sở, ban, ngành",
    ),
    "another agency than the words name": (
        cell("tasks", 0, lead_agency_ids="so-tu-phap"),
        "plan/tasks.csv, row 2, column lead_agency_ids: the words 'Sở Nội vụ' read as so-noi-vu; found 'so-tu-phap'",
    ),
    "a day that does not exist": (
        cell("results", 0, period_end="31/02/2020"),
        "plan/results.csv, row 2, column period_end: there is no such day in the calendar; "
        "expected a day such as 28/02/2020; found '31/02/2020'",
    ),
    "a day in printed form": (
        cell("results", 0, period_end="30/9/2020"),
        "plan/results.csv, row 2, column period_end: expected a day as YYYY-MM-DD; write 2020-09-30; found '30/9/2020'",
    ),
    "a period that ends before it starts": (
        cell("results", 0, period_start="2021-01-01"),
        "plan/results.csv, row 2, column period_end: the period ends before it starts; found '2020-09-30'",
    ),
    "a missing value": (
        cell("targets", 1, subject_vi=" "),
        "plan/targets.csv, row 3, column subject_vi: a value is missing",
    ),
    "a missing column, said once": (
        without("results", "unit"),
        "plan/results.csv, row 1, column unit: missing column",
    ),
    "a missing field of the document, said once": (
        lambda records: records.document.pop("licence"),
        "plan/document.yml, column licence: missing field",
    ),
    "an unknown column": (
        every("results", printed_txt="x"),
        "plan/results.csv, row 1, column printed_txt: unknown column; nearest: printed_text; period_text; note",
    ),
    "an unknown field of the document": (
        field(titel_vi="x"),
        "plan/document.yml, column titel_vi: unknown field; nearest: title_vi; signatory_vi; signatory_title_vi",
    ),
    "an id that stands twice in a file": (
        cell("tasks", 1, task_id="ha-tinh-2021-plan-k01"),
        "plan/tasks.csv, row 3, column task_id: this id stands in row 2 too; found 'ha-tinh-2021-plan-k01'",
    ),
    "an id with letters that no address can carry": (
        cell("targets", 1, target_id="Hà Tĩnh 1"),
        "plan/targets.csv, row 3, column target_id: "
        "expected a-z, 0-9, '.', '_' or '-' only, and a letter or digit first; found 'Hà Tĩnh 1'",
    ),
    "an unknown province": (
        field(province="ha-tin"),
        "plan/document.yml, column province: unknown province_id; expected a code of the seed province; "
        "found 'ha-tin'; nearest: ha-tinh; ha-giang; hoa-binh",
    ),
    "an unknown indicator": (
        cell("results", 0, indicator_code="dossier_received_count"),
        "plan/results.csv, row 2, column indicator_code: unknown indicator_code; expected a code of the seed "
        "indicator; found 'dossier_received_count'; nearest: dossiers_received_count;",
    ),
    "an unknown code of a short list": (
        cell("targets", 0, comparator="=>"),
        "plan/targets.csv, row 2, column comparator: unknown comparator; "
        "expected one of: =, >=, >, <=, <, top_n, done; found '=>'",
    ),
    "a unit that is not the indicator's": (
        cell("results", 0, unit="procedure"),
        "plan/results.csv, row 2, column unit: the indicator dossiers_received_count is measured in dossier; "
        "found 'procedure'",
    ),
    "a target without its value": (
        cell("targets", 0, target_value=""),
        "plan/targets.csv, row 2, column target_value: a value is missing: a target with comparator >= needs it",
    ),
    "a deed with a value": (
        cell("targets", 1, target_value="5", printed_text="5 kế hoạch"),
        "plan/targets.csv, row 3, column target_value: leave this empty: a deed ('done') has no number; found '5'",
    ),
    "a restated target that is not there": (
        every("targets", restates_target_id="ha-tinh-2021-plan-t9"),
        "plan/targets.csv, row 2, column restates_target_id: no such row in targets; found 'ha-tinh-2021-plan-t9'; "
        "nearest: ha-tinh-2021-plan-t01; ha-tinh-2021-plan-t02",
    ),
    "a due time that contradicts its words": (
        cell("tasks", 0, due_end="2021-09-30"),
        "plan/tasks.csv, row 2, column due_end: the words 'Quý I - Quý II' read as 2021-06-30; found '2021-09-30'",
    ),
    "a due kind that contradicts its words": (
        cell("tasks", 1, due_kind="fixed"),
        "plan/tasks.csv, row 3, column due_kind: the words 'Thường xuyên' read as continuous; found 'fixed'",
    ),
    "a due time that nobody can read": (
        cell("tasks", 0, due_text="Sớm"),
        "plan/tasks.csv, row 2, column due_text: expected a due time such as 'Quý I/2020', 'Trước ngày 15/01/2025', "
        "'Trong năm', 'Thường xuyên'; found 'Sớm'",
    ),
    "tasks without the year of their quarters": (
        field(plan_year=None),
        "plan/document.yml, column plan_year: a value is missing: the quarters of the tasks are of this year",
    ),
    "a budget that contradicts its words": (
        cell("tasks", 0, budget_vnd_million="1200"),
        "plan/tasks.csv, row 2, column budget_vnd_million: the words '120' read as 120; found '1200'",
    ),
    "a reading by context without a reason": (
        cell("targets", 0, value_reading="context"),
        "plan/targets.csv, row 2, column reading_note: a value is missing: a reading by context says why",
    ),
    "a locator without line numbers": (
        cell("targets", 0, locator="II.1 L3"),
        "plan/targets.csv, row 2, column locator: expected '<section or row>; L<first>-<last>[, L...]' "
        "or '<section or row>; tr. <page>'; found 'II.1 L3'",
    ),
    "a page in place of the lines of a text that is held": (
        lambda records: (
            records.document.update(source_file="plan.txt", source_sha256="0" * 64),
            records.tables["targets"][0].update(locator="II.1; tr. 3"),
        ),
        "plan/targets.csv, row 2, column locator: expected '<section or row>; L<first>-<last>[, L...]'; "
        "found 'II.1; tr. 3'",
    ),
    "a figure without its words": (
        cell("targets", 0, printed_text=""),
        "plan/targets.csv, row 2, column printed_text: the words of the document that state this are missing",
    ),
    "a known_from without its basis": (
        field(known_from_basis=None),
        "plan/document.yml, column known_from_basis: fill both known_from and known_from_basis, or neither",
    ),
    "a revision without its day": (
        field(vintage_reason="source_revised"),
        "plan/document.yml, column revised_known_from: fill both vintage_reason with source_revised and "
        "revised_known_from, or neither; found 'source_revised'",
    ),
    "an unknown number style": (
        field(number_style={"default": "french"}),
        "plan/document.yml, column number_style.default: expected one of: 'vietnamese', 'english'; found 'french'",
    ),
    "a province beside the document's own": (
        cell("results", 0, province="ha-tinh"),
        "plan/results.csv, row 2, column province: leave this empty: the document says it; found 'ha-tinh'",
    ),
}


@pytest.mark.parametrize("fault", CONTENT_FAULTS)
def test_each_fault_of_content_is_named_with_its_place_its_text_and_a_hint(plan: Records, fault: str) -> None:
    spoil, expected = CONTENT_FAULTS[fault]
    spoil(plan)
    found = [str(problem) for problem in plan.problems()]
    assert found[0].startswith(expected)
    assert all(line.startswith(expected.split(", row")[0]) for line in found)
    assert len(found) == (2 if fault == "a restated target that is not there" else 1)


FILE_FAULTS: dict[str, tuple[str, Callable[[bytes], bytes], str]] = {
    "a row with a cell too many": (
        "tasks.csv",
        lambda content: content.replace(b"k02,2,", b"k02,2,x,"),
        "plan/tasks.csv, row 3: expected 18 cells, found 19",
    ),
    "a row without any value": (
        "tasks.csv",
        lambda content: content + b"," * 17 + b"\n",
        "plan/tasks.csv, row 4: the row is empty; delete it",
    ),
    "semicolons between the columns": (
        "tasks.csv",
        lambda content: content.replace(b",", b";"),
        "plan/tasks.csv, row 1: the columns must be separated by commas",
    ),
    "a NUL character": (
        "tasks.csv",
        lambda content: content.replace(b"k02", b"k\x0002"),
        "plan/tasks.csv, row 3: the file holds NUL characters; expected text in UTF-8",
    ),
    "letters of another code page": (
        "tasks.csv",
        lambda content: content.replace("Rà soát".encode(), "Rà soát".encode("cp1258", "replace")),
        "plan/tasks.csv, row 3: the file is not UTF-8 text; save it as CSV UTF-8",
    ),
    "a heading that stands twice": (
        "results.csv",
        lambda content: content.replace(b"value_reading", b"reading_note"),
        "plan/results.csv, row 1, column reading_note: this heading stands twice",
    ),
    "a control character behind a heading": (
        "results.csv",
        lambda content: content.replace(b"value_reading", b"value_reading\xc2\x85"),
        "plan/results.csv, row 1, column value_reading: the cell holds characters that no text has",
    ),
    "an empty heading": (
        "results.csv",
        lambda content: content.replace(b"value_reading", b""),
        "plan/results.csv, row 1: a column heading is empty",
    ),
    "an empty file": (
        "results.csv",
        lambda content: b"",
        "plan/results.csv: the table is empty; expected a heading row",
    ),
    "a quotation mark that is not closed": (
        "tasks.csv",
        lambda content: content.replace(b"; S", b'"; S'),
        "plan/tasks.csv, row 2: the file is no well-formed CSV",
    ),
    "an impossible day that YAML takes for a date": (
        "document.yml",
        lambda content: content.replace(b"issue_date: '2020-12-15'", b"issue_date: 2020-02-31"),
        "plan/document.yml, column issue_date: there is no such day in the calendar; "
        "expected a day such as 28/02/2020; found '2020-02-31'",
    ),
    "YAML that is none": (
        "document.yml",
        lambda content: content.replace(b"province:", b"province: ["),
        "plan/document.yml, row 9: the file is no well-formed YAML in UTF-8",
    ),
    "YAML without names": (
        "document.yml",
        lambda content: b"- a\n",
        "plan/document.yml: expected 'name: value' lines",
    ),
}


@pytest.mark.parametrize("fault", FILE_FAULTS)
def test_each_fault_of_a_file_is_named_once_with_its_line(plan: Records, fault: str) -> None:
    file, spoil, expected = FILE_FAULTS[fault]
    plan.write()
    plan.edit(file, spoil)
    (found,) = found_in(plan.folder.parent)
    assert str(found).startswith(expected)


def test_a_package_without_a_fault_has_no_problem(plan: Records, pages: Records) -> None:
    pages.write()
    assert plan.problems() == []


@pytest.mark.parametrize(
    "save",
    [
        lambda content: b"\xef\xbb\xbf" + content,
        lambda content: content.replace(b"\n", b"\r\n"),
        lambda content: content.replace(b"\n", b"\n\n", 2),
    ],
    ids=["a byte order mark", "Windows line ends", "blank lines"],
)
def test_how_a_spreadsheet_saves_a_file_makes_no_difference(plan: Records, save: Callable[[bytes], bytes]) -> None:
    plan.write()
    plan.edit("tasks.csv", save)
    assert found_in(plan.folder.parent) == []


def test_rows_are_numbered_as_an_editor_shows_them_blank_lines_counted(plan: Records) -> None:
    plan.write()
    plan.edit("tasks.csv", lambda content: content.replace(b"\n", b"\n\n", 1).replace(b"k02,2,", b"k02,hai,"))
    (found,) = found_in(plan.folder.parent)
    assert (found.row, found.column, found.text) == (4, "row_no", "hai")


def test_a_reading_by_context_with_a_reason_may_differ_from_the_words(plan: Records) -> None:
    cell("targets", 0, target_value="90", value_reading="context", reading_note="the table's head says so")(plan)
    cell("tasks", 0, budget_vnd_million="0.12", value_reading="context", reading_note="in thousand dong")(plan)
    assert plan.problems() == []


def test_an_id_of_another_package_is_refused_with_the_other_file(plan: Records) -> None:
    plan.write()
    other = plan.copy(plan.folder.parent / "second")
    other.tables = {"results": other.tables["results"]}
    field(document_id="ha-tinh-2022-plan")(other)
    (found,) = other.problems()
    assert str(found) == (
        "second/results.csv, row 2, column result_id: this id stands in plan/results.csv too; "
        "found 'ha-tinh-2021-plan-r01'"
    )


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"page_id": ""}, "column page_id: a value is missing: a figure of a web page names its page and its province"),
        (
            {"province": ""},
            "column province: a value is missing: a figure of a web page names its page and its province",
        ),
        ({"page_id": "page-x2"}, "column page_id: no such row in pages; found 'page-x2'; nearest: page-x1"),
    ],
)
def test_a_figure_of_a_web_page_names_page_and_province(pages: Records, values: dict[str, str], message: str) -> None:
    cell("results", 1, **values)(pages)
    (found,) = pages.problems()
    assert str(found) == f"pages/results.csv, row 3, {message}"


def test_a_document_or_page_of_a_day_to_come_is_refused_and_one_of_today_is_not(
    plan: Records, pages: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.check.today", lambda: date(2026, 3, 31))
    field(issue_date="2026-03-31", accessed_on="2026-03-31")(plan)
    cell("pages", 0, published_on="2026-03-31")(pages)
    plan.write()
    assert pages.problems() == []
    field(issue_date="2026-04-01")(plan)
    cell("pages", 0, published_on="2062-03-31")(pages)
    plan.write()
    assert [str(p) for p in pages.problems()] == [
        "pages/pages.csv, row 2, column published_on: this day is still to come; expected 2026-03-31 or earlier; "
        "found '2062-03-31'",
        "plan/document.yml, column issue_date: this day is still to come; expected 2026-03-31 or earlier; "
        "found '2026-04-01'",
    ]


STEP = {
    "target_step_id": "ha-tinh-2021-plan-s1",
    "target_id": "ha-tinh-2021-plan-t01",
    "step_date": "2021-06-30",
    "step_value": "90",
    "printed_text": "90% vào giữa năm",
    "locator": "II.1; L4",
}
MILESTONE = {
    "milestone_id": "ha-tinh-2021-plan-m1",
    "task_id": "ha-tinh-2021-plan-k01",
    "milestone_no": "1",
    "due_text": "Quý II",
    "due_kind": "fixed",
    "due_start": "2021-04-01",
    "due_end": "2021-06-30",
    "locator": "PL.I.1; L9",
}
EVENT = {
    "task_event_id": "ha-tinh-2021-plan-e1",
    "task_id": "ha-tinh-2021-plan-k01",
    "event_date": "2021-07-02",
    "task_status": "",
}


@pytest.mark.parametrize(
    ("table", "row", "column", "known"),
    [
        ("target_steps", STEP, "target_id", "targets"),
        ("task_milestones", MILESTONE, "task_id", "tasks"),
    ],
)
def test_a_row_that_belongs_to_another_names_one_that_is_there(
    plan: Records, table: str, row: dict[str, str], column: str, known: str
) -> None:
    plan.tables[table] = [row]
    assert plan.problems() == []
    plan.tables[table] = [row | {column: "ha-tinh-2021-plan-x"}]
    (found,) = plan.problems()
    assert str(found).startswith(f"plan/{table}.csv, row 2, column {column}: no such row in {known}; found")


def test_a_milestone_that_contradicts_its_words_is_refused(plan: Records) -> None:
    plan.tables["task_milestones"] = [MILESTONE | {"due_start": "2021-05-01"}]
    assert [(p.column, p.text) for p in plan.problems()] == [("due_start", "2021-05-01")]


def test_progress_may_be_told_of_a_task_of_another_package(plan: Records, tmp_path: Path, reference: Reference) -> None:
    status = reference.vocabularies["task_status"][0]
    plan.write()
    report = plan.copy(plan.folder.parent / "report")
    field(document_id="ha-tinh-2021-report")(report)
    report.tables = {"task_events": [EVENT | {"task_status": status}]}
    assert report.problems() == []


def test_a_file_with_no_known_name_is_named_with_the_nearest_table(plan: Records) -> None:
    (plan.write() / "target.csv").write_text("a\n")
    (plan.folder / "README.md").write_text("notes are welcome\n")
    (found,) = found_in(plan.folder.parent)
    assert str(found).startswith(
        "plan/target.csv: no record table has this name; expected document.yml, source.yml or <table>.csv"
    )
    assert found.nearest[0] == "targets"


def test_a_folder_is_of_a_document_or_of_pages_but_not_of_both(plan: Records, pages: Records) -> None:
    plan.tables = {"pages": pages.tables["pages"]}
    assert [str(p) for p in plan.problems()] == ["plan: expected either document.yml or pages.csv in this folder"]


def test_links_below_the_records_are_refused_by_name(plan: Records, tmp_path: Path) -> None:
    data = plan.write().parent
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "results.csv").write_text("a\n")
    (plan.folder / "citations.csv").symlink_to(tmp_path / "outside" / "results.csv")
    (plan.folder / "README.md").symlink_to(tmp_path / "nowhere")
    (data / "other").symlink_to(tmp_path / "outside")
    with pytest.raises(BadInput) as caught:
        check_folder(data)
    assert [str(p).split(";")[0] for p in caught.value.problems] == [
        f"{file}: this is a link" for file in ("other", "plan/README.md", "plan/citations.csv")
    ]


def test_what_is_no_plain_file_is_refused(plan: Records) -> None:
    os.mkfifo(plan.write() / "citations.csv")
    (found,) = found_in(plan.folder.parent)
    assert str(found) == "plan/citations.csv: expected a plain file of at most 50 MB"


@pytest.mark.parametrize("name", ["../secret.txt", "/etc/passwd", "a/b.txt", "..", "a\\b"])
def test_a_source_file_is_a_name_and_leads_nowhere_else(plan: Records, name: str) -> None:
    field(source_file=name)(plan)
    (found,) = plan.problems()
    assert (found.file, found.column, found.text) == ("plan/document.yml", "source_file", name)


PERSONAL = {
    "a telephone number": (
        "0912345678", "0912 345 678", "091.234.5678", "0912.34.56.78", "02343822545", "(0234) 3822545", "0234.3822545",
        "0234 3 822 545", "024 3825 1234", "+84912345678", "+84 912 345 678", "(+84) 912345678", "01234567890",
    ),
    "the number of an identity paper": ("191234567", "046099012345", "046 099 012 345", "123456789012"),
    "an e-mail address": ("so.noivu@thuathienhue.gov.vn", "a+b@x.vn"),
}  # fmt: skip
NOT_PERSONAL = (
    "191234567 đồng", "1.912.345.678 đồng", "120 000 000 000 đồng", "0,912345678", "05.04.2020-12.04.2020",
    "457/KH-UBND", "191234567/QĐ-UBND", "ngày 04/9/2020", "202009041530", "22174 hồ sơ", "1900 1075", "046099012345678",
    "https://x.vn/a?id=046099012345&mail=a@b.vn", "12345678", "1234567890", "@ 8 giờ", "000.00.19.H57-191234567",
    "Quý I/2020 - 0912",
)  # fmt: skip


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in PERSONAL.items() for text in texts])
def test_data_of_a_person_is_refused_in_words_with_its_place(plan: Records, kind: str, text: str) -> None:
    cell("tasks", 0, printed_text=f"Xây dựng kế hoạch [liên hệ: {text}].")(plan)
    assert [str(p) for p in plan.problems()] == [
        f"plan/tasks.csv, row 2, column printed_text: this looks like {kind}; records hold no personal data; "
        f"found '{text}'"
    ]


@pytest.mark.parametrize("text", NOT_PERSONAL)
def test_numbers_of_documents_money_days_and_addresses_are_no_data_of_a_person(plan: Records, text: str) -> None:
    cell("tasks", 0, printed_text=f"Xây dựng kế hoạch ({text})")(plan)
    field(address=f"https://x.vn/{text}", signatory_vi="Nguyễn Văn A")(plan)
    assert plan.problems() == []


def test_a_figure_that_is_recorded_may_stand_in_its_words(plan: Records) -> None:
    cell("results", 0, value="191234567", printed_text="tiếp nhận: 191234567")(plan)
    assert plan.problems() == []


def test_a_column_for_data_of_persons_is_refused(plan: Records) -> None:
    every("tasks", **{"Số CCCD": "x"})(plan)
    assert sorted((p.row, p.column, p.message) for p in plan.problems()) == [
        (1, "Số CCCD", "records hold no personal data; take this column out"),
        (1, "Số CCCD", "unknown column"),
    ]


@pytest.mark.parametrize("digits", ["٢٦٢٨٦", "２６２８６"])
def test_digits_of_other_scripts_are_no_number_of_a_record(plan: Records, digits: str) -> None:
    cell("results", 0, value=digits)(plan)
    assert "expected a plain number such as 26286" in str(plan.problems()[0])


def test_a_count_is_a_whole_number(pages: Records) -> None:
    cell("results", 0, value="26.286")(pages)
    assert [str(p) for p in pages.problems()] == [
        "pages/results.csv, row 2, column value: expected a whole number of dossier; found '26.286'"
    ]


def test_letters_that_were_lost_in_saving_are_named(plan: Records) -> None:
    cell("tasks", 0, printed_text="Xây d?ng k? ho?ch")(plan)
    cell("tasks", 1, printed_text="RÃ\xa0 soÃ¡t thá»§ tá»¥c")(plan)
    assert [(p.row, p.column, p.message.split(";")[0]) for p in plan.problems()] == [
        (2, "printed_text", "letters were lost when the file was saved: there is a ? within a word"),
        (3, "printed_text", "the letters were damaged when the file was saved"),
    ]


def test_a_folder_without_records_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"no records here; expected a folder with document\.yml or pages\.csv"):
        check_folder(tmp_path)
    with pytest.raises(BadInput, match="there is no such file or folder"):
        check_folder(tmp_path / "nowhere")


def test_all_problems_of_all_packages_are_reported_at_once(plan: Records, pages: Records) -> None:
    field(province="ha-tin", legal_form="XX")(plan)
    cell("targets", 0, target_value="59.5", unit="rank", comparator="?")(plan)
    cell("targets", 1, subject_vi="", target_origin="elsewhere")(plan)
    cell("results", 0, value="1", period_end="2020-13-01")(plan)
    every("results", page_id="page-x2")(pages)
    pages.write()
    found = [(p.file, p.row, p.column) for p in plan.problems()]
    assert found == [
        ("pages/results.csv", 2, "page_id"),
        ("pages/results.csv", 3, "page_id"),
        ("plan/document.yml", None, "legal_form"),
        ("plan/document.yml", None, "province"),
        ("plan/results.csv", 2, "period_end"),
        ("plan/results.csv", 2, "value"),
        ("plan/targets.csv", 2, "comparator"),
        ("plan/targets.csv", 2, "target_value"),
        ("plan/targets.csv", 3, "subject_vi"),
        ("plan/targets.csv", 3, "target_origin"),
    ]
    with pytest.raises(BadInput) as raised:
        raise_problems(check_folder(plan.folder.parent))
    assert len(str(raised.value).splitlines()) == len(found)


@pytest.mark.parametrize(
    ("values", "problems"),
    [
        ({}, []),
        ({"value": "1200"}, ["value: '1100000000 đồng' is 1100 million dong"]),
        (
            {"printed_text": "tổng kinh phí: 1.100 triệu đồng"},
            ["printed_value: the printed words do not state this number; found '1100000000'"],
        ),
        (
            {"printed_unit": "hồ sơ"},
            [
                "printed_unit: expected an amount such as '1.100.000.000 đồng' or "
                "'một tỷ một trăm triệu đồng'; found 'hồ sơ'"
            ],
        ),
        ({"printed_unit": ""}, ["printed_unit: fill both printed_value and printed_unit, or neither"]),
        (
            {"printed_text": "1.100.000.000 triệu đồng", "printed_unit": "triệu đồng"},
            ["value: '1100000000 triệu đồng' is 1100000000 million dong"],
        ),
        (
            {
                "printed_text": "1.100.000.000 triệu đồng",
                "printed_unit": "triệu đồng",
                "value_reading": "context",
                "reading_note": "the words say one billion one hundred million dong",
            },
            [],
        ),
    ],
)
def test_a_printed_total_in_another_unit_follows_from_its_words_or_says_why_not(
    plan: Records, values: dict[str, str], problems: list[str]
) -> None:
    total = {
        "printed_total_id": "ha-tinh-2021-plan-p1",
        "quantity": "budget_total",
        "reform_field_code": "general",
        "value": "1100",
        "unit": "vnd_million",
        "printed_value": "1100000000",
        "printed_unit": "đồng",
        "value_reading": "",
        "reading_note": "",
        "printed_text": "tổng kinh phí: 1.100.000.000 đồng",
        "locator": "IV; L9",
    }
    plan.tables["printed_totals"] = [total | values]
    place = "plan/printed_totals.csv, row 2, column "
    assert [str(p).removeprefix(place) for p in plan.problems()] == problems


def test_every_record_of_the_project_passes() -> None:
    checked = check_folder(DATA)
    assert [str(problem) for item in checked for problem in item.problems] == []
    in_files = sum(
        sum(1 for _ in csv.DictReader(path.open(encoding="utf-8", newline=""))) for path in DATA.rglob("*.csv")
    )
    assert (
        sum(len(item.of(name)) for item in checked for name in item.records if name not in FIELD_FILES.values())
        == in_files
        > 1000
    )


JUNK = st.text(max_size=30) | st.sampled_from(["[", "{", '{"a": 1}', "[1]", "NaN", "-1", "1e9", "0000-00-00", "\x00"])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_content_of_a_cell_makes_the_check_stumble(tmp_path_factory: pytest.TempPathFactory, data: Any) -> None:
    records = data.draw(st.sampled_from([plan_records, page_records]))(tmp_path_factory.mktemp("junk") / "data" / "x")
    for table in sorted(records.tables):
        row = data.draw(st.sampled_from(records.tables[table]))
        row[data.draw(st.sampled_from(sorted(row)))] = data.draw(JUNK)
    if records.document:
        name = data.draw(st.sampled_from(sorted(records.document)))
        records.document[name] = data.draw(JUNK | st.lists(JUNK, max_size=2) | st.integers() | st.floats())
    for problem in records.problems():
        assert problem.file.startswith("x/") and problem.message


@settings(max_examples=60)
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode), st.sampled_from(["tasks.csv", "document.yml"]))
def test_no_bytes_of_a_file_make_the_check_stumble(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, file: str
) -> None:
    records = plan_records(tmp_path_factory.mktemp("bytes") / "data" / "x")
    records.write()
    records.edit(file, lambda _: content)
    assert {p.file for p in found_in(records.folder.parent)} >= {f"x/{file}"}


def test_filling_writes_the_readings_that_the_check_expects(plan: Records) -> None:
    readings = ("lead_agency_ids", "coordinating_agency_ids", "due_kind", "due_start", "due_end", "budget_vnd_million")
    expected = [dict(row) for row in plan.tables["tasks"]]
    for column in readings:
        without("tasks", column)(plan)
    plan.write()
    assert fill_folder(plan.folder.parent) == {"plan/tasks.csv": 8}
    assert found_in(plan.folder.parent) == []
    with (plan.folder / "tasks.csv").open(encoding="utf-8", newline="") as file:
        filled = list(csv.DictReader(file))
    assert [{c: row[c] for c in readings} for row in filled] == [{c: row[c] for c in readings} for row in expected]
    assert fill_folder(plan.folder.parent) == {}


def test_filling_leaves_a_cell_that_holds_something_and_words_it_cannot_read(plan: Records) -> None:
    cell("tasks", 0, lead_agency_ids="so-tu-phap", due_text="Sớm", due_kind="", due_start="", due_end="")(plan)
    plan.write()
    before = (plan.folder / "tasks.csv").read_bytes()
    assert fill_folder(plan.folder.parent) == {}
    assert (plan.folder / "tasks.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("file", "spoil"),
    [
        ("tasks.csv", lambda content: content.replace(b"k02,2,", b"k02,2,x,")),
        ("tasks.csv", lambda content: content.replace(b"value_reading", b"my_remarks")),
        ("document.yml", lambda content: b"a: ["),
        ("document.yml", lambda content: content.replace(b"2021\n", b"soon\n")),
    ],
    ids=["a ragged row", "an unknown column", "unreadable YAML", "no plan year"],
)
def test_filling_touches_nothing_where_something_would_be_lost(
    plan: Records, file: str, spoil: Callable[[bytes], bytes]
) -> None:
    without("tasks", "due_kind")(plan)
    plan.write()
    plan.edit(file, spoil)
    before = (plan.folder / "tasks.csv").read_bytes()
    with pytest.raises(BadInput, match=f"plan/{file}"):
        fill_folder(plan.folder.parent)
    assert (plan.folder / "tasks.csv").read_bytes() == before


def test_numbers_and_codes_of_a_document_stay_the_text_that_stands_there(plan: Records) -> None:
    plan.write()
    plan.edit("document.yml", lambda content: content.replace(b"1/KH-UBND", b"007").replace(b"'007'", b"007"))
    assert yaml.safe_load((plan.folder / "document.yml").read_text("utf-8"))["document_number"] == 7
    (checked,) = check_folder(plan.folder.parent)
    assert checked.document and checked.document.document_number == "007"
