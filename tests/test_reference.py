from datetime import date, timedelta

import pytest

from ingest.problems import BadInput, Problem, nearest_spellings
from ingest.reading.text import ReadingError
from ingest.reference import Reference

MERGER = date(2025, 7, 1)


def test_a_merged_province_is_another_one_even_where_the_name_survives(reference: Reference) -> None:
    before = reference.province_on("Đà Nẵng", MERGER - timedelta(days=1))
    after = reference.province_on("Đà Nẵng", MERGER)
    assert before != after
    assert before == reference.province_on("thành phố đà nẵng", date(2020, 1, 1))


def test_a_province_that_was_renamed_stays_the_same_one(reference: Reference) -> None:
    assert reference.province_on("Thừa Thiên Huế", date(2020, 9, 4)) == "thua-thien-hue"
    assert reference.province_on("Thành phố Huế", date(2025, 1, 1)) == "thua-thien-hue"
    assert reference.province_on("HUE", date(2025, 8, 1)) == "thua-thien-hue"


@pytest.mark.parametrize(
    ("name", "day"),
    [("Quảng Nam", MERGER), ("Hà Tây", date(2020, 1, 1)), ("Atlantis", date(2020, 1, 1)), ("", date(2020, 1, 1))],
)
def test_a_name_that_no_province_had_on_a_day_is_refused(reference: Reference, name: str, day: date) -> None:
    with pytest.raises(ReadingError, match=f"no province was called '{name}' on {day.isoformat()}"):
        reference.province_on(name, day)


@pytest.mark.parametrize(("day", "count"), [(date(2020, 1, 1), 63), (MERGER - timedelta(1), 63), (MERGER, 34)])
def test_on_every_day_a_name_means_one_province_and_all_of_them_are_named(
    reference: Reference, day: date, count: int
) -> None:
    meant: dict[str, set[str]] = {}
    for key, names in reference.province_names.items():
        valid = {name.province_id for name in names if name.valid_from <= day <= name.valid_to}
        if valid:
            meant[key] = valid
    assert {key for key, ids in meant.items() if len(ids) > 1} == set()
    assert len({province for ids in meant.values() for province in ids}) == count


def test_the_nearest_spellings_come_best_first_and_never_from_far_away() -> None:
    known = ["Hà Tĩnh", "Hà Giang", "Hòa Bình", "Cà Mau"]
    assert nearest_spellings("ha tinh", known)[0] == "Hà Tĩnh"
    assert nearest_spellings("Ha Tin", known, limit=1) == ("Hà Tĩnh",)
    assert nearest_spellings("xyzzy", known) == ()


def test_a_problem_names_its_place_and_cuts_long_text() -> None:
    problem = Problem("a.xlsx", "not so", sheet="tasks", row=7, column="due_text", text="x" * 200, nearest=("b", "c"))
    assert str(problem) == (
        f"a.xlsx, sheet tasks, row 7, column due_text: not so; found '{'x' * 117}...'; nearest: b; c"
    )


def test_problems_are_sorted_as_a_person_reads_them() -> None:
    problems = [Problem("b", "m"), Problem("a", "m", row=10), Problem("a", "m", row=9), Problem("a", "m")]
    assert str(BadInput(problems)) == "a: m\na, row 9: m\na, row 10: m\nb: m"
