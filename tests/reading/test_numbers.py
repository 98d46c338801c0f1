from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.reading.numbers import (
    number_tokens,
    read_money,
    read_number,
    read_number_words,
    read_plain_number,
    readable_values,
)
from ingest.reading.text import ReadingError

AMOUNTS = st.decimals(min_value=-(10**14), max_value=10**14, places=3, allow_nan=False)


def printed(value: Decimal, group: str, point: str) -> str:
    """Print a number as a document would, with marks for thousands."""
    whole, _, part = f"{value:,f}".partition(".")
    return whole.replace(",", group) + (point + part.rstrip("0") if part.rstrip("0") else "")


DIGITS = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"]


def three_digits(number: int, is_full: bool) -> str:
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    words = [DIGITS[hundreds], "trăm"] if hundreds or is_full else []
    if tens == 1:
        words.append("mười")
    elif tens:
        words += [DIGITS[tens], "mươi"]
    elif ones and words:
        words.append("linh")
    if ones:
        last = "lăm" if ones == 5 and tens else "mốt" if ones == 1 and tens > 1 else DIGITS[ones]
        words.append(last)
    return " ".join(words)


def in_words(number: int) -> str:
    """Write a number as a Vietnamese clerk would: `một tỷ không trăm linh hai triệu`."""
    if number == 0:
        return "không"
    if number >= 10**9:
        rest = number % 10**9
        return f"{in_words(number // 10**9)} tỷ" + (f" {below_billion(rest, True)}" if rest else "")
    return below_billion(number, False)


def below_billion(number: int, is_full: bool) -> str:
    words = []
    for scale, name in ((10**6, "triệu"), (10**3, "nghìn"), (1, "")):
        group = number // scale % 1000
        if group:
            words += [three_digits(group, is_full or bool(words)), name]
    return " ".join(word for word in words if word)


@given(AMOUNTS)
def test_a_number_printed_in_vietnamese_style_reads_back(value: Decimal) -> None:
    assert read_number(printed(value, ".", ",")) == value
    assert read_number(printed(value, ".", ",") + " %") == value


@given(AMOUNTS)
def test_a_number_printed_in_english_style_reads_back(value: Decimal) -> None:
    assert read_number(printed(value, ",", "."), "english") == value


@given(AMOUNTS)
def test_a_plain_number_of_a_record_reads_back_without_rounding(value: Decimal) -> None:
    assert read_plain_number(f"{value:f}") == value


@given(st.integers(min_value=1, max_value=999_999_999), st.integers(min_value=1, max_value=999))
def test_one_style_never_silently_takes_the_grouping_of_the_other(thousands: int, rest: int) -> None:
    text = printed(Decimal(thousands * 1000 + rest), ",", ".")
    if text.count(",") > 1:
        with pytest.raises(ReadingError):
            read_number(text, "vietnamese")
    assert read_number(text, "english") == thousands * 1000 + rest


@pytest.mark.parametrize(
    "text", ["1.69", "0.455", "12.34.567", "1,234,567", "1.694.", "", "%", "12 a", "1..000", "02.345", "1,2,3"]
)
def test_marks_that_fit_no_vietnamese_number_are_refused_with_an_example(text: str) -> None:
    with pytest.raises(ReadingError, match=r"Vietnamese style such as 1\.694 or 60,5"):
        read_number(text)


@pytest.mark.parametrize("text", ["60,5", "1.100.000", "5%", "", "1e3", "+4", "NaN", "4."])
def test_a_record_value_in_printed_form_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(ReadingError, match=r"plain number such as 26286 or 60\.5"):
        read_plain_number(text)


@pytest.mark.parametrize(
    ("text", "style", "value"),
    [
        ("26.286", "vietnamese", "26286"),
        ("73,5%", "vietnamese", "73.5"),
        ("03", "vietnamese", "3"),
        ("−4,25", "vietnamese", "-4.25"),
        ("\u00a01.100.000.000\u200b ", "vietnamese", "1100000000"),
        ("4,455", "vietnamese", "4.455"),
        ("4,455", "english", "4455"),
        ("100", "english", "100"),
    ],
)
def test_numbers_met_in_the_documents_have_these_values(text: str, style: str, value: str) -> None:
    assert read_number(text, style) == Decimal(value)


def test_all_numbers_of_a_sentence_are_found_with_their_places() -> None:
    text = "tiếp nhận 26.286 hồ sơ (73,5%), trong đó 05 hồ sơ."
    assert [(t.text, text[t.start : t.end]) for t in number_tokens(text)] == [
        ("26.286", "26.286"),
        ("73,5", "73,5"),
        ("05", "05"),
    ]
    assert readable_values(text) == {Decimal(26286), Decimal("73.5"), Decimal(5)}
    assert readable_values("9001:2015 và 1.69") == {Decimal(9001), Decimal(2015)}


@given(st.integers(min_value=0, max_value=10**13))
def test_a_number_written_in_words_reads_back(number: int) -> None:
    assert read_number_words(in_words(number)) == number


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("một tỷ một trăm triệu", 1_100_000_000),
        ("Một nghìn hai trăm tỉ", 1_200_000_000_000),
        ("hai mươi tư", 24),
        ("mười lăm nghìn không trăm lẻ bẩy", 15_007),
        ("ba triệu chẵn", 3_000_000),
    ],
)
def test_other_spellings_of_number_words_are_known(words: str, value: int) -> None:
    assert read_number_words(words) == value


@pytest.mark.parametrize("words", ["", "lẻ", "chẵn", "nghìn", "một hai ba", "một trăm hồ sơ", "tỷ lệ"])
def test_words_that_state_no_number_are_refused(words: str) -> None:
    with pytest.raises(ReadingError):
        read_number_words(words)


@pytest.mark.parametrize(
    ("text", "style", "unit", "million"),
    [
        ("1.100.000.000 đồng", "vietnamese", "đồng", "1100"),
        ("1.100.000.000 đồng", "vietnamese", "Triệu đồng", "1100"),
        ("4,455", "english", "Triệu đồng", "4455"),
        ("4,455", "vietnamese", "Triệu đồng", "4.455"),
        ("120", "vietnamese", "Triệu đồng", "120"),
        ("0", "vietnamese", "triệu VNĐ", "0"),
        ("1,5 tỷ đồng", "vietnamese", "đồng", "1500"),
        ("1,5 tỷ", "vietnamese", "triệu đồng", "1500"),
        ("250 triệu đồng", "vietnamese", "đồng", "250"),
        ("500 nghìn đồng", "vietnamese", "triệu đồng", "0.5"),
        ("1.100.000.000 triệu đồng", "vietnamese", "đồng", "1100000000"),
        ("một tỷ một trăm triệu", "vietnamese", "đồng", "1100"),
        ("(Một tỷ một trăm triệu đồng chẵn)", "vietnamese", "triệu đồng", "1100"),
    ],
)
def test_money_is_read_in_million_dong(text: str, style: str, unit: str, million: str) -> None:
    assert read_money(text, style, unit) == Decimal(million)


@given(st.integers(min_value=0, max_value=10**15))
def test_an_amount_in_dong_is_the_same_in_digits_and_in_words(dong: int) -> None:
    in_digits = read_money(f"{printed(Decimal(dong), '.', ',')} đồng")
    assert in_digits * 10**6 == dong
    assert read_money(f"{in_words(dong)} đồng chẵn") == in_digits


@pytest.mark.parametrize("text", ["Theo dự toán", "đồng", "", "1.69 triệu đồng", "12 hồ sơ"])
def test_text_that_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ReadingError):
        read_money(text)
