"""The whole run: check, land, audit, build, compare, publish; nothing reaches readers unless everything passed."""

import hashlib
import json
import platform
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from ingest import kept_counts, limits
from ingest import publish as publishing
from ingest.audit import releases, report
from ingest.audit.exceptions import FILE, AcceptedException, read_exceptions
from ingest.check import CheckedPackage, check_folder, raise_problems
from ingest.clock import utc_now
from ingest.dossiers import Dossiers, Extract, Landed
from ingest.landing import Attempt, Landing, Status
from ingest.messages import gettext as _
from ingest.messages import in_english
from ingest.paths import PROJECT, Workspace
from ingest.problems import BadInput, Damaged, ParvnError
from ingest.readers import sha256_of

if TYPE_CHECKING:
    from ingest.audit.suites import RuleResult

CODE = ("ingest", "models", "seeds", "dbt_project", "dbt_project.yml", "profiles.yml", "requirements.lock")
TOOLS = ("duckdb", "dbt-core", "dbt-duckdb", "great-expectations", "pyarrow", "pydantic")


@dataclass(frozen=True)
class BuildResult:
    """How a build ended: the manifest of the release that people read now, and whether it is a new one."""

    manifest: dict[str, Any]
    is_new: bool
    seconds: float


def _files(roots: Iterable[Path]) -> list[Path]:
    found = [p for root in roots for p in ([root] if root.is_file() else root.rglob("*"))]
    return sorted(p for p in found if p.is_file() and "__pycache__" not in p.parts and not p.name.startswith("."))


def input_hashes(workspace: Workspace) -> dict[str, str]:
    """Return the SHA-256 of every record file by its path below the data folder."""
    return {p.relative_to(workspace.data).as_posix(): sha256_of(p.read_bytes()) for p in _files([workspace.data])}


def _code_sha256() -> str:
    """Return one hash over all code and seeds that make a release."""
    digest = hashlib.sha256()
    for path in _files(PROJECT / name for name in CODE):
        digest.update(path.relative_to(PROJECT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def _hash_of(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _code_version() -> str:
    try:
        found = subprocess.run(
            ["git", "-C", str(PROJECT), "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
        )
    except OSError:
        return "unknown"
    return found.stdout.strip() or "unknown"


class Run:
    """One run and the outcomes it writes down."""

    def __init__(
        self, workspace: Workspace, say: Callable[[str], None], log: Callable[[str], None] | None = None
    ) -> None:
        self.workspace = workspace
        self.say = say
        self._log = log
        self.landing = Landing(workspace.landing)
        self.run_id = utc_now()

    def note(
        self, step: str, subject: str, status: Status, rows: int = 0, reason: str | None = None, seconds: float = 0.0
    ) -> None:
        """Write down how one file or step ended, in the attempts and as one line of the log."""
        attempt = Attempt(self.run_id, utc_now(), step, subject, status, rows, reason, round(seconds, 3))
        self.landing.record([attempt])
        if self._log:
            self._log(json.dumps(asdict(attempt), ensure_ascii=False))

    @contextmanager
    def step(self, name: str, words: str) -> Iterator[None]:
        """Say what begins, and write down how it ended and how long it took."""
        self.say(f"{name:<7} {words}")
        started = time.monotonic()
        try:
            yield
        except BadInput:
            raise  # the refused files are written down one by one
        except (ParvnError, OSError, duckdb.Error) as error:
            with suppress(OSError):  # the disk may be full
                self.note(name, "release", "failed", 0, in_english(error)[:2000], time.monotonic() - started)
            if isinstance(error, ParvnError):
                raise
            raise ParvnError(_("the run stopped, nothing was published: {error}").format(error=error)) from error
        self.note(name, "release", "done", seconds=time.monotonic() - started)

    def check(self) -> list[CheckedPackage]:
        """Check all records; refused files are written down before the problems are raised."""
        with self.step("check", _("records against their contracts and their own words")):
            return self._checked()

    def _checked(self) -> list[CheckedPackage]:
        checked = check_folder(self.workspace.data)
        for item in checked:
            for file in sorted({p.file for p in item.problems}):
                found = [p for p in item.problems if p.file == file]
                self.note("load", file, "refused", 0, f"{len(found)} problem(s): {in_english(found[0])}")
        raise_problems(checked)
        return checked

    def _published_at(self) -> str:
        # a run that was killed behind the swap of the link left no word of its release but the release
        current, moved = publishing.current_release(self.workspace), ""
        with suppress(Damaged):
            moved = publishing.read_manifest(current)["published_at"] if current else ""
        return max(self.landing.published_at(), moved)

    def land(self, checked: list[CheckedPackage], rules: str | None = None) -> None:
        """Land every package and rebuild `raw` in a fresh build database.

        Counts of dossiers that an earlier build kept under the same `rules` are put into it; None: none are.
        """
        with self.step("land", _("records into raw, every vintage kept")):
            self._land(checked, rules)

    def _land(self, checked: list[CheckedPackage], rules: str | None) -> None:
        published_at = self._published_at()
        for item in checked:
            for name, status in self.landing.land(item, published_at).items():
                table = item.package.tables[name]
                self.note("load", f"{table.file}#{name}" if table.sheet else table.file, status, len(table.rows))
        self.landing.withdraw_missing((item.package.name for item in checked), published_at)
        database = self.workspace.build_database
        database.parent.mkdir(parents=True, exist_ok=True)
        for leftover in (database, database.with_name(database.name + ".wal")):
            leftover.unlink(missing_ok=True)
        with duckdb.connect(str(database)) as connection:
            self.landing.build_raw(connection)
            Dossiers(self.workspace.landing).build_raw(connection)
            report.create_table(connection)
            if rules:
                kept_counts.give_back(connection, database, rules)

    def accepted_exceptions(self) -> list[AcceptedException]:
        """Return the recorded reasons; a file of them that cannot be read is written down as refused."""
        try:
            return read_exceptions(self.workspace.data)
        except BadInput as error:
            self.note("load", error.problems[0].file, "refused", 0, in_english(error)[:2000])
            raise

    def audit(
        self, release_before: Path | None, exceptions: list[AcceptedException], spent: list[AcceptedException]
    ) -> "list[RuleResult]":
        """Evaluate the suites on `raw`; the results are kept beside the build database whether they pass or not."""
        with self.step("audit", _("the raw tables as a whole")):
            from ingest.audit import suites  # Great Expectations takes seconds to import: only when there is work

            folder = self.workspace.build_database.parent
            before = release_before / publishing.DATABASE if release_before else None
            with duckdb.connect(str(self.workspace.build_database)) as connection:
                results = suites.audit(connection, before, exceptions, spent)
                report.create_table(connection, results)
            files = report.write(folder, self.run_id, results, None, exceptions)
            suites.raise_faults(results, files[report.PAGE])
        return results

    def compare(
        self,
        release_before: Path | None,
        results: "list[RuleResult]",
        exceptions: list[AcceptedException],
        spent: list[AcceptedException],
    ) -> dict[str, Path]:
        """Compare the build with the release before; returns the files of the audit for the new release."""
        with self.step("compare", _("with the release before: nothing lost without a reason")):
            database = self.workspace.build_database
            comparison = releases.compare(database, release_before, exceptions, spent)
            files = report.write(database.parent, self.run_id, results, comparison, exceptions)
            releases.raise_losses(comparison, self.workspace.data / FILE, files[report.PAGE])
        return files


def remove_leftovers(workspace: Workspace) -> None:
    """Remove what a killed run left unfinished, so that nobody has to; the caller holds the writer's lock."""
    publishing.remove_leftovers(workspace)
    Landing(workspace.landing).remove_leftovers()
    Dossiers(workspace.landing).remove_leftovers()


def load(workspace: Workspace, say: Callable[[str], None] = print) -> None:
    """Check and land the records and make `raw` in the build database, for working with plain dbt."""
    with publishing.writer_lock(workspace):
        remove_leftovers(workspace)
        run = Run(workspace, say)
        run.land(run.check())


def land_dossiers(
    workspace: Workspace,
    files: Iterable[Path],
    source_id: str,
    extracted_on: date,
    drops_personal: bool = False,
    max_rejected_pct: float = limits.MAX_REJECTED_PCT,
) -> Iterator[Landed]:
    """Land extracts one after the other; what landed stays where a later file is refused.

    Raises BadInput for the first file that is refused, Locked while another run is writing.
    """
    with publishing.writer_lock(workspace):
        remove_leftovers(workspace)
        dossiers, run = Dossiers(workspace.landing), Run(workspace, lambda _: None)
        for path in files:
            started = time.monotonic()
            try:
                landed = dossiers.land(path, workspace.data, source_id, extracted_on, drops_personal, max_rejected_pct)
            except BadInput as error:
                # what is written down is published: the kinds of faults, never the words of a row
                kinds = "; ".join(dict.fromkeys(in_english(p.message) for p in error.problems))
                run.note("load", path.name, "refused", 0, kinds[:2000], time.monotonic() - started)
                raise
            status: Status = "unchanged" if landed.is_known else "landed"
            run.note("load", path.name, status, landed.extract.row_count, seconds=time.monotonic() - started)
            yield landed


def withdraw_dossiers(workspace: Workspace, source_id: str) -> Extract:
    """Take back the extract of a source that landed last; raises BadInput where there is none, Locked as a build."""
    with publishing.writer_lock(workspace):
        remove_leftovers(workspace)
        extract = Dossiers(workspace.landing).withdraw_latest(source_id)
        Run(workspace, lambda _: None).note("withdraw", extract.file, "done", extract.row_count)
    return extract


def build(
    workspace: Workspace,
    say: Callable[[str], None] = print,
    on_node: Callable[[str], None] | None = None,
    force: bool = False,
    with_docs: bool = True,
    evaluation_date: str | None = None,
    keep: int = publishing.KEPT_RELEASES,
    log: Callable[[str], None] | None = None,
) -> BuildResult:
    """Check, land, audit, transform, test, compare and publish.

    Raises BadInput, FailedCheck, Locked, or ParvnError where the system refused (a full disk); in each case what was
    published before stays as it was.
    """
    started = time.monotonic()
    with publishing.writer_lock(workspace):
        inputs, tools = input_hashes(workspace), {name: version(name) for name in TOOLS}
        inputs |= Dossiers(workspace.landing).hashes()
        tools["python"] = platform.python_version()
        # what dossiers are counted by; which of them are, the model itself compares
        rules = _hash_of(_code_sha256(), tools)
        # equal fingerprints, equal marts: also over records, extracts and the added day of judgement
        fingerprint = _hash_of(rules, inputs, evaluation_date)
        remove_leftovers(workspace)
        run = Run(workspace, say, log)
        current = publishing.current_release(workspace)
        damage = publishing.damage(current) if current else []
        if damage:
            say(
                _("damaged release {release} is built anew: {damage}").format(
                    release=current and current.name, damage=damage[0]
                )
            )
        elif current and not force:
            manifest = publishing.read_manifest(current)
            if manifest["fingerprint"] == fingerprint:
                run.note("run", manifest["release_id"], "unchanged", seconds=time.monotonic() - started)
                return BuildResult(manifest, False, time.monotonic() - started)
        run.note("run", "release", "started")
        checked, exceptions = run.check(), run.accepted_exceptions()
        spent = report.known_exceptions(current)
        run.land(checked, None if force else rules)
        results = run.audit(current, exceptions, spent)
        from ingest import transform  # dbt takes seconds to import: only when there is work for it

        with run.step("build", _("models and tests in the build database")):
            result = transform.build(workspace.build_database, on_node, evaluation_date)
            kept_counts.keep(workspace.build_database, rules)
        extra = run.compare(current, results, exceptions, spent)
        if with_docs:
            with run.step("docs", _("of every model, one page")):
                extra["docs/index.html"] = transform.write_docs(workspace.build_database)
        with run.step("publish", _("a complete release, then move the link")):
            manifest_new = publishing.publish(
                workspace, fingerprint, _code_version(), inputs, tools, result.summary(), extra, keep
            )
        seconds = time.monotonic() - started
        run.note("run", manifest_new.release_id, "published", sum(manifest_new.tables.values()), seconds=seconds)
    return BuildResult(vars(manifest_new), True, time.monotonic() - started)
