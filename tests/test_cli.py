import csv
import io
import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from commands import Parvn, Said
from records import Records

from ingest import cli, pipeline, publish, transform
from ingest.commands import building, printing
from ingest.landing import Attempt, Landing
from ingest.paths import PROJECT, Workspace
from ingest.pipeline import Run
from ingest.problems import FailedCheck
from ingest.readers import sha256_of
from ingest.reference import Reference
from ingest.schema import write_schemas


@pytest.fixture
def ask(parvn: Parvn, real: Workspace) -> Parvn:
    return lambda *arguments, **keywords: parvn("query", "--warehouse", real.warehouse, *arguments, **keywords)


# --- help and mistakes ---------------------------------------------------------------------------------------------


def test_help_names_every_command_and_every_exit_code(parvn: Parvn) -> None:
    said = parvn("--help")
    assert said.code == 0
    assert {"build", "load", "check", "fill", "ingest-index", "verify", "status", "query", "schema", "demo"} <= set(
        said.out.split()
    )
    assert {"releases", "diff", "rollback", "shell"} <= set(said.out.split())
    assert (
        "0 done; 1 bad input; 2 a check of the build failed, or a release is damaged; 3 another run is writing"
        in " ".join(said.out.split())
    )


@pytest.mark.parametrize("command", sorted(cli.cli.commands))
def test_every_command_says_what_it_is_for(parvn: Parvn, command: str) -> None:
    said = parvn(command, "-h")
    assert said.code == 0
    assert f" {command} " in said.out.splitlines()[0]
    assert len((cli.cli.commands[command].help or "").split()) > 5


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["chekc"], 64, "No such command 'chekc'"),
        (["query"], 64, "give the SQL, or '-' for standard input, or --file"),
        (["query", "select 1", "--format", "xml"], 64, "'xml' is not one of"),
        (["verify", "--documents", "/nowhere"], 64, "'/nowhere' does not exist"),
        (["check", "/nowhere"], 1, "/nowhere: there is no such file or folder"),
        (["fill", "/nowhere"], 1, "/nowhere: there is no such file or folder"),
        (
            ["query", "select 1", "--warehouse", "/nowhere"],
            4,
            "nothing is published in /nowhere yet; run 'parvn",
        ),
    ],
)
def test_a_mistake_is_answered_with_a_sentence_and_its_exit_code(
    parvn: Parvn, arguments: list[str], code: int, message: str
) -> None:
    said = parvn(*arguments)
    assert (said.code, said.out) == (code, "")
    assert message in said.err


def test_the_installed_module_ends_without_a_traceback(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ingest.cli", "status", "--warehouse", str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == f"Nothing is published in {tmp_path}.\n"


# --- records -------------------------------------------------------------------------------------------------------


def test_checking_good_records_counts_them(parvn: Parvn, plan: Records, pages: Records) -> None:
    pages.write()
    said = parvn("check", plan.write().parent)
    assert said == (0, "2 packages with 9 records: no problems.\n", "")


def test_checking_bad_records_lists_every_problem_and_ends_with_1(parvn: Parvn, plan: Records) -> None:
    plan.tables["results"][0]["unit"] = "procedure"
    plan.tables["targets"][0]["target_value"] = "59.5"
    said = parvn("check", plan.write().parent)
    assert said.code == 1
    assert [line.split(":")[0] for line in said.err.splitlines()] == [
        "plan/results.csv, row 2, column unit",
        "plan/targets.csv, row 2, column target_value",
    ]


def test_checking_one_file_says_nothing_of_the_others(parvn: Parvn, plan: Records) -> None:
    plan.tables["results"][0]["unit"] = "procedure"
    folder = plan.write()
    assert parvn("check", folder / "targets.csv").code == 0
    said = parvn("check", folder / "results.csv")
    assert said.code == 1
    assert [line.split(":")[0] for line in said.err.splitlines()] == ["results.csv, row 2, column unit"]


def test_filling_says_how_many_cells_of_which_file(parvn: Parvn, plan: Records) -> None:
    for row in plan.tables["tasks"]:
        row["lead_agency_ids"] = ""
    assert parvn("fill", plan.write().parent) == (0, "plan/tasks.csv: 2 cells filled\n", "")


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("Ban hành kế hoạch", 0, "ha-tinh-2021-plan: 1 of 1 records confirmed (100.0 %)"),
        ("Ban hành kế hoạch cho 17 lớp", 4, "some numbers of the documents are neither a record nor reviewed"),
        ("Dừng kế hoạch", 1, "these words do not stand where the locator says"),
    ],
)
def test_verifying_ends_with_0_only_when_every_word_and_number_is_accounted_for(
    parvn: Parvn, plan: Records, tmp_path: Path, text: str, code: int, message: str
) -> None:
    plan.tables = {"targets": [plan.tables["targets"][1] | {"locator": "I; L1"}]}
    assert plan.document is not None
    plan.document.update(source_file="plan.txt", source_sha256=sha256_of(text.encode()))
    (tmp_path / "plan.txt").write_bytes(text.encode())
    said = parvn("verify", "--documents", tmp_path, "--data", plan.write().parent)
    assert said.code == code
    assert message in said.out + said.err


def test_the_json_schemas_in_the_documentation_are_those_of_the_contracts(tmp_path: Path) -> None:
    kept = PROJECT / "docs" / "reference" / "schemas"
    written = {path.name: path.read_text("utf-8") for path in write_schemas(tmp_path)}
    assert {path.name for path in kept.iterdir()} == set(written)
    assert {name for name, text in written.items() if (kept / name).read_text("utf-8") != text} == set()


def test_a_schema_lists_columns_in_their_order_and_forbids_others(parvn: Parvn, tmp_path: Path) -> None:
    assert parvn("schema", tmp_path).code == 0
    schema = json.loads((tmp_path / "schemas" / "results.schema.json").read_text("utf-8"))
    assert (schema["additionalProperties"], schema["x-id-column"]) == (False, "result_id")
    assert next(iter(schema["properties"])) == "result_id"
    assert list(schema["properties"])[-2:] == ["printed_text", "locator"]
    assert {"result_id", "indicator_code", "value", "unit", "locator"} <= set(schema["required"])


# --- asking the warehouse ------------------------------------------------------------------------------------------

ROW = "select 1 as n, null as nothing, 'a|b' as text, 1.50::decimal(4, 2) as amount, date '2020-09-04' as day"


def test_a_query_prints_csv(ask: Parvn) -> None:
    said = ask(ROW, "--format", "csv")
    assert list(csv.DictReader(io.StringIO(said.out))) == [
        {"n": "1", "nothing": "", "text": "a|b", "amount": "1.50", "day": "2020-09-04"}
    ]


def test_a_query_prints_json_with_numbers_as_numbers(ask: Parvn) -> None:
    said = ask(ROW, "--format", "json")
    assert json.loads(said.out) == [{"n": 1, "nothing": None, "text": "a|b", "amount": 1.5, "day": "2020-09-04"}]


def test_a_query_prints_markdown_with_bars_escaped(ask: Parvn) -> None:
    assert ask(ROW, "--format", "markdown").out.splitlines() == [
        "| n | nothing | text | amount | day |",
        "|---|---|---|---|---|",
        "| 1 |  | a\\|b | 1.5 | 2020-09-04 |",
    ]


def test_a_query_prints_a_table_and_the_number_of_rows(ask: Parvn) -> None:
    said = ask("select province_id from marts.dim_document where document_id = 'ha-tinh-2020-plan'")
    assert "ha-tinh" in said.out
    assert said.out.splitlines()[-1] == "1 row"


def test_a_query_is_read_from_standard_input(ask: Parvn) -> None:
    assert ask("-", "--format", "csv", stdin="select 7 as seven").out == "seven\n7\n"


@pytest.mark.parametrize("sql", ["selec 1", "select * from marts.nothing", "select 1 / ", "select 'x'::integer"])
def test_a_query_that_cannot_run_is_answered_with_a_sentence(ask: Parvn, sql: str) -> None:
    said = ask(sql)
    assert (said.code, said.out) == (4, "")
    assert said.err.startswith("the query failed: ")


@pytest.mark.parametrize("sql", ["", "   ", "/* nothing */"])
def test_a_query_without_a_statement_says_so(ask: Parvn, sql: str) -> None:
    assert ask(sql) == (4, "", "the query failed: there is no statement that gives rows\n")


@pytest.mark.parametrize(
    "sql",
    [
        "copy (select 1) to '{file}'",
        "export database '{file}'",
        "attach '{file}'",
        "from read_csv('{present}')",
        "from read_text('{present}')",
        "from '{present}'",
        "from glob('{present}')",
        "set enable_external_access = true",
        "set lock_configuration = false",
        "set memory_limit = '9GB'",
        "set temp_directory = '{file}'",
        "reset enable_external_access",
        "pragma threads = 4",
        "pragma enable_profiling",
        "pragma profiling_output = '{file}'",
        "call enable_logging(storage := 'file', storage_path := '{file}')",
        "install httpfs",
        "force install json",
        "load httpfs",
        "load '{present}'",
        "update extensions",
        "attach ':memory:' as mine",
        "attach '{file}' as mine (type sqlite)",
        "attach 'https://example.org/x.duckdb'",
        "import database '{file}'",
        "select 1; copy (select 1) to '{file}'",
        "copy marts.fct_task to '{file}' (format parquet)",
        "copy marts.fct_task from '{present}'",
        "from 'https://example.org/x.parquet'",
        "from read_blob('{present}')",
        "from read_json('{present}')",
        "from read_parquet('{present}')",
        "from parquet_metadata('{present}')",
        "from sniff_csv('{present}')",
        "from query('from read_text(''{present}'')')",
        "from query_table(['{present}'])",
        "create temp macro m() as table from '{present}'; from m()",
        "prepare p as from read_text('{present}'); execute p",
        "create secret s (type s3)",
        "select getenv('HOME')",
        "from connection",
        "create table marts.mine as select 1",
        "delete from marts.fct_task",
        "drop schema marts cascade",
    ],
)
def test_a_query_reaches_no_file_no_setting_and_changes_nothing(ask: Parvn, tmp_path: Path, sql: str) -> None:
    present = tmp_path / "present.csv"
    present.write_text("a\n1\n")
    said = ask(sql.format(file=tmp_path / "out", present=present))
    assert (said.code, said.out) == (4, "")
    assert [path.name for path in tmp_path.iterdir() if path != present] == []


def test_cells_that_a_spreadsheet_would_run_stay_text_in_csv_only(ask: Parvn) -> None:
    sql = """
        select '=HYPERLINK("http://x")' as "=head", '+cmd' as plus, '- gạch đầu dòng' as dash, '@sum' as at_sign,
        chr(9) || 'tab' as tab, '-4.5' as text_number, -4.5 as number, 'a=b' as inside, null as nothing, -1e-7 as tiny
    """
    found = list(csv.reader(io.StringIO(ask(sql, "--format", "csv").out)))
    assert found[0][:2] == ["'=head", "plus"]
    assert found[1] == [
        "'=HYPERLINK(\"http://x\")", "'+cmd", "'- gạch đầu dòng", "'@sum", "'\ttab", "-4.5", "-4.5", "a=b",
        "", "-1e-07",
    ]  # fmt: skip
    assert json.loads(ask(sql, "--format", "json").out)[0]["plus"] == "+cmd"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["select count(*) from range(3000000000) a, range(10000) b", "--timeout", "0.3"],
            "the query took longer than 0.3 s and was stopped; see --timeout",
        ),
        (
            ["select list(range) from range(100000000)", "--memory", "100MB"],
            "the query needs more than 100MB of memory; see --memory",
        ),
        (
            ["select * from range(50000000) order by hash(range)", "--memory", "100MB"],
            "the query needs more than 100MB of memory; see --memory",
        ),
        (["from range(1000001)"], "the query gives more than 1000000 rows; use the Parquet files of the release"),
    ],
)
def test_a_query_beyond_its_limits_is_stopped_with_a_sentence(
    ask: Parvn, real: Workspace, arguments: list[str], message: str
) -> None:
    before = sorted(path.name for path in real.current.resolve().iterdir())
    assert ask(*arguments) == (4, "", message + "\n")
    assert sorted(path.name for path in real.current.resolve().iterdir()) == before


@pytest.mark.parametrize("size", ["lots", "2", "-1GB", "2GB; drop", ""])
def test_a_memory_limit_is_a_size(ask: Parvn, size: str) -> None:
    said = ask("select 1", "--memory", size)
    assert (said.code, said.out) == (64, "")
    assert "expected a size such as 500MB or 2GB" in said.err


@pytest.mark.parametrize("sql", building.TRY)
def test_the_queries_that_build_suggests_give_rows(ask: Parvn, sql: str) -> None:
    said = ask(sql, "--format", "csv")
    assert said.code == 0
    assert len(said.out.splitlines()) > 1


# --- building and status -------------------------------------------------------------------------------------------


def test_building_again_says_that_nothing_changed_and_what_is_held(parvn: Parvn, copied: Workspace) -> None:
    said = parvn("build", "--data", copied.data, "--warehouse", copied.warehouse)
    assert said.code == 0
    assert f"Nothing changed since {copied.current.readlink().name}" in said.out
    assert "5 official documents" in said.out
    assert parvn("build", "--quiet", "--data", copied.data, "--warehouse", copied.warehouse) == (0, "", "")


def test_status_says_what_is_published_and_how_the_last_run_failed(parvn: Parvn, copied: Workspace) -> None:
    said = parvn("status", "--warehouse", copied.warehouse)
    assert said.code == 0
    assert f"Release {copied.current.readlink().name}" in said.out
    assert "Last run" in said.out and "It failed" not in said.out
    attempt = Attempt("run-9", "2026-01-01T00:00:00Z", "load", "x/results.csv", "refused", 0, "2 problem(s): …", 0.1)
    Landing(copied.landing).record([attempt])
    said = parvn("status", "--warehouse", copied.warehouse)
    assert "It failed:\n  load x/results.csv: 2 problem(s): …\n  Whose job: who keeps the records" in said.out


def test_a_failed_check_ends_with_2(parvn: Parvn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise FailedCheck("dbt build failed; nothing was published:\n- a_rate_is_a_share")

    monkeypatch.setattr(pipeline, "build", fail)
    said = parvn("build", "--quiet", "--warehouse", tmp_path / "w")
    assert said == (2, "", "dbt build failed; nothing was published:\n- a_rate_is_a_share\n")


def test_building_from_bad_records_ends_with_1_and_publishes_nothing(
    parvn: Parvn, plan: Records, tmp_path: Path
) -> None:
    plan.tables["results"][0]["unit"] = "procedure"
    said = parvn("build", "--quiet", "--data", plan.write().parent, "--warehouse", tmp_path / "w")
    assert said.code == 1
    assert said.err.startswith("plan/results.csv, row 2, column unit: the indicator dossiers_received_count")
    assert not (tmp_path / "w" / "current").exists()
    assert "It failed:\n  load plan/results.csv: 1 problem(s)" in parvn("status", "--warehouse", tmp_path / "w").out


def test_a_run_logs_every_step_as_json_and_tells_how_it_ended(
    parvn: Parvn, copied: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(*_: object) -> None:
        raise FailedCheck("dbt build failed; nothing was published:\n- a_rate_is_a_share")

    monkeypatch.setattr(transform, "build", fail)
    log, told = tmp_path / "steps.jsonl", tmp_path / "told.json"
    command = f'cat > "{told}"; echo "$PARVN_STATUS $PARVN_EXIT_CODE $PARVN_WHOSE" >> "{told}"'
    places = ("--data", copied.data, "--warehouse", copied.warehouse)
    said = parvn("build", "--quiet", "--force", "--log", log, "--notify", command, *places)
    assert (said.code, said.out) == (2, "")
    steps = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert [(s["step"], s["status"]) for s in steps if s["subject"] == "release"] == [
        ("run", "started"), ("check", "done"), ("land", "done"), ("audit", "done"), ("build", "failed"),
    ]  # fmt: skip
    assert all(s["duration_s"] > 0 for s in steps if s["subject"] == "release" and s["status"] == "done")
    outcome, in_environment = told.read_text("utf-8").splitlines()
    assert json.loads(outcome)["message"].endswith("a_rate_is_a_share")
    assert in_environment == "failed 2 who keeps the models and checks: a check of the build failed"


def test_a_run_that_cannot_write_or_log_tells_so(parvn: Parvn, tmp_path: Path) -> None:
    told = tmp_path / "told"
    notify = f'cat > /dev/null; echo "$PARVN_STATUS $PARVN_EXIT_CODE" >> "{told}"'
    workspace = Workspace(tmp_path / "data", tmp_path / "w")
    with publish.writer_lock(workspace):
        said = parvn(
            "build", "--quiet", "--notify", notify, "--data", workspace.data, "--warehouse", workspace.warehouse
        )
    assert said.code == 3
    log = tmp_path / "missing" / "steps.jsonl"
    said = parvn("build", "--quiet", "--notify", notify, "--log", log, "--warehouse", workspace.warehouse)
    assert said.code == 4 and str(log) in said.err
    assert told.read_text("utf-8").splitlines() == ["locked 3", "failed 4"]


def test_status_tells_a_run_that_goes_on_from_one_that_was_killed(parvn: Parvn, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "data", tmp_path / "w")
    run = Run(workspace, print)
    run.note("run", "release", "started")
    run.note("load", "plan/targets.csv", "unchanged")
    with publish.writer_lock(workspace):
        assert "it is still going on" in parvn("status", "--warehouse", workspace.warehouse).out
    assert "it ended without a word" in parvn("status", "--warehouse", workspace.warehouse).out
    Run(workspace, print).note("run", "release", "unchanged")
    assert "nothing had changed\n" in parvn("status", "--warehouse", workspace.warehouse).out


def test_a_messenger_that_fails_does_not_change_how_the_run_ended(parvn: Parvn, plan: Records, tmp_path: Path) -> None:
    plan.tables["results"][0]["unit"] = "procedure"
    places = ("--data", plan.write().parent, "--warehouse", tmp_path / "w")
    said = parvn("build", "--quiet", "--notify", "cat > /dev/null; exit 7", *places)
    assert said.code == 1
    assert said.err.startswith("the command of --notify failed: exit code 7\nplan/results.csv, row 2")


# --- ingest-index --------------------------------------------------------------------------------------------------


@pytest.fixture
def sipas_table(tmp_path: Path, reference: Reference) -> Path:
    names = reference.provinces_on(date(2023, 12, 31)).values()
    rows = [f"{name};2023;{80 + place / 8:.2f}".replace(".", ",") for place, name in enumerate(names)]
    path = tmp_path / "sipas.csv"
    path.write_text("\n".join(["Tỉnh, thành phố;Năm;SIPAS", *rows]) + "\n", "utf-8")
    return path


def test_ingest_index_says_what_it_read_and_where_it_went(parvn: Parvn, sipas_table: Path, tmp_path: Path) -> None:
    said = parvn("ingest-index", "sipas", sipas_table, "--data", tmp_path / "data", "--trust", "B")
    folder = tmp_path / "data" / "indices" / "sipas" / "sipas-file-2023"
    assert said == Said(
        0,
        "sipas.csv: flat table, 63 rows\n"
        "  sipas 2023: 63 provinces in each component: total\n"
        f"Written to {folder}. Now run 'parvn build --data {tmp_path / 'data'} --warehouse FOLDER'.\n",
        "",
    )
    assert parvn("check", tmp_path / "data").code == 0
    again = parvn("ingest-index", "sipas", sipas_table, "--data", tmp_path / "data")
    assert again.out.splitlines()[-1] == f"This file is loaded already, in {folder}; nothing to do."
    sipas_table.write_text(sipas_table.read_text("utf-8").replace("80,12", "81,12"), "utf-8")
    corrected = parvn("ingest-index", "sipas", sipas_table, "--data", tmp_path / "data", "--known-from", "2024-06-01")
    assert "Figures that differ from the file loaded before: 1\n" in corrected.out
    assert "80.12 -> 81.12" in corrected.out


def test_ingest_index_refuses_with_the_place_and_exit_code_1(parvn: Parvn, sipas_table: Path, tmp_path: Path) -> None:
    sipas_table.write_text(sipas_table.read_text("utf-8").replace("80,12", "101,12"), "utf-8")
    said = parvn("ingest-index", "sipas", sipas_table, "--data", tmp_path / "data")
    assert (said.code, said.out) == (1, "")
    assert "sipas.csv, row 3, column C: expected a score from 0 to 100 (sipas 2023); found '101.12'" in said.err
    assert not (tmp_path / "data").exists()
    assert parvn("ingest-index", "sipas", sipas_table, "--trust", "C").code == 64


def test_a_long_step_tells_a_log_now_and_then_how_far_it_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = 0
    monkeypatch.setattr(printing.time, "monotonic", lambda: seconds)
    for is_quiet in (True, False):
        seconds = 0
        with printing.progress(is_quiet) as (say, on_node):
            say("build")
            for seconds in range(1, 61, 3):
                on_node(f"node_{seconds}")
    assert capsys.readouterr().err.split("\n") == [
        "build",
        "        nodes done: 8, last node_22",
        "        nodes done: 15, last node_43",
        "",
    ]
