"""README and docs are true: their queries print what stands below them, their links, files and commands exist.

`PARVN_UPDATE_DOCS=1 pytest tests/test_docs.py` writes the answers of the records as they are now into the pages.
"""

import calendar
import os
import re
import shlex
import shutil
import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path

import click
import duckdb
import openpyxl
import pytest
from builds import build_models
from commands import Parvn

from ingest import pipeline, transform
from ingest.cli import cli
from ingest.contracts import TABLES
from ingest.landing import Landing
from ingest.paths import PROJECT, Workspace
from ingest.synthetic import write_records
from ingest.table_reference import PAGES as REFERENCE
from ingest.table_reference import tables, write_tables

DOCS = PROJECT / "docs"
READMES = (PROJECT / "README.md", PROJECT / "README.vi.md")
PAGES = [*READMES, *sorted(DOCS.rglob("*.md"))]
ANSWERED = re.compile(r"```sh\n(?P<command>[^`]*?)\n```\n\n```text\n(?P<answer>.*?)```\n", re.DOTALL)
FENCED = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
SPAN = re.compile(r"`([^`\n]+)`")
WRITTEN = re.compile(r"`my-records/(?P<path>[^`]+)`:\n\n```\w+\n(?P<text>.*?)```\n", re.DOTALL)
"""A record file that a page shows whole."""
WAREHOUSES = {None: "real", "demo/warehouse": "demo", "demo-trial": "demo", "my-warehouse": "quarter"}
"""The fixture that holds the warehouse that a query names."""
TRIAL_DAY = "2024-07-01"
"""The demo is built once, with the further day of judgement that docs/target-progress.md asks for."""


@cache
def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def commands(code: str) -> list[list[str]]:
    """Return the arguments of every `parvn` command in a piece of shell; words in quotes may run over lines."""
    found = []
    begun = ""
    for line in code.splitlines():
        begun += line + "\n"
        try:
            words = shlex.split(begun, comments=True)
        except ValueError:  # the quote is not closed yet
            continue
        begun = ""
        if "parvn" in words:
            found.append(words[words.index("parvn") + 1 :])
    return found


def spans(page: Path) -> list[str]:
    """Return what stands in backticks within sentences and tables."""
    return SPAN.findall(FENCED.sub("", text_of(page)))


def fenced(*languages: str) -> list[tuple[Path, str]]:
    return [(page, m["text"]) for page in PAGES for m in FENCED.finditer(text_of(page)) if m["language"] in languages]


def warehouse_of(query: list[str]) -> str | None:
    return query[query.index("--warehouse") + 1] if "--warehouse" in query else None


def answered() -> list[tuple[Path, int]]:
    """Return every answered query as (page, its number there)."""
    return [(page, number) for page in PAGES for number, _ in enumerate(ANSWERED.finditer(text_of(page)))]


def name_of(case: object) -> str | None:
    return case.stem if isinstance(case, Path) else None


def built(workspace: Workspace, evaluation_date: str | None = None) -> Workspace:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transform, "build", build_models)
        pipeline.build(workspace, say=lambda _: None, with_docs=False, evaluation_date=evaluation_date)
    return workspace


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The warehouse of `make demo`, judged on one more day."""
    folder = tmp_path_factory.mktemp("demo")
    write_records(folder / "data")
    return built(Workspace(folder / "data", folder / "warehouse"), TRIAL_DAY)


@pytest.fixture(scope="module")
def quarter(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The project's records and the made-up report of docs/contributors.md, as a reader of that page writes it."""
    folder = tmp_path_factory.mktemp("quarter")
    shutil.copytree(PROJECT / "data", folder / "my-records")
    for file in WRITTEN.finditer(text_of(DOCS / "contributors.md")):
        path = folder / "my-records" / file["path"]
        path.parent.mkdir(exist_ok=True)
        path.write_text(file["text"], "utf-8")
    return built(Workspace(folder / "my-records", folder / "my-warehouse"))


# --- queries -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("page", "number"), answered(), ids=name_of)
def test_a_query_of_the_docs_prints_what_stands_below_it(
    page: Path, number: int, parvn: Parvn, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARVN_LANG", "vi" if page.stem.endswith(".vi") else "en")
    text = page.read_text(encoding="utf-8")
    found = list(ANSWERED.finditer(text))[number]
    query = commands(found["command"])[-1]
    named = warehouse_of(query)
    warehouse = request.getfixturevalue(WAREHOUSES[named]).warehouse
    said = parvn(*(warehouse if named and word == named else word for word in query), "--warehouse", warehouse)
    assert (said.code, said.err) == (0, "")
    answer = said.out.rstrip("\n") + "\n"
    if os.environ.get("PARVN_UPDATE_DOCS"):
        page.write_text(text[: found.start("answer")] + answer + text[found.end("answer") :], encoding="utf-8")
    else:
        assert found["answer"] == answer


def test_every_block_of_shell_begins_its_lines_where_the_tests_look() -> None:
    assert [page.name for page in PAGES if re.search(r"^ +```", text_of(page), re.MULTILINE)] == []


def test_sql_and_python_of_the_docs_run(
    parvn: Parvn, real: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "warehouse").symlink_to(real.warehouse)
    monkeypatch.setenv("PARVN_DATABASE", str(real.published_database))
    for _, statement in fenced("sql"):
        if statement.startswith("attach"):  # for a DuckDB of one's own, in the folder of the project
            with duckdb.connect() as connection:
                connection.execute(statement)
        else:
            assert parvn("query", statement, "--warehouse", real.warehouse).code == 0
    programs = {program: page for page, program in fenced("python")}  # once, if it stands in two languages
    assert programs
    for program, page in programs.items():
        exec(compile(program, str(page), "exec"), {})


def test_commands_that_publish_nothing_run_as_they_stand(
    parvn: Parvn, real: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[list[str]] = []
    for _, code in fenced("sh"):
        for arguments in filter(None, commands(code)):
            line = arguments[: next((i for i, word in enumerate(arguments) if word in "<>"), None)]
            if line in ran:  # the page in the other language has it, too
                continue
            folder = tmp_path / str(len(ran))  # of its own: an export leaves a file that exists alone
            folder.mkdir(exist_ok=True)
            monkeypatch.chdir(folder)
            (folder / "data").unlink(missing_ok=True)
            (folder / "data").symlink_to(PROJECT / "data")
            (folder / "my_question.sql").write_text("select 1 as one", "utf-8")
            if line[0] in ("query", "export", "status", "releases") and "--warehouse" not in line:
                said = parvn(*line, "--warehouse", real.warehouse, stdin="select 1 as one")
            elif line[0] == "check" and all(Path(word).exists() for word in line[1:]):
                said = parvn(*line)
            else:
                continue
            assert (said.code, said.err) == (0, ""), line
            ran.append(line)
    assert {"query", "export", "status", "releases", "check"} == {line[0] for line in ran}


# --- what the pages name exists ------------------------------------------------------------------------------------


def option_names(command: click.Command) -> set[str]:
    return {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)} | {"--help"}


def test_every_command_and_option_that_a_page_names_exists() -> None:
    wrong = []
    named = set()
    everything = {name for command in cli.commands.values() for name in option_names(command)} | {"--version"}
    for page in PAGES:
        code = [m["text"] for m in FENCED.finditer(text_of(page)) if m["language"] == "sh"]
        inline = [span for span in spans(page) if span.startswith("parvn ") and not span.startswith("parvn.")]
        for arguments in [found for piece in (*code, *inline) for found in commands(piece)]:
            if not arguments or arguments[0].startswith("-"):
                continue
            command = cli.commands.get(arguments[0])
            named.add(arguments[0])
            options = {word.split("=")[0] for word in arguments[1:] if re.match(r"--\w", word)}
            if command is None or options - option_names(command):
                wrong.append((page.name, arguments[0], options))
        alone = {span.split()[0] for span in spans(page) if re.match(r"--[a-z]", span)}
        if alone - everything:
            wrong.append((page.name, "", alone - everything))
    assert wrong == []
    assert named == set(cli.commands), "a command that no page names"


def test_every_make_target_that_a_page_names_exists() -> None:
    targets = set(re.findall(r"^(\w+):", (PROJECT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {word for page in PAGES for word in re.findall(r"(?:^|`)make (\w+)(?=[`\n])", text_of(page), re.MULTILINE)}
    assert {"build", "test"} <= named <= targets


def headings(page: Path) -> list[str]:
    """Return the anchors of a page's headings as GitHub makes them, in their order."""
    found = re.findall(r"^#+ (.+)$", FENCED.sub("", text_of(page)), re.MULTILINE)
    kept = (re.sub(r"[^\w\- ]", "", unicodedata.normalize("NFC", re.sub(r"[`*]", "", h)).lower()) for h in found)
    return [heading.replace(" ", "-") for heading in kept]


def test_every_link_leads_to_a_file_and_a_heading() -> None:
    broken = []
    for page in [*PAGES, PROJECT / "CHANGELOG.md"]:
        for target in re.findall(r"\]\(([^)\s]+)\)", FENCED.sub("", text_of(page))):
            if target.startswith(("https://", "http://")):
                continue
            path, _, anchor = target.partition("#")
            file = (page.parent / path).resolve() if path else page
            if not file.exists() or (anchor and anchor not in headings(file)):
                broken.append((page.relative_to(PROJECT).as_posix(), target))
    assert broken == []


PATH = re.compile(r"(?:[\w.-]+/)*[\w.-]+\.(?:py|sql|yml|csv|md|json|ipynb|toml|html|service|timer)|(?:[\w.-]+/)+")
MADE = ("warehouse/", "demo/", "my-records/", "validation/", "parquet/", "data/dossiers/")
"""Folders that a command or its user makes; the names below them are none of the project's."""


def test_every_file_that_a_page_names_exists() -> None:
    files = {p.relative_to(PROJECT).as_posix() for p in PROJECT.rglob("*") if ".git/" not in p.as_posix()}
    names = {Path(file).name for file in files} | {f"{table}.csv" for table in TABLES}
    # written by builds, by exports and by people
    names |= {"manifest.json", "results.json", "index.html", "datapackage.json", "LICENCES.md"}
    names |= {"accepted_exceptions.csv"}
    missing = []
    for page in PAGES:
        for span in spans(page):
            if PATH.fullmatch(span) and not span.startswith(MADE):
                near = (page.parent / span).exists() or span.rstrip("/") in files
                if not near and ("/" in span.rstrip("/") or Path(span).name not in names):
                    missing.append((page.relative_to(PROJECT).as_posix(), span))
    assert missing == []


# --- two languages -------------------------------------------------------------------------------------------------

PAIRS = [(page.with_name(page.name.replace(".vi.md", ".md")), page) for page in PAGES if page.name.endswith(".vi.md")]
PAIRS = [(english, vietnamese) for english, vietnamese in PAIRS if english.exists()]


def in_one_language(code: str) -> list[str]:
    """Return the `parvn` and `make` commands of a piece of shell, without what is of one language in them."""
    code = re.sub(r"\bas \w+|--lang vi", " ", code).replace("explanation_vi", "explanation_en")
    parvn = [" ".join(["parvn", *" ".join(arguments).split()]).replace(" ,", ",") for arguments in commands(code)]
    return parvn + re.findall(r"^make \w+$", code, re.MULTILINE)


def said_in_any_language(page: Path) -> dict[str, list[str] | list[list[str]]]:
    """Return what a page must say in whichever language: commands, programs, sections and figures."""
    prose = FENCED.sub("", text_of(page))
    blocks = [(m["language"], m["text"]) for m in FENCED.finditer(text_of(page))]
    return {
        "commands": [command for language, text in blocks if language == "sh" for command in in_one_language(text)],
        "programs": [text for language, text in blocks if language in ("python", "sql")],
        "sections": re.findall(r"^(#+) ", prose, re.MULTILINE),
        "figures": sorted(set(re.findall(r"\d{2,}", prose))),
        "tables": [re.findall(r"\d+", line) for line in prose.splitlines() if line.lstrip().startswith("| ")],
    }


def links(page: Path) -> list[str]:
    return re.findall(r"\]\(([^)\s]+)\)", FENCED.sub("", text_of(page)))


def links_for_vietnamese_readers(page: Path) -> list[str]:
    """Return the links that the Vietnamese page has in place of those of an English one.

    Where a page is there in Vietnamese, the link leads to it, and to the same heading.
    """
    translated = dict(PAIRS)
    found = []
    for target in links(page):
        path, _, anchor = target.partition("#")
        english = (page.parent / path).resolve() if path else page
        if vietnamese := translated.get(english):
            path = path.replace(".md", ".vi.md")
            anchor = headings(vietnamese)[headings(english).index(anchor)] if anchor else ""
        if not target.partition("#")[0].endswith(".vi.md"):
            found.append(f"{path}#{anchor}" if anchor else path)
    return found


@pytest.mark.parametrize(("english", "vietnamese"), PAIRS, ids=name_of)
def test_a_page_says_the_same_in_both_languages(english: Path, vietnamese: Path) -> None:
    for page, other in ((english, vietnamese), (vietnamese, english)):
        assert f"]({other.name})" in text_of(page).split("\n\n")[1], f"{page.name} does not begin with a link"
    told = said_in_any_language(english)
    assert told["commands"] and told["sections"] and told["figures"] and told["tables"]
    for what, found in told.items():
        assert said_in_any_language(vietnamese)[what] == found, f"{what} of {vietnamese.name}"
    # pages that are in Vietnamese only, and the page itself
    others = {"bieu-mau.vi.md", "reference/dinh-nghia.vi.md", english.name}
    led_to = [link for link in links(vietnamese) if link.removeprefix("docs/") not in others]
    assert led_to == links_for_vietnamese_readers(english)
    assert {span for span in spans(english) if span.isascii()} <= set(spans(vietnamese))


def test_the_readme_and_the_guide_to_the_warehouse_are_there_in_vietnamese() -> None:
    assert {english.relative_to(PROJECT).as_posix() for english, _ in PAIRS} == {"README.md", "docs/analysts.md"}


CELL = re.compile(r"^\| (?P<sheet>Văn bản|Kết quả) \| (?P<cell>[A-Z]+\d+) \| (?P<typed>.+) \|$", re.MULTILINE)


def test_the_guide_to_the_form_shows_what_the_command_answers(
    parvn: Parvn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARVN_LANG", "vi")
    monkeypatch.chdir(tmp_path)
    shutil.copytree(PROJECT / "data", "my-records")
    guide = text_of(DOCS / "bieu-mau.vi.md")
    right, rest = guide.split("## 3. Kiểm tra")
    wrong, rest = rest.split("## 4. Nạp vào bản ghi")
    taken = rest.split("## Dựng kho không đạt")[1]  # by check and add, and refused by the build
    shown = [" ".join(m["text"].split()) for m in FENCED.finditer(guide) if m["language"] == "text"]

    def answer(command: str, cells: str, *options: str) -> str:
        book = openpyxl.load_workbook("ket-qua.xlsx")
        for m in CELL.finditer(cells):
            typed = None if m["typed"] == "(để trống)" else m["typed"]
            book[m["sheet"]][m["cell"]] = int(typed) if typed and typed.isdigit() else typed
        book.save("ket-qua.xlsx")
        said = parvn(command, "ket-qua.xlsx", "--data", "my-records", *options)
        return " ".join((said.out + said.err).replace(str(tmp_path), "...").split())

    assert parvn("template", "results", "ket-qua.xlsx", "--data", "my-records").code == 0
    accepted = answer("check", right)
    added = answer("add", right, "--dry-run")
    refused = answer("check", wrong)
    assert [accepted, refused, added] == shown[:3]
    answer("check", right)
    assert "Đã ghi vào" in answer("add", taken, "--yes")
    failed = parvn("build", "--quiet", "--data", "my-records", "--warehouse", "my-warehouse").err
    written = Landing(tmp_path / "my-warehouse" / "landing").attempts()[-1].reason or ""
    in_both = [" ".join(words.replace(str(tmp_path), "...").split()) for words in (failed, written)]
    assert in_both[0] == shown[-1]
    assert in_both[1] in " ".join(text_of(DOCS / "contributors.md").split())


# --- marts and reference -------------------------------------------------------------------------------------------


def test_every_mart_has_a_page_and_a_row_in_both_lists() -> None:
    marts = {str(entry["name"]) for entry in tables()["marts"] if str(entry["name"]).startswith("mart_")}
    assert {page.stem for page in (DOCS / "marts").glob("mart_*.md")} == marts
    for index in (*READMES, DOCS / "marts" / "README.md"):
        assert set(re.findall(r"^\| \[?`?(mart_\w+)", text_of(index), re.MULTILINE)) == marts
    for mart in marts:
        page = DOCS / "marts" / f"{mart}.md"
        assert text_of(page).startswith(f"# {mart}\n")
        asked = [m["command"] for m in ANSWERED.finditer(text_of(page))]
        assert any(f"marts.{mart}" in command for command in asked), f"{page} has no worked query"


def test_the_reference_is_that_of_the_models(tmp_path: Path) -> None:
    written = {path.name: path.read_text("utf-8") for path in write_tables(tmp_path)}
    kept = {path.name: path.read_text("utf-8") for path in (DOCS / "reference").glob("*.md")}
    assert {name for name in written | kept if written.get(name) != kept.get(name)} == set(), "run 'parvn schema'"


def names_and_numbers(text: str) -> tuple[Counter[str], Counter[int]]:
    """Return the names in backticks and the numbers of a definition, however the language writes days and decimals."""
    for number, month in enumerate(calendar.month_name[1:], start=1):
        text = re.sub(rf"(?<=\d ){month}\b", str(number), text)
    return Counter(re.findall(r"`[^`]+`", text)), Counter(int(number) for number in re.findall(r"\d+", text))


def test_every_mart_and_column_of_it_is_defined_in_vietnamese_with_the_names_and_numbers_of_the_english() -> None:
    wrong = []
    marts = [entry for entry in tables()["marts"] if str(entry["name"]).startswith("mart_")]
    pairs = {
        f"{mart['name']}.{entry['name']}": (entry["description"], entry["config"]["meta"].get("description_vi", ""))
        for mart in marts
        for entry in (mart, *mart["columns"])
    }
    for name, (english, vietnamese) in pairs.items():
        # letters of the base alphabet with a mark, and đ
        is_vietnamese = any(unicodedata.decomposition(letter) or letter in "đĐ" for letter in vietnamese)
        if not is_vietnamese or not unicodedata.is_normalized("NFC", vietnamese):
            wrong.append(name)
        elif names_and_numbers(english) != names_and_numbers(vietnamese):
            wrong.append(f"{name}: {names_and_numbers(english)} in English, {names_and_numbers(vietnamese)}")
    assert wrong == []
    assert len(marts) == 17
    assert len(pairs) > 400


def test_the_reference_has_every_published_table() -> None:
    described = {str(entry["name"]) for entries in tables().values() for entry in entries}
    sql = {path.stem for folder in ("marts", "audit") for path in (PROJECT / "models" / folder).rglob("*.sql")}
    seeds = {path.stem for path in (PROJECT / "seeds" / "reference").glob("*.csv")}
    assert described == sql | seeds
    headings = [
        h for page in REFERENCE for h in re.findall(r"^## (\w+)$", text_of(DOCS / "reference" / page.file), re.M)
    ]
    assert sorted(headings) == sorted(described)
