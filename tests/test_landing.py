from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from records import Records
from test_readers import write_xlsx

from ingest.check import CheckedPackage, check_folder
from ingest.clock import utc_now
from ingest.landing import Attempt, Landing


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path / "landing")


def checked(records: Records) -> CheckedPackage:
    (found,) = check_folder(records.write().parent)
    assert found.problems == []
    return found


def raw(landing: Landing, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        landing.build_raw(connection)
        return connection.execute(sql).fetchall()


def parquet_files(landing: Landing) -> list[str]:
    return sorted(p.relative_to(landing.folder / "parquet").as_posix() for p in landing.folder.rglob("*.parquet"))


TARGET_VINTAGES = (
    "select target_value, _vintage_no, _vintage_reason, _vintage_known_from, _is_latest from raw.targets "
    "where target_id like '%t01' order by _vintage_no"
)


def test_what_lands_is_text_with_its_place_and_nothing_else(plan: Records, landing: Landing) -> None:
    assert landing.land(checked(plan)) == dict.fromkeys(("document", "targets", "results", "tasks"), "landed")
    rows = raw(landing, "select result_id, value, numerator, _file, _row, _package, _is_latest from raw.results")
    assert rows == [("ha-tinh-2021-plan-r01", "26286", None, "plan/results.csv", 2, "plan", True)]
    types = raw(
        landing,
        "select distinct data_type from information_schema.columns where table_schema = 'raw' "
        "and table_name not in ('landed_files', 'load_attempts') and not starts_with(column_name, '_')",
    )
    assert types == [("VARCHAR",)]


def test_a_table_without_records_is_there_in_raw_without_rows(plan: Records, landing: Landing) -> None:
    landing.land(checked(plan))
    assert raw(landing, "select count(*) from raw.rankings") == [(0,)]


def test_an_unchanged_file_is_no_work(plan: Records, landing: Landing) -> None:
    landing.land(checked(plan))
    ledger, files = landing.entries(), parquet_files(landing)
    assert set(landing.land(checked(plan)).values()) == {"unchanged"}
    assert (landing.entries(), parquet_files(landing)) == (ledger, files)


def test_changed_bytes_are_a_new_vintage_and_the_old_one_stays(plan: Records, landing: Landing) -> None:
    landing.land(checked(plan))
    plan.tables["targets"][0].update(target_value="96", printed_text="96% hồ sơ")
    assert landing.land(checked(plan)) == {
        "document": "unchanged",
        "targets": "landed",
        "results": "unchanged",
        "tasks": "unchanged",
    }
    assert raw(landing, TARGET_VINTAGES) == [
        ("95.5", 1, "first_loaded", None, False),
        ("96", 2, "record_corrected", None, True),
    ]


def test_a_revision_of_the_publisher_carries_the_day_it_became_known(plan: Records, landing: Landing) -> None:
    landing.land(checked(plan))
    plan.document.update(vintage_reason="source_revised", revised_known_from="2021-03-01")  # type: ignore[union-attr]
    plan.tables["targets"][0].update(target_value="96", printed_text="96% hồ sơ")
    landing.land(checked(plan))
    assert raw(landing, TARGET_VINTAGES) == [
        ("95.5", 1, "first_loaded", None, False),
        ("96", 2, "source_revised", "2021-03-01", True),
    ]


def test_a_day_of_revision_counts_for_the_first_change_that_lands_with_it(plan: Records, landing: Landing) -> None:
    landing.land(checked(plan))
    plan.document.update(vintage_reason="source_revised", revised_known_from="2021-03-01")  # type: ignore[union-attr]
    landing.land(checked(plan))  # the day is written down first, the figures follow
    for value, day in (("96", "2021-03-01"), ("96.5", "2021-03-01"), ("97", "2021-04-01")):
        plan.document.update(revised_known_from=day)  # type: ignore[union-attr]
        plan.tables["targets"][0].update(target_value=value, printed_text=f"{value.replace('.', ',')}% hồ sơ")
        landing.land(checked(plan))
    assert [row[2:4] for row in raw(landing, TARGET_VINTAGES)] == [
        ("first_loaded", None),
        ("source_revised", "2021-03-01"),
        ("record_corrected", None),
        ("source_revised", "2021-04-01"),
    ]


def change_target(plan: Records, value: str) -> None:
    plan.tables["targets"][0].update(target_value=value, printed_text=f"{value.replace('.', ',')}% hồ sơ")


def test_what_was_in_no_release_gives_way_and_leaves_no_history(plan: Records, landing: Landing) -> None:
    landing.land(checked(plan), published_at="")
    published, right, first = utc_now(), dict(plan.tables["targets"][0]), landing.entries()
    for mistaken in ("96", "97"):
        change_target(plan, mistaken)
        landing.land(checked(plan), published)
        assert [row[:3] for row in raw(landing, TARGET_VINTAGES)] == [
            ("95.5", 1, "first_loaded"), (mistaken, 2, "record_corrected"),
        ]  # fmt: skip
    plan.tables["targets"][0] = right
    assert landing.land(checked(plan), published)["targets"] == "landed"
    assert raw(landing, TARGET_VINTAGES) == [("95.5", 1, "first_loaded", None, True)]
    assert sorted(landing.entries(), key=str) == sorted(first, key=str)


def test_a_revision_that_failed_and_is_mended_is_still_one(plan: Records, landing: Landing) -> None:
    landing.land(checked(plan), published_at="")
    published = utc_now()
    plan.document.update(vintage_reason="source_revised", revised_known_from="2021-03-01")  # type: ignore[union-attr]
    for value in ("69", "96"):
        change_target(plan, value)
        landing.land(checked(plan), published)
    assert raw(landing, TARGET_VINTAGES) == [
        ("95.5", 1, "first_loaded", None, False),
        ("96", 2, "source_revised", "2021-03-01", True),
    ]


def test_a_file_that_was_gone_in_a_failed_run_only_was_never_gone(plan: Records, landing: Landing) -> None:
    landing.land(checked(plan), published_at="")
    published = utc_now()
    landing.withdraw_missing([])
    assert raw(landing, TARGET_VINTAGES) == [("95.5", 1, "first_loaded", None, False)]
    landing.land(checked(plan), published)
    assert raw(landing, TARGET_VINTAGES) == [("95.5", 1, "first_loaded", None, True)]


def test_a_document_that_was_in_no_release_and_is_taken_back_leaves_no_history(plan: Records, landing: Landing) -> None:
    landing.land(checked(plan), published_at="")
    landing.withdraw_missing([], published_at="")
    assert (landing.entries(), raw(landing, TARGET_VINTAGES)) == ([], [])
    published = utc_now()  # a release without it
    change_target(plan, "96")
    landing.land(checked(plan), published)
    assert raw(landing, TARGET_VINTAGES) == [("96", 1, "first_loaded", None, True)]


def test_a_document_that_is_taken_back_keeps_what_a_release_held_of_it_and_no_more(
    plan: Records, landing: Landing
) -> None:
    landing.land(checked(plan), published_at="")
    published = utc_now()
    for mistaken in ("96", "97"):
        change_target(plan, mistaken)
        landing.land(checked(plan), published)
        landing.withdraw_missing([], published)
        assert raw(landing, TARGET_VINTAGES) == [("95.5", 1, "first_loaded", None, False)]
        published = utc_now()  # a release in which it is withdrawn
    assert [e.is_withdrawn for e in landing.entries() if e.record_table == "targets"] == [False, True]


def test_a_file_that_returns_to_old_bytes_is_a_third_vintage_of_the_same_parquet(
    plan: Records, landing: Landing
) -> None:
    landing.land(checked(plan))
    files = parquet_files(landing)
    other = plan.copy(plan.folder)
    other.tables["targets"][0].update(target_value="96", printed_text="96% hồ sơ")
    landing.land(checked(other))
    landing.land(checked(plan))
    assert [value for value, *_ in raw(landing, TARGET_VINTAGES)] == ["95.5", "96", "95.5"]
    assert [latest for *_, latest in raw(landing, TARGET_VINTAGES)] == [False, False, True]
    assert len(parquet_files(landing)) == len(files) + 1


def test_the_same_content_in_two_packages_shares_one_parquet(plan: Records, landing: Landing) -> None:
    landing.land(checked(plan))
    files = parquet_files(landing)
    twin = plan.copy(plan.folder.parent.parent / "elsewhere" / "twin")
    landing.land(checked(twin))
    assert parquet_files(landing) == files
    assert raw(landing, "select _package, count(*) from raw.tasks group by all order by all") == [
        ("plan", 2),
        ("twin", 2),
    ]


def test_sheets_of_one_workbook_land_apart(plan: Records, landing: Landing, tmp_path: Path) -> None:
    write_xlsx(plan, tmp_path / "x" / "plan" / "plan.xlsx")
    (found,) = check_folder(tmp_path / "x")
    landing.land(found)
    assert raw(landing, "select count(*) from raw.targets union all select count(*) from raw.tasks") == [(2,), (2,)]
    assert raw(landing, "select count(distinct sha256), count(*) from raw.landed_files") == [(1, 4)]


def test_a_withdrawn_table_keeps_its_rows_but_none_of_them_is_latest(plan: Records, landing: Landing) -> None:
    landing.land(checked(plan))
    (plan.folder / "results.csv").unlink()
    del plan.tables["results"]
    landing.land(checked(plan))
    assert raw(landing, "select result_id, _is_latest from raw.results") == [("ha-tinh-2021-plan-r01", False)]
    assert raw(landing, "select count(*) from raw.targets where _is_latest") == [(2,)]
    ledger = landing.entries()
    landing.land(checked(plan))
    assert landing.entries() == ledger


def test_a_withdrawn_package_keeps_its_rows_and_comes_back_as_a_new_vintage(plan: Records, landing: Landing) -> None:
    landing.land(checked(plan))
    landing.withdraw_missing(["another"])
    assert raw(landing, "select bool_or(_is_latest), count(*) from raw.targets") == [(False, 2)]
    ledger = landing.entries()
    landing.withdraw_missing(["another"])
    assert landing.entries() == ledger
    landing.land(checked(plan))
    assert raw(landing, "select _vintage_no, _is_latest, count(*) from raw.targets group by all order by all") == [
        (1, False, 2),
        (2, True, 2),
    ]


@pytest.fixture
def torn(plan: Records, landing: Landing) -> Iterator[Path]:
    landing.land(checked(plan))
    path = landing.folder / "ledger.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"landed_at": "2026-01-01", "package": "pl')
    yield path
    assert path.read_bytes().startswith(whole)


def test_a_ledger_line_torn_by_a_killed_process_is_ignored(plan: Records, landing: Landing, torn: Path) -> None:
    assert len(landing.entries()) == 4
    assert set(landing.land(checked(plan)).values()) == {"unchanged"}


def test_a_torn_ledger_line_is_cut_before_the_next_one_is_written(plan: Records, landing: Landing, torn: Path) -> None:
    plan.tables["tasks"].pop()
    landing.land(checked(plan))
    assert landing.entries()[-1].record_table == "tasks"
    assert len(landing.entries()) == 5


def test_attempts_are_kept_in_order_the_failed_ones_too(landing: Landing) -> None:
    first = Attempt("run", "2026-01-01T00:00:00Z", "load", "a.csv", "refused", 0, "1 problem(s): …", 0.1)
    second = Attempt("run", "2026-01-01T00:00:01Z", "build", "release", "failed", 0, None, 0.2)
    landing.record([first])
    landing.record([second])
    assert landing.attempts() == [first, second]
    assert raw(landing, "select subject, status, reason from raw.load_attempts") == [
        ("a.csv", "refused", "1 problem(s): …"),
        ("release", "failed", None),
    ]


def test_a_column_that_old_parquet_files_lack_is_null(
    plan: Records, landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ingest import landing as module
    from ingest.contracts import columns_of

    with monkeypatch.context() as patch:
        patch.setattr(module, "columns_of", lambda table: [c for c in columns_of(table) if c != "unit"])
        landing.land(checked(plan))
    assert raw(landing, "select unit, value from raw.results") == [(None, "26286")]
