"""Exported files are read back with the programs that people use, and compared with what was published."""

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
from commands import Parvn, Said
from frictionless import Package

from ingest import limits, publish
from ingest.export import files, package, tables, workbook
from ingest.export.labels import label_expressions
from ingest.export.words import unit_in
from ingest.paths import Workspace

LONG_AGO = date(1802, 2, 1)
FORMULA = '=HYPERLINK("http://example.org";"x")'
ROWS = [
    ("a", "hue", 2020, 1234, 95.5, "1.5", date(2020, 9, 4), True, "01", FORMULA, "src-1"),
    ("b", "hue", 2021, 0, 100.0, "-0.000001", LONG_AGO, False, "079", "Huế\x01; dòng\nhai _x0041_", "src-1"),
    ("c", "gia-lai", 2021, 10**16, None, None, None, None, None, None, "src-2"),
]
DESCRIPTION = "Is it small?\n\nGrain: id.\n\nBeware: never\nadd it up.\n\nOne word more."
DESCRIPTION_VI = "Có nhỏ không?\n\nMỗi dòng: một mã.\n\nLưu ý: không bao giờ\ncộng lại."


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A published warehouse of one mart, its dimensions and the dictionary of both."""
    workspace = Workspace(warehouse=tmp_path_factory.mktemp("small") / "warehouse")
    workspace.build_database.parent.mkdir(parents=True)
    with duckdb.connect(str(workspace.build_database)) as connection:
        for schema in publish.PUBLISHED_SCHEMAS:
            connection.execute(f"create schema {schema}")
        connection.execute("""
            create table marts.dim_source (
                source_id varchar primary key, publisher varchar, title varchar, address varchar, source_kind varchar,
                trust_grade varchar, licence varchar, citation varchar, note varchar, obtained_on date);
            insert into marts.dim_source values
                ('src-1', 'UBND', 'Báo cáo', null, 'document', 'A', 'No copyright', 'UBND. Báo cáo', null, null),
                ('src-2', 'Báo', 'Bài', 'https://example.org/a?b=1', 'press', 'B', 'Facts', 'Báo. Bài', '=1+1',
                    '2026-01-02'),
                ('src-3', 'Nobody', 'Unused', null, 'press', 'B', 'Unused', 'Nobody', null, null);
            create table marts.dim_province (
                province_id varchar primary key, name_vi varchar, name_en varchar, full_name_vi varchar,
                valid_from date, valid_to date);
            insert into marts.dim_province values
                ('hue', 'Huế', 'Hue', null, '2000-01-01', null),
                ('gia-lai', 'Gia Lai', 'Gia Lai', null, '2000-01-01', null);
            create table reference.province_alias (
                alias_text varchar, province_id varchar, valid_from date, valid_to date);
            create table reference.reporting_window (
                window_kind varchar, period_type varchar, start_year_offset integer, start_month integer,
                start_day integer, end_month integer, end_day integer);
            create table marts.mart_small (
                id varchar primary key, province_id varchar, plan_year integer, dossiers bigint, late_pct double,
                score decimal(20, 6), period_end date, is_late boolean, code varchar, words varchar, source_id varchar);
            create table reference.vocabulary (
                vocabulary varchar, code varchar, label_vi varchar, label_en varchar);
            insert into reference.vocabulary values
                ('trust_grade', 'A', 'Chính thức', 'Official'), ('source_kind', 'press', 'Báo chí', 'Press');
            create table reference.empty_codes (code varchar);
            create table audit.audit_data_dictionary (
                schema_name varchar, table_name varchar, column_name varchar, column_position integer,
                description varchar, unit varchar, label_vi varchar, description_vi varchar);
            insert into audit.audit_data_dictionary values
                ('marts', 'mart_small', 'id', 1, 'Our id.', null, 'Mã', null),
                ('marts', 'mart_small', 'dossiers', 4, 'How many.', 'dossiers', 'Số hồ sơ', 'Bao nhiêu.'),
                ('marts', 'mart_small', 'late_pct', 5, 'Share that is late.', 'percent', 'Tỷ lệ trễ hạn (%)',
                    'Phần trễ hạn.'),
                ('marts', 'mart_small', 'score', 6, 'Points.', 'points', 'Điểm', null);
            create table audit.audit_table_dictionary (
                schema_name varchar, table_name varchar, description varchar, description_vi varchar);
        """)
        connection.execute(
            "insert into audit.audit_table_dictionary values ('marts', 'mart_small', ?, ?)",
            [DESCRIPTION, DESCRIPTION_VI],
        )
        connection.execute(f"comment on table marts.mart_small is '{DESCRIPTION}'")
        connection.executemany(f"insert into marts.mart_small values ({', '.join('?' * len(ROWS[0]))})", ROWS)
    publish.publish(workspace, "f" * 64, "abc1234", {}, {}, {})
    return workspace


Export = Callable[..., Said]


@pytest.fixture
def export(parvn: Parvn, small: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Export:
    """Runs `parvn export` on the small warehouse, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: parvn("export", "--warehouse", small.warehouse, *arguments)


def sheets_of(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    book = openpyxl.load_workbook(path)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


# --- workbooks -----------------------------------------------------------------------------------------------------


def test_a_workbook_holds_numbers_dates_and_codes_as_what_they_are(export: Export, tmp_path: Path) -> None:
    said = export("mart_small")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("mart_small.xlsx: 3 rows of marts.mart_small, from 2 sources\nCite as: PAR Warehouse (")
    sheet = openpyxl.load_workbook(tmp_path / "mart_small.xlsx").worksheets[0]
    columns = {cell.value: cell.column for cell in sheet[1]}
    first, second, third = ({name: sheet.cell(row, n) for name, n in columns.items()} for row in (2, 3, 4))
    assert (first["dossiers"].value, first["dossiers"].number_format) == (1234, "#,##0")
    assert (first["late_pct"].value, first["late_pct"].number_format) == (95.5, "0.00")
    assert (second["score"].value, second["score"].number_format) == (-0.000001, "0.00")
    assert (first["plan_year"].value, first["plan_year"].number_format) == (2020, "0")
    assert (first["period_end"].value, first["period_end"].number_format) == (datetime(2020, 9, 4), "yyyy-mm-dd")
    assert second["period_end"].value == LONG_AGO.isoformat()  # Excel has no such day
    assert (first["is_late"].value, second["is_late"].value) == (True, False)
    assert (first["code"].value, second["code"].value) == ("01", "079")
    assert third["dossiers"].value == str(10**16)  # Excel would round it
    assert {third[name].value for name in ("late_pct", "score", "is_late", "words")} == {None}
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:K4")
    assert "Share that is late." in sheet.cell(1, columns["late_pct"]).comment.text


def test_text_that_would_run_as_a_formula_stays_text_unchanged_in_a_workbook(export: Export, tmp_path: Path) -> None:
    assert export("marts.mart_small", "--output", "deep/er/a.xlsx").code == 0
    book = openpyxl.load_workbook(tmp_path / "deep" / "er" / "a.xlsx")
    formula, other = book.worksheets[0]["J2"], book.worksheets[0]["J3"]
    assert (formula.value, formula.data_type, formula.quotePrefix) == (FORMULA, "s", True)
    # control characters and look-alikes of their escapes come back as they were
    assert openpyxl.utils.escape.unescape(other.value) == ROWS[1][9]
    assert not other.quotePrefix
    assert [c.data_type for row in book["Sources"] for c in row if c.value == "=1+1"] == ["s"]
    assert not [c for sheet in book for row in sheet for c in row if c.data_type == "f"]


def test_a_workbook_says_what_its_columns_mean_where_rows_come_from_and_how_to_cite_them(
    export: Export, tmp_path: Path
) -> None:
    assert export("mart_small", "--lang", "vi", "--province", "Huế", "--year", "2020").code == 0
    found = sheets_of(tmp_path / "mart_small.xlsx")
    assert list(found) == ["mart_small", "Định nghĩa", "Nguồn", "Cách trích dẫn"]
    assert found["mart_small"][0][:5] == ("Mã", "province_id", "plan_year", "Số hồ sơ", "Tỷ lệ trễ hạn (%)")
    assert len(found["mart_small"]) == 2
    assert ("late_pct", "Tỷ lệ trễ hạn (%)", "%", "double", "Phần trễ hạn.") in found["Định nghĩa"]
    assert [row[0] for row in found["Nguồn"][1:]] == ["src-1"]  # not the sources of other rows
    about = dict(found["Cách trích dẫn"])
    assert about["Điều kiện lọc"] == "(province_id in ('hue')) and (plan_year = 2020)"
    assert about["Lưu ý"] == "không bao giờ cộng lại."
    assert "các dòng thỏa mãn" in about["Trích dẫn như sau"]
    assert about["Phiên bản mã nguồn"] == "abc1234"


def definitions(path: Path) -> list[tuple[str, str]]:
    """Return the column and what is said of it, headings first."""
    return [(row[0], row[4]) for row in list(sheets_of(path).values())[1]]


def test_what_has_no_vietnamese_definition_is_in_english_and_the_heading_says_so(
    export: Export, tmp_path: Path, small: Workspace
) -> None:
    for name in ("mart_small", "dim_province"):
        assert export(name, "--lang", "vi").code == 0
    mixed, english = definitions(tmp_path / "mart_small.xlsx"), definitions(tmp_path / "dim_province.xlsx")
    assert {("id", "Our id."), ("dossiers", "Bao nhiêu.")} <= set(mixed)
    assert [found[0][1] for found in (mixed, english)] == [
        "Giải thích (tiếng Anh nếu chưa có tiếng Việt)",
        "Giải thích (tiếng Anh)",
    ]
    assert export("mart_small", "--lang", "vi", "--columns", "dossiers,late_pct", "--force").code == 0
    assert definitions(tmp_path / "mart_small.xlsx")[0][1] == "Giải thích"
    assert export("mart_small", "--force").code == 0
    assert {("column", "Description"), ("dossiers", "How many.")} <= {
        (c.lower(), said) for c, said in definitions(tmp_path / "mart_small.xlsx")
    }
    with publish.open_published(small) as connection:
        comments = connection.execute(
            "select comment from duckdb_columns() where schema_name = 'marts_vi' union all "
            "select comment from duckdb_views() where schema_name = 'marts_vi'"
        ).fetchall()
    assert {c for (c,) in comments} == {
        "id: Our id.", "dossiers: Bao nhiêu.", "late_pct: Phần trễ hạn.", "score: Points.", DESCRIPTION_VI
    }  # fmt: skip


def test_a_release_of_a_version_without_vietnamese_definitions_is_exported_with_the_english_ones() -> None:
    with duckdb.connect() as connection:
        connection.execute("""
            create schema marts; create schema audit; create table marts.mart_old (id varchar);
            comment on table marts.mart_old is 'Is it old?';
            create table audit.audit_data_dictionary as
            select 'marts' as schema_name, 'mart_old' as table_name, 'id' as column_name, 'Our id.' as description,
                null as unit, 'Mã' as label_vi;
        """)
        found = tables.read_table(connection, tables.Release("r", "", "", {}), "marts", "mart_old", "vi")
    assert (found.comment, found.language) == ("Is it old?", "en")
    assert found.columns == (tables.Column("id", "VARCHAR", "Mã", None, "Our id.", "Mã", "en"),)


def test_words_in_place_of_codes_stand_among_the_sources_too(export: Export, tmp_path: Path) -> None:
    assert export("mart_small", "--lang", "vi", "--labels").code == 0
    first, *rows = sheets_of(tmp_path / "mart_small.xlsx")["Nguồn"]
    at = [first.index(heading) for heading in ("Mã nguồn", "Loại nguồn", "Mức tin cậy")]
    assert {tuple(row[place] for place in at) for row in rows} == {
        ("src-1", "document", "A: Chính thức"),  # a code without words stays
        ("src-2", "Báo chí", "B"),
    }


def test_the_same_rows_of_one_release_give_the_same_bytes(export: Export, tmp_path: Path) -> None:
    for form in ("xlsx", "csv", "parquet", "json"):
        assert export("mart_small", "--output", f"1.{form}").code == 0
        assert export("mart_small", "--output", f"2.{form}").code == 0
        assert (tmp_path / f"1.{form}").read_bytes() == (tmp_path / f"2.{form}").read_bytes()


def test_a_table_without_rows_is_a_workbook_with_headings(export: Export, tmp_path: Path) -> None:
    assert export("empty_codes", "--lang", "vi").code == 0
    found = sheets_of(tmp_path / "empty_codes.xlsx")
    assert found["empty_codes"] == [("code",)]
    assert "dữ liệu tham chiếu" in found["Nguồn"][1][0]


def test_a_citation_says_that_figures_are_made_up(small: Workspace) -> None:
    connection, release = tables.open_release(small)
    with connection:
        found = tables.extract(connection, release, "mart_small", "vi", provinces=["GIA LAI"])
    assert found.citation.endswith("các dòng thỏa mãn: province_id in ('gia-lai').")
    made_up = replace(found, sources=(replace(found.sources[0], source_kind="synthetic"),))
    assert made_up.citation.endswith("Số liệu mô phỏng, không có thật: không được trích dẫn.")


# --- other formats -------------------------------------------------------------------------------------------------


def test_a_csv_file_opens_in_excel_with_its_letters_and_runs_nothing(export: Export, tmp_path: Path) -> None:
    assert export("mart_small", "--format", "csv").code == 0
    data = (tmp_path / "mart_small.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfid,")
    first, second, third = csv.DictReader(data.decode("utf-8-sig").splitlines(keepends=True))
    assert first["words"] == "'" + FORMULA
    assert (first["dossiers"], first["late_pct"], first["score"], first["is_late"]) == ("1234", "95.5", "1.5", "true")
    assert (second["score"], second["late_pct"], second["words"]) == ("-0.000001", "100", ROWS[1][9])
    assert (third["late_pct"], third["dossiers"]) == ("", str(10**16))


def test_json_and_parquet_hold_every_value_and_parquet_says_what_it_means(export: Export, tmp_path: Path) -> None:
    assert export("mart_small", "--output", "a.json").code == export("mart_small", "--output", "a.parquet").code == 0
    records = json.loads((tmp_path / "a.json").read_text("utf-8"))
    assert records[0] | {"score": 1.5} == records[0]
    assert (records[0]["words"], records[0]["period_end"], records[2]["late_pct"]) == (FORMULA, "2020-09-04", None)
    rows = duckdb.connect().execute(f"from '{tmp_path / 'a.parquet'}'").fetchall()
    expected = duckdb.connect().execute("select cast('1.5' as decimal(20, 6))").fetchall()[0][0]
    assert rows[0] == (*ROWS[0][:5], expected, *ROWS[0][6:])
    schema = pq.read_schema(tmp_path / "a.parquet")
    assert schema.field("late_pct").metadata[b"unit"] == b"percent"
    assert json.loads(schema.metadata[b"sources"])[0]["licence"] == "Facts"


# --- what is refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["mart_smal"], 4, "there is no table 'mart_smal' to export; nearest: mart_small"),
        (["raw.results"], 4, "there is no table 'raw.results' to export"),
        (["mart_small", "--province", "Gia Lay"], 4, "there is no province 'Gia Lay'; nearest: gia-lai"),
        (["dim_source", "--province", "hue"], 4, "marts.dim_source has no column province_id"),
        (["dim_source", "--year", "2020"], 4, "marts.dim_source has no year"),
        (["mart_small", "--where", "plan_yeer = 1"], 4, "cannot be used on marts.mart_small: Binder Error: Referenced"),
        (["mart_small", "--where", "true; select 1"], 4, "cannot be used on marts.mart_small: "),
        (["mart_small", "--where", "true) union all (from marts.mart_small"], 4, "cannot be used on marts.mart_small"),
        (["mart_small", "--where", "exists (from read_text('/etc/passwd'))"], 4, "disabled"),
        (["mart_small", "--columns", "plan_yeer"], 4, "has no column plan_yeer; nearest: plan_year"),
        (["mart_small", "--format", "package"], 64, "--format package needs --all"),
        (["mart_small", "--all"], 64, "name one table, or use --all"),
        (["--all", "--year", "2020"], 64, "--all is a whole release"),
        ([], 64, "name one table, or use --all"),
    ],
)
def test_a_wrong_request_is_one_sentence_and_no_file(
    export: Export, tmp_path: Path, arguments: list[str], code: int, message: str
) -> None:
    said = export(*arguments)
    assert (said.code, said.out) == (code, "")
    assert message in said.err
    assert list(tmp_path.iterdir()) == []


def test_more_rows_or_longer_text_than_excel_holds_are_refused_with_a_way_out(
    export: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MAX_ROWS", 3)
    said = export("mart_small")
    assert (said.code, list(tmp_path.iterdir())) == (4, [])
    assert "marts.mart_small has 3 rows, and a sheet of Excel holds 2; choose fewer rows" in said.err
    assert export("mart_small", "--year", "2021").code == 0
    monkeypatch.setattr(limits, "MAX_CELL_CHARACTERS", 30)
    said = export("mart_small", "--year", "2020", "--output", "b.xlsx")
    assert (said.code, (tmp_path / "b.xlsx").exists()) == (4, False)
    assert "row 2, column 10: 36 characters, and a cell of Excel holds 30" in said.err


def test_a_file_is_replaced_only_by_force_and_only_by_a_whole_one(
    export: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "mine.csv"
    target.write_text("mine")
    said = export("mart_small", "--output", target)
    assert said.code == 4
    assert "exists already; use --force to replace it" in said.err

    def full(path: Path, _: tables.Extract) -> None:
        path.write_text("half")
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setitem(package.WRITERS, "csv", full)
        assert "No space left" in export("mart_small", "--output", target, "--force").err
    assert (list(tmp_path.iterdir()), target.read_text()) == ([target], "mine")
    assert export("mart_small", "--output", target, "--force").code == 0
    assert target.read_text("utf-8-sig").startswith("id,")


# --- a whole release -----------------------------------------------------------------------------------------------


def errors_of(folder: Path) -> list[str]:
    report = Package(str(folder / package.DESCRIPTOR)).validate()
    return sorted({row[0] for row in report.flatten(["type"])})


def test_a_release_is_a_data_package_that_frictionless_accepts_and_checks(export: Export, tmp_path: Path) -> None:
    assert export("--all", "--output", "package").code == 0
    folder = tmp_path / "package"
    assert errors_of(folder) == []
    descriptor = json.loads((folder / package.DESCRIPTOR).read_text("utf-8"))
    resources = {resource["name"]: resource for resource in descriptor["resources"]}
    assert resources.keys() == {
        "mart_small", "dim_source", "dim_province", "province_alias", "reporting_window", "empty_codes",
        "audit_data_dictionary", "audit_table_dictionary", "vocabulary",
    }  # fmt: skip
    schema = resources["mart_small"]["schema"]
    fields = {field["name"]: field for field in schema["fields"]}
    assert fields["late_pct"] == {
        "name": "late_pct", "type": "number", "title": "Tỷ lệ trễ hạn (%)", "description": "Share that is late.",
        "unit": "percent",
    }  # fmt: skip
    assert schema["primaryKey"] == ["id"]
    assert {key["reference"]["resource"] for key in schema["foreignKeys"]} == {"dim_source"}
    assert [licence["title"] for licence in resources["mart_small"]["licenses"]] == ["Facts", "No copyright"]
    assert "- `src-3`: Nobody" in (folder / package.LICENCES).read_text("utf-8")  # a row of dim_source names it
    assert descriptor["version"] in (folder / "README.md").read_text("utf-8")
    said = export("--all", "--output", "package")
    assert (said.code, "exists already" in said.err, errors_of(folder)) == (4, True, [])
    # the package can fail: another byte, and a source that is not there
    data = folder / "marts" / "mart_small.csv"
    text = data.read_text("utf-8")
    assert FORMULA.replace('"', '""') in text  # for programs, as it is
    data.write_text(text.replace("src-2", "src-9"), encoding="utf-8", newline="")
    assert {"foreign-key", "hash-count"} <= set(errors_of(folder))


def test_a_failed_export_of_a_release_leaves_no_folder(
    export: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MAX_ROWS", 3)
    said = export("--all", "--format", "xlsx", "--output", "books")
    assert (said.code, list(tmp_path.iterdir())) == (4, [])


def test_tables_of_the_real_release_are_valid_resources(
    real: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["dim_source", "dim_document", "dim_indicator", "fct_target", "mart_target_quality", "mart_on_time_rates"]
    monkeypatch.setattr(package, "tables_of", lambda _: [("marts", name) for name in names])
    connection, release = tables.open_release(real)
    with connection:
        package.write_release(connection, release, tmp_path / "package", "package")
    assert errors_of(tmp_path / "package") == []
    schema = package.table_schema(
        tables.read_table(duckdb.connect(str(real.published_database)), release, "marts", "mart_target_quality", "en"),
        {f"marts.{name}" for name in names},
    )
    assert {key["reference"]["resource"] for key in schema["foreignKeys"]} == {"dim_document", "fct_target"}


# --- the real release ----------------------------------------------------------------------------------------------


def test_a_workbook_of_a_real_mart_holds_what_the_release_holds(parvn: Parvn, real: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "rates.xlsx"
    assert parvn("export", "mart_on_time_rates", "--warehouse", real.warehouse, "--output", path).code == 0
    found = pd.read_excel(path, sheet_name=0)
    published = pd.read_parquet(real.current / "parquet" / "mart_on_time_rates.parquet")
    assert list(found.columns) == list(published.columns)
    assert len(found) == len(published) > 100
    for name in published.columns:
        left, right = found[name], published[name]
        if name.endswith("_pct"):
            assert (left - right.astype(float)).abs().max() < 1e-9
            assert left.isna().equals(right.isna())
        elif name.startswith("period_"):
            assert list(left.astype(str)) == list(right.astype(str))
    # the publishers of the predecessors stand beside the sums over them
    assert {"computed:from_2025_07"} < set(pd.read_excel(path, sheet_name="Sources")["Source"])


def test_chosen_columns_and_words_for_codes_keep_the_sources(parvn: Parvn, real: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "rates.csv"
    columns = "not_comparable_reason, geography_basis,admin_level,province_vi"
    arguments = ("mart_on_time_rates", "--lang", "vi", "--province", "hue", "--columns", columns, "--labels")
    assert parvn("export", *arguments, "--warehouse", real.warehouse, "--output", path).code == 0
    lines = path.read_text("utf-8-sig").splitlines()
    assert lines[0] == 'Lý do không so sánh được,Cơ sở địa giới,Cấp hành chính,"Tỉnh, thành phố"'
    assert ",Theo địa giới tại thời điểm báo cáo,Cấp huyện,Thừa Thiên Huế" in lines[1:]
    with tables.open_release(real)[0] as connection:
        labels = label_expressions(connection, ["status_code", "province_id", "not_comparable_reason"], "en")
    assert set(labels) == {"status_code", "not_comparable_reason"}


def test_every_mart_names_the_sources_of_its_rows_and_every_unit_has_a_vietnamese_word(real: Workspace) -> None:
    connection, release = tables.open_release(real)
    with connection:
        marts = [name for _schema, name in tables.tables_of(connection) if name.startswith("mart_")]
        # no extract of dossiers is among the records
        held = [n for n in marts if not n.startswith("mart_dossier")]
        without = [n for n in held if not tables.extract(connection, release, n).sources]
        units = connection.execute("select distinct unit from audit.audit_data_dictionary where unit is not null")
        untranslated = [unit for (unit,) in units.fetchall() if unit_in(unit, "vi") == unit]
        both = tables.extract(connection, release, "audit_figure_conflicts", where="conflict_kind = 'between_sources'")
    assert (len(marts), without, untranslated) == (17, [], [])
    assert "vietnamplus.vn" in " ".join(source.source_id.replace("-", ".") for source in both.sources)


def test_a_folder_that_is_named_as_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(publish.ParvnError, match="is a folder; name a file"), files.new_file(tmp_path):
        pass
