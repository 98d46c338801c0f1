"""What was known when: revised records in a copy of the real ones, built once."""

import csv
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from builds import build_models
from commands import Parvn

from ingest import pipeline, publish, transform
from ingest.as_of import known_on, open_as_of
from ingest.paths import Workspace

Q3 = "thua-thien-hue-2020-q3-report"
JUDGED = f"{Q3}-r012"
PROCEDURES, BY_POST = f"{Q3}-r033", f"{Q3}-r053"
QUARTER = "page-rf-kgi20"
REVISED_ON = date(2020, 11, 15)
BEFORE, AFTER = date(2020, 11, 14), REVISED_ON
Rows = list[tuple[Any, ...]]


def change(path: Path, id_column: str, record_id: str, **cells: str) -> None:
    """Change cells of one row of a record file; columns that the file lacks are added."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    (row,) = [row for row in rows if row[id_column] == record_id]
    row.update(cells)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys([*rows[0], *cells])), lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def revised(real: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The real records with figures, a promise and a score revised, and figures that we had copied wrongly."""

    folder = tmp_path_factory.mktemp("revised")
    shutil.copytree(real.data, folder / "data")
    shutil.copytree(real.warehouse, folder / "warehouse", symlinks=True)
    workspace = Workspace(folder / "data", folder / "warehouse")
    day = {"revised_known_from": REVISED_ON.isoformat()}
    results = workspace.data / Q3 / "results.csv"
    with publish.open_published(real) as connection:

        def one(sql: str) -> tuple[Any, ...]:
            return connection.execute(sql).fetchall()[0]

        (resolved,) = one(
            "select result_id from marts.fct_result where indicator_code = 'dossiers_resolved_count' "
            f"and document_id = '{Q3}' and admin_level = 'province'"
        )
        (quarter,) = one(
            "select result_id from marts.fct_result where indicator_code = 'dossiers_resolved_count' "
            f"and document_id = '{QUARTER}' and admin_level = 'all'"
        )
        (score,) = one(
            "select index_score_id from marts.fct_index_score where index_code = 'pci' and edition_year = 2019 "
            "and component_code = 'total' and score is not null and is_preferred order by score limit 1"
        )
    change(results, "result_id", resolved, value="22200", value_reading="context", reading_note="made up", **day)
    change(results, "result_id", JUDGED, numerator="2000", value_reading="context", reading_note="made up", **day)
    change(results, "result_id", f"{Q3}-r001", note="a note of ours")
    made_up = {"value_reading": "context", "reading_note": "made up"}
    change(results, "result_id", PROCEDURES, value="72", **made_up, **day)
    change(results, "result_id", BY_POST, value="1941", **made_up)
    change(workspace.data / "pages" / "results.csv", "result_id", quarter, value="254760", **day)
    change(
        workspace.data / "thua-thien-hue-2020-key-programme" / "targets.csv",
        "target_id",
        "thua-thien-hue-2020-key-programme-t01",
        reading_note="made up",
        value_reading="context",
        **day,
    )
    change(workspace.data / "indices" / "pci" / "index_scores.csv", "index_score_id", score, score="90", **day)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transform, "build", build_models)
        pipeline.build(workspace, say=lambda _: None, with_docs=False)
    yield workspace


def as_of(workspace: Workspace, day: date, sql: str) -> Rows:
    with open_as_of(workspace, day) as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def now(revised: Workspace) -> Iterator[Callable[[str], Rows]]:
    with publish.open_published(revised) as connection:
        yield lambda sql: connection.execute(sql).fetchall()


RESOLVED = (
    "select value::int from marts.fct_result where indicator_code = 'dossiers_resolved_count' "
    f"and document_id = '{Q3}' and admin_level = 'province' and is_latest_vintage"
)


def test_a_figure_is_shown_as_it_was_known_on_the_day(revised: Workspace, now: Callable[[str], Rows]) -> None:
    assert as_of(revised, BEFORE, RESOLVED) == [(22174,)]
    assert as_of(revised, AFTER, RESOLVED) == now(RESOLVED) == [(22200,)]
    assert as_of(revised, date(2020, 9, 1), RESOLVED) == []


def test_our_own_correction_counts_from_the_beginning(revised: Workspace) -> None:
    sql = f"select note, vintage_no from marts.fct_result where result_id = '{Q3}-r001'"
    assert as_of(revised, date(2020, 9, 30), sql) == [("a note of ours", 2)]


PIVOTS = {
    "fct_dossier_flow": (
        "select dossiers_resolved, received_by_post from marts.fct_dossier_flow "
        f"where source_id = '{Q3}' and admin_level = 'province' and is_latest_vintage",
        (22174, 1941),
        (22200, 1941),
    ),
    "fct_online_procedures": (
        "select procedure_count, printed_pct::int from marts.fct_online_procedures where source_id = "
        f"'{Q3}' and admin_level = 'commune' and service_level = '4' and is_latest_vintage",
        (70, 56),
        (72, 56),
    ),
    "fct_dossier_quarter": (
        "select dossiers_resolved, on_time_numerator from marts.fct_dossier_quarter "
        f"where source_id = '{QUARTER}' and admin_level = 'all' and is_latest_vintage",
        (254754, 253779),
        (254760, 253779),
    ),
}


@pytest.mark.parametrize("table", PIVOTS)
def test_what_stands_on_several_figures_is_shown_as_it_was_known_with_our_corrections(
    revised: Workspace, now: Callable[[str], Rows], table: str
) -> None:
    sql, before, after = PIVOTS[table]
    assert as_of(revised, BEFORE, sql) == [before]
    assert as_of(revised, AFTER, sql) == now(sql) == [after]
    assert as_of(revised, date(2020, 7, 20), sql) == []
    versions = sql.replace(" and is_latest_vintage", "").replace("select ", "select vintage_no, known_to::varchar, ", 1)
    assert sorted(now(versions)) == [(1, str(REVISED_ON), *before), (2, None, *after)]


SUMS = """
select 'flow' as pivot, source_id, province_id, admin_level, scope_code, period_start, period_end,
    dossiers_resolved::decimal(20, 6) as value
from marts.fct_dossier_flow where dossiers_resolved is not null
union all
select 'procedures ' || level_scheme || service_level || level_semantics, source_id, province_id, admin_level,
    scope_code, null, measured_on, procedure_count
from marts.fct_online_procedures where procedure_count is not null
union all
select 'quarter', source_id, province_id, admin_level, scope_code, period_start, period_end, dossiers_resolved
from marts.fct_dossier_quarter where value_kind = 'printed' and dossiers_resolved is not null
order by all
"""
FIGURES = """
select 'flow' as pivot, source_id, province_id, admin_level, scope_code, period_start, period_end, value
from marts.fct_result
where indicator_code = 'dossiers_resolved_count' and period_start is not null and period_end is not null
union all
select 'procedures ' || level_scheme || service_level || level_semantics, source_id, province_id, admin_level,
    scope_code, null, coalesce(measured_on, period_end), value
from marts.fct_result inner join reference.online_service_indicator using (indicator_code)
where measure = 'procedure_count' and coalesce(measured_on, period_end) is not null
union all
select 'quarter', source_id, province_id, admin_level, scope_code, period_start, period_end, value
from marts.fct_result inner join marts.dim_reporting_period using (period_start, period_end)
where indicator_code = 'dossiers_resolved_count' and period_type in ('q1', 'q2', 'q3', 'q4')
order by all
"""


@pytest.mark.parametrize("day", [date(2019, 12, 31), date(2020, 9, 30), BEFORE, AFTER, date(2026, 12, 31)])
def test_the_pivots_of_a_day_hold_the_figures_of_that_day(revised: Workspace, day: date) -> None:
    pivots = as_of(revised, day, SUMS)
    assert len(pivots) > 10
    assert pivots == as_of(revised, day, FIGURES)


def test_tasks_citations_sources_and_statistics_are_there_once_their_document_or_edition_was_known(
    revised: Workspace, now: Callable[[str], Rows]
) -> None:
    known = f"(select document_id from marts.dim_document where known_from <= '{BEFORE}')"
    expected = {
        "fct_task": f"document_id in {known}",
        "fct_task_milestone": f"task_id in (select task_id from marts.fct_task where document_id in {known})",
        "bridge_task_agency": f"task_id in (select task_id from marts.fct_task where document_id in {known})",
        "bridge_document_citation": f"document_id in {known}",
        "dim_source": f"source_id in {known} or source_kind = 'computed' "
        f"or source_id in (select source_id from marts.fct_index_score where known_from <= '{BEFORE}')",
        "fct_index_statistic": f"known_from <= '{BEFORE}'",
        "dim_index_edition": f"known_from <= '{BEFORE}'",
    }
    for table, condition in expected.items():
        shown = as_of(revised, BEFORE, f"from marts.{table} order by all")
        assert shown == now(f"from marts.{table} where {condition} order by all")
        assert 0 < len(shown) < now(f"select count(*) from marts.{table}")[0][0], table


def test_a_promise_and_a_score_are_shown_as_they_were_known(revised: Workspace) -> None:
    promise = "select reading_note from marts.fct_target where target_id = 'thua-thien-hue-2020-key-programme-t01'"
    assert as_of(revised, BEFORE, promise) == [(None,)]
    assert as_of(revised, AFTER, promise) == [("made up",)]
    best = (
        "select max(score) = 90, count(rank_computed) > 0 from marts.fct_index_score "
        "where index_code = 'pci' and edition_year = 2019 and component_code = 'total' and is_preferred"
    )
    assert as_of(revised, BEFORE, best) == [(False, False)]
    assert as_of(revised, AFTER, best) == [(True, True)]


def test_a_judgement_of_an_earlier_day_does_not_change_with_a_later_revision(
    real: Workspace, now: Callable[[str], Rows]
) -> None:
    sql = f"from marts.mart_target_progress where evaluation_date <= '{BEFORE}' order by target_id, evaluation_date"
    with publish.open_published(real) as connection:
        assert connection.execute(sql).fetchall() == now(sql)


def test_a_judgement_of_a_later_day_uses_the_revision(now: Callable[[str], Rows]) -> None:
    sql = (
        "select evaluation_date::varchar, numerator from marts.mart_target_progress "
        f"where figure_id = '{JUDGED}' and evaluation_date <= '2020-12-31' order by 1"
    )
    assert now(sql) == [("2020-09-30", 2132), ("2020-12-31", 2000)]


def test_what_as_of_shows_is_what_the_models_see_on_that_day(revised: Workspace) -> None:
    """The command and dbt use one macro: the same versions on every day of judgement."""
    with duckdb.connect(str(revised.build_database), read_only=True) as connection:
        days = [row[0] for row in connection.execute("from intermediate.int_evaluation_dates__unioned").fetchall()]
        for day in [*days, BEFORE, AFTER]:
            seen = connection.execute(
                "select result_id, vintage_no from intermediate.int_results__versioned as figures "
                f"where {known_on('figures', day)} order by all"
            ).fetchall()
            assert as_of(revised, day, "select result_id, vintage_no from marts.fct_result order by all") == seen


def test_the_macros_of_the_published_file_show_what_the_command_shows_as_of_a_day(
    revised: Workspace, now: Callable[[str], Rows]
) -> None:
    tables = [t for (t,) in now("select table_name from duckdb_tables() where table_name like 'fct%' order by 1")]
    assert len(tables) > 10
    differ = set()
    for day in (date(2020, 9, 30), BEFORE, AFTER, date(2025, 12, 31)):
        with open_as_of(revised, day) as connection:
            for table in tables:
                sql = f"from marts.{table}{{}} order by all"
                shown = now(sql.format(f"_as_of(date '{day}')"))
                assert shown == connection.execute(sql.format("")).fetchall(), (table, day)
                if shown != now(sql.format("")):
                    differ.add(table)
    assert {"fct_result", "fct_target", "fct_index_score", "fct_task"} <= differ


def test_a_verdict_rests_on_the_version_that_the_macro_shows_on_its_day(now: Callable[[str], Rows]) -> None:
    found = now(
        """
        select verdicts.numerator, figures.numerator
        from (select distinct evaluation_date from marts.mart_target_progress) as days,
            lateral (select * from marts.fct_result_as_of(days.evaluation_date)) as figures
        inner join marts.mart_target_progress as verdicts
            on verdicts.figure_id = figures.result_id and verdicts.evaluation_date = days.evaluation_date
        """
    )
    assert len(found) > 10
    assert [judged for judged, _ in found] == [shown for _, shown in found]


def test_old_and_new_figures_stand_side_by_side_and_changed_words_apart(now: Callable[[str], Rows]) -> None:
    sql = (
        "select figure_kind, change_kind, old_value is null, difference, vintage_reason, known_from::varchar "
        "from audit.audit_value_revisions order by all"
    )
    found = now(sql)
    assert ("result", "figure", False, 26.0, "source_revised", "2020-11-15") in found
    assert ("result", "words", False, None, "record_corrected", "2020-09-04") in found
    assert ("result", "figure", False, 1.0, "record_corrected", "2020-09-04") in found
    assert [row[:2] for row in found] == [
        ("index_score", "figure"), *[("result", "figure")] * 5, ("result", "words"), ("target", "words"),
    ]  # fmt: skip


def test_the_command_takes_a_day_and_says_what_is_not_there(parvn: Parvn, revised: Workspace) -> None:
    arguments = ("query", "--warehouse", revised.warehouse, "--as-of", BEFORE.isoformat())
    assert parvn(*arguments, RESOLVED, "--format", "json").out.strip().endswith("22174}]")
    said = parvn(*arguments, "from marts.mart_on_time_rates")
    assert said.code == 4
    assert "mart_on_time_rates does not exist! with --as-of there are the facts" in said.err
    assert parvn(*arguments[:4], "2020-13-01", "select 1").code == 64
    assert parvn(*arguments, "from read_text('/etc/hostname')").code == 4


def test_nothing_of_a_later_day_is_there(revised: Workspace) -> None:
    for table, day in (("dim_document", "known_from"), ("fct_result", "known_from"), ("fct_target", "known_from"),
                       ("fct_dossier_flow", "known_from"), ("fct_online_procedures", "known_from"),
                       ("fct_dossier_quarter", "known_from"), ("fct_index_statistic", "known_from"),
                       ("fct_index_score", "known_from"), ("mart_target_progress", "evaluation_date")):  # fmt: skip
        assert as_of(revised, BEFORE, f"select count(*) > 0, max({day}) <= '{BEFORE}' from marts.{table}") == [
            (True, True)
        ]
