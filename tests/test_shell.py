"""`parvn shell`, typed at a terminal and read from a pipe."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from commands import ENDLESS, Parvn, Said, press_ctrl_c_while_it_runs
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from ingest import shell as shells
from ingest.commands.printing import print_rows
from ingest.paths import Workspace
from ingest.shell import Names, Shell, converse, is_whole
from ingest.statements import Limits


@pytest.fixture
def opened(real: Workspace) -> Iterator[Shell]:
    with Shell(real, Limits(), None, "csv", None, print_rows) as shell:
        yield shell


@pytest.fixture
def typed(opened: Shell, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Types keys at the prompt and returns what was said; Ctrl-D ends it."""

    def run(keys: str, past: InMemoryHistory | None = None) -> Said:
        with create_pipe_input() as keyboard, create_app_session(input=keyboard, output=DummyOutput()):
            keyboard.send_text(keys + "\x04")
            converse(opened, past or InMemoryHistory())
        out, err = capsys.readouterr()
        return Said(0, out.split("\n", 1)[1], err)

    return run


def test_a_statement_may_go_over_lines_and_ends_with_a_semicolon(typed: Callable[..., Said]) -> None:
    past = InMemoryHistory()
    assert typed("select 1 as a,\n2 as b\n;\nselect ';' as c;\n", past) == (0, "a,b\n1,2\nc\n;\n", "")
    assert list(past.load_history_strings())[::-1] == ["select 1 as a,\n2 as b\n;", "select ';' as c;"]


def test_a_mistake_is_said_and_the_next_statement_runs(typed: Callable[..., Said]) -> None:
    said = typed("select nope;\n.nothing\nselect 1 as a;\n")
    assert said.out == "a\n1\n"
    assert said.err.startswith("the query failed: ")
    assert "there is no command .nothing; .help lists them" in said.err


def test_ctrl_c_drops_what_is_typed_and_quit_leaves(typed: Callable[..., Said]) -> None:
    assert typed("select 1 as a\x03select 2 as b;\n.quit\nselect 3 as c;\n") == (0, "b\n2\n", "")


def test_ctrl_c_stops_the_query_and_the_shell_goes_on(
    typed: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    press_ctrl_c_while_it_runs(monkeypatch)
    assert typed(f"{ENDLESS};\nselect 1 as a;\n") == (0, "a\n1\n", "stopped\n")


def test_format_and_headings_can_be_changed_on_the_way(typed: Callable[..., Said]) -> None:
    sql = "select province_id from marts.mart_budget order by 1 limit 1;\n"
    said = typed(f".lang vi\n{sql}.lang\n.format json\n{sql}.format xml\n")
    assert said.out == 'Mã tỉnh\nha-tinh\n[{"province_id": "ha-tinh"}]\n'
    assert said.err == "expected one of table, csv, json, markdown\n"


def test_tables_columns_and_macros_are_listed_with_what_they_hold(typed: Callable[..., Said]) -> None:
    said = typed(".tables marts\n.columns mart_budget\n.macros\n.columns nothing\n.tables nothing\n")
    assert "marts.mart_budget," in said.out
    assert "province_id,VARCHAR,Mã tỉnh," in said.out
    assert "marts.rate_pct," in said.out
    assert said.err == "there is no table 'nothing'; .tables lists them\nthere is no schema nothing\n"
    assert all(command in typed(".help\n").out for command in shells.COMMANDS)


@pytest.mark.parametrize(
    ("text", "offered", "not_offered"),
    [
        ("fro", ["from"], ["mart_budget"]),
        ("select * from ma", ["marts", "mart_budget"], ["fct_task"]),
        ("from marts.mart_b", ["mart_budget"], ["marts"]),
        ("select marts.prov", ["province_id_of"], ["province_id"]),
        ("from marts.fct_result_as", ["fct_result_as_of"], []),
        ("from marts.mart_budget where pri", ["printed_task_count"], ["printed_text"]),
        ("from marts.mart_budget as b where b.plan", ["plan_year"], ["province_id"]),
        ('from marts_vi.mart_budget where "Mã t', ['"Mã tỉnh"'], []),
        ("from marts_vi.mart_budget where ma", ['"Mã tỉnh"'], []),
        (".col", [".columns"], [".tables"]),
        (".columns mart_b", ["mart_budget"], ["fct_task"]),
        (".format j", ["json"], ["csv"]),
    ],
)
def test_completion_offers_what_may_stand_there(
    opened: Shell, text: str, offered: list[str], not_offered: list[str]
) -> None:
    found = [c.text for c in Names(opened.catalogue).get_completions(Document(text), CompleteEvent())]
    assert set(offered) <= set(found)
    assert set(not_offered) & set(found) == set()


def test_completion_says_the_vietnamese_heading_of_a_column(opened: Shell) -> None:
    found = Names(opened.catalogue).get_completions(Document("from marts.mart_budget where plan_y"), CompleteEvent())
    ((text, about),) = [(c.text, c.display_meta_text) for c in found]
    assert (text, about) == ("plan_year", "Năm kế hoạch")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("select 1", False),
        ("select 1;", True),
        ("select 1; -- done", True),
        ("select 1 -- ;", False),
        ("select ';", False),
        ("select 'it''s;", False),
        ('select 1 as ";"', False),
        ("select $$ ; $$", False),
        ("select $$ ; ", False),
        ("/* ; ", False),
        ("/* a */ select 1; select 2;", True),
        ("", True),
        (".help", True),
    ],
)
def test_a_statement_is_whole_when_its_semicolon_is_no_part_of_a_text_or_comment(text: str, expected: bool) -> None:
    assert is_whole(text) is expected


def test_a_newer_release_is_said_once_and_taken_when_asked_for(
    copied: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    from test_pipeline import republish

    with Shell(copied, Limits(), None, "csv", None, print_rows) as shell:
        old = shell.release
        shell.run("create temp table mine as select 7 as n;")
        new = republish(copied, "newer").release_id
        shell.run("select n from mine;")
        said = capsys.readouterr()
        assert said.out == "n\n7\n"
        assert said.err == f"release {new} is published; you are on {old}, and .reload changes to the new one\n"
        shell.run("select 1 as a;")
        assert capsys.readouterr() == ("a\n1\n", "")
        assert shell.release == old
        shell.run(".reload")
        assert (shell.release, capsys.readouterr().err) == (new, f"you are on release {new}\n")
        shell.run("select count(*) > 0 as held from marts.fct_task;")
        assert capsys.readouterr().out == "held\nTrue\n"


# --- from a pipe ---------------------------------------------------------------------------------------------------


def test_statements_of_a_pipe_run_one_by_one_without_a_prompt(parvn: Parvn, real: Workspace) -> None:
    sql = "select 1 as a; select 2\nas b;\n.format json\nselect 3 as c"
    said = parvn("shell", "--warehouse", real.warehouse, "--format", "csv", stdin=sql)
    assert said == (0, 'a\n1\nb\n2\n[{"c": 3}]\n', "")


def test_the_first_statement_of_a_pipe_that_fails_ends_the_run(parvn: Parvn, real: Workspace) -> None:
    said = parvn(
        "shell", "--warehouse", real.warehouse, "--format", "csv", stdin="select 1 as a;\nselect nope;\nselect 2;"
    )
    assert (said.code, said.out) == (4, "a\n1\n")
    assert said.err.startswith("the query failed: ")


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("copy (select 1) to '{file}';", "the query failed: "),
        ("set enable_external_access = true;", "the query failed: "),
        ("delete from marts.fct_task;", "the query failed: "),
        ("attach '{file}';", "the query failed: "),
        ("select count(*) from range(3000000000) a, range(10000) b;", "the query took longer than 0.5 s"),
        ("select list(range) from range(100000000);", "the query needs more than 100MB of memory"),
        ("from range(1000001);", "the query gives more than 1000000 rows"),
    ],
)
def test_the_locks_and_limits_of_queries_hold_in_the_shell(
    parvn: Parvn, real: Workspace, tmp_path: Path, sql: str, message: str
) -> None:
    limits: list[Any] = ["--timeout", "0.5"] if "count" in sql else ["--memory", "100MB"]
    said = parvn("shell", "--warehouse", real.warehouse, *limits, stdin=sql.format(file=tmp_path / "out"))
    assert (said.code, said.out) == (4, "")
    assert said.err.startswith(message)
    assert list(tmp_path.iterdir()) == []


def test_the_shell_shows_the_facts_of_a_day(parvn: Parvn, real: Workspace) -> None:
    sql = "select max(known_from) <= '2020-06-30' as known from marts.fct_result;\n.columns fct_target"
    said = parvn("shell", "--warehouse", real.warehouse, "--as-of", "2020-06-30", "--format", "csv", stdin=sql)
    assert said.out.startswith("known\nTrue\n")
    assert "target_id,VARCHAR,Mã chỉ tiêu," in said.out


def test_a_history_is_kept_for_the_user_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shells, "user_state_path", lambda name: tmp_path / "state" / name)
    shells.history().store_string("select 1;")
    assert list(shells.history().load_history_strings()) == ["select 1;"]
    assert (tmp_path / "state" / "parvn" / "history").stat().st_mode & 0o077 == 0
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(shells, "user_state_path", lambda name: tmp_path / "file" / name)
    assert list(shells.history().load_history_strings()) == []
