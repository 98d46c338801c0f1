"""Numbers and money as Vietnamese official documents print them."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Literal, NamedTuple

from ingest.messages import gettext as _
from ingest.reading.text import ReadingError, fold

NumberStyle = Literal["vietnamese", "english"]
"""`vietnamese`: 1.694 is one thousand six hundred and ninety-four, 60,5 is sixty and a half;
`english`: the two marks the other way round (the budget column of some tables)."""

_GROUPED = {
    "vietnamese": re.compile(r"(?P<whole>[1-9]\d{0,2}(?:\.\d{3})+|\d+)(?:,(?P<part>\d+))?"),
    "english": re.compile(r"(?P<whole>[1-9]\d{0,2}(?:,\d{3})+|\d+)(?:\.(?P<part>\d+))?"),
}
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*")
_PLAIN = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,12})?")  # more digits fit no column of the marts


class NumberToken(NamedTuple):
    """A run of digits and marks in a text, and where it stands."""

    text: str
    start: int
    end: int


def number_tokens(text: str) -> Iterator[NumberToken]:
    """Yield every printed number of `text` in order."""
    for match in _TOKEN.finditer(text):
        yield NumberToken(match.group(), match.start(), match.end())


def read_number(text: str, style: NumberStyle = "vietnamese") -> Decimal:
    """Return the value of one printed number, with or without a percent sign (`60,5%` is 60.5).

    Raises ReadingError where the marks do not fit the style: `1.69` and `0.455` are no Vietnamese numbers.
    """
    bare = fold(text).removesuffix("%").strip()
    sign, digits = (-1, bare[1:].lstrip()) if bare[:1] in ("-", "−") else (1, bare)
    match = _GROUPED[style].fullmatch(digits)
    if not match:
        if style == "vietnamese":
            raise ReadingError(_("expected a number in Vietnamese style such as 1.694 or 60,5"))
        raise ReadingError(_("expected a number in English style such as 1,694 or 60.5"))
    whole = re.sub(r"[.,]", "", match["whole"])
    return sign * Decimal(f"{whole}.{match['part'] or '0'}").normalize() + 0


def read_plain_number(text: str) -> Decimal:
    """Return the value of a record's number: digits with a decimal point, no grouping (26286, 60.5)."""
    if not _PLAIN.fullmatch(text):
        raise ReadingError(
            _("expected a plain number such as 26286 or 60.5 (the printed form belongs in printed_text)")
        )
    return Decimal(text)


def readable_values(text: str, style: NumberStyle = "vietnamese") -> set[Decimal]:
    """Return the values of all numbers of `text`; tokens that are no number in this style are left out."""
    values = set()
    for token in number_tokens(text):
        try:
            values.add(read_number(token.text, style))
        except ReadingError:
            continue
    return values


_DIGIT_WORDS = {
    "không": 0, "một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5, "nhăm": 5,
    "sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8, "chín": 9,
}  # fmt: skip
_PLACE_WORDS = {"mười": 10, "mươi": 10, "trăm": 100}
_SCALE_WORDS = {"nghìn": 10**3, "ngàn": 10**3, "triệu": 10**6, "tỷ": 10**9, "tỉ": 10**9}
_FILLER_WORDS = {"linh", "lẻ", "chẵn"}


def read_number_words(text: str) -> Decimal:
    """Return the value of a number written out: `một tỷ một trăm triệu` is 1 100 000 000.

    Raises ReadingError at the first word that is no number word or follows no number.
    """
    total = 0
    group: int | None = None  # what stands before the next scale word; None: nothing yet
    pending: int | None = None  # the digit that waits for its place
    for word in re.findall(r"\w+", fold(text).casefold()):
        if word in _DIGIT_WORDS:
            if pending is not None:
                raise ReadingError(
                    _("'{word}' follows another digit; expected words such as 'một trăm triệu'").format(word=word)
                )
            pending = _DIGIT_WORDS[word]
        elif word in _PLACE_WORDS:
            group = (group or 0) + (1 if pending is None else pending) * _PLACE_WORDS[word]
            pending = None
        elif word in _SCALE_WORDS:
            if group is None and pending is None and not (word in ("tỷ", "tỉ") and total):
                raise ReadingError(
                    _("'{word}' follows no number; expected words such as 'một trăm triệu'").format(word=word)
                )
            value = (group or 0) + (pending or 0)
            if word in ("tỷ", "tỉ"):  # counts everything before it: "một nghìn hai trăm tỷ"
                total = (total + value) * _SCALE_WORDS[word]
            else:
                total += value * _SCALE_WORDS[word]
            group = pending = None
        elif word not in _FILLER_WORDS:
            raise ReadingError(
                _("'{word}' is no number word; expected words such as 'một trăm triệu'").format(word=word)
            )
    if group is None and pending is None and not total:
        raise ReadingError(_("expected a number in words such as 'một trăm triệu'"))
    return Decimal(total + (group or 0) + (pending or 0))


_MONEY_UNITS = {"": 1, "nghìn": 10**3, "ngàn": 10**3, "triệu": 10**6, "tỷ": 10**9, "tỉ": 10**9}
_MONEY = re.compile(
    r"(?P<number>\d[\d.,]*)\s*(?P<scale>nghìn|ngàn|triệu|tỷ|tỉ)?\s*(?P<currency>đồng|đ|vnđ|vnd)?(?=\W|$)", re.IGNORECASE
)


def read_money(text: str, style: NumberStyle = "vietnamese", column_unit: str = "đồng") -> Decimal:
    """Return an amount in million dong (VND).

    `column_unit` is the unit of the table's heading (`Triệu đồng`), used where the cell has none of its own.
    `1.100.000.000 đồng` is 1100; `4,455` in English style under `Triệu đồng` is 4455; words are read too.
    Raises ReadingError where the text is no amount.
    """
    bare = fold(text)
    match = _MONEY.fullmatch(bare)
    if match:
        unit = (match["scale"] or "").casefold()
        if not match["scale"] and not match["currency"]:
            unit = next((word for word in fold(column_unit).casefold().split() if word in _MONEY_UNITS), "")
        return (read_number(match["number"], style) * _MONEY_UNITS[unit] / 10**6).normalize() + 0
    words = re.sub(r"\s*(đồng|chẵn|vnđ)\b", "", bare.casefold()).strip(" ()./")
    try:
        return (read_number_words(words) / 10**6).normalize() + 0
    except ReadingError as error:
        raise ReadingError(
            _("expected an amount such as '1.100.000.000 đồng' or 'một tỷ một trăm triệu đồng'")
        ) from error
