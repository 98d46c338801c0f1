"""The macros of the published file give what the marts and the loaders give."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from commands import Parvn

from ingest import publish
from ingest.paths import Workspace
from ingest.reading.text import ReadingError, search_key
from ingest.reference import Reference

Query = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def query(real: Workspace) -> Iterator[Query]:
    with publish.open_published(real) as connection:
        yield lambda sql, *parameters: connection.execute(sql, list(parameters)).fetchall()


def test_every_macro_says_in_both_languages_what_it_gives(query: Query) -> None:
    said = dict(query("select function_name, comment from duckdb_functions() where schema_name = 'marts'"))
    assert {"rate_pct", "province_id_of", "period_windows", "fct_result_as_of"} <= said.keys()
    for name, comment in said.items():
        english, vietnamese = comment.split(" | ")
        assert english.startswith(f"{name}(")
        assert vietnamese


def test_every_fact_has_a_macro_for_a_day(query: Query) -> None:
    names = {name for (name,) in query("select function_name from duckdb_functions() where schema_name = 'marts'")}
    facts = {name for (name,) in query("select table_name from duckdb_tables() where table_name like 'fct%'")}
    assert facts
    assert {f"{fact}_as_of" for fact in facts} <= names


# --- rates ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "numerator", "denominator", "rate"),
    [
        ("mart_on_time_rates", "on_time_numerator", "dossiers_resolved", "on_time_rate_resolved_pct"),
        ("mart_on_time_rates", "on_time_numerator", "dossiers_received_printed", "on_time_rate_received_pct"),
        ("mart_on_time_rates", "resolved_late", "dossiers_resolved", "late_pct"),
        ("fct_dossier_quarter", "on_time_numerator", "dossiers_resolved", "on_time_rate_resolved_pct"),
        ("mart_target_rollup", "met_count", "met_count + not_met_count", "met_of_assessed_pct"),
    ],
)
def test_the_rate_of_one_row_is_the_rate_of_the_mart(
    query: Query, table: str, numerator: str, denominator: str, rate: str
) -> None:
    found = query(
        f"select {rate}, marts.rate_pct({numerator}, {denominator}) "
        f"from (select *, row_number() over () as place from marts.{table}) group by place, {rate}"
    )
    assert [of_macro for _, of_macro in found] == [of_mart for of_mart, _ in found]
    assert {of_mart is None for of_mart, _ in found} == {True, False}


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ("(9, 10), (1, 90)", 10.0),
        ("(9, 10), (1, null)", None),
        ("(9, 10), (null, 90)", None),
        ("(0, 0)", None),
        ("(0, 10)", 0.0),
        ("(null::int, null::int)", None),
    ],
)
def test_a_rate_comes_from_the_sums_and_a_missing_count_leaves_none(
    query: Query, counts: str, expected: float | None
) -> None:
    assert query(f"select marts.rate_pct(a, b) from (values {counts}) as counts (a, b)") == [(expected,)]


# --- names of provinces --------------------------------------------------------------------------------------------

UNLIKE_IN_SQL = set("ßŉſẚẛẞ\u0345\u034f")
"""Signs that Python folds into two letters or takes for something else; none stands in Vietnamese."""


def test_names_have_the_same_key_in_sql_as_with_the_loaders(query: Query, reference: Reference) -> None:
    signs = [chr(n) for span in ((1, 0x370), (0x1E00, 0x1F00), (0x2000, 0x2070)) for n in range(*span)]
    texts = [f"A{sign}b {sign}" for sign in signs if sign not in UNLIKE_IN_SQL]
    texts += [spelling for (spelling,) in query("select alias_text from reference.agency_alias")]
    texts += ["", "  ", "Thừa  Thiên–Huế", "ĐẮK LẮK", "Đa\u0300 Nẵng", "Bà Rịa\u00a0-\u200b Vũng Tàu"]
    keys = query("select marts.search_key(unnest(?))", texts)
    assert [key for (key,) in keys] == [search_key(text) for text in texts]


@pytest.mark.parametrize("day", [date(2006, 1, 1), date(2020, 9, 4), date(2025, 6, 30), date(2025, 7, 1)])
def test_a_province_is_found_by_every_spelling_as_the_loaders_find_it(
    query: Query, reference: Reference, day: date
) -> None:
    spellings = [
        name
        for (name,) in query(
            "select unnest([name_vi, name_en, full_name_vi, upper(name_vi)]) from marts.dim_province "
            "union select alias_text from reference.province_alias union select 'Atlantis' order by 1"
        )
    ]

    def as_loaded(name: str) -> str | None:
        try:
            return reference.province_on(name, day)
        except ReadingError:
            return None

    expected = [(name, as_loaded(name)) for name in spellings]
    assert (
        query("select name, marts.province_id_of(name, ?) from (select unnest(?) as name)", day, spellings) == expected
    )
    assert len({province for _, province in expected}) - 1 == len(reference.provinces_on(day))


def test_without_a_day_a_name_is_answered_only_if_it_always_meant_one_province(real: Workspace, parvn: Parvn) -> None:
    ask = "select marts.province_id_of('{}') as id"
    run = lambda name: parvn("query", ask.format(name), "--warehouse", real.warehouse, "--format", "csv")  # noqa: E731
    assert run("TP. Huế").out == run("Thua Thien Hue").out == "id\nthua-thien-hue\n"
    assert run("Quảng Nam").out == "id\nquang-nam\n"
    said = run("An Giang")
    assert said.code == 4
    assert "'an giang' was the name of several provinces: " in said.err
    assert "an-giang from 2004-01-01" in said.err
    assert "give a day" in said.err


def test_a_column_of_the_caller_is_not_taken_for_one_inside_a_macro(query: Query) -> None:
    """DuckDB puts the argument's name where the parameter stands."""
    columns = "name, name_vi, province_id, valid_from, valid_to, on_day, alias_text, versions"
    for column in columns.split(", "):
        asked = query(
            f"select marts.province_id_of({column}, date '2020-01-01'), marts.search_key({column}) "
            f"from (select 'Hà Tĩnh' as {column})"
        )
        assert asked == [("ha-tinh", "ha tinh")], column


def test_the_provinces_of_a_day_are_those_that_the_marts_join(query: Query) -> None:
    assert query("select count(*) from marts.dim_province_on('2025-06-30')") == [(63,)]
    found = query(
        """
        select count(*), count(*) filter (where names.name_vi = rates.province_vi)
        from marts.mart_on_time_rates as rates,
            lateral (select * from marts.dim_province_on(rates.period_end)) as names
        where names.province_id = rates.province_id and rates.geography_basis = 'as_reported'
        """
    )
    held = query("select count(*) from marts.mart_on_time_rates where geography_basis = 'as_reported'")
    assert found == [held[0] * 2]


# --- periods -------------------------------------------------------------------------------------------------------


def test_two_days_make_the_window_that_the_dimension_names(query: Query) -> None:
    assert query(
        "from marts.dim_reporting_period where period_type <> marts.period_type_of(period_start, period_end)"
    ) == []  # fmt: skip


def test_every_window_of_the_dimension_is_one_of_its_year(query: Query) -> None:
    found = query(
        """
        select periods.is_cumulative = windows.is_cumulative and periods.period_days = windows.period_days
            and periods.period_type = windows.period_type
        from marts.dim_reporting_period as periods
        left join (select unnest(range(2005, 2030)) as in_year) as years on years.in_year = periods.nominal_year
        left join lateral (select * from marts.period_windows(years.in_year)) as windows
            on periods.period_start = windows.period_start and periods.period_end = windows.period_end
        where periods.period_type not in ('custom', 'month', 'week')
        """
    )
    assert len(found) > 20
    assert set(found) == {(True,)}


def test_two_days_of_a_listed_window_make_that_window(query: Query) -> None:
    """The seed that lists the windows and the macro that names any two days hold one rule."""
    found = query(
        """
        select windows.period_type, marts.period_type_of(windows.period_start, windows.period_end)
        from (select unnest(range(2015, 2030)) as in_year) as years,
            lateral (select * from marts.period_windows(years.in_year)) as windows
        where windows.value_kind = 'printed'
        """
    )
    assert len(found) == 15 * 12
    assert [named for _, named in found] == [listed for listed, _ in found]


@pytest.mark.parametrize("year", [2019, 2020, 2025])
def test_four_quarters_make_each_year_of_the_ministry_and_of_the_calendar(query: Query, year: int) -> None:
    windows = query("select window_kind, period_type, period_start, period_end from marts.period_windows(?)", year)
    assert len(windows) == len(set(windows)) == 14
    for kind in ("ministry", "calendar"):
        spans = {what: (first, last) for k, what, first, last in windows if k == kind}
        quarters = [spans[f"q{n}"] for n in (1, 2, 3, 4)]
        assert (quarters[0][0], quarters[3][1]) == spans["annual"]
        for before, after in pairwise(quarters):
            assert before[1] + timedelta(1) == after[0]
    assert spans["annual"] == (date(year, 1, 1), date(year, 12, 31))


def test_every_day_lies_in_one_quarter_of_each_kind(query: Query) -> None:
    found = query(
        """
        select days.day, string_agg(windows.window_kind, ' ' order by windows.window_kind)
        from (select cast(unnest(generate_series(date '2019-12-01', date '2021-01-31', interval 1 day)) as date) as day)
            as days,
            lateral (select * from marts.period_windows_on(days.day)) as windows
        where windows.period_type like 'q%' group by days.day
        """
    )
    assert len(found) == 31 + 366 + 31
    assert {kinds for _, kinds in found} == {"calendar ministry"}


def test_as_of_a_day_the_same_macros_are_there(real: Workspace, parvn: Parvn) -> None:
    sql = "select marts.province_id_of('hue') as id, (select count(*) from marts.period_windows(2020)) as n"
    said = parvn("query", sql, "--warehouse", real.warehouse, "--as-of", "2020-12-31", "--format", "csv")
    assert said.out == "id,n\nthua-thien-hue,14\n"
