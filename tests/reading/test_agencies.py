import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.problems import nearest_spellings
from ingest.reading.agencies import NOT_AN_AGENCY, AgencyReader
from ingest.reading.text import ReadingError
from ingest.reference import Reference

ALIASES = {
    "Văn phòng": "office",
    "Văn phòng UBND tỉnh": "office-ubnd",
    "Văn phòng ĐĐBQH, HĐND và UBND tỉnh": "office-joint",
    "UBND tỉnh": "ubnd",
    "Sở Nội vụ": "home-affairs",
    "Sở Giao thông và Vận tải": "transport",
    "Các sở": NOT_AN_AGENCY,
}
AGENCIES = sorted(alias for alias, agency in ALIASES.items() if agency != NOT_AN_AGENCY)


def ids(cell: str | None, aliases: dict[str, str] = ALIASES) -> list[str]:
    return [match.agency_id for match in AgencyReader(aliases).read(cell)]


@given(
    st.lists(st.sampled_from(AGENCIES), min_size=1, unique_by=lambda alias: ALIASES[alias]),
    st.sampled_from([", ", "; ", " và ", " - ", ",", "\n", " ; "]),
)
def test_agencies_joined_by_any_mark_come_back_in_printed_order(chosen: list[str], mark: str) -> None:
    assert ids(mark.join(chosen)) == [ALIASES[alias] for alias in chosen]


def test_a_comma_inside_a_name_does_not_split_the_agency() -> None:
    (found,) = AgencyReader(ALIASES).read("Văn phòng  ĐĐBQH,\u00a0HĐND và UBND tỉnh")
    assert found == ("office-joint", "Văn phòng ĐĐBQH, HĐND và UBND tỉnh")


def test_the_longest_spelling_wins_whatever_the_order_of_the_seed() -> None:
    backwards = dict(reversed(ALIASES.items()))
    assert ids("Văn phòng UBND tỉnh, Văn phòng") == ids("Văn phòng UBND tỉnh, Văn phòng", backwards)
    assert ids("Văn phòng UBND tỉnh, Văn phòng") == ["office-ubnd", "office"]


def test_case_and_unicode_form_do_not_matter_and_an_agency_counts_once() -> None:
    cell = unicodedata.normalize("NFD", "SỞ NỘI VỤ; Sở Nội vụ và sở giao thông và vận tải")
    assert ids(cell) == ["home-affairs", "transport"]


def test_words_that_are_no_agency_are_passed_over_and_an_empty_cell_names_none() -> None:
    assert ids("Các sở: Sở Nội vụ") == ["home-affairs"]
    assert ids("") == ids(None) == ids(" \u00a0") == []


def test_a_spelling_does_not_match_inside_a_longer_word() -> None:
    with pytest.raises(ReadingError, match="unknown agency 'Sở Nội vụx'"):
        ids("Sở Nội vụx")


def test_the_first_unknown_name_of_a_cell_is_named_alone() -> None:
    with pytest.raises(ReadingError, match=r"^unknown agency 'Sở Phép thuật'$"):
        ids("Sở Nội vụ, Sở Phép thuật, UBND tỉnh")


def test_a_reader_without_spellings_knows_no_agency() -> None:
    with pytest.raises(ReadingError, match="unknown agency 'Sở Nội vụ'"):
        ids("Sở Nội vụ", {})


def test_the_four_spellings_of_the_joint_office_are_one_agency(reference: Reference) -> None:
    spellings = [
        "Văn phòng ĐĐBQH, HĐND và UBND tỉnh",
        "Văn phòng ĐĐBQH, HỖND và UBND tỉnh",
        "Văn phòng Đoàn ĐBQH-HĐND-UBND tỉnh",
        "Văn phòng Đoàn ĐBQH, HĐND và UBND tỉnh",
    ]
    found = {tuple(m.agency_id for m in reference.agencies.read(s)) for s in spellings}
    assert found == {("van-phong-dbqh-hdnd-ubnd-tinh",)}


def test_a_misspelt_agency_is_answered_with_the_nearest_known_one(reference: Reference) -> None:
    assert nearest_spellings("So Noi vu", reference.agencies.spellings())[0] == "Sở Nội vụ"
    assert nearest_spellings("Sở Nội vụu", reference.agencies.spellings())[0] == "Sở Nội vụ"
