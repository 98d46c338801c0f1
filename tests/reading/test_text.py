import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.reading.text import fold, nfc, search_key

INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"


@given(st.text() | st.text(alphabet="eêếđĐ \u0301\u0302\u0323" + INVISIBLE))
def test_folding_twice_is_folding_once_and_gives_nfc(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    assert unicodedata.is_normalized("NFC", once)


@given(st.text(alphabet="aăâêôơưđĐẾỗ ỳ9.,"))
def test_the_decomposed_and_the_composed_form_of_a_text_fold_alike(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\u2009", "\t", "\n", "  ", "\r\n"])
def test_every_kind_of_space_folds_to_one_space(space: str) -> None:
    assert fold(f"{space}Sở{space}Nội vụ{space}") == "Sở Nội vụ"


@pytest.mark.parametrize("mark", INVISIBLE)
def test_characters_that_nobody_sees_do_not_change_a_word(mark: str) -> None:
    assert fold(f"{mark}Thừa Th{mark}iên") == "Thừa Thiên"
    assert search_key(f"Đà{mark} Nẵng") == "da nang"


def test_landing_form_keeps_spaces_and_case_and_composes_letters() -> None:
    assert nfc(" Thu\u031b\u0300a  ") == " Thừa  "


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("Thừa Thiên – Huế", "thua thien hue"),
        ("ĐẮK LẮK", "dak lak"),
        ("đăk lăk", "dak lak"),
        ("TP. Hồ Chí Minh", "tp ho chi minh"),
        ("Bà Rịa-Vũng Tàu", "ba ria vung tau"),
        ("- ; -", ""),
    ],
)
def test_search_keys_ignore_diacritics_case_and_marks(written: str, key: str) -> None:
    assert search_key(written) == key
    assert search_key(unicodedata.normalize("NFD", written)) == key
