from pathlib import Path

import pytest
from records import Records

from ingest.check import check_folder
from ingest.readers import sha256_of
from ingest.verify import SourceText, Verification, comparable, verify, verify_document

TEXT = """\
Kế hoạch cải cách hành chính đã tiếp nhận
Ban hành kế hoạch
ít nhất 95,5% hồ sơ được giải
quyết trước và đúng hạn
26.286
hồ sơ
Phụ lục
Xây dựng kế hoạch | Sở Nội | Văn phòng ĐĐBQH, HĐND và | Quý I - | 120
vụ | UBND tỉnh; Sở Tư pháp | Quý II |
Rà soát thủ tục | Sở Tư pháp | Thường xuyên | Theo dự toán
"""


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    return folder


def verified(plan: Records, documents: Path, text: str = TEXT, sha256: str | None = None) -> Verification:
    """Verify a plan against a text in which every line number is that of TEXT."""
    (documents / "plan.txt").write_bytes(text.encode())
    assert plan.document is not None
    plan.document.update(source_file="plan.txt", source_sha256=sha256 or sha256_of(text.encode()))
    checked = check_folder(plan.write().parent)
    assert [str(p) for item in checked for p in item.problems] == []
    (result,) = verify(checked, documents)
    return result


def test_words_are_found_over_line_breaks_in_several_ranges_and_in_pieces_of_a_row(
    plan: Records, documents: Path
) -> None:
    result = verified(plan, documents)
    assert [str(p) for p in result.problems] == []
    assert result.confirmed == {"targets": 2, "results": 1, "tasks": 2}
    assert (result.total, result.uncovered) == (5, [])


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("đã tiếp nhận 26.286 hồ sơ", "đã\u00a0tiếp   nhận\n 26.286\thồ sơ"),
        ("đã tiếp nhận 26.286 hồ sơ", "**đã tiếp nhận** 26.286 hồ sơ"),
        ("đã tiếp nhận 26.286 hồ sơ", "| đã tiếp nhận | 26.286 | hồ sơ |"),
        ("đô-la", "đô- la"),
        ("Th\u1eeba", "Thu\u031b\u0300a"),
    ],
)
def test_white_space_markup_and_unicode_form_make_no_difference(written: str, printed: str) -> None:
    assert comparable(printed) == comparable(written)


def test_a_word_broken_at_a_hyphen_over_two_lines_is_one_word() -> None:
    source = SourceText("Nghị quyết số 17/NQ-\nHĐND ngày\n\n- mục hai")
    assert source.text == "Nghị quyết số 17/NQ-HĐND ngày - mục hai"
    assert [source.line_of(source.text.index(word)) for word in ("Nghị", "HĐND", "mục")] == [1, 2, 4]


def test_words_of_two_ranges_that_blank_lines_divide_stand_apart() -> None:
    source = SourceText("triển khai\n\nkhác\n\nquý IV")
    assert "".join(source.text[i] for i in source.places_of("PL; L1, L5")) == "triển khai quý IV"


def test_the_pieces_of_a_cell_stand_in_their_order(plan: Records, documents: Path) -> None:
    plan.tables["tasks"][0]["locator"] = "PL.I.1; L9, L8"
    refused = [p.column for p in verified(plan, documents).problems]
    assert refused == ["lead_text", "coordinating_text", "due_text"]


def test_words_that_stand_elsewhere_are_refused_with_the_row(plan: Records, documents: Path) -> None:
    plan.tables["targets"][0]["locator"] = "II.1; L3"
    (problem,) = verified(plan, documents).problems
    assert str(problem).startswith(
        "plan/targets.csv, row 2, column printed_text: these words do not stand where the locator says; found 'ít nhất"
    )


def test_an_unconfirmed_record_counts_in_the_total_but_not_as_confirmed(plan: Records, documents: Path) -> None:
    plan.tables["targets"][1]["locator"] = "I; L4"
    result = verified(plan, documents)
    assert (result.confirmed.total(), result.total) == (4, 5)


@pytest.mark.parametrize(("printed", "refused"), [("Quý I |", []), ("Quý III |", ["due_text"])])
def test_a_cell_must_stand_there_as_whole_words(
    plan: Records, documents: Path, printed: str, refused: list[str]
) -> None:
    plan.tables["tasks"][0].update(due_text="Quý I", due_kind="fixed", due_end="2021-03-31")
    text = TEXT.replace("Quý I -", "x").replace("Quý II |", printed)
    assert [p.column for p in verified(plan, documents, text).problems] == refused


@pytest.mark.parametrize("printed", ["195,5%", "9.195,5%"])
def test_a_number_inside_another_number_confirms_nothing(plan: Records, documents: Path, printed: str) -> None:
    plan.tables["targets"][0]["printed_text"] = "95,5% hồ sơ"
    result = verified(plan, documents, TEXT.replace("95,5%", printed))
    assert [p.column for p in result.problems] == ["printed_text"]


def test_a_bare_number_of_a_cell_must_stand_alone(plan: Records, documents: Path) -> None:
    result = verified(plan, documents, TEXT.replace("| 120", "| 120/QĐ | 1.120"))
    assert [(p.column, p.text) for p in result.problems] == [("budget_text", "120")]


def test_a_locator_beyond_the_last_line_is_refused(plan: Records, documents: Path) -> None:
    plan.tables["results"][0]["locator"] = "I; L1, L500-501"
    (problem,) = verified(plan, documents).problems
    assert (problem.column, problem.message) == ("locator", "the document has only 11 lines")


def test_another_document_under_the_same_name_is_noticed(plan: Records, documents: Path) -> None:
    (problem,) = verified(plan, documents, sha256="0" * 64).problems
    assert (
        str(problem)
        == "plan/document.yml, column source_sha256: the document has other bytes than those that were recorded"
    )


def test_a_document_that_is_not_there_is_named(plan: Records, documents: Path) -> None:
    assert plan.document is not None
    plan.document["source_file"] = "elsewhere.txt"
    (checked,) = check_folder(plan.write().parent)
    (problem,) = verify_document(checked, documents).problems
    assert (problem.column, problem.text) == ("source_file", "elsewhere.txt")


def test_a_number_that_no_record_states_is_listed_with_its_line_and_words(plan: Records, documents: Path) -> None:
    result = verified(plan, documents, TEXT.replace("Phụ lục", "Phụ lục có 17 lớp"))
    assert [(line, number) for line, number, _ in result.uncovered] == [(7, "17")]
    assert "có 17 lớp" in result.uncovered[0][2]


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("ngày 27 tháng 12 năm 2019", "date"),
        ("hạn 15/01/2025", "date"),
        ("giai đoạn 2016-2020", "year"),
        ("số 457/KH-UBND", "document_number"),
        ("Nghị định 61/2018/NĐ-CP", "document_number"),
        ("TCVN ISO 9001:2015", "standard"),
        ("dịch vụ công mức độ 3, 4", "service_level"),
        ("dưới 40 tuổi", "age"),
        ("Covid-19", "proper_name"),
        ("3. Nhiệm vụ", "list_number"),
        ("https://example.org/a-12", "web_address"),
    ],
)
def test_numbers_that_are_no_figure_are_explained_by_a_rule(
    plan: Records, documents: Path, words: str, rule: str
) -> None:
    before = verified(plan, documents)
    result = verified(plan, documents, TEXT.replace("Phụ lục", words))
    assert result.uncovered == []
    assert rule in result.explained - before.explained


def review(plan: Records, token: str, locator: str) -> None:
    row = {"reviewed_number_id": "ha-tinh-2021-plan-n1", "token": token, "locator": locator, "reason": "a class size"}
    plan.tables["reviewed_numbers"] = [row]


def test_a_number_that_was_looked_at_is_covered_where_it_stands(plan: Records, documents: Path) -> None:
    review(plan, "17 lớp", "PL; L7")
    result = verified(plan, documents, TEXT.replace("Phụ lục", "Phụ lục có 17 lớp"))
    assert (result.uncovered, result.problems, result.explained["reviewed"]) == ([], [], 1)


@pytest.mark.parametrize(("token", "locator"), [("17", "PL; L6"), ("7", "PL; L7")])
def test_a_review_of_another_number_or_line_is_stale_and_covers_nothing(
    plan: Records, documents: Path, token: str, locator: str
) -> None:
    review(plan, token, locator)
    result = verified(plan, documents, TEXT.replace("Phụ lục", "Phụ lục có 17 lớp"))
    assert [number for _, number, _ in result.uncovered] == ["17"]
    assert [str(p) for p in result.problems] == [
        "plan/reviewed_numbers.csv, row 2, column token: no such number is left over there; delete this row; "
        f"found '{token}'"
    ]


def test_a_review_of_a_line_that_does_not_exist_is_refused(plan: Records, documents: Path) -> None:
    review(plan, "17", "PL; L99")
    (problem,) = verified(plan, documents).problems
    assert (problem.row, problem.column, problem.message) == (2, "locator", "the document has only 11 lines")


def test_figures_of_web_pages_and_of_documents_without_a_text_are_counted_apart(
    plan: Records, pages: Records, documents: Path
) -> None:
    from ingest.verify import unverifiable_count

    pages.write()
    checked = check_folder(plan.write().parent)
    assert (verify(checked, documents), unverifiable_count(checked)) == ([], 2 + 3)
    assert plan.document is not None
    plan.document["source_file"] = "plan.txt"
    checked = check_folder(plan.write().parent)
    assert [result.document_id for result in verify(checked, documents)] == ["ha-tinh-2021-plan"]
    assert unverifiable_count(checked) == 2
