import csv
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.paths import PROJECT
from ingest.reading.dates import read_date, read_due
from ingest.reading.text import ReadingError

DAYS = st.dates(min_value=date(1945, 9, 2), max_value=date(2100, 12, 31))
QUARTERS = ["I", "II", "III", "IV"]


def quarter(year: int, first: int, last: int | None = None) -> tuple[date, date]:
    last = last or first
    following = date(year + last // 4, last % 4 * 3 + 1, 1)
    return date(year, first * 3 - 2, 1), following - timedelta(days=1)


@given(DAYS)
def test_a_day_reads_back_however_it_is_printed(day: date) -> None:
    printed = (
        day.isoformat(),
        f"{day:%d/%m/%Y}",
        f"{day.day}/{day.month}/{day.year}",
        f"{day:%d-%m-%Y}",
        f"{day:%d.%m.%Y}",
        f"ngày {day:%d} tháng {day:%m} năm {day.year}",
        f"Ngày\u00a0{day.day}  tháng {day.month} năm {day.year} ",
        f"ngày {day.day}/{day.month}/{day.year}",
    )
    assert {read_date(text) for text in printed} == {day}


@pytest.mark.parametrize("text", ["31/02/2020", "29/02/2021", "2020-13-01", "00/01/2020", "ngày 31 tháng 4 năm 2020"])
def test_a_day_that_does_not_exist_is_refused_as_such(text: str) -> None:
    with pytest.raises(ReadingError, match="no such day in the calendar"):
        read_date(text)


@pytest.mark.parametrize("text", ["", "12/2020", "07/3/20", "tháng 3 năm 2020", "2020", "hôm nay", "07/3/2019 x"])
def test_words_that_name_no_day_are_refused_with_an_example(text: str) -> None:
    with pytest.raises(ReadingError, match="such as 07/3/2019"):
        read_date(text)


@given(DAYS)
def test_before_a_day_excludes_that_day(day: date) -> None:
    for text in (f"Trước ngày {day:%d/%m/%Y}", f"trước ngày {day.day} tháng {day.month} năm {day.year}"):
        due = read_due(text, 1999)
        assert (due.kind, due.end) == ("fixed", day - timedelta(days=1))


@given(st.integers(1, 4), st.integers(1, 4), st.integers(2011, 2030))
def test_quarters_span_their_months_and_take_the_plan_year_when_they_name_none(a: int, b: int, year: int) -> None:
    first, last = sorted((a, b))
    assert read_due(f"Quý {QUARTERS[a - 1]}", year) == ("fixed", *quarter(year, a))
    assert read_due(f"quý {a}/{year}", 1999) == ("fixed", *quarter(year, a))
    if first < last:
        for text in (f"Quý {first} - Quý {last}", f"Quý {QUARTERS[first - 1]}-{QUARTERS[last - 1]}"):
            assert read_due(text, year) == ("range", *quarter(year, first, last))
            assert read_due(f"{text}/{year}", year) == ("range", *quarter(year, first, last))
        several = read_due(f"Quý {QUARTERS[first - 1]}, {QUARTERS[last - 1]}/{year}", 1999)
        assert several == ("multiple", *quarter(year, first, last))


@pytest.mark.parametrize(
    ("text", "kind", "start", "end"),
    [
        ("Quý I - Quý III", "range", "2020-01-01", "2020-09-30"),
        ("Quý II -Quý III", "range", "2020-04-01", "2020-09-30"),
        ("Quý II-III/2020", "range", "2020-04-01", "2020-09-30"),
        ("Quý II, III", "multiple", "2020-04-01", "2020-09-30"),
        ("Quý I, Quý IV", "multiple", "2020-01-01", "2020-12-31"),
        ("Quý I/2020 - Quý II/2021", "range", "2020-01-01", "2021-06-30"),
        ("Tháng 01; Tháng 03; Tháng 10", "multiple", "2020-01-01", "2020-10-31"),
        ("Tháng 4 - tháng 12", "range", "2020-04-01", "2020-12-31"),
        ("Tháng 02", "fixed", "2020-02-01", "2020-02-29"),
        ("Tháng 12/2025", "fixed", "2025-12-01", "2025-12-31"),
        ("Trước ngày 15/01/2025", "fixed", "2025-01-01", "2025-01-14"),
        ("Trước 30/6", "fixed", "2020-01-01", "2020-06-29"),
        ("Trước tháng 6", "fixed", "2020-01-01", "2020-05-31"),
        ("ngày 30 tháng 6 năm 2020", "fixed", "2020-06-30", "2020-06-30"),
        ("Trong năm", "fixed", "2020-01-01", "2020-12-31"),
        ("Năm 2025", "fixed", "2025-01-01", "2025-12-31"),
        ("6 tháng đầu năm", "fixed", "2020-01-01", "2020-06-30"),
        ("9 tháng năm 2021", "fixed", "2021-01-01", "2021-09-30"),
        ("Từ Quý II đến hết năm", "range", "2020-04-01", "2020-12-31"),
        ("Quý I: Xây dựng Triển khai từ Quý II đến hết năm.", "multiple", "2020-01-01", "2020-12-31"),
        ("- Ban hành Kế hoạch tháng 4/2020 - Báo cáo theo quý, 6 tháng, năm", "multiple", "2020-01-01", "2020-12-31"),
        ("Thường xuyên", "continuous", None, None),
        ("Thường xuyên trong năm", "continuous", None, None),
        ("Định kỳ, đột xuất trong năm", "continuous", None, None),
        ("Hằng quý", "continuous", None, None),
        ("Sau khi Chính phủ ban hành Khung kiến trúc 2.0", "conditional", None, None),
        ("Theo Kế hoạch của Bộ Nội vụ", "conditional", None, None),
        ("", "unstated", None, None),
        ("\u00a0", "unstated", None, None),
        (None, "unstated", None, None),
    ],
)
def test_due_times_of_the_documents_are_read(text: str | None, kind: str, start: str | None, end: str | None) -> None:
    due = read_due(text, 2020)
    found = (due.kind, due.start and due.start.isoformat(), due.end and due.end.isoformat())
    assert found == (kind, start, end)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Sớm", "Quý I/2020"),
        ("Quý V", "Quý I/2020"),
        ("Trước ngày 31/02/2020", "no such day"),
        ("Tháng 13", "no month 13"),
        ("Quý III - Quý I", "ends before it starts"),
        ("Quý IV-II/2020", "ends before it starts"),
        ("Năm 0000", "no year 0"),
    ],
)
def test_due_times_that_cannot_be_read_are_refused_with_a_hint(text: str, hint: str) -> None:
    with pytest.raises(ReadingError, match=hint):
        read_due(text, 2020)


def test_every_due_time_of_the_records_reads_as_the_record_says_it() -> None:
    differing, kinds = [], set()
    for path in sorted((PROJECT / "data").glob("*/tasks.csv")) + sorted((PROJECT / "data").glob("*/task_mile*.csv")):
        plan_year = 2025 if "2025" in path.parent.name else 2020
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                due = read_due(row["due_text"], plan_year)
                read = (due.kind, due.start and due.start.isoformat(), due.end and due.end.isoformat())
                kinds.add(due.kind)
                if read != (row["due_kind"], row["due_start"] or None, row["due_end"] or None):
                    differing.append((path.parent.name, row["due_text"], read))
    assert differing == []
    assert kinds == {"fixed", "range", "multiple", "continuous", "conditional"}
