"""What of a person must not stand in a record: numbers of identity papers, telephone numbers, e-mail addresses."""

import re
from collections.abc import Iterator

from ingest.messages import gettext as _
from ingest.reading.text import search_key

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")
_SUSPECT = re.compile(r"@|\d{2}")
_TIMESTAMP = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{4}")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_START, _END = r"(?<![\w.,/+-])", r"(?![\w/-]|[.,]\d)"
"""The digits stand alone: not within a number, a date, a code or the number of a document."""
_GROUPS = (
    r"[35789]\d{8}", r"[35789]\d{2}([ .-])\d{3}\1\d{3}", r"[35789]\d([ .-])\d{3}\2\d{4}",
    r"[35789]\d{2}([ .-])\d{2}\3\d{2}\3\d{2}", r"1[2689]\d{8}",
    r"2\d{9}", r"2\d{1,2}[ .-]\d{7,8}", r"2\d{1,2}([ .-])\d{4}\4\d{4}", r"2\d{1,2}([ .-])\d\5\d{3}\5\d{3}",
)  # fmt: skip
"""How mobile numbers, old mobile numbers and lines of houses are written after the 0 or +84."""
_PHONE = re.compile(
    rf"{_START}(?:(?:\(?(?:\+|00)84\)?[ .-]?(?:\(0\))?|0)(?:{'|'.join(_GROUPS)})"
    rf"|\(02\d{{1,2}}\) ?\d[ .]?\d{{3}}[ .]?\d{{3,4}}){_END}"
)
_IDENTITY = re.compile(_START + r"(?:\d{9}|\d{12}|0\d{2}([ .])\d{3}\1\d{3}\1\d{3})" + _END)
_COUNTED = re.compile(
    r"\s*(?:đồng|đ\b|vnđ|vnd|usd|triệu|tr\b|tỷ|tỉ|nghìn|ngàn|hồ sơ|lượt|người|văn bản|thủ tục|giao dịch|bản ghi|dữ liệu"
    r"|trường hợp|tài khoản|m2|ha\b|km|%)",
    re.IGNORECASE,
)
_HEADINGS = (
    "cccd", "cmnd", "can cuoc", "chung minh nhan dan", "dinh danh ca nhan", "citizen id", "national id", "ho chieu",
    "passport", "ngay sinh", "nam sinh", "date of birth", "gioi tinh", "dien thoai", "sdt", "phone", "mobile", "email",
    "e mail", "thu dien tu", "ho ten", "ho va ten", "full name", "citizen name", "ten cong dan", "ten nguoi",
    "nguoi nop", "nguoi gui", "nguoi yeu cau", "nguoi de nghi", "nguoi dai dien", "nguoi duoc uy quyen",
    "nguoi dung ten", "nguoi nhan", "nguoi xu ly", "nguoi tiep nhan", "can bo xu ly", "can bo tiep nhan",
    "chu ho so", "applicant", "dia chi", "home address",
)  # fmt: skip
_OF_AN_OFFICE = ("co quan", "don vi", "tru so", "noi tiep nhan", "website", "trang")
"""What makes an address that of an office."""


def personal_heading(heading: str) -> bool:
    """Tell whether a column's heading announces data of single persons: some word of it is known for that.

    >>> [personal_heading(text) for text in ("Họ và tên người nộp", "Số CCCD/CMND", "Ngày nộp", "Địa chỉ cơ quan")]
    [True, True, False, False]
    """
    words = f" {search_key(heading)} "
    return any(
        f" {known} " in words and not (known == "dia chi" and any(f" {place} " in words for place in _OF_AN_OFFICE))
        for known in _HEADINGS
    )


def personal_data(text: str) -> Iterator[tuple[str, str]]:
    """Yield (kind, words) of everything that looks like data of one person; what stands in web addresses is none.

    >>> list(personal_data("liên hệ 0912 345 678")), list(personal_data("120.000.000.000 đồng"))
    ([('a telephone number', '0912 345 678')], [])
    """
    if not _SUSPECT.search(text):
        return
    words = _ADDRESS.sub(" ", text)
    for match in _EMAIL.finditer(words):
        yield _("an e-mail address"), match.group()
    phones = [match.span() for match in _PHONE.finditer(words)]
    for start, end in phones:
        yield _("a telephone number"), words[start:end]
    for match in _IDENTITY.finditer(words):
        is_phone = any(start < match.end() and match.start() < end for start, end in phones)
        is_counted = bool(_COUNTED.match(words, match.end())) and not match.group().startswith("0")
        if not is_phone and not is_counted and not _TIMESTAMP.fullmatch(match.group()):
            yield _("the number of an identity paper"), match.group()
