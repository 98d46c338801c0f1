import pickle
import re
import string
import subprocess
import sys
from pathlib import Path

import click
import pytest
from babel.messages.catalog import Message
from catalogue import held, of_click, of_parvn
from commands import Parvn
from records import Records

from ingest import cli, publish
from ingest.landing import Landing
from ingest.messages import Sentence, in_english, joined, language
from ingest.messages import gettext as _
from ingest.paths import Workspace
from ingest.pipeline import load
from ingest.problems import BadInput, Locked, Problem

UPDATE = "run 'python tests/catalogue.py' and complete ingest/locale/vi.po"


@pytest.fixture
def vietnamese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARVN_LANG", "vi")


def translations() -> list[Message]:
    return [message for message in held() if message.id]


def fields(sentence: str) -> set[tuple[str | None, str | None, str | None]]:
    """Return (name, format, conversion) of every placeholder."""
    return {parsed[1:] for parsed in string.Formatter().parse(sentence) if parsed[1] is not None}


def test_every_sentence_of_the_command_has_a_vietnamese_one() -> None:
    done = {message.id for message in translations() if message.string and not message.fuzzy}
    wanted = {str(message.id) for message in of_parvn() if message.id}
    assert len(wanted) > 300
    assert wanted - done == set(), UPDATE


def test_no_translation_is_of_a_sentence_that_nobody_says() -> None:
    said = {message.id for message in of_parvn()} | of_click()
    assert {message.id for message in translations()} - said == set(), UPDATE


@pytest.mark.parametrize("message", translations(), ids=lambda message: str(message.id)[:40])
def test_a_translation_has_the_placeholders_and_the_edges_of_its_sentence(message: Message) -> None:
    english, vietnamese = str(message.id), str(message.string)
    if vietnamese and "{" in english + vietnamese and ("python-brace-format" in message.flags or fields(english)):
        assert fields(vietnamese) == fields(english)
    edges = re.compile(r"^\s*|\s*$")
    assert edges.findall(vietnamese) == edges.findall(english)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "en"),
        ({"LANG": "vi_VN.UTF-8"}, "vi"),
        ({"LANG": "vi_VN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "vi_VN.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "POSIX"}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "PARVN_LANG": "vi"}, "vi"),
        ({"LC_ALL": "vi_VN", "PARVN_LANG": "en"}, "en"),
    ],
)
def test_parvn_lang_is_the_language_and_else_the_locale(
    given: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PARVN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert language() == expected


@pytest.mark.usefixtures("vietnamese")
def test_a_sentence_knows_its_english_through_values_exceptions_and_joins() -> None:
    kind = _("a telephone number")
    sentence = _("this looks like {kind}; records hold no personal data").format(kind=kind)
    problem = Problem("plan/targets.csv", sentence, None, 3, "note", "0912 345 678")
    error = BadInput([problem, problem])
    line = "plan/targets.csv, row 3, column note: this looks like a telephone number; records hold no personal data"
    assert str(problem).startswith("plan/targets.csv, dòng 3, cột note: đây có vẻ là số điện thoại;")
    assert in_english(problem) == f"{line}; found '0912 345 678'"
    assert in_english(error) == "\n".join([f"{line}; found '0912 345 678'"] * 2)
    assert in_english(_("the run stopped, nothing was published: {error}").format(error=error)).endswith(
        "'0912 345 678'"
    )
    assert in_english(joined(": ", ["x", kind])) == "x: a telephone number"
    copied = pickle.loads(pickle.dumps(sentence))
    assert (copied, copied.english, type(copied)) == (sentence, sentence.english, Sentence)


@pytest.mark.usefixtures("vietnamese")
def test_a_wrong_record_is_named_in_vietnamese_by_file_row_and_column(plan: Records, parvn: Parvn) -> None:
    plan.tables["targets"][0]["target_value"] = "59.5"
    plan.tables["targets"][1]["target_id"] = "Hà Tĩnh 1"
    folder = plan.write()
    said = parvn("check", folder)
    assert said.code == 1
    assert "targets.csv, dòng 2, cột target_value: nguyên văn không nêu số này; hãy ghi đúng số" in said.err
    assert "targets.csv, dòng 3, cột target_id: chỉ được dùng a-z, 0-9" in said.err
    assert "giá trị hiện có: 'Hà Tĩnh 1'" in said.err


@pytest.mark.usefixtures("vietnamese")
def test_what_is_written_down_is_english_whoever_ran_the_build(plan: Records, tmp_path: Path) -> None:
    plan.tables["targets"][0]["target_value"] = "59.5"
    plan.write()
    workspace = Workspace(tmp_path / "data", tmp_path / "warehouse")
    with pytest.raises(BadInput, match="nguyên văn không nêu số này"):
        load(workspace, lambda line: None)
    (refused,) = [a for a in Landing(workspace.landing).attempts() if a.status == "refused"]
    assert "row 2, column target_value: the printed words do not state this number" in (refused.reason or "")


@pytest.mark.usefixtures("vietnamese")
def test_a_lock_is_explained_in_vietnamese(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "data", tmp_path / "warehouse")
    with publish.writer_lock(workspace), pytest.raises(Locked) as error, publish.writer_lock(workspace):
        pass
    assert re.search(r"một lần chạy khác đang ghi vào \S+: tiến trình \d+, từ 20", str(error.value))
    assert re.search(r"another run is writing to \S+: process \d+, since 20", in_english(error.value))


def test_help_and_wrong_use_are_in_the_language_of_the_run(parvn: Parvn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARVN_LANG", "vi")
    said = parvn("status", "--help")
    assert "Cách dùng: " in said.out and "Tính lại mã băm của mọi tệp" in said.out and "[mặc định: " in said.out
    wrong = parvn("stats")
    assert wrong.code == cli.USAGE_ERROR and "Lỗi: Không có lệnh 'stats'." in wrong.err
    monkeypatch.setenv("PARVN_LANG", "en")
    said = parvn("status", "--help")
    assert "Usage: " in said.out and "Hash every file of the current release anew." in said.out
    assert "No such command 'stats'." in parvn("stats").err


def test_every_subcommand_shows_vietnamese_help(parvn: Parvn, monkeypatch: pytest.MonkeyPatch) -> None:
    english = {name: parvn(name, "--help").out for name in cli.cli.commands}
    monkeypatch.setenv("PARVN_LANG", "vi")
    for name, text in english.items():
        shown = parvn(name, "--help").out
        command = cli.cli.commands[name]
        assert isinstance(command, click.Command)
        assert "\n  " in shown and shown.split("\n")[2] != text.split("\n")[2]


def test_who_reads_english_does_not_wait_for_the_catalogue() -> None:
    code = "import sys; from ingest.cli import cli; cli(['-h'], standalone_mode=False); print('babel' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "False"
