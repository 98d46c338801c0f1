import csv
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from commands import Parvn
from records import Records

from ingest import pipeline, publish, transform
from ingest.audit import releases, report, suites
from ingest.audit.exceptions import COLUMNS, FILE, AcceptedException, read_exceptions
from ingest.check import check_folder
from ingest.landing import Landing
from ingest.paths import Workspace
from ingest.problems import BadInput, FailedCheck

Rows = dict[str, list[dict[str, Any]]]
RULES = {rule.rule_code: rule for rule in suites.read_rules()}


def raw(path: Path, tables: Rows) -> Path:
    """Write a database with raw tables; rows without a place are in row 2 of the table's file."""
    with duckdb.connect(str(path)) as connection:
        Landing(path.parent / "no-landing").build_raw(connection)
        for name, rows in tables.items():
            for row in rows:
                given = {"_package": "p", "_file": f"p/{name}.csv", "_row": 2, "_is_latest": True} | row
                columns = ", ".join(f"? as {column}" for column in given)
                connection.execute(f"insert into raw.{name} by name select {columns}", list(given.values()))
    return path


def run(
    tmp_path: Path, code: str, now: Rows, before: Rows | None = None, exceptions: Iterable[AcceptedException] = ()
) -> suites.RuleResult:
    release = raw(tmp_path / "before.duckdb", before) if before is not None else None
    with duckdb.connect(str(raw(tmp_path / "now.duckdb", now))) as connection:
        (result,) = suites.audit(connection, release, exceptions, rules=[RULES[code]])
    return result


def document(kind: str) -> Rows:
    return {"document": [{"document_id": "d", "document_kind": kind, "_file": "p/document.yml", "_row": 1}]}


def result(row: int = 2, **cells: str) -> dict[str, Any]:
    given = {"indicator_code": "dossiers_received_count", "admin_level": "province", "value": "5", "unit": "dossier"}
    return given | {"subject_vi": "hồ sơ", "period_start": "2020-01-01", "_row": row} | cells


def scores(edition: int, score: float | None, provinces: int = 63, first_row: int = 2) -> list[dict[str, Any]]:
    """Make a table of PAPI scores, the same for every province."""
    text = None if score is None else str(score)
    return [
        {
            "page_id": f"papi-{edition}", "index_code": "papi", "edition_year": str(edition), "province": f"p{number}",
            "component_code": "total", "score": text, "_row": first_row + number,
        }
        for number in range(provinces)
    ]  # fmt: skip


TARGETS = {"targets": [{"target_id": "t1", "value_reading": "literal"}]}
READINGS = [{"value_reading": "context" if row > 8 else "literal", "_row": row} for row in range(2, 12)]

CASES: list[tuple[str, Rows, Rows | None, tuple[str, int]]] = [
    ("plans_have_targets", document("annual_plan"), None, ("p/document.yml", 1)),
    ("plans_have_tasks", document("key_programme") | TARGETS, None, ("p/document.yml", 1)),
    ("reports_have_results", document("periodic_report") | TARGETS, None, ("p/document.yml", 1)),
    ("documents_have_records", document("decision"), None, ("p/document.yml", 1)),
    (
        "flows_name_the_same_levels",
        document("periodic_report")
        | {
            "results": [
                result(2),
                result(3, admin_level="district"),
                result(4, indicator_code="dossiers_resolved_count"),
            ]
        },
        None,
        ("p/results.csv", 4),
    ),
    ("index_tables_miss_no_province", {"index_scores": scores(2020, 40, 62)}, None, ("p/index_scores.csv", 2)),
    (
        "index_tables_miss_no_score",
        {"index_scores": [*scores(2020, 40, 62), scores(2020, None)[62]]},
        None,
        ("p/index_scores.csv", 2),
    ),
    ("percents_are_shares", {"results": [result(7, unit="percent", value="200.1")]}, None, ("p/results.csv", 7)),
    ("counts_are_not_negative", {"results": [result(8, value="-1")]}, None, ("p/results.csv", 8)),
    ("context_readings_are_few", {"targets": READINGS}, None, ("p/targets.csv", 9)),
    (
        "index_means_follow_the_edition_before",
        {"index_scores": scores(2019, 40) + scores(2020, 60, first_row=70)},
        None,
        ("p/index_scores.csv", 70),
    ),
    (
        "index_means_stay_since_the_release_before",
        {"index_scores": scores(2020, 45)},
        {"index_scores": scores(2020, 40)},
        ("p/index_scores.csv", 2),
    ),
    (
        "files_do_not_swell",
        {"citations": [{"_row": row} for row in range(2, 100)]},
        {"citations": [{"_row": row} for row in range(2, 32)]},
        ("p/citations.csv", 2),
    ),
    (
        "kinds_of_source_keep_their_share",
        {
            "pages": [{"page_id": "x", "source_kind": "press"}],
            "results": [result(n, page_id="x", _file="pages/results.csv") for n in (2, 3)],
        },
        {"results": [result(2)]},
        ("pages/results.csv", 2),
    ),
]


@pytest.mark.parametrize(("code", "now", "before", "place"), CASES, ids=[case[0] for case in CASES])
def test_a_rule_that_is_broken_in_one_place_names_its_file_and_row(
    tmp_path: Path, code: str, now: Rows, before: Rows | None, place: tuple[str, int]
) -> None:
    found = run(tmp_path, code, now, before)
    assert [(fault.file, fault.row) for fault in found.faults] == [place]
    assert not found.is_success
    with pytest.raises(FailedCheck, match=rf"(?s){code}.*{place[0]}, row {place[1]}: "):
        suites.raise_faults([found])


@pytest.mark.parametrize(
    ("file", "place"), [("p/results.csv", "p/results.csv, row 7"), ("p.xlsx", "p.xlsx, sheet results, row 7")]
)
def test_a_figure_out_of_range_is_named_by_place_id_and_column(tmp_path: Path, file: str, place: str) -> None:
    wrong = result(7, result_id="d-r06", unit="percent", value="200.1", _file=file)
    (fault,) = run(tmp_path, "percents_are_shares", {"results": [wrong]}).faults
    assert str(fault) == f"{place}: result_id d-r06, value 200.1"


def test_a_row_that_a_data_test_finds_begins_with_the_place_of_its_record(tmp_path: Path) -> None:
    old = result(3, result_id="d-r06", _is_latest=False)
    path = raw(tmp_path / "now.duckdb", document("decision") | {"results": [old, result(7, result_id="d-r06")]})
    query = "select 'd' as document_id, 'd-r06' as result_id, 5 as value, null as note"
    assert transform.rows_at_fault(path, query) == [
        "p/results.csv, row 7: document_id = d, result_id = d-r06, value = 5"
    ]
    assert transform.rows_at_fault(path, "select 'd-r99' as result_id") == ["result_id = d-r99"]


def test_a_figure_that_a_source_states_twice_is_named_in_both_rows(tmp_path: Path) -> None:
    found = run(tmp_path, "figures_stand_once", {"results": [result(2), result(3), result(4, value="6")]})
    assert [(fault.file, fault.row) for fault in found.faults] == [("p/results.csv", 2), ("p/results.csv", 3)]


def test_every_rule_is_broken_by_a_test_and_passes_on_the_records_as_they_are(real: Workspace) -> None:
    assert RULES.keys() == {case[0] for case in CASES} | {"figures_stand_once"}
    with publish.open_published(real) as connection:
        found = connection.execute(
            "select rule_code, row_count > 0, is_success from audit.audit_validation_results order by rule_no"
        ).fetchall()
    since_release = {"files_do_not_swell"}  # the first release has nothing to compare with
    assert found == [(code, code not in since_release, True) for code in RULES]


def test_rows_of_older_vintages_are_not_looked_at(tmp_path: Path) -> None:
    assert run(
        tmp_path, "counts_are_not_negative", {"results": [result(8, value="-1") | {"_is_latest": False}]}
    ).is_success


def test_a_release_before_without_a_table_or_column_is_no_obstacle(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "before.duckdb")) as connection:
        connection.execute("create schema raw; create table raw.results as select 'x' as result_id, true as _is_latest")
    with duckdb.connect(str(raw(tmp_path / "now.duckdb", {"results": [result()]}))) as connection:
        found = suites.audit(connection, tmp_path / "before.duckdb")
    assert [r.rule.rule_code for r in found if not r.is_success] == []


def test_an_expectation_that_cannot_be_evaluated_fails(tmp_path: Path) -> None:
    broken = suites.Rule(
        "x", "s", "results", "", "column_values_to_be_between", ("nowhere",), 0, 1, True, False, "en", "vi"
    )
    with duckdb.connect(str(raw(tmp_path / "now.duckdb", {"results": [result()]}))) as connection:
        connection.execute("select 1")
        suites.prepare(connection, None)
        frame = suites.frame_of(connection, "results").rename(columns={"value": "elsewhere"})
    frame["nowhere"] = "text"
    (found,) = suites.validate([broken], {("results", ""): frame})
    assert not found.is_success
    with pytest.raises(FailedCheck, match="not evaluated: "):
        suites.raise_faults([found])


# --- recorded reasons ----------------------------------------------------------------------------------------------


def reason(check: str, what: str) -> AcceptedException:
    return AcceptedException(check, what, "so in the source", "2026-11-22")


def record(data: Path, *lines: AcceptedException) -> None:
    with (data / FILE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([e.check, e.what, e.reason, e.recorded_on] for e in lines)


@pytest.mark.parametrize("what", ["p/document.yml", "p/document.yml row 1", "p/*"])
def test_a_recorded_reason_accepts_a_row_and_is_shown(tmp_path: Path, what: str) -> None:
    now = document("decision")
    found = run(tmp_path, "documents_have_records", now, None, [reason("documents_have_records", what)])
    assert found.is_success
    assert [(fault.file, fault.reason) for fault in found.accepted] == [("p/document.yml", "so in the source")]


def test_no_reason_accepts_a_mistake_of_ours(tmp_path: Path) -> None:
    now = {"results": [result(8, value="-1")]}
    assert not run(tmp_path, "counts_are_not_negative", now, None, [reason("*", "*")]).is_success


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("check,what\n", "row 1: expected the columns check, what, reason, recorded_on"),
        (",".join(COLUMNS) + "\na,b,,2026-01-01\n", "row 2, column reason: a value is missing"),
        (",".join(COLUMNS) + "\na,b,c,1/2/2026\n", "row 2, column recorded_on: expected a day as YYYY-MM-DD"),
        (",".join(COLUMNS) + "\na,b,c\n", "row 2: expected 4 cells"),
    ],
)
def test_a_reason_that_is_incomplete_is_refused_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=re.escape(message)):
        read_exceptions(tmp_path)


# --- the release before --------------------------------------------------------------------------------------------


def database(path: Path, *statements: str) -> Path:
    """Write a small built database: two results of two periods, one verdict, one contradiction."""
    path.parent.mkdir(parents=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create schema marts; create schema audit; create schema reference; "
            "create table marts.fct_result as select * from (values "
            "('r1', 'd', date '2020-01-01', date '2020-03-31'), ('r2', 'd', date '2020-04-01', date '2020-06-30')) "
            "as t (result_id, document_id, period_start, period_end); "
            "alter table marts.fct_result add column measured_on date; "
            "alter table marts.fct_result add column is_latest_vintage boolean default true; "
            "create table reference.evaluation_date as select date '2020-12-31' as evaluation_date; "
            "create table marts.mart_target_progress as select unnest([date '2020-12-31', date '2020-11-11']) "
            "as evaluation_date; "
            "create table audit.audit_figure_conflicts as select 'c1' as conflict_id"
        )
        for statement in statements:
            connection.execute(statement)
    return path


def compared(
    tmp_path: Path, *statements: str, reasons: Iterable[AcceptedException] = (), spent: Iterable[AcceptedException] = ()
) -> releases.Comparison:
    before = database(tmp_path / "release-1" / "parvn.duckdb").parent
    return releases.compare(database(tmp_path / "build" / "parvn.duckdb", *statements), before, reasons, spent)


LOST_PERIOD = "delete from marts.fct_result where result_id = 'r1'"
WHAT = "d 2020-01-01..2020-03-31"


@pytest.mark.parametrize(
    ("statement", "table", "what"),
    [
        (LOST_PERIOD, "marts.fct_result", WHAT),
        ("drop table audit.audit_figure_conflicts", "audit.audit_figure_conflicts", "table"),
        ("delete from marts.mart_target_progress", "marts.mart_target_progress", "rows"),
    ],
)
def test_what_the_release_before_had_is_missed_and_the_line_that_accepts_it_is_given(
    tmp_path: Path, statement: str, table: str, what: str
) -> None:
    found = compared(tmp_path, statement)
    assert [(loss.table, loss.what) for loss in found.losses] == [(table, what)]
    with pytest.raises(FailedCheck, match=re.escape(f"{table},{what},<reason>,<YYYY-MM-DD>")):
        releases.raise_losses(found, tmp_path / FILE)


@pytest.mark.parametrize(
    "statement",
    [
        "delete from audit.audit_figure_conflicts",  # fewer contradictions
        "delete from marts.mart_target_progress where evaluation_date = '2020-11-11'",  # a day of one run
        "insert into marts.fct_result select 'r3', 'e', null, null, null, true",
    ],
)
def test_what_is_no_loss_is_not_missed(tmp_path: Path, statement: str) -> None:
    assert compared(tmp_path, statement).losses == []


def test_a_lost_period_is_not_made_up_for_by_new_rows_elsewhere(tmp_path: Path) -> None:
    found = compared(tmp_path, LOST_PERIOD, "insert into marts.fct_result select 'r3', 'e', null, null, null, true")
    assert [(loss.what, loss.before, loss.now) for loss in found.losses] == [(WHAT, 1, 0)]


def test_a_recorded_reason_accepts_a_loss_once(tmp_path: Path) -> None:
    line = reason("marts.fct_result", "d *")
    accepted = compared(tmp_path / "1", LOST_PERIOD, reasons=[line])
    assert [loss.reason for loss in accepted.losses] == ["so in the source"]
    releases.raise_losses(accepted, tmp_path / FILE)
    with pytest.raises(FailedCheck):
        releases.raise_losses(compared(tmp_path / "2", LOST_PERIOD, reasons=[line], spent=[line]), tmp_path / FILE)


def test_the_first_build_has_nothing_to_lose(tmp_path: Path) -> None:
    found = releases.compare(tmp_path / "none.duckdb", None)
    assert (found.release_id, found.losses) == (None, [])


# --- the whole run -------------------------------------------------------------------------------------------------


def state(workspace: Workspace) -> tuple[Path, list[str]]:
    return workspace.current.readlink(), sorted(p.name for p in workspace.releases.iterdir())


def test_a_failed_audit_publishes_nothing_builds_nothing_and_is_written_down(
    copied: Workspace, monkeypatch: pytest.MonkeyPatch, parvn: Parvn
) -> None:
    monkeypatch.setattr(transform, "build", lambda *_: pytest.fail("the audit comes before the models"))
    for name in ("tasks.csv", "task_milestones.csv"):
        (copied.data / "quang-nam-2020-plan" / name).unlink()
    before = state(copied)
    said = parvn("build", "--quiet", "--no-docs", "--data", copied.data, "--warehouse", copied.warehouse)
    assert said.code == FailedCheck.exit_code
    assert "plans_have_tasks: A plan assigns at least one task" in said.err
    assert "quang-nam-2020-plan/document.yml, row 1: document_id quang-nam-2020-plan, tasks_count 0" in said.err
    assert state(copied) == before
    last = Landing(copied.landing).attempts()[-1]
    assert (last.step, last.status) == ("audit", "failed")
    assert last.reason is not None and "quang-nam-2020-plan/document.yml" in last.reason
    assert (
        "Whose job: who keeps the records: mend what the audit names"
        in parvn("status", "--warehouse", copied.warehouse).out
    )
    kept = json.loads((copied.build_database.parent / report.RESULTS).read_text("utf-8"))
    assert [r["rule_code"] for r in kept["expectations"] if not r["is_success"]] == ["plans_have_tasks"]


def test_a_lost_period_stops_the_release_until_a_reason_is_recorded(
    copied: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = copied.published_database.resolve()

    def build_without_a_period(path: Path, *_: object) -> transform.TransformResult:
        with duckdb.connect(str(path)) as connection:
            connection.execute(f"attach '{published}' as published (read_only)")
            for schema in ("marts", "reference", "audit"):
                connection.execute(f"create schema {schema}")
                for (name,) in connection.execute(
                    "select table_name from duckdb_tables() where database_name = 'published' and schema_name = ?",
                    [schema],
                ).fetchall():
                    connection.execute(f"create table {schema}.{name} as from published.{schema}.{name}")
            connection.execute("delete from marts.fct_task where document_id = 'ha-tinh-2020-plan'")
        return transform.TransformResult()

    monkeypatch.setattr(transform, "build", build_without_a_period)
    before = state(copied)
    with pytest.raises(FailedCheck, match=r"marts\.fct_task: ha-tinh-2020-plan 2020 has 0 rows, it had 71"):
        pipeline.build(copied, lambda _: None, force=True, with_docs=False)
    assert state(copied) == before
    last = Landing(copied.landing).attempts()[-1]
    assert (last.step, last.status) == ("compare", "failed")

    line = AcceptedException("marts.fct_task", "ha-tinh-2020-plan 2020", "withdrawn by its issuer", "2026-11-22")
    record(copied.data, line)
    done = pipeline.build(copied, lambda _: None, with_docs=False)
    assert done.is_new
    kept = json.loads((copied.current / report.RESULTS).read_text("utf-8"))
    assert kept["comparison"]["release_before"] == before[0].name
    assert [loss["reason"] for loss in kept["comparison"]["losses"]] == ["withdrawn by its issuer"]
    assert report.known_exceptions(copied.current.resolve()) == [line]
    assert FILE in done.manifest["inputs"]


def test_reasons_lie_in_the_root_of_the_data_folder_even_where_it_is_one_package(plan: Records) -> None:
    record(plan.write())
    assert check_folder(plan.folder)[0].problems == []
    assert [p.file for p in plan.problems()] == [f"plan/{FILE}"]


def test_reasons_that_cannot_be_read_are_bad_input_and_written_down(copied: Workspace) -> None:
    (copied.data / FILE).write_text("check,what\n", encoding="utf-8")
    with pytest.raises(BadInput, match="expected the columns"):
        pipeline.build(copied, lambda _: None, with_docs=False)
    last = Landing(copied.landing).attempts()[-1]
    assert (last.step, last.subject, last.status) == ("load", FILE, "refused")


# --- the page ------------------------------------------------------------------------------------------------------

RESOURCE = re.compile(r"<(?:script|link|img|iframe|object|embed|base)\b|\bsrc\s*=|url\(|@import|https?://|//cdn", re.I)


def test_the_page_of_a_release_names_every_rule_in_both_languages_and_needs_no_network(real: Workspace) -> None:
    page = (real.current / report.PAGE).read_text("utf-8")
    assert RESOURCE.findall(page) == []
    for rule in RULES.values():
        assert rule.rule_code in page and rule.meaning_en in page and rule.meaning_vi in page
    assert "Mọi quy tắc đều đạt · every rule passed" in page
    assert "Đây là bản phát hành đầu tiên" in page


def test_the_page_of_a_failure_shows_rows_losses_and_reasons_and_escapes_them(tmp_path: Path) -> None:
    failed = run(tmp_path, "documents_have_records", document("decision"))
    lost = releases.Comparison("r1", 1, 1, [releases.Loss("marts.fct_task", "<b>d</b>", 3, 1, None)])
    written = report.write(tmp_path, "2026-01-01T09:00:00.5Z", [failed], lost, [reason("marts.fct_task", "x")])
    page = written[report.PAGE].read_text("utf-8")
    assert "2026-01-01 09:00:00 UTC (<code>2026-01-01T09:00:00.5Z</code>)" in page
    assert "p/document.yml, 1" in page and "records_count 0" in page
    assert "&lt;b&gt;d&lt;/b&gt;" in page and "<b>d</b>" not in page
    assert "so in the source" in page
    assert RESOURCE.findall(page) == []


def test_the_results_name_no_time_so_that_two_builds_of_the_same_inputs_agree(real: Workspace) -> None:
    text = (real.current / report.RESULTS).read_text("utf-8")
    assert re.findall(r"\d{4}-\d\d-\d\dT\d\d", text) == []
