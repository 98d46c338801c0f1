"""Dates and due times as Vietnamese official documents print them."""

import calendar
import re
from datetime import date, timedelta
from typing import Literal, NamedTuple

from ingest.messages import gettext as _
from ingest.reading.text import ReadingError, fold

DueKind = Literal["fixed", "range", "unstated", "multiple", "continuous", "conditional"]

_ISO = re.compile(r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})")
_SLASHED = re.compile(r"(?P<d>\d{1,2})\s*[/.-]\s*(?P<m>\d{1,2})\s*[/.-]\s*(?P<y>\d{4})")
_WORDED = re.compile(r"(?:ngày\s+)?(?P<d>\d{1,2})\s+tháng\s+(?P<m>\d{1,2})\s+năm\s+(?P<y>\d{4})", re.IGNORECASE)


def read_date(text: str) -> date:
    """Return the day that `07/3/2019`, `ngày 27 tháng 12 năm 2019` or `2019-12-27` names.

    Raises ReadingError for other words and for days that do not exist (31/02/2020).
    """
    bare = re.sub(r"^ngày\s+", "", fold(text), flags=re.IGNORECASE)
    match = _ISO.fullmatch(bare) or _SLASHED.fullmatch(bare) or _WORDED.fullmatch(bare)
    if not match:
        raise ReadingError(_("expected a day such as 07/3/2019 or 2019-12-27"))
    try:
        return date(int(match["y"]), int(match["m"]), int(match["d"]))
    except ValueError as error:
        raise ReadingError(_("there is no such day in the calendar; expected a day such as 28/02/2020")) from error


class Due(NamedTuple):
    """When something is due: the kind of statement, first and last day of the time named."""

    kind: DueKind
    start: date | None
    end: date | None


_QUARTER = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_YEAR = r"(?:\s*(?:/|năm)\s*(?P<{0}>\d{{4}}))?"
_PERIOD = re.compile(
    "|".join(
        (
            r"(?P<day>\d{1,2})(?:\s*/\s*|\s+tháng\s+)(?P<month>\d{1,2})(?!\d)" + _YEAR.format("day_year"),
            r"quý\s+(?P<quarters>(?:iv|i{1,3}|[1-4])(?:\s*(?:,|-|–|và|đến)\s*(?:iv|i{1,3}|[1-4])(?![\w]))*)"
            + _YEAR.format("quarter_year"),
            r"tháng\s+(?P<only_month>\d{1,2})" + _YEAR.format("month_year"),
            r"(?P<half>6|9)\s+tháng(?:\s+đầu\s+năm)?" + _YEAR.format("half_year"),
            r"(?:cả\s+|trong\s+)?năm\s+(?P<year>\d{4})",
            r"(?P<this_year>theo\s+quý[^;.]*\bnăm|trong\s+năm|cả\s+năm|hết\s+năm|cuối\s+năm)",
        )
    ),
    re.IGNORECASE,
)
_BEFORE = re.compile(r"trước\s+(?:ngày\s+)?$", re.IGNORECASE)
_CONTINUOUS = re.compile(
    r"thường xuyên|định kỳ|hằng (?:ngày|tuần|tháng|quý)|hàng (?:ngày|tuần|tháng|quý)", re.IGNORECASE
)
_CONDITIONAL = re.compile(r"^(?:sau khi|khi có|theo (?:kế hoạch|hướng dẫn|chỉ đạo|tiến độ|yêu cầu))", re.IGNORECASE)
_RANGE_JOIN = re.compile(r"\s*(?:-|–|đến|tới)\s*(?:hết\s+)?", re.IGNORECASE)


def _month_span(year: int, first: int, last: int) -> tuple[date, date]:
    if year < 1:
        raise ReadingError(_("there is no year 0; expected a due time such as 'Quý I/2020'"))
    return date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1])


def _spans(match: re.Match[str], plan_year: int) -> list[tuple[date, date]]:
    if match["day"]:
        day = read_date(f"{match['day']}/{match['month']}/{match['day_year'] or plan_year}")
        return [(day, day)]
    if match["quarters"]:
        year = int(match["quarter_year"] or plan_year)
        numbers = [_QUARTER[q] for q in re.findall(r"iv|i{1,3}|[1-4]", match["quarters"].casefold())]
        if re.search(r"-|–|đến", match["quarters"]):
            if numbers[0] > numbers[-1]:
                raise ReadingError(_("the time ends before it starts; expected a due time such as 'Quý I - Quý III'"))
            return [_month_span(year, numbers[0] * 3 - 2, numbers[-1] * 3)]
        return [_month_span(year, q * 3 - 2, q * 3) for q in numbers]
    if match["only_month"]:
        month = int(match["only_month"])
        if not 1 <= month <= 12:
            raise ReadingError(
                _("there is no month {month}; expected a due time such as 'Tháng 12/2025'").format(month=month)
            )
        return [_month_span(int(match["month_year"] or plan_year), month, month)]
    if match["half"]:
        return [_month_span(int(match["half_year"] or plan_year), 1, int(match["half"]))]
    return [_month_span(int(match["year"] or plan_year), 1, 12)]


def _dated(match: re.Match[str], plan_year: int) -> list[tuple[date, date]]:
    spans = _spans(match, plan_year)
    if _BEFORE.search(match.string, 0, match.start()):
        # "trước ngày X" excludes X, as "<" does in a target.
        last = spans[0][0] - timedelta(days=1)
        return [(date(last.year, 1, 1), last)]
    return spans


def read_due(text: str | None, plan_year: int) -> Due:
    """Return what a due-time cell says; quarters and months without a year are of `plan_year`.

    `fixed` one day or one named period, `range` from-to, `multiple` several, `continuous` ("Thường xuyên"),
    `conditional` ("Sau khi Chính phủ ban hành ..."), `unstated` an empty cell. For `multiple` and `range` start and
    end are the first and the last day of all. "Trước ngày 15/01/2025" ends on the 14th: the day named is excluded.
    Raises ReadingError where no time can be read from the words.
    """
    bare = fold(text or "")
    if not bare:
        return Due("unstated", None, None)
    if _CONDITIONAL.match(bare):
        return Due("conditional", None, None)
    matches = list(_PERIOD.finditer(bare))
    spans = [span for match in matches for span in _dated(match, plan_year)]
    continuous = bool(_CONTINUOUS.search(bare))
    if not spans:
        if continuous:
            return Due("continuous", None, None)
        raise ReadingError(
            _("expected a due time such as 'Quý I/2020', 'Trước ngày 15/01/2025', 'Trong năm', 'Thường xuyên'")
        )
    start, end = min(s for s, _end in spans), max(e for _start, e in spans)
    if len(spans) == 1:
        if continuous:
            return Due("continuous", None, None)
        joined = matches[0]["quarters"] and re.search(r"-|–|đến", matches[0]["quarters"])
        return Due("range" if joined else "fixed", start, end)
    if len(matches) == 2 and _RANGE_JOIN.fullmatch(bare[matches[0].end() : matches[1].start()]):
        if spans[0][0] > spans[-1][1]:
            raise ReadingError(_("the time ends before it starts; expected a due time such as 'Quý I - Quý III'"))
        return Due("range", spans[0][0], spans[-1][1])
    return Due("multiple", start, end)
