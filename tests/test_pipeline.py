import csv
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
from builds import build_models

from ingest import pipeline, publish, transform
from ingest.audit import report
from ingest.landing import Landing
from ingest.paths import PROJECT, Workspace
from ingest.problems import BadInput, FailedCheck, Locked

Query = Callable[..., list[tuple[Any, ...]]]
MARTS = "select table_name from duckdb_tables() where schema_name = 'marts'"
Q3 = "thua-thien-hue-2020-q3-report"


@pytest.fixture(scope="module")
def query(real: Workspace) -> Iterator[Query]:
    with publish.open_published(real) as connection:
        yield lambda sql, *parameters: connection.execute(sql, list(parameters)).fetchall()


def silent(_: str) -> None:
    return None


def rows_of(table: str) -> dict[str, int]:
    """Count the rows of one table in the record files, by folder."""
    counts = {}
    for path in (PROJECT / "data").glob(f"*/{table}.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            counts[path.parent.name] = sum(1 for _ in csv.DictReader(file))
    return counts


def releases(workspace: Workspace) -> list[str]:
    return sorted(path.name for path in workspace.releases.iterdir())


# --- what is published ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "mart"),
    [("targets", "fct_target"), ("tasks", "fct_task"), ("results", "fct_result"), ("task_milestones", None)],
)
def test_every_record_of_every_document_reaches_its_fact_table(query: Query, table: str, mart: str | None) -> None:
    if mart is None:
        (found,) = query("select count(*) from marts.fct_task_milestone")
        assert found == (sum(rows_of(table).values()),)
        return
    found = query(
        f"select coalesce(d.document_id, 'pages'), count(*) from marts.{mart} as f "
        "left join marts.dim_document as d on d.document_id = f.document_id "
        "and d.document_kind <> 'web_page' group by all"
    )
    assert dict(found) == rows_of(table)


def test_the_on_time_rates_of_the_third_quarter_report_come_from_its_counts_and_its_own_period(query: Query) -> None:
    rows = query(
        "select admin_level, period_start::varchar, period_end::varchar, dossiers_resolved, on_time_numerator, "
        "round(on_time_rate_resolved_pct, 2) from marts.mart_on_time_rates where source_id = ? "
        "and geography_basis = 'as_reported' order by admin_level",
        Q3,
    )
    assert rows == [
        ("district", "2020-06-10", "2020-09-04", 33445, 31582, 94.43),
        ("province", "2020-06-10", "2020-09-04", 22174, 21070, 95.02),
    ]


def test_the_budget_of_ha_tinh_sums_to_1100_million_and_its_printed_total_is_flagged(query: Query) -> None:
    fields = query(
        "select sum(budget_vnd_million) filter (reform_field_code <> 'general'), "
        "max(budget_vnd_million) filter (reform_field_code = 'general'), bool_or(has_contradiction) "
        "from marts.mart_budget where document_id = 'ha-tinh-2020-plan'"
    )
    assert [tuple(map(int, row)) for row in fields] == [(1100, 1100, 1)]
    flagged = query(
        "select conflict_kind, stated_value, other_value from audit.audit_figure_conflicts "
        "where document_id = 'ha-tinh-2020-plan' and figure_id = 'ha-tinh-2020-plan-p03' order by all"
    )
    assert flagged == [("printed_total_vs_sum", 1.1e9, 1100), ("unit_error", 1.1e9, 1100)]


def test_a_document_that_misstates_its_own_number_is_flagged(query: Query) -> None:
    found = query(
        "select figure_id from audit.audit_figure_conflicts "
        "where document_id = 'ha-tinh-2020-plan' and conflict_kind = 'own_number_or_date'"
    )
    assert found == [("ha-tinh-2020-plan-o02",)]


def test_every_contradiction_of_the_third_quarter_report_is_found_and_nothing_else(query: Query) -> None:
    rows = query(
        "select conflict_kind, admin_level, stated_value, round(other_value, 3) from audit.audit_figure_conflicts "
        "where document_id = ? and conflict_kind <> 'rate_vs_counts' order by all",
        Q3,
    )
    assert rows == [
        ("flow_balance", "district", 41085, 33445 + 6503),
        ("flow_balance", "province", 26286, 22174 + 4111),
        ("parts_vs_total", "all", 2132, 1694 + 321 + 135),
        ("share_over_100", "commune", 100, 80.8 + 56),
        ("share_over_100", "district", 100, 85.8 + 34.7),
    ]
    rates = query(
        "select admin_level, indicator_code from audit.audit_figure_conflicts "
        "where document_id = ? and conflict_kind = 'rate_vs_counts' order by all",
        Q3,
    )
    assert rates == [(level, "procedures_online_level3_pct") for level in ("commune", "district", "province")]


def test_every_conflict_is_explained_in_both_languages_with_the_place(query: Query) -> None:
    assert query("select count(*) > 20, count(distinct conflict_id) = count(*) from audit.audit_figure_conflicts") == [
        (True, True)
    ]
    unexplained = query(
        "select conflict_id from audit.audit_figure_conflicts "
        "where explanation_vi is null or explanation_en is null or locator is null or document_id is null"
    )
    assert unexplained == []


def test_raw_keeps_the_words_of_the_records_as_they_were_typed(query: Query) -> None:
    with (PROJECT / "data" / Q3 / "results.csv").open(encoding="utf-8", newline="") as file:
        typed = {row["result_id"]: (row["value"], row["printed_text"], row["locator"]) for row in csv.DictReader(file)}
    landed = query("select result_id, value, printed_text, locator from raw.results where _package = ?", Q3)
    assert {key: rest for key, *rest in map(list, landed)} == {key: list(rest) for key, rest in typed.items()}


def test_codes_of_the_seeds_stay_text_so_that_01_does_not_become_1(query: Query) -> None:
    wrong = query(
        "select table_schema, table_name, column_name, data_type from information_schema.columns "
        "where table_schema in ('reference', 'marts', 'audit') and data_type <> 'VARCHAR' "
        "and (ends_with(column_name, '_code') or ends_with(column_name, '_id') or column_name = 'code')"
    )
    assert wrong == []
    assert query("select gso_code from reference.province where province_id = 'ha-noi'")[0] == ("01",)


def test_every_mart_has_a_view_with_a_vietnamese_heading_for_every_column_and_the_same_rows(query: Query) -> None:
    for (name,) in query(MARTS):
        columns = [row[0] for row in query(f"describe marts.{name}")]
        labels = dict(
            query(
                "select column_name, label_vi from audit.audit_data_dictionary "
                "where schema_name = 'marts' and table_name = ?",
                name,
            )
        )
        shown = dict(
            query(
                "select column_name, comment from duckdb_columns() "
                "where schema_name = 'marts_vi' and table_name = ? order by column_index",
                name,
            )
        )
        assert list(shown) == [labels[column] for column in columns]
        assert [comment.split(":")[0] for comment in shown.values()] == columns
        assert query(f"from marts.{name} except all from marts_vi.{name}") == []
        assert query(f"from marts_vi.{name} except all from marts.{name}") == []
    assert "Mã tỉnh" in {row[0] for row in query("describe marts_vi.mart_on_time_rates")}
    assert query("select count(*) from duckdb_views() where schema_name = 'marts_vi'") == query(
        "select count(*) from duckdb_tables() where schema_name = 'marts'"
    )


def test_the_manifest_names_every_file_table_and_input_as_it_is(real: Workspace, query: Query) -> None:
    release = publish.current_release(real)
    assert release is not None
    manifest = publish.read_manifest(release)
    present = {p.relative_to(release).as_posix() for p in release.rglob("*") if p.is_file()}
    assert present == manifest["files"].keys() | {"manifest.json", "SHA256SUMS"}
    assert {name: publish.sha256_of_file(release / name) for name in manifest["files"]} == manifest["files"]
    sums = dict(reversed(line.split("  ")) for line in (release / "SHA256SUMS").read_text().splitlines())
    assert sums == manifest["files"] | {"manifest.json": publish.sha256_of_file(release / "manifest.json")}
    assert manifest["inputs"] == {
        p.relative_to(real.data).as_posix(): publish.sha256_of_file(p) for p in real.data.rglob("*") if p.is_file()
    }
    assert {name: query(f"select count(*) from {name}")[0][0] for name in manifest["tables"]} == manifest["tables"]
    assert set(manifest["tests"]) >= {"model", "seed"}


def test_a_release_cannot_be_written_to(real: Workspace) -> None:
    release = publish.current_release(real)
    assert release is not None
    assert {oct(p.stat().st_mode & 0o222) for p in release.rglob("*") if p.is_file()} == {"0o0"}
    with publish.open_published(real) as connection, pytest.raises(duckdb.Error, match="read-only"):
        connection.execute("delete from marts.fct_task")


def test_the_parquet_files_hold_what_the_database_holds(real: Workspace, query: Query) -> None:
    folder = real.current / "parquet"
    marts = {name for (name,) in query(MARTS)}
    assert {path.stem for path in folder.glob("*.parquet")} == marts
    with duckdb.connect() as connection:
        connection.execute(f"attach '{real.published_database.resolve()}' as published (read_only)")
        for name in sorted(marts):
            sql = f"from published.marts.{name} except all from '{folder / name}.parquet'"
            assert connection.execute(sql).fetchall() == []


# --- running it again ----------------------------------------------------------------------------------------------


def test_a_second_build_with_nothing_changed_publishes_nothing(
    copied: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transform, "build", lambda *_: pytest.fail("there was nothing to build"))
    before = releases(copied), copied.current.readlink()
    result = pipeline.build(copied, silent, with_docs=False)
    assert not result.is_new
    assert result.manifest == publish.read_manifest(copied.current)
    assert (releases(copied), copied.current.readlink()) == before
    last = Landing(copied.landing).attempts()[-1]
    assert (last.step, last.subject, last.status) == ("run", copied.current.readlink().name, "unchanged")


def test_a_change_of_a_record_or_of_nothing_but_its_place_is_a_reason_to_build(copied: Workspace) -> None:
    hashes = pipeline.input_hashes(copied)
    (copied.data / "pages").rename(copied.data / "press")
    moved = pipeline.input_hashes(copied)
    assert moved != hashes
    assert sorted(moved.values()) == sorted(hashes.values())


def test_two_builds_from_the_same_records_give_the_same_tables_byte_for_byte(
    real: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Elsewhere, on another number of threads, and landed over a history of its own: none of it may show in a table.
    other = Workspace(tmp_path / "records", tmp_path / "w")
    shutil.copytree(real.data, other.data)
    pipeline.load(other, silent)
    monkeypatch.setenv("DBT_THREADS", "1")

    monkeypatch.setattr(transform, "build", build_models)
    pipeline.build(other, silent, with_docs=False)
    first, second = (
        {path.name: publish.sha256_of_file(path) for path in (w.current / "parquet").iterdir()}
        | unpublished_parquet(w, tmp_path / str(number))
        for number, w in enumerate((real, other))
    )
    assert len(first) > 20
    assert first.keys() >= {"audit_validation_results", "audit_source_files", "indicator"}
    assert {name for name in first.keys() | second.keys() if first.get(name) != second.get(name)} == set()
    assert (real.current / report.RESULTS).read_bytes() == (other.current / report.RESULTS).read_bytes()


# What happened when, and how long it took, is of one build: the promise of equal bytes leaves it out.
OF_ONE_BUILD = {"audit_load_outcomes": None, "audit_source_files": "landed_at"}


def unpublished_parquet(workspace: Workspace, folder: Path) -> dict[str, str]:
    """Write the tables of `audit` and `reference` as Parquet, as the marts are written; returns their SHA-256."""
    folder.mkdir()
    found = {}
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(f"attach '{workspace.published_database.resolve()}' as published (read_only)")
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() "
            "where database_name = 'published' and schema_name in ('audit', 'reference')"
        ).fetchall()
        for schema, name in tables:
            left_out = OF_ONE_BUILD.get(name, "")
            if left_out is None:
                continue
            columns = f"* exclude ({left_out})" if left_out else "*"
            path = folder / f"{name}.parquet"
            rows = f"select {columns} from published.{schema}.{name} order by all"
            connection.execute(f"copy ({rows}) to '{path}' (format parquet)")
            found[name] = publish.sha256_of_file(path)
    return found


def republish(workspace: Workspace, fingerprint: str) -> publish.Manifest:
    return publish.publish(workspace, fingerprint, "test", {}, {}, {})


def change(workspace: Workspace, sql: str) -> None:
    with duckdb.connect(str(workspace.build_database)) as connection:
        connection.execute(sql)


COUNT = "select count(*) from marts.fct_task"


def test_a_reader_keeps_its_release_while_a_new_one_is_published(copied: Workspace) -> None:
    with publish.open_published(copied) as reader:
        before = reader.execute(COUNT).fetchall()
        change(copied, "delete from marts.fct_task where document_id = 'ha-tinh-2020-plan'")
        manifest = republish(copied, "b" * 64)
        assert reader.execute(COUNT).fetchall() == before
        assert copied.current.readlink() == Path("releases") / manifest.release_id
        with publish.open_published(copied) as new_reader:
            assert new_reader.execute(COUNT).fetchall() == [(before[0][0] - 71,)]
    assert releases(copied)[-1] == manifest.release_id


def test_a_run_that_dies_while_publishing_leaves_what_people_read(
    copied: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = copied.current.readlink()
    with monkeypatch.context() as patch:
        patch.setattr(publish, "_export_parquet", lambda *_: (_ for _ in ()).throw(OSError("no space left")))
        with pytest.raises(OSError, match="no space left"):
            republish(copied, "c" * 64)
    assert copied.current.readlink() == before
    assert releases(copied) == [before.name]
    manifest = republish(copied, "d" * 64)
    assert releases(copied) == sorted([before.name, manifest.release_id])


def test_only_the_last_releases_are_kept_and_the_current_one_always(copied: Workspace) -> None:
    before = copied.current.readlink().name
    old = [f"20200101T00000{number}Z-old" for number in range(publish.KEPT_RELEASES)]
    for name in old:
        (copied.releases / name).mkdir()
    new = republish(copied, "e" * 64).release_id
    assert copied.current.resolve().name == new
    assert releases(copied) == [*old[2:], before, new]


# --- runs that fail ------------------------------------------------------------------------------------------------


def spoil(workspace: Workspace) -> None:
    path = workspace.data / Q3 / "results.csv"
    text = path.read_text(encoding="utf-8")
    assert ",26286,dossier," in text
    path.write_text(text.replace(",26286,dossier,", ",26287,dossier,", 1), encoding="utf-8")


def test_a_wrong_record_publishes_nothing_lands_nothing_and_is_written_down(copied: Workspace) -> None:
    before = releases(copied), copied.current.readlink(), Landing(copied.landing).entries()
    spoil(copied)
    with pytest.raises(BadInput, match=rf"{Q3}/results\.csv, row \d+, column value: the printed words do not state"):
        pipeline.build(copied, silent, with_docs=False)
    assert (releases(copied), copied.current.readlink(), Landing(copied.landing).entries()) == before
    last = Landing(copied.landing).attempts()[-1]
    assert (last.step, last.subject, last.status) == ("load", f"{Q3}/results.csv", "refused")
    assert last.reason is not None and "column value" in last.reason


def test_a_failed_check_publishes_nothing_and_is_written_down(
    copied: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise FailedCheck("dbt build failed; nothing was published:\n- rate_is_a_share: Got 1 result")

    monkeypatch.setattr(transform, "build", fail)
    before = releases(copied), copied.current.readlink()
    with pytest.raises(FailedCheck, match="rate_is_a_share"):
        pipeline.build(copied, silent, force=True, with_docs=False)
    assert (releases(copied), copied.current.readlink()) == before
    last = Landing(copied.landing).attempts()[-1]
    assert (last.step, last.status) == ("build", "failed")
    assert last.reason is not None and "rate_is_a_share" in last.reason
    with publish.open_published(copied) as reader:
        assert reader.execute(COUNT).fetchall()[0][0] > 100


def test_a_dbt_node_that_fails_is_named_and_the_database_is_free_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_dbt = transform.run_dbt
    monkeypatch.setattr(transform, "run_dbt", lambda *a, **k: run_dbt(*a, "--select", "stg_records__tasks", **k))
    empty = tmp_path / "build" / "empty.duckdb"  # without raw tables, no staging model can be built
    empty.parent.mkdir()
    with pytest.raises(FailedCheck, match=r"nothing was published:\n- stg_records__tasks: "):
        transform.build(empty)
    with duckdb.connect(str(empty)) as connection:
        assert connection.execute("select 1").fetchall() == [(1,)]


def test_a_correction_whose_wrong_value_is_gone_stops_the_build_and_is_named(
    copied: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with duckdb.connect(str(copied.build_database)) as connection:
        ((alive, score), (dead, _)) = connection.execute(
            "select index_score_id, score::varchar from intermediate.int_index_scores__versioned "
            "where index_code = 'pci' and component_code = 'total' and is_latest_vintage order by all limit 2"
        ).fetchall()
        connection.executemany(
            "insert into reference.correction values (?, 'index_scores', ?, 'score', ?, '1', 'made up', 'none', "
            "'2026-01-01')",
            [("c1", alive, score), ("c2", dead, "99.5")],
        )
    # All else is built already; the test of the corrections hangs on the last of these models.
    models = "int_index_scores__versioned audit_corrections_applied"
    chosen = ("--select", models, "--indirect-selection", "cautious")
    run_dbt = transform.run_dbt
    monkeypatch.setattr(transform, "run_dbt", lambda *a, **k: run_dbt(*a, *chosen, **k))
    with pytest.raises(FailedCheck) as caught:
        transform.build(copied.build_database)
    assert "- corrections_still_find_their_wrong_value: " in str(caught.value)
    assert (
        f"seeds/reference/correction.csv, correction c2: figure {dead} no longer states 99.5 as score; the source was "
        "mended or the id is wrong: remove or mend the correction"
    ) in str(caught.value)
    assert "correction c1" not in str(caught.value)


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the writer's lock of `tmp_path/warehouse`."""
    code = (
        "import sys\nfrom pathlib import Path\nfrom ingest.paths import Workspace\n"
        "from ingest.publish import writer_lock\n"
        "with writer_lock(Workspace(warehouse=Path(sys.argv[1]))):\n    print('held', flush=True)\n    input()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "warehouse")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
    )
    assert process.stdout and process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_a_second_writer_is_refused_with_who_writes_and_since_when(
    holder: subprocess.Popen[str], tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "ingest.cli", "build", "--warehouse", str(tmp_path / "warehouse")]
    second = subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, check=False)
    assert second.returncode == 3
    assert f"process {holder.pid}, since 20" in second.stderr
    assert "Traceback" not in second.stderr


def test_the_lock_of_a_killed_writer_is_free(holder: subprocess.Popen[str], tmp_path: Path) -> None:
    workspace = Workspace(warehouse=tmp_path / "warehouse")
    with pytest.raises(Locked), publish.writer_lock(workspace):
        pass
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    with publish.writer_lock(workspace):
        assert "process" in (workspace.warehouse / ".lock").read_text()


def test_the_outcome_of_every_file_is_there_to_be_asked_for(query: Query, real: Workspace) -> None:
    rows = query("select subject, status, row_count from audit.audit_load_outcomes where step = 'load'")
    files = {p.relative_to(real.data).as_posix() for p in real.data.rglob("*") if p.suffix in (".csv", ".yml")}
    assert {subject for subject, _, _ in rows} == files
    assert {status for _, status, _ in rows} == {"landed"}
    counted = {subject: count for subject, _, count in rows}
    assert counted[f"{Q3}/results.csv"] == rows_of("results")[Q3]


def test_the_manifest_is_readable_json_with_the_tools_used(real: Workspace) -> None:
    manifest = json.loads((real.current / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["tools"].keys() >= {"duckdb", "dbt-core", "dbt-duckdb", "python"}
    assert manifest["release_id"].endswith(manifest["fingerprint"][:8])


def test_the_documentation_of_the_models_names_no_folder_of_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "target" / "static_index.html"
    page.parent.mkdir()
    page.write_text(json.dumps([str(PROJECT / "models"), str(tmp_path / "target" / "run"), "số"], ensure_ascii=False))
    monkeypatch.setattr(transform, "run_dbt", lambda *_: SimpleNamespace(success=True))
    written = transform.write_docs(tmp_path / "parvn.duckdb").read_text("utf-8")
    assert json.loads(written) == ["./models", "build/target/run", "số"]
