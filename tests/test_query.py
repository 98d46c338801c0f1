"""`parvn query`: where the SQL comes from, where the rows go, and how their columns are called."""

import io
import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from commands import ENDLESS, Parvn, press_ctrl_c_while_it_runs
from pyarrow import parquet
from rich.console import Console

from ingest import publish
from ingest.commands.printing import print_table
from ingest.paths import Workspace


@pytest.fixture
def ask(parvn: Parvn, real: Workspace) -> Parvn:
    return lambda *arguments, **keywords: parvn("query", "--warehouse", real.warehouse, *arguments, **keywords)


# --- where the SQL comes from --------------------------------------------------------------------------------------


def test_sql_is_read_from_a_file_as_windows_saves_it(ask: Parvn, tmp_path: Path) -> None:
    file = tmp_path / "question.sql"
    file.write_bytes("\ufeffselect 'Huế' as name\r\n;\r\n".encode())
    assert ask("--file", file, "--format", "csv").out == "name\nHuế\n"


def test_sql_that_is_not_utf8_is_refused_with_its_name(ask: Parvn, tmp_path: Path) -> None:
    file = tmp_path / "question.sql"
    file.write_bytes("select 'Huế'".encode("utf-16"))
    said = ask("--file", file)
    assert (said.code, said.out) == (4, "")
    assert said.err.startswith(f"{file} is not UTF-8 text: ")


@pytest.mark.parametrize("arguments", [[], ["select 1", "--file", __file__], ["--file", "no-such.sql"]])
def test_sql_comes_from_one_place(ask: Parvn, arguments: list[str]) -> None:
    said = ask(*arguments)
    assert (said.code, said.out) == (64, "")


def test_ctrl_c_stops_a_query_without_a_traceback(ask: Parvn, monkeypatch: pytest.MonkeyPatch) -> None:
    press_ctrl_c_while_it_runs(monkeypatch)
    said = ask(ENDLESS, "--timeout", "30")
    assert (said.code, said.out, said.err.strip()) == (130, "", "stopped")


@pytest.mark.parametrize(
    ("arguments", "absent"),
    [
        (["--help"], {"duckdb", "pandas", "pyarrow", "pydantic", "dbt", "rich"}),
        (
            ["query", "select 1", "--warehouse", "{warehouse}"],
            {"pandas", "pyarrow", "pydantic", "dbt", "great_expectations", "prompt_toolkit", "openpyxl"},
        ),
    ],
)
def test_starting_loads_nothing_that_is_not_needed(real: Workspace, arguments: list[str], absent: set[str]) -> None:
    code = (
        "import sys\nfrom ingest.cli import main\ntry:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(*sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    filled = [argument.format(warehouse=real.warehouse) for argument in arguments]
    ended = subprocess.run([sys.executable, "-c", code, *filled], capture_output=True, text=True, check=True)
    assert "ingest" in ended.stderr.split()
    assert absent & set(ended.stderr.split()) == set()


# --- where the rows go ---------------------------------------------------------------------------------------------

ROWS = "select * from (values (1, 'Huế', 1.5::decimal(4, 2)), (2, null, null)) as t (n, name, amount)"


@pytest.mark.parametrize(
    ("name", "output"), [("a.csv", "csv"), ("a.JSON", "json"), ("a.md", "markdown"), ("a.txt", "table"), ("a", "table")]
)
def test_a_file_holds_what_would_be_printed_in_the_format_of_its_ending(
    ask: Parvn, tmp_path: Path, name: str, output: str
) -> None:
    assert ask(ROWS, "--output", tmp_path / name) == (0, "", "")
    assert (tmp_path / name).read_text("utf-8") == ask(ROWS, "--format", output).out
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_format_that_is_named_counts_more_than_the_ending(ask: Parvn, tmp_path: Path) -> None:
    ask(ROWS, "--output", tmp_path / "a.txt", "--format", "csv")
    assert (tmp_path / "a.txt").read_text("utf-8") == "n,name,amount\n1,Huế,1.50\n2,,\n"


def test_a_file_that_is_there_is_replaced_only_by_force(ask: Parvn, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("mine")
    said = ask("select 1 as n", "--output", file)
    assert said == (4, "", f"{file} is there already; --force replaces it\n")
    assert file.read_text() == "mine"
    assert ask("select 1 as n", "--output", file, "--force").code == 0
    assert file.read_text() == "n\n1\n"


@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
@pytest.mark.parametrize(
    "sql", ["select nope", "select error(i::varchar) from range(9) t(i)", "from range(1000001)", ""]
)
def test_a_query_that_fails_leaves_no_file_and_spoils_none(ask: Parvn, tmp_path: Path, name: str, sql: str) -> None:
    file = tmp_path / name
    assert ask(sql, "--output", file).code == 4
    assert list(tmp_path.iterdir()) == []
    file.write_text("mine")
    assert ask(sql, "--output", file, "--force").code == 4
    assert file.read_text() == "mine"


def test_parquet_keeps_the_types_of_the_marts(ask: Parvn, real: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "rates.parquet"
    assert ask("from marts.mart_on_time_rates", "--output", file) == (0, "", "")
    with publish.open_published(real) as connection:
        wanted = connection.execute("describe marts.mart_on_time_rates").fetchall()
        rows = connection.execute("from marts.mart_on_time_rates order by all").fetchall()
    with duckdb.connect() as connection:
        assert [r[:2] for r in connection.execute(f"describe from '{file}'").fetchall()] == [r[:2] for r in wanted]
        assert connection.execute(f"from '{file}' order by all").fetchall() == rows


def test_parquet_has_sums_as_whole_numbers_and_columns_with_names_of_their_own(ask: Parvn, tmp_path: Path) -> None:
    file = tmp_path / "a.parquet"
    sql = "select sum(i) as total, sum(i) as total, sum(1::hugeint << 80) as large, sum(i) filter (false) as none"
    ask(f"{sql} from range(10) t(i)", "--output", file)
    table = parquet.read_table(file)
    assert table.to_pylist() == [{"total": 45, "total_1": 45, "large": 10 * 2**80, "none": None}]
    assert [table.schema.field(name).type for name in ("total", "large")] == [pa.int64(), pa.decimal128(38, 0)]


def test_parquet_of_no_rows_has_its_columns(ask: Parvn, tmp_path: Path) -> None:
    ask("select 1 as n, 'x' as t where false", "--output", tmp_path / "a.parquet")
    table = parquet.read_table(tmp_path / "a.parquet")
    assert (table.num_rows, table.column_names) == (0, ["n", "t"])


def test_parquet_that_cannot_be_is_refused_with_a_sentence(ask: Parvn, tmp_path: Path) -> None:
    assert ask("select 1", "--format", "parquet").code == 64
    said = ask("select interval 1 day as span", "--output", tmp_path / "a.parquet")
    assert said.code == 4
    assert said.err.startswith("Parquet cannot hold a column of the rows: ")
    assert list(tmp_path.iterdir()) == []


def test_two_columns_of_one_name_are_both_in_json(ask: Parvn) -> None:
    assert json.loads(ask("select 1 as a, 2 as a", "--format", "json").out) == [{"a": 1, "a_1": 2}]


def test_words_in_brackets_and_colons_stay_words_in_a_table(ask: Parvn) -> None:
    out = ask("select '[bold]x[/bold] [/] :eye:' as words").out
    assert "│ [bold]x[/bold] [/] :eye: │" in out


# --- how columns are called ----------------------------------------------------------------------------------------


def heads(ask: Parvn, sql: str, *arguments: str) -> list[str]:
    return ask(sql, "--format", "csv", *arguments).out.splitlines()[0].split(",")


def test_columns_of_marts_get_vietnamese_headings_and_others_stay(ask: Parvn) -> None:
    sql = "select province_id, count(*) as n from marts.mart_on_time_rates group by all"
    assert heads(ask, sql, "--lang", "vi") == ["Mã tỉnh", "n"]
    assert heads(ask, sql) == heads(ask, sql, "--lang", "en") == ["province_id", "n"]


def test_the_mart_that_is_asked_decides_between_two_headings(ask: Parvn, real: Workspace) -> None:
    with publish.open_published(real) as connection:
        asked, other = connection.execute(
            "select table_name, label_vi from audit.audit_data_dictionary "
            "where table_name in ('mart_index_components', 'fct_index_score') and column_name = 'score' order by 1 desc"
        ).fetchall()
    assert asked[1] != other[1]
    for table, label in (asked, other):
        assert heads(ask, f"select score from marts.{table}", "--lang", "vi") == [label]
    both = "select score from marts.mart_index_components union all select score from marts.fct_index_score"
    assert heads(ask, both, "--lang", "vi") == ["score"]


def test_vietnamese_headings_get_their_english_names_back(ask: Parvn) -> None:
    columns = heads(ask, "from marts.mart_budget limit 0")
    assert heads(ask, "from marts_vi.mart_budget limit 0", "--lang", "en") == columns
    vietnamese = heads(ask, "from marts_vi.mart_budget limit 0")
    assert heads(ask, "from marts.mart_budget limit 0", "--lang", "vi") == vietnamese


def test_two_columns_never_get_one_heading(ask: Parvn) -> None:
    sql = "select province_id, province_id from marts.mart_budget"
    assert heads(ask, sql, "--lang", "vi") == ["province_id", "province_id"]


def test_headings_are_there_as_of_a_day_too(ask: Parvn) -> None:
    day = ("--as-of", "2020-12-31")
    assert heads(ask, "select province_id from marts.fct_target limit 1", "--lang", "vi", *day) == ["Mã tỉnh"]


def test_a_table_too_wide_for_the_terminal_is_printed_record_by_record() -> None:
    screen = io.StringIO()
    console = Console(file=screen, width=40)
    print_table(console, ["province_vi", "rate_pct"], [["Hà Nội", "95.02"]])
    assert "│ Hà Nội      │ 95.02    │" in screen.getvalue()
    screen.truncate(0)
    wide = [f"a_rather_long_name_{number}" for number in range(3)]
    print_table(console, wide, [["Hà Nội", "95.02", "97.87"], ["Huế", "1", "2"]])
    shown = [line for line in screen.getvalue().splitlines() if line.startswith("│")]
    assert [line.split()[1] for line in shown] == wide * 2
    assert shown[4].split()[3] == "1"
