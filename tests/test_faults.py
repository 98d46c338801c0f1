"""What happens when a run is killed, the disk is full, two runs meet, a bit flips: readers never notice.

`make soak` runs the same tests with higher counts and writes the table of docs/reliability.md.
"""

import os
import random
import re
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import faulty
import pytest
from builds import build_models
from commands import Parvn
from faulty import Nursery
from records import plan_records
from soak import SOAK, Report

from ingest import pipeline, publish, transform
from ingest.audit import releases, suites
from ingest.check import CheckedPackage, check_folder
from ingest.landing import Landing
from ingest.paths import PROJECT, Workspace
from ingest.problems import Damaged, Locked, ParvnError

KILLS = int(os.environ.get("PARVN_SOAK_KILLS", "500")) if SOAK else 60


@pytest.fixture(autouse=True)
def _losses_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    # The releases here are small stand-ins for one another: what is lost between them is not asked.
    monkeypatch.setattr(releases, "raise_losses", lambda *_: None)


@pytest.fixture
def small(tmp_path: Path) -> Workspace:
    return faulty.small_workspace(tmp_path)


@pytest.fixture
def package(small: Workspace) -> CheckedPackage:
    (found,) = check_folder(plan_records(small.data / "plan").write().parent)
    assert found.problems == []
    return found


@pytest.fixture
def nursery(small: Workspace, package: CheckedPackage) -> Iterator[Nursery]:
    """A process that has published release 1 and forks further runs."""
    found = Nursery(small, package)
    yield found
    found.close()


# --- killed --------------------------------------------------------------------------------------------------------


def test_a_run_killed_anywhere_leaves_a_whole_release_and_the_next_run_needs_no_help(
    small: Workspace, package: CheckedPackage, nursery: Nursery, report: Report
) -> None:
    times = KILLS
    for number in (2, 3):
        assert nursery.finish(faulty.run, small, package, number) == 0
    number = 4  # the first run that prunes, as all later ones do
    receiver, sender = faulty.processes.Pipe(duplex=False)
    assert nursery.finish(faulty.run_counting, small, package, number, sender) == 0
    steps = receiver.recv()
    assert steps > 30
    points = [(step, before) for step in range(1, steps + 1) for before in (True, False)]
    chosen = times * 2 // 3
    luck = random.Random(20260101)
    as_before = as_after = 0
    for turn in range(times):
        old = faulty.state(small)
        number += 1
        if turn < chosen:
            step, before = points[turn * len(points) // chosen if chosen < len(points) else turn % len(points)]
            assert nursery.finish(faulty.run_and_die, small, package, number, step, before) == -9
        else:
            process = nursery.start(faulty.run_for_ever, small, package, number)
            time.sleep(luck.uniform(0, 0.5))
            os.kill(process, 9)
            assert nursery.wait(process) == -9
        new = faulty.state(small)
        assert new == old or new[1] >= number
        as_before, as_after = as_before + (new == old), as_after + (new != old)
        number = max(number, new[1]) + 1
        assert nursery.finish(faulty.run, small, package, number) == 0
        assert faulty.state(small)[1] == number
        assert faulty.leftovers(small) == []
        kept = publish.releases_of(small)
        assert len(kept) <= 3
        assert [publish.damage(release) for release in kept] == [[]] * len(kept)
    values = {line.content_key for line in Landing(small.landing).entries() if line.record_table == "results"}
    assert all(Landing(small.landing).parquet_path("results", key).exists() for key in values)
    report(
        "killed (`kill -9`) while landing or publishing",
        times,
        f"{chosen} times around chosen file operations, {times - chosen} times at random; the release was the one "
        f"before in {as_before} cases and a new one in {as_after}, whole in all; the next run succeeded, no leftovers",
    )


def _build_and_die(workspace: Workspace, event: int) -> None:
    """Build; killed at the `event`th event (a step begins, a node ends), or before the link moves if it is -1."""
    happened = 0

    def count(_: str) -> None:
        nonlocal happened
        happened += 1
        if happened == event:
            faulty.die()

    if event == -1:
        publish.point_to = lambda *_: faulty.die()  # type: ignore[assignment]
    transform.build = _models  # type: ignore[assignment]
    if not SOAK:
        suites.audit = lambda *_: []  # type: ignore[assignment]  # Great Expectations takes seconds to import
    releases.raise_losses = lambda *_: None  # two nodes are no whole release
    pipeline.build(workspace, count, count, force=True, with_docs=False)


def _models(database: Path, on_node: Callable[[str], None] | None = None, day: str | None = None) -> object:
    if SOAK:
        return build_models(database, on_node, day)
    # Two nodes are enough for a release; reading the project is most of the time.
    names = "audit_data_dictionary audit_table_dictionary"
    found = transform.run_dbt(database, "build", "--select", names, on_node=on_node)
    assert found.success
    with duckdb.connect(str(database)) as connection:
        for schema in publish.PUBLISHED_SCHEMAS:
            connection.execute(f"create schema if not exists {schema}")
        connection.execute("delete from audit.audit_data_dictionary")  # it names marts that are not built here
    return transform.TransformResult()


def test_a_whole_run_killed_in_dbt_or_elsewhere_leaves_the_release_and_the_next_run_needs_no_help(
    copied: Workspace, monkeypatch: pytest.MonkeyPatch, report: Report
) -> None:
    # Events: 1 check, 2 land, 3 audit, 4 build, then one for each seed and model; -1 is between folder and link.
    events = [1, 2, *range(3, 120, 7), -1] if SOAK else [2, 5, -1]
    before = copied.current.readlink()
    for event in events:
        assert faulty.finish(_build_and_die, copied, event) == -9
        assert copied.current.readlink() == before
        assert publish.damage(copied.current.resolve()) == []
    monkeypatch.setattr(transform, "build", _models)
    result = pipeline.build(copied, lambda _: None, with_docs=False, force=True)
    assert copied.current.readlink().name == result.manifest["release_id"]
    assert publish.damage(copied.current.resolve()) == []
    hidden = [p.name for p in (*copied.warehouse.glob(".*"), *copied.releases.glob(".*")) if p.name != ".lock"]
    assert hidden == []
    report(
        "killed while the whole run builds (check, land, dbt, publish)",
        len(events),
        "the release stayed the one before in all cases; each next run started from what was left, the last one was "
        "let through and published",
    )


# --- readers -------------------------------------------------------------------------------------------------------


def test_readers_see_one_release_at_a_time_while_others_are_published(
    small: Workspace, package: CheckedPackage, nursery: Nursery, report: Report
) -> None:
    publishes, readers = (50 if SOAK else 10), 8
    stop = small.data.parent / "stop"
    pipes = [faulty.processes.Pipe(duplex=False) for _ in range(readers)]
    running = [nursery.start(faulty.read_for_ever, small, stop, sender) for _, sender in pipes]
    for number in range(2, publishes + 2):
        assert nursery.finish(faulty.run, small, package, number) == 0
    stop.touch()
    answers = [receiver.recv() for receiver, _ in pipes]
    assert [nursery.wait(process) for process in running] == [0] * readers
    assert [wrong for _, _, wrong in answers if wrong] == []
    assert faulty.leftovers(small) == []
    assert len(publish.releases_of(small)) == 3
    reads = sum(count for count, _, _ in answers)
    report(
        f"{readers} readers while releases are published",
        publishes,
        f"{reads} readings, each of one release from its first query to its last; no error; three releases kept as "
        "asked for, no file left over",
    )


def test_a_reader_whose_release_was_pruned_reads_on(small: Workspace, package: CheckedPackage) -> None:
    faulty.run(small, package, 1)
    with publish.open_published(small) as reader:
        for number in range(2, 7):
            faulty.run(small, package, number)
        assert len(publish.releases_of(small)) == 3
        counted = [reader.execute(f"select min(release_no), count(*) from {name}") for name in faulty.FIGURES]
        assert [found.fetchall() for found in counted[-1:]] == [[(1, faulty.ROWS)]]


def test_a_reader_that_is_too_slow_to_open_a_pruned_release_gets_the_current_one(
    small: Workspace, package: CheckedPackage, monkeypatch: pytest.MonkeyPatch
) -> None:
    faulty.run(small, package, 1)
    connect = duckdb.connect

    def slow(*arguments: object, **keywords: object) -> duckdb.DuckDBPyConnection:
        monkeypatch.setattr(duckdb, "connect", connect)
        for number in range(2, 6):
            faulty.run(small, package, number)
        return connect(*arguments, **keywords)  # type: ignore[arg-type]

    monkeypatch.setattr(duckdb, "connect", slow)
    with publish.open_published(small) as reader:
        assert reader.execute("select distinct release_no from marts.fct_figure").fetchall() == [(5,)]


# --- two at once, no room, no right --------------------------------------------------------------------------------


def _hold(workspace: Workspace, package: CheckedPackage, held: object, let_go: object) -> None:
    copy = publish._copy_database

    def wait(*arguments: Path) -> object:
        held.set()  # type: ignore[attr-defined]
        let_go.wait()  # type: ignore[attr-defined]
        return copy(*arguments)

    publish._copy_database = wait  # type: ignore[assignment]
    faulty.run(workspace, package, 2)


def test_of_two_runs_at_once_one_is_refused_and_the_other_publishes(
    small: Workspace, package: CheckedPackage, parvn: Parvn, report: Report
) -> None:
    faulty.run(small, package, 1)
    (release,) = publish.releases_of(small)
    held, let_go = faulty.processes.Event(), faulty.processes.Event()
    other = faulty.start(_hold, small, package, held, let_go)
    held.wait()
    said = parvn("build", "--data", small.data, "--warehouse", small.warehouse)
    assert said.code == 3
    assert f"process {other.pid}, since 20" in said.err
    assert parvn("rollback", release.name, "--warehouse", small.warehouse).code == 3
    with pytest.raises(Locked):
        faulty.run(small, package, 3)
    assert faulty.state(small)[1] == 1
    let_go.set()
    other.join()
    assert other.exitcode == 0
    assert faulty.state(small)[1] == 2
    assert faulty.leftovers(small) == []
    report("two runs at once", 1, "one published; the other ended with exit code 3, naming process and time")


IN_A_PROCESS = """
import ctypes, os, pickle, resource, struct, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
import faulty
from ingest import cli, pipeline, publish, transform
from ingest.audit import releases, suites
from ingest.paths import Workspace

small = Workspace(Path({data!r}), Path({warehouse!r}))
def models(database, *_):
    faulty.build_small(small, 2, rows={rows})
    return transform.TransformResult()
transform.build = models
suites.audit = lambda *_: []  # Great Expectations takes seconds to import
releases.raise_losses = lambda *_: None
{prepare}
sys.argv = ["parvn", "build", "--quiet", "--no-docs", "--data", str(small.data), "--warehouse", str(small.warehouse)]
cli.main()
"""
LIMIT = "resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, resource.RLIM_INFINITY))"
# The administrator may write anywhere; without this right he is a user as others are.
NO_RIGHTS = "ctypes.CDLL(None).capset(struct.pack('Ii', 0x20080522, 0), bytes(24))"


def build_elsewhere(small: Workspace, prepare: str, rows: int, *prefix: str) -> subprocess.CompletedProcess[str]:
    """Run `parvn build` of the small warehouse, without dbt, in a process that is prepared first."""
    code = IN_A_PROCESS.format(
        tests=str(PROJECT / "tests"),
        data=str(small.data),
        warehouse=str(small.warehouse),
        rows=rows,
        prepare=prepare,
    )
    command = [*prefix, sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, check=False)


def test_a_build_that_may_not_write_so_much_says_so_and_publishes_nothing(
    small: Workspace, package: CheckedPackage, report: Report
) -> None:
    faulty.run(small, package, 1)
    before = faulty.state(small)
    ended = build_elsewhere(small, LIMIT, 200_000)
    assert (ended.returncode, ended.stdout) == (4, "")
    assert ended.stderr.startswith("the run stopped, nothing was published: ")
    assert "File too large" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert faulty.state(small) == before
    assert Landing(small.landing).attempts()[-1].status == "failed"
    ended = build_elsewhere(small, "", faulty.ROWS)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert faulty.state(small)[1] == 2
    assert faulty.leftovers(small) == []
    report(
        "file size limit reached",
        1,
        "exit code 4 and the system's words; the release stayed; with room again, the next run published",
    )


def test_a_build_on_a_full_disk_says_so_and_leaves_no_half_release(
    small: Workspace, package: CheckedPackage, tmp_path: Path, report: Report
) -> None:
    isolated = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--map-root-user"]
    disk = tmp_path / "warehouse"
    disk.mkdir()
    mounted = [*isolated, "sh", "-ec", 'mount -t tmpfs -o size=12m tmpfs "$0"; exec "$@"', str(disk)]
    if not shutil.which("unshare") or subprocess.run([*mounted, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount a small disk")
    # The disk is there for one process only: it publishes, fills the disk, and looks at what is left.
    prepare = (
        "from ingest.check import check_folder\n"
        "faulty.run(small, check_folder(small.data)[0], 1)\n"
        "before = faulty.state(small)\n"
        "import atexit\n"
        "atexit.register(lambda: print(faulty.state(small) == before, [p.name for p in small.releases.glob('.*')]))\n"
    )
    ended = build_elsewhere(small, prepare, 3_000_000, *mounted)
    assert ended.returncode == 4
    assert ended.stderr.startswith("the run stopped, nothing was published: ")
    assert "No space left on device" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stdout.endswith("True []\n")  # DuckDB takes `python -c` for a terminal and may show its progress
    report("disk full", 1, "exit code 4 and the system's words; the release stayed; the half-written one was removed")


def test_a_warehouse_that_may_not_be_written_says_so_and_stays(
    small: Workspace, package: CheckedPackage, report: Report
) -> None:
    if not sys.platform.startswith("linux") and os.geteuid() == 0:
        pytest.skip("the administrator's rights cannot be given up here")
    prepare = NO_RIGHTS if os.geteuid() == 0 else ""
    faulty.run(small, package, 1)
    before = faulty.state(small)
    folders = [small.warehouse, *(p for p in small.warehouse.rglob("*") if p.is_dir() and not p.is_symlink())]
    (small.warehouse / ".lock").chmod(0o444)
    modes = {folder: folder.stat().st_mode for folder in folders}
    for folder in folders:
        folder.chmod(0o555)
    try:
        ended = build_elsewhere(small, prepare, faulty.ROWS)
        (small.warehouse / ".lock").chmod(0o644)
        in_releases = build_elsewhere(small, prepare, faulty.ROWS)
    finally:
        for folder, mode in modes.items():
            folder.chmod(mode)
    assert (ended.returncode, ended.stdout) == (4, "")
    assert re.search(r"Permission denied: '.*/\.lock'", ended.stderr)
    assert in_releases.returncode == 4
    assert "Permission denied" in in_releases.stderr
    assert "Traceback" not in ended.stderr + in_releases.stderr
    assert faulty.state(small) == before
    report("warehouse not writable", 2, "exit code 4, naming the file; the release stayed")


# --- damaged -------------------------------------------------------------------------------------------------------


def flip(path: Path, place: int) -> None:
    """Flip one bit of a file, as a failing disk would."""
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.chmod(0o644)
    path.write_bytes(content)
    path.chmod(0o444)


def test_a_flipped_bit_or_a_missing_file_is_named(
    small: Workspace, package: CheckedPackage, parvn: Parvn, report: Report
) -> None:
    faulty.run(small, package, 1)
    release = small.current.resolve()
    files = sorted(p.relative_to(release).as_posix() for p in release.rglob("*") if p.is_file())
    assert files == [
        "SHA256SUMS",
        "manifest.json",
        "parquet/fct_figure.parquet",
        "parquet/fct_other.parquet",
        "parvn.duckdb",
    ]
    luck = random.Random(7)
    times = 0
    for name in files:
        whole = (release / name).read_bytes()
        # The last byte is a line feed in the two lists, which must not be mistaken for another end of a line.
        for place in [len(whole) - 1, *(luck.randrange(len(whole)) for _ in range(40 if SOAK else 3))]:
            flip(release / name, place)
            assert any(name in line for line in publish.damage(release)), (name, place)
            (release / name).chmod(0o644)
            (release / name).write_bytes(whole)
            times += 1
    assert parvn("status", "--verify", "--warehouse", small.warehouse).code == 0
    flip(release / "parquet" / "fct_figure.parquet", 100)
    (release / "parquet" / "fct_other.parquet").unlink()
    (release / "note.txt").write_text("mine")
    said = parvn("status", "--verify", "--warehouse", small.warehouse)
    assert (said.code, said.out) == (2, "")
    assert said.err.splitlines()[:4] == [
        f"release {release.name} is damaged:",
        "  parquet/fct_figure.parquet: its bytes changed",
        "  parquet/fct_other.parquet is missing",
        "  note.txt does not belong to the release",
    ]
    (release / "manifest.json").unlink()
    assert parvn("status", "--warehouse", small.warehouse).code == 2
    report("one bit of a release flipped", times, "`parvn status --verify` named the file each time, exit code 2")


def test_a_damaged_current_release_is_built_anew(
    small: Workspace, package: CheckedPackage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def models(*_: object) -> transform.TransformResult:
        faulty.build_small(small, 1)
        return transform.TransformResult()

    monkeypatch.setattr(transform, "build", models)
    said: list[str] = []
    first = pipeline.build(small, said.append, with_docs=False)
    assert not pipeline.build(small, said.append, with_docs=False).is_new
    flip(small.current / "parquet" / "fct_figure.parquet", 100)
    second = pipeline.build(small, said.append, with_docs=False)
    assert second.is_new
    assert faulty.state(small)[0] == second.manifest["release_id"] != first.manifest["release_id"]
    assert any("parquet/fct_figure.parquet: its bytes changed" in line for line in said)


def test_a_damaged_release_is_not_rolled_back_to(small: Workspace, package: CheckedPackage, parvn: Parvn) -> None:
    for number in (1, 2):
        faulty.run(small, package, number)
    first, second = publish.releases_of(small)
    flip(first / "parvn.duckdb", 5000)
    said = parvn("rollback", first.name, "--warehouse", small.warehouse)
    assert said.code == 2
    assert f"release {first.name} is damaged; the current one stays:\nparvn.duckdb: its bytes changed" in said.err
    assert small.current.resolve() == second


def test_nothing_of_a_release_may_be_written_by_others(small: Workspace, package: CheckedPackage) -> None:
    mask = os.umask(0)
    try:
        faulty.run(small, package, 1)
    finally:
        os.umask(mask)
    release = small.current.resolve()
    modes = {p: stat.S_IMODE(p.stat().st_mode) for p in (small.releases, release, *release.rglob("*"))}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o444}
    assert [path for path, mode in modes.items() if mode & 0o022] == []


# --- synced in the right order -------------------------------------------------------------------------------------


def test_everything_is_synced_before_the_link_moves_and_the_link_after(
    small: Workspace, package: CheckedPackage, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened: list[tuple[str, str]] = []
    fsync, replace, rename = os.fsync, os.replace, os.rename

    def synced(descriptor: int) -> None:
        happened.append(("fsync", str(Path(f"/dev/fd/{descriptor}").resolve())))
        fsync(descriptor)

    def replaced(source: Path, target: Path) -> None:
        happened.append(("replace", str(target)))
        replace(source, target)

    def renamed(source: Path, target: Path) -> None:
        happened.append(("rename", str(target)))
        rename(source, target)

    faulty.run(small, package, 1)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", synced)
        patch.setattr(os, "replace", replaced)
        patch.setattr(os, "rename", renamed)
        faulty.run(small, package, 2)
    release = small.current.resolve()
    hidden = release.with_name(f".new-{release.name}")
    parts = [hidden, *(hidden / p.relative_to(release) for p in release.rglob("*"))]
    named = happened.index(("rename", str(release)))
    moved = happened.index(("replace", str(small.current)))
    assert {("fsync", str(part)) for part in parts} <= set(happened[:named])
    assert ("fsync", str(small.releases)) in happened[named:moved]
    assert ("fsync", str(small.warehouse)) in happened[moved:]
    landed = next(i for i, (act, path) in enumerate(happened) if act == "replace" and path.endswith(".parquet"))
    ledger = happened.index(("fsync", str(small.landing / "ledger.jsonl")))
    assert ("fsync", str(small.landing / "parquet" / "results")) in happened[landed:ledger]


# --- the commands for releases -------------------------------------------------------------------------------------


@pytest.fixture
def three(small: Workspace, package: CheckedPackage) -> list[str]:
    """The ids of three releases; the second has other figures, the third a row more, one less and a new mart."""
    for number in (1, 2):
        faulty.run(small, package, number)
    with publish.writer_lock(small):
        faulty.build_small(small, 2)
        with duckdb.connect(str(small.build_database)) as connection:
            connection.execute("delete from marts.fct_figure where figure_id = 'f3'")
            connection.execute("insert into marts.fct_figure values ('f900', 2, null)")
            connection.execute("update marts.fct_figure set value = null where figure_id = 'f7'")
            connection.execute("alter table marts.fct_other add column note_vi varchar")
            connection.execute("create table marts.fct_third as select 'a' as word union all select 'a'")
        publish.publish(small, "3" * 64, "test", {}, {}, {}, keep=3)
    return [path.name for path in publish.releases_of(small)]


def test_two_releases_of_one_second_have_ids_of_their_own(
    small: Workspace, package: CheckedPackage, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter(f"2026-01-01T00:00:00.{m}Z" for m in ("000001", "000001", "000002", "000003"))
    faulty.run(small, package, 1)
    monkeypatch.setattr(publish, "utc_now", lambda: next(moments))
    found = [publish.publish(small, "a" * 64, "test", {}, {}, {}, keep=9).release_id for _ in range(2)]
    assert found == ["20260101T000000000001Z-aaaaaaaa", "20260101T000000000002Z-aaaaaaaa"]


def test_the_releases_are_listed_newest_first(small: Workspace, three: list[str], parvn: Parvn) -> None:
    (small.releases / three[0] / "manifest.json").unlink()
    said = parvn("releases", "--warehouse", small.warehouse, "--format", "csv")
    lines = said.out.splitlines()
    assert (
        lines[0] == "release_id,is_current,is_whole,published_at,code_version,input_files,marts,mart_rows,tests_passed"
    )
    assert [line.split(",")[:3] for line in lines[1:]] == [
        [three[2], "True", "True"],
        [three[1], "False", "True"],
        [three[0], "False", "False"],
    ]
    assert lines[1].split(",")[4:] == ["test", "0", "3", str(2 * faulty.ROWS + 2), "0"]
    assert lines[3] == f"{three[0]},False,False,,,,,,"


def test_people_read_the_list_of_releases_in_their_language(
    small: Workspace, three: list[str], parvn: Parvn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARVN_LANG", "vi")
    lines = parvn("releases", "--warehouse", small.warehouse, "--format", "markdown").out.splitlines()
    assert lines[0].startswith("| bản phát hành | hiện hành | nguyên vẹn |")
    assert [line.split(" | ")[:3] for line in lines[2:4]] == [
        [f"| {three[2]}", "có", "có"],
        [f"| {three[1]}", "không", "có"],
    ]


def test_a_damaged_release_makes_room_before_a_whole_one(
    small: Workspace, package: CheckedPackage, three: list[str]
) -> None:
    (small.releases / three[1] / publish.DATABASE).unlink()
    faulty.run(small, package, 9)
    kept = [path.name for path in publish.releases_of(small)]
    assert kept[:2] == [three[0], three[2]] and len(kept) == 3


def test_a_diff_names_every_changed_figure_by_its_key(small: Workspace, three: list[str], parvn: Parvn) -> None:
    said = parvn("diff", "--warehouse", small.warehouse, "--format", "csv")
    assert said.code == 0
    assert said.out.splitlines() == [
        "table,key,change,column,old,new",
        "marts.fct_figure,figure_id=f900,added,,,",
        "marts.fct_figure,figure_id=f3,removed,,,",
        "marts.fct_figure,figure_id=f7,changed,value,1.0,",
        "marts.fct_third,word=a,added,,,",
        "marts.fct_third,word=a,added,,,",
    ]
    said = parvn("diff", "--warehouse", small.warehouse)
    assert said.out.splitlines() == [
        f"{three[1]} -> {three[2]}",
        "marts.fct_figure: 1 rows added; 1 removed; 1 figures changed in 1 rows",
        "    figure_id=f7: value: 1.0 -> (none)",
        "    figure_id=f900: row added",
        "    figure_id=f3: row removed",
        "marts.fct_other: 0 rows added; 0 removed; 0 figures changed in 0 rows; new columns note_vi",
        "marts.fct_third: 2 rows added; 0 removed; a new table",
        "    word=a: row added",
        "    word=a: row added",
        "0 of 3 tables are the same.",
    ]


def test_a_diff_of_named_releases_goes_either_way(small: Workspace, three: list[str], parvn: Parvn) -> None:
    said = parvn("diff", three[1], three[0], "--warehouse", small.warehouse, "--format", "json")
    assert said.out.count('"column": "release_no", "old": "2", "new": "1"') == 2 * faulty.ROWS
    assert '{"table": "marts.fct_figure", "key": {"figure_id": "f0"}, "change": "changed"' in said.out
    said = parvn("diff", three[0], three[0], "--warehouse", small.warehouse)
    assert said.out.splitlines()[1:] == ["2 of 2 tables are the same."]
    said = parvn("diff", "2026", three[0], "--warehouse", small.warehouse)
    assert said.code == 4
    said = parvn("diff", "19", "--warehouse", small.warehouse)
    assert (said.code, said.err) == (
        4,
        f"no release is called '19' or begins with it; kept are: {', '.join(three)}\n",
    )


def test_a_rollback_lets_readers_read_the_earlier_release_and_is_kept(
    small: Workspace, package: CheckedPackage, three: list[str], parvn: Parvn
) -> None:
    said = parvn("rollback", three[0], "--warehouse", small.warehouse)
    assert (said.code, said.out.splitlines()[0]) == (
        0,
        f"Current release: {three[0]}; before it was {three[2]}, which is kept.",
    )
    assert faulty.state(small) == (three[0], 1)
    assert Landing(small.landing).attempts()[-1].step == "rollback"
    assert "nothing to do" in parvn("rollback", three[0], "--warehouse", small.warehouse).out
    assert parvn("rollback", "x", "--warehouse", small.warehouse).code == 4
    assert parvn("rollback", "x", "--warehouse", small.warehouse.parent / "nowhere").code == 4
    faulty.run(small, package, 4)  # keeps three: the new one, the one before it though it is the oldest, the newest
    kept = [path.name for path in publish.releases_of(small)]
    assert kept[:2] == [three[0], three[2]]
    assert publish.read_manifest(small.current)["previous"] == three[0]
    assert parvn("diff", "--warehouse", small.warehouse).out.startswith(f"{three[0]} -> {kept[2]}\n")


def test_how_many_releases_are_kept_is_asked_for(
    small: Workspace, package: CheckedPackage, parvn: Parvn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def models(*_: object) -> transform.TransformResult:
        faulty.build_small(small, 9)
        return transform.TransformResult()

    monkeypatch.setattr(transform, "build", models)
    for _ in range(4):
        faulty.run(small, package, 1)
    assert len(publish.releases_of(small)) == 3
    call = ("build", "--force", "--quiet", "--no-docs", "--data", small.data, "--warehouse", small.warehouse)
    assert parvn(*call, "--keep", "2").code == 0
    assert len(publish.releases_of(small)) == 2
    monkeypatch.setenv("PARVN_KEEP_RELEASES", "4")
    assert [parvn(*call).code for _ in range(3)] == [0, 0, 0]
    assert len(publish.releases_of(small)) == 4
    assert parvn(*call, "--keep", "0").code == 64


def test_an_older_release_without_keys_is_compared_all_the_same(small: Workspace, three: list[str]) -> None:
    from ingest.releases import diff

    first, second = (small.releases / name for name in three[:2])
    (found, _) = diff(first, second)
    assert (found.key, found.count("changed"), found.changed_rows) == (["figure_id"], faulty.ROWS, faulty.ROWS)
    for folder in (first, second):
        manifest = folder / "manifest.json"
        manifest.chmod(0o644)
        manifest.write_text(re.sub(r'"keys": \{.*?\},', '"keys": {},', manifest.read_text("utf-8"), flags=re.DOTALL))
    (found, _) = diff(first, second)
    assert (found.key, found.count("added"), found.count("removed")) == ([], faulty.ROWS, faulty.ROWS)
    (second / "parvn.duckdb").unlink()
    with pytest.raises(Damaged, match="cannot be opened"):
        diff(first, second)
    assert issubclass(Damaged, ParvnError)
