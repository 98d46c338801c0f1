"""Dossiers are counted right, and a build that takes over the counts of the one before publishes the same bytes."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest import kept_counts, pipeline, publish, transform
from ingest.paths import Workspace
from ingest.quoting import literal
from ingest.synthetic import write_records
from ingest.synthetic_dossiers import SOURCE_ID, write_descriptions, write_extract

PROVINCES = ("ha-noi", "thua-thien-hue", "da-nang")
FIRST, SECOND = date(2024, 1, 31), date(2024, 5, 31)
MODELS = ("+mart_dossier_rates", "+mart_dossier_reconciliation")
COUNTS = kept_counts.TABLE


def built(workspace: Workspace, force: bool = False) -> dict[str, bytes]:
    """Run a build of what extracts are counted in, up to the release; returns the Parquet files that it would have."""
    files: dict[str, bytes] = {}

    def transformed(database: Path, *_: Any) -> transform.TransformResult:
        outcome = transform.run_dbt(
            database, "build", "--select", *MODELS, "--exclude-resource-type", "test", "unit_test"
        )
        assert outcome.success, outcome.exception
        return transform.TransformResult()

    def published(workspace: Workspace, *_: Any) -> publish.Manifest:
        folder = workspace.warehouse / "parquet"
        shutil.rmtree(folder, ignore_errors=True)
        publish._export_parquet(workspace.build_database, folder)
        files.update({path.name: path.read_bytes() for path in folder.iterdir()})
        return publish.Manifest("", "", "", "", {}, {}, {}, {}, {})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transform, "build", transformed)
        patch.setattr(publish, "publish", published)
        patch.setattr(pipeline.Run, "audit", lambda *_: [])
        patch.setattr(pipeline.Run, "compare", lambda *_: {})
        pipeline.build(workspace, say=lambda _: None, with_docs=False, force=force)
    return files


def kept(workspace: Workspace) -> list[Path]:
    return sorted((workspace.build_database.parent / "dossier-counts").iterdir())


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, dict[str, bytes]]:
    """One extract built, then built on top one that says some of its months anew; with the marts of the second build.

    Between the two, rows that count nothing are put into the kept counts: they mark the months that are not counted
    again, and change no sum.
    """
    folder = tmp_path_factory.mktemp("counted")
    workspace = Workspace(folder / "data", folder / "warehouse")
    write_records(workspace.data, ["ha-noi"], [2023])
    write_descriptions(workspace.data)
    extract = folder / "extract.parquet"
    for day, condition in ((FIRST, "is_old or is_new"), (SECOND, "is_new")):
        whole = folder / "whole.parquet"
        write_extract(whole, 6000, PROVINCES, date(2023, 6, 1), date(2024, 5, 31), day)
        duckdb.sql(
            f"""
            copy (
                select * exclude (is_old, is_new) replace (
                    case when hash(dossier_id) % 10 > 0 then due_on end as due_on,
                    case when hash(dossier_id) % 7 > 0 then channel end as channel
                )
                from (
                    select *, received_on < date '2023-11-01' and resolved_on is not null as is_old,
                        received_on >= date '2023-11-01' as is_new
                    from {literal(whole)}
                ) where {condition}
            ) to {literal(extract)}
            """
        )
        list(pipeline.land_dossiers(workspace, [extract], SOURCE_ID, day))
        if day == FIRST:
            built(workspace)
            mark(workspace)
    return workspace, built(workspace)


def mark(workspace: Workspace) -> None:
    """Add rows that count nothing to every month of the kept counts, which are then as whole as before."""
    (path,) = kept(workspace)
    with duckdb.connect(str(workspace.build_database)) as connection:
        columns = [row[0] for row in connection.execute(f"describe {COUNTS}").fetchall()]
        nothing = ", ".join(f"0 as {c}" for c in columns[columns.index("dossier_count") :])
        connection.execute(f"insert into {COUNTS} by name select * replace ({nothing}) from {COUNTS}")
    kept_counts.keep(workspace.build_database, path.stem.split("-")[0])


def ask(workspace: Workspace, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(workspace.build_database), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_only_months_whose_dossiers_changed_are_counted_again_and_the_release_is_the_same_to_the_byte(
    counted: tuple[Workspace, dict[str, bytes]],
) -> None:
    workspace, carried_over = counted
    marked = f"select distinct received_year, received_month from {COUNTS} where dossier_count = 0 order by all"
    assert ask(workspace, marked) == [(2023, month) for month in range(6, 11)]
    assert ask(workspace, f"select count(distinct content_key), sum(dossier_count) from {COUNTS}") == ask(
        workspace, "select 12, count(distinct dossier_id) from raw.dossiers"
    )
    assert built(workspace, force=True) == carried_over
    assert ask(workspace, marked) == []


NAIVE = """
    with latest as (
        select *, coalesce(agency_text, 'unstated') as agency, coalesce(field_text, 'unstated') as field,
            coalesce(channel, 'unstated') as how
        from raw.dossiers
        qualify row_number() over (partition by source_id, dossier_id order by vintage_no desc) = 1
    ),
    windows as (select distinct period_start, period_end from marts.fct_dossier_count)
    select source_id, province_id, admin_level, agency, field, how, period_start, period_end,
        count(*) filter (received_on < period_start and coalesce(resolved_on >= period_start, true)),
        count(*) filter (received_on >= period_start),
        count(*) filter (resolved_on >= period_start and resolved_on <= period_end),
        count(*) filter (resolved_on >= period_start and resolved_on <= period_end and resolved_on < due_on),
        count(*) filter (resolved_on >= period_start and resolved_on <= period_end and resolved_on = due_on),
        count(*) filter (resolved_on >= period_start and resolved_on <= period_end and resolved_on > due_on),
        count(*) filter (resolved_on >= period_start and resolved_on <= period_end and due_on is null),
        count(*) filter (coalesce(resolved_on > period_end, true)) as still_open,
        count(*) filter (coalesce(resolved_on > period_end, true) and due_on < period_end),
        count(*) filter (resolved_on >= period_start and resolved_on <= period_end and is_returned_by_post),
        count(*) filter (received_on >= period_start and is_digitised),
        count(is_digitised) filter (received_on >= period_start),
        count(*) filter (received_on >= period_start and is_paid_online),
        count(is_paid_online) filter (received_on >= period_start)
    from windows inner join latest on received_on <= period_end
    group by all
    having count(*) filter (coalesce(resolved_on >= period_start, true)) > 0
    order by all
"""


def test_counts_of_windows_are_those_of_a_plain_count_of_the_landed_rows(
    counted: tuple[Workspace, dict[str, bytes]],
) -> None:
    workspace, _ = counted
    held = ask(workspace, "select * exclude (window_kind, period_type, nominal_year, trust_grade, known_from) "
               "from marts.fct_dossier_count order by all")  # fmt: skip
    assert len(held) > 1000
    assert held == ask(workspace, NAIVE)
    windows = ask(workspace, "select distinct window_kind, period_type, nominal_year from marts.fct_dossier_count")
    assert {("calendar", "q3", 2023), ("calendar", "q4", 2023), ("calendar", "q1", 2024), ("ministry", "q1", 2024)} <= {
        *windows
    }
    sums = ask(workspace, "select sum(carried_over) > 0, sum(resolved_late) > 0, sum(resolved_without_due_date) > 0, "
               "sum(in_process_overdue) > 0, bool_or(channel = 'unstated') from marts.fct_dossier_count")  # fmt: skip
    assert sums == [(True, True, True, True, True)]


def test_all_months_are_counted_again_where_the_segments_of_time_may_be_others(
    counted: tuple[Workspace, dict[str, bytes]],
) -> None:
    workspace, _ = counted
    partitions, keyed = "raw.dossier_partitions", "int_dossier_partitions__keyed"
    with duckdb.connect(str(workspace.build_database)) as connection:
        connection.execute(f"insert into {partitions} values (?, 3, 2024, 6, '2025-01-31', 1, 'x', false)", [SOURCE_ID])
    assert transform.run_dbt(workspace.build_database, "run", "--select", keyed).success
    known = f"select count(*), count(*) filter (content_key in (select content_key from {COUNTS})) from intermediate."
    assert ask(workspace, known + keyed) == [(13, 0)]
    with duckdb.connect(str(workspace.build_database)) as connection:
        connection.execute(f"delete from {partitions} where vintage_no = 3")
    assert transform.run_dbt(workspace.build_database, "run", "--select", keyed).success
    assert ask(workspace, known + keyed) == [(12, 12)]


def test_kept_counts_are_taken_only_whole_and_under_the_same_rules(tmp_path: Path) -> None:
    database = tmp_path / "build" / "parvn.duckdb"
    database.parent.mkdir()

    def given_back(rules: str) -> int:
        with duckdb.connect() as fresh:
            return kept_counts.give_back(fresh, database, rules)

    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema intermediate")
        connection.execute(f"create table {COUNTS} as select 'k' || i % 3 as content_key, i from range(90) as r (i)")
    assert given_back("a") == 0
    kept_counts.keep(database, "a")
    assert (given_back("a"), given_back("b")) == (3, 0)
    folder = database.parent / "dossier-counts"
    (folder / ".1.new").write_bytes(b"what a killed run left")
    kept_counts.keep(database, "b")
    assert (given_back("a"), given_back("b")) == (0, 3)
    (path,) = folder.iterdir()
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert given_back("b") == 0
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"delete from {COUNTS}")
    kept_counts.keep(database, "b")
    assert list(folder.iterdir()) == []
