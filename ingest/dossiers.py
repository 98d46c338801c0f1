"""Lands dossier-level extracts: one row per application file, typed, as Parquet by received year and month.

An extract goes straight through DuckDB, never through Python rows. It becomes one folder
`landing/dossiers/source_id=S/vintage_no=N/received_year=Y/received_month=M/`, made aside and named in one step; the
ledger beside it says what landed. A later extract does not touch an earlier one: it says the same dossier anew.
"""

import csv
import gzip
import hashlib
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from ingest import limits
from ingest.clock import utc_now
from ingest.dossier_mapping import COLUMNS, TYPES, DossierSource, ExportingSystem, read_source
from ingest.dossier_rows import MAX_KNOWN, Known, RowRules, spellings
from ingest.durable import make_folder, replace, sync
from ingest.landing import append_lines, read_lines
from ingest.messages import gettext as _
from ingest.paths import SYNTHETIC_MANIFEST
from ingest.personal import personal_data, personal_heading
from ingest.problems import BadInput, Problem, nearest_spellings
from ingest.quoting import literal
from ingest.reference import Reference
from ingest.workbooks import XlsxFile

_NOWHERE = "__HIVE_DEFAULT_PARTITION__"
_FEW = ("agency_text", "field_text", "procedure_code")
"""Columns of few different texts."""
_SAMPLE_PIECES, _SAMPLE_BYTES = 32, 64 * 1024
"""Of a CSV file, to learn its words."""


@dataclass(frozen=True)
class Partition:
    """The dossiers of one extract that were received in one month (grain: extract x month)."""

    year: int
    month: int
    row_count: int
    sha256: str

    @property
    def path(self) -> str:
        """Return its folder below the extract's."""
        return f"received_year={self.year}/received_month={self.month}"


@dataclass(frozen=True)
class Extract:
    """One landed extract (grain: source x vintage)."""

    landed_at: str
    source_id: str
    vintage_no: int
    file: str
    sha256: str
    extracted_on: str
    row_count: int
    rejected: dict[str, int]
    """Rows that were not landed, by reason."""
    partitions: list[dict[str, Any]]
    source: dict[str, Any]
    """What was said of the source when the extract landed."""
    contested: list[tuple[int, int]] = field(default_factory=list)
    """Months of this source in which a dossier stands more than once, in this extract or an earlier one."""
    is_withdrawn: bool = False

    @property
    def folder(self) -> str:
        """Return its folder below `landing/dossiers`."""
        return f"source_id={self.source_id}/vintage_no={self.vintage_no}"


@dataclass(frozen=True)
class Landed:
    """What became of one file."""

    extract: Extract
    is_known: bool
    left_out: list[str]
    """Headings of the file that are not loaded."""


class Dossiers:
    """The landed extracts of one warehouse."""

    def __init__(self, landing: Path) -> None:
        self.folder = landing / "dossiers"
        self._ledger = self.folder / "ledger.jsonl"

    def extracts(self) -> list[Extract]:
        """Return every landed extract that was not taken back, oldest first."""
        standing: dict[str, Extract] = {}
        for extract in (Extract(**line) for line in read_lines(self._ledger)):
            standing.pop(extract.folder, None)
            if not extract.is_withdrawn:
                standing[extract.folder] = extract
        return list(standing.values())

    def withdraw_latest(self, source_id: str) -> Extract:
        """Take back the extract of a source that landed last, as if it had never landed; returns it.

        What an earlier extract says of the same dossiers counts again. Raises BadInput where none is landed.
        """
        landed = {extract.source_id: extract for extract in self.extracts()}
        if source_id not in landed:
            raise BadInput(
                [
                    Problem(
                        source_id,
                        _("no extract of this source is landed"),
                        nearest=nearest_spellings(source_id, landed),
                    )
                ]
            )
        append_lines(self._ledger, [asdict(landed[source_id]) | {"is_withdrawn": True}])
        self.remove_leftovers()
        return landed[source_id]

    def hashes(self) -> dict[str, str]:
        """Return the SHA-256 of every landed month by its path below `landing/dossiers`."""
        return {
            f"dossiers/{extract.folder}/{Partition(**part).path}": part["sha256"]
            for extract in self.extracts()
            for part in extract.partitions
        }

    def remove_leftovers(self) -> None:
        """Remove what a killed run did not finish; the caller holds the writer's lock."""
        known = {e.folder for e in self.extracts()}
        for path in self.folder.glob(".landing-*"):
            shutil.rmtree(path)
        for path in self.folder.glob("source_id=*/vintage_no=*"):
            if path.relative_to(self.folder).as_posix() not in known:
                shutil.rmtree(path)

    def land(
        self,
        path: Path,
        data: Path,
        source_id: str,
        extracted_on: date,
        drops_personal: bool = False,
        max_rejected_pct: float = limits.MAX_REJECTED_PCT,
        memory: str = limits.DOSSIER_MEMORY,
        reference: Reference | None = None,
    ) -> Landed:
        """Land one extract (CSV, CSV.GZ, Parquet, XLSX) of a source as it stood on the evening of `extracted_on`.

        The same bytes are no work. Rows that cannot be read are kept apart with their reason. Raises BadInput where the
        file cannot be read, has columns of persons, or has more bad rows than `max_rejected_pct`; nothing is landed
        then.
        """
        reference = reference or Reference()
        source, system = read_source(data, source_id, reference)
        if not path.is_file():
            raise BadInput([Problem(path.name, _("there is no such file"))])
        if (source.source_kind == "synthetic") != (data / SYNTHETIC_MANIFEST).exists():
            words = _("made-up dossiers and real records do not go into one warehouse")
            raise BadInput([Problem(path.name, words, column="source_kind", text=source.source_kind)])
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        earlier = [e for e in self.extracts() if e.source_id == source_id]
        for extract in earlier:
            if extract.sha256 == sha256 and extract.extracted_on == extracted_on.isoformat():
                return Landed(extract, True, [])
            if extract.sha256 == sha256:
                words = _("this file is landed already, as it stood on {day}; if that day is wrong, take it back first")
                raise BadInput([Problem(path.name, words.format(day=extract.extracted_on), text=str(extracted_on))])
        if earlier and extracted_on.isoformat() < earlier[-1].extracted_on:
            words = _("this extract is older than the one landed before it, of {day}; land them in their order")
            raise BadInput([Problem(path.name, words.format(day=earlier[-1].extracted_on), text=str(extracted_on))])
        temporary = self.folder / f".landing-{os.getpid()}"
        make_folder(temporary)
        try:
            with _connect(temporary, memory) as connection:
                work = _Work(connection, temporary, path, source, system, reference, extracted_on)
                left_out = work.open(drops_personal)
                rejected, rows = work.copy()
                work.check_rejected(rejected, rows, max_rejected_pct)
                work.check_persons()
                contested = work.contested(self, earlier)
                partitions = [asdict(p) for p in work.partitions()]
            extract = Extract(
                landed_at=utc_now(),
                source_id=source_id,
                vintage_no=earlier[-1].vintage_no + 1 if earlier else 1,
                file=path.name,
                sha256=sha256,
                extracted_on=extracted_on.isoformat(),
                row_count=rows,
                rejected=dict(sorted(rejected.items())),
                partitions=partitions,
                source=source.model_dump(),
                contested=contested,
            )
            final = self.folder / extract.folder
            make_folder(final.parent)
            replace(work.out, final)
            append_lines(self._ledger, [asdict(extract)])
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
        return Landed(extract, False, left_out)

    def build_raw(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Create the view `raw.dossiers` over all landed extracts, and the tables that say what they are.

        `is_contested` marks the months in which the same dossier may stand more than once.
        """
        extracts = self.extracts()
        contested = {(e.source_id, year, month) for e in extracts for year, month in e.contested}
        files: dict[bool, list[str]] = {False: [], True: []}
        partitions: list[tuple[Any, ...]] = []
        rejects: list[tuple[Any, ...]] = []
        for extract in extracts:
            for part in extract.partitions:
                partition = Partition(**part)
                is_contested = (extract.source_id, partition.year, partition.month) in contested
                pattern = self.folder / extract.folder / partition.path / "*.parquet"
                files[is_contested].append(literal(pattern))
                partitions.append(
                    (extract.source_id, extract.vintage_no, partition.year, partition.month, extract.extracted_on,
                     partition.row_count, partition.sha256, is_contested)
                )  # fmt: skip
            for reason, count in extract.rejected.items():
                rejects.append((extract.source_id, extract.vintage_no, extract.file, reason, count, extract.row_count))
        columns = ", ".join(COLUMNS)
        keys = "{'source_id': varchar, 'vintage_no': integer, 'received_year': integer, 'received_month': integer}"
        halves = [
            f"select source_id, vintage_no, received_year, received_month, {columns}, {flag} as is_contested "
            f"from read_parquet([{', '.join(paths)}], hive_partitioning = true, hive_types = {keys})"
            for flag, paths in files.items()
            if paths
        ]
        connection.execute("create schema if not exists raw")
        if not halves:
            nothing = ", ".join(f"cast(null as {TYPES[c]}) as {c}" for c in COLUMNS)
            halves = [
                "select cast(null as varchar) as source_id, cast(null as integer) as vintage_no, "
                "cast(null as integer) as received_year, cast(null as integer) as received_month, "
                f"{nothing}, false as is_contested where false"
            ]
        connection.execute(f"create or replace view raw.dossiers as {' union all '.join(halves)}")
        connection.execute(
            "create or replace table raw.dossier_partitions (source_id varchar, vintage_no integer, "
            "received_year integer, received_month integer, extracted_on date, row_count bigint, sha256 varchar, "
            "is_contested boolean)"
        )
        connection.execute(
            "create or replace table raw.dossier_rejects (source_id varchar, vintage_no integer, file varchar, "
            "reason_code varchar, row_count bigint, landed_count bigint)"
        )
        facts = (
            "source_id", "source_kind", "source_family_code", "publisher", "title_vi", "title_en", "address",
            "licence", "trust_grade", "note",
        )  # fmt: skip
        definition = ", ".join(f"{name} varchar" for name in (*facts, "file_sha256"))
        connection.execute(f"create or replace table raw.dossier_sources ({definition}, extracted_on date)")
        latest = {e.source_id: e for e in extracts}
        sources = [(*(e.source[name] for name in facts), e.sha256, e.extracted_on) for e in latest.values()]
        filled: dict[str, list[tuple[Any, ...]]] = {
            "dossier_partitions": partitions,
            "dossier_rejects": rejects,
            "dossier_sources": sources,
        }
        for table, rows in filled.items():
            if rows:
                places = ", ".join("?" * len(rows[0]))
                connection.executemany(f"insert into raw.{table} values ({places})", rows)


def _connect(temporary: Path, memory: str) -> duckdb.DuckDBPyConnection:
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory,
        "temp_directory": str(temporary / "spill"),
        "preserve_insertion_order": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    return duckdb.connect(config=settings)


class _Work:
    """The landing of one file: its rows as a relation, then as partitions below `out`."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        temporary: Path,
        path: Path,
        source: DossierSource,
        system: ExportingSystem,
        reference: Reference,
        extracted_on: date,
    ) -> None:
        self.connection = connection
        self.temporary = temporary
        self.path = path
        self.source = source
        self.system = system
        self.reference = reference
        self.extracted_on = extracted_on
        self.out = temporary / "out"
        self.relation = ""
        self.sample = ""
        """Some of the file, from all over it."""
        self.is_text = True
        self.types: dict[str, str] = {}
        self.texts: dict[str, list[str]] = {}
        """The different texts of the columns that have few, by our name of the column."""
        self.has_repeated = False

    def open(self, drops_personal: bool) -> list[str]:
        """Find the columns of the file; returns the headings that are not loaded."""
        readable = self.path
        kind = "".join(self.path.suffixes[-2:]).casefold()
        if kind.endswith(".xlsx"):
            readable = self._as_csv()
        if kind.endswith(".parquet"):
            self.is_text = False
            self.relation = self.sample = f"read_parquet({literal(readable)})"
            try:
                found = self.connection.execute(f"describe select * from {self.relation}").fetchall()
            except duckdb.Error as error:
                raise BadInput([Problem(self.path.name, _("the file is no readable Parquet file"))]) from error
            self.types = {row[0]: row[1] for row in found}
        elif kind.endswith((".csv", ".csv.gz", ".xlsx", ".txt")):
            header, delimiter = self._header(readable, kind.endswith(".gz"))
            self.types = dict.fromkeys(header, "VARCHAR")
            packed = kind.endswith(".gz")
            self.relation = self._csv(readable, delimiter, packed, "store_rejects = true, rejects_limit = 0")
            sample = self._write_sample(readable, packed)
            self.sample = self._csv(sample, delimiter, False, "ignore_errors = true")
        else:
            raise BadInput([Problem(self.path.name, _("expected a file .csv, .csv.gz, .parquet or .xlsx"))])
        return self._check_headings(drops_personal)

    def _csv(self, path: Path, delimiter: str, is_packed: bool, on_errors: str) -> str:
        columns = ", ".join(f"{literal(h)}: 'varchar'" for h in self.types)
        return (
            f"read_csv({literal(path)}, columns = {{{columns}}}, auto_detect = false, header = true, "
            f"delim = {literal(delimiter)}, quote = '\"', escape = '\"', "
            f"compression = '{'gzip' if is_packed else 'none'}', null_padding = false, {on_errors})"
        )

    def _write_sample(self, readable: Path, is_packed: bool) -> Path:
        """Write the headings and whole lines from all over the file; of a packed file from its beginning."""
        sample, size = self.temporary / "sample.csv", readable.stat().st_size
        step = 0 if is_packed else size // _SAMPLE_PIECES
        with gzip.open(readable, "rb") if is_packed else readable.open("rb") as file, sample.open("wb") as out:
            out.write(file.readline())
            for number in range(_SAMPLE_PIECES):
                if step > _SAMPLE_BYTES and number:
                    file.seek(number * step)
                    file.readline()
                out.write(file.read(_SAMPLE_BYTES))
                out.write(file.readline())
        return sample

    def _as_csv(self) -> Path:
        book = XlsxFile(self.path.read_bytes(), self.path.name)
        sheet = next(iter(book.sheets))
        readable = self.temporary / "sheet.csv"
        with readable.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            for row in book.values(sheet):
                writer.writerow(
                    ["" if v is None else int(v) if isinstance(v, float) and v.is_integer() else v for v in row]
                )
        return readable

    def _header(self, readable: Path, is_packed: bool) -> tuple[list[str], str]:
        try:
            with gzip.open(readable, "rb") if is_packed else readable.open("rb") as file:
                first = file.readline(limits.MAX_FIELDS_BYTES).decode("utf-8-sig")
        except (OSError, EOFError, UnicodeDecodeError) as error:
            words = _("the first line is no text in UTF-8; export as CSV UTF-8")
            raise BadInput([Problem(self.path.name, words, row=1)]) from error
        delimiter: str = self.system.delimiter or max((",", ";", "\t", "|"), key=first.count)
        if readable.name == "sheet.csv":
            delimiter = ","
        header = next(csv.reader([first], delimiter=delimiter), [])
        twice = [h for h, count in Counter(header).items() if count > 1]
        if not header or "\x00" in first or twice:
            words = _("the same heading stands twice") if twice else _("expected a line of headings")
            raise BadInput([Problem(self.path.name, words, row=1, text=twice[0] if twice else first[:80])])
        return header, delimiter

    def _check_headings(self, drops_personal: bool) -> list[str]:
        file, problems = self.path.name, []
        mapped = set(self.system.columns.values())
        for column, heading in self.system.columns.items():
            if heading not in self.types:
                words = _("the column that {system} exports as {column} is missing")
                words = words.format(system=self.system.system_code, column=column)
                problems.append(
                    Problem(file, words, row=1, column=heading, nearest=nearest_spellings(heading, self.types))
                )
        left_out = [h for h in self.types if h not in mapped]
        for heading in left_out:
            if personal_heading(heading) and not drops_personal:
                words = _(
                    "data of single persons have no place here; leave the column out, or drop it with --drop-personal"
                )
                problems.append(Problem(file, words, row=1, column=heading))
        if problems:
            raise BadInput(problems)
        return [h for h in left_out if h not in self.system.not_loaded]

    def copy(self) -> tuple[Counter[str], int]:
        """Write the partitions; returns the refused rows by reason, and the number of landed rows."""
        self.connection.execute(
            "create table _provinces (spelling varchar, province_id varchar, valid_from date, valid_to date)"
        )
        columns = [list(values) for values in zip(*spellings(self.reference), strict=True)]
        self.connection.execute("insert into _provinces select unnest(?), unnest(?), unnest(?), unnest(?)", columns)
        rules = RowRules(self.types, self.source, self.system, self.reference, self.extracted_on)
        rejected: Counter[str] = Counter()
        try:
            known = self._known(rules)
            written = self._write(rules.short_sql(self.relation, known), "part")
            handed_on = self._take_refused()
            if handed_on:
                written |= self._write(rules.full_sql(rules.handed_on(handed_on)), "again")
        except duckdb.Error as error:
            words = _("the file cannot be read to its end: {reason}").format(reason=str(error).splitlines()[0])
            raise BadInput([Problem(self.path.name, words)]) from error
        refused = self._take_refused() if handed_on else None
        if refused:
            self.connection.execute(f"create table _refused as {rules.refused_sql(refused)}")
            found = "select reason_code, count(*) from _refused group by all"
            rejected.update(dict(self.connection.execute(found).fetchall()))
        rows = sum(count for file, count in written.items() if _NOWHERE not in file)
        lost = self.connection.execute(
            "select count(distinct line) from reject_errors" if self.is_text else "select 0"
        ).fetchall()[0][0]
        self._keep_rejects(bool(rejected), lost)
        if lost:
            rejected["unreadable_row"] = lost
        if rows:
            self._look_over()
        if self.has_repeated:
            taken = self._remove_repeated()
            rejected.update(taken)
            rows -= taken.total()
        return rejected, rows

    def _known(self, rules: RowRules) -> dict[str, Known]:
        """Learn the words of the columns that have few, and create their types."""
        known = {}
        if self.is_text:
            self.connection.execute(f"create table _sample as from {self.sample}")
            self.sample = "_sample"
        for column in rules.few_worded():
            rows = self.connection.execute(rules.known_sql(self.sample, column)).fetchall()
            if rows and len(rows) <= MAX_KNOWN:
                known[column] = Known(column, rows)
                self.connection.execute(known[column].types_sql())
        return known

    def _write(self, sql: str, name: str) -> dict[str, int]:
        """Write rows to their partitions and return the files with the number of rows of each."""
        written = self.connection.execute(
            f"copy ({sql}) to {literal(self.out)} (format parquet, compression zstd, "
            f"partition_by (received_year, received_month), filename_pattern '{name}-{{i}}', overwrite_or_ignore, "
            "return_stats true)"
        ).fetchall()
        return {row[0]: row[1] for row in written}

    def _take_refused(self) -> str | None:
        """Put the rows of no month aside; returns their relation, or None where there are none."""
        folder = self.out / f"received_year={_NOWHERE}"
        if not folder.exists():
            return None
        aside = Path(tempfile.mkdtemp(dir=self.temporary))
        folder.rename(aside / "rows")
        return f"read_parquet({literal(aside / '**' / '*.parquet')}, hive_partitioning = false)"

    def _look_over(self) -> None:
        """Learn in one scan of what was written all that is to be checked in it."""
        # Equal counts prove that no id stands twice; hashes take a quarter of the memory of the ids themselves.
        lists = ", ".join(f"list(distinct {c}) filter ({c} is not null)" for c in _FEW)
        total, distinct, *lists_found = self.connection.execute(
            f"select count(*), count(distinct hash(dossier_id)), {lists} from {_files(self.out)}"
        ).fetchall()[0]
        self.has_repeated = total > distinct
        self.texts = {column: found or [] for column, found in zip(_FEW, lists_found, strict=True)}

    def _keep_rejects(self, has_refused: bool, lost: int) -> None:
        """Put the rows that are not landed into one file of reason and words."""
        parts = ["select reason_code, null as line_no, words from _refused"] if has_refused else []
        if lost:
            parts.append(
                "select 'unreadable_row' as reason_code, line as line_no, any_value(csv_line) as words "
                "from reject_errors group by line"
            )
        if parts:
            make_folder(self.out)
            target = literal(self.out / "rejects.parquet")
            self.connection.execute(f"copy ({' union all by name '.join(parts)}) to {target} (format parquet)")

    def _remove_repeated(self) -> Counter[str]:
        """Take out dossiers that the file says twice: a copy once, rows that contradict each other all."""
        files, taken = _files(self.out), Counter[str]()
        columns = ", ".join(COLUMNS)
        self.connection.execute(
            f"create table _repeated as select dossier_id, count(*) as times, "
            f"count(distinct md5(({columns})::varchar)) as contents from {files} group by 1 having count(*) > 1"
        )
        for folder in sorted(self.out.glob("received_year=*/received_month=*")):
            here = _files(folder)
            hit = self.connection.execute(
                f"select count(*) from {here} where dossier_id in (from (select dossier_id from _repeated))"
            ).fetchall()[0][0]
            if not hit:
                continue
            target = folder / "whole.parquet"
            self.connection.execute(
                f"copy (select {columns} from {here} left join _repeated as r using (dossier_id) "
                "where r.dossier_id is null union all "
                f"select distinct {columns} from {here} join _repeated as r using (dossier_id) where r.contents = 1) "
                f"to {literal(target)} (format parquet, compression zstd)"
            )
            for part in set(folder.iterdir()) - {target}:
                part.unlink()
        counts = self.connection.execute(
            "select coalesce(sum(times) filter (contents > 1), 0), coalesce(sum(times - 1) filter (contents = 1), 0) "
            "from _repeated"
        ).fetchall()[0]
        for reason, count in zip(("conflicting_rows", "duplicate_row"), counts, strict=True):
            if count:
                taken[reason] = int(count)
        return taken

    def check_rejected(self, rejected: Counter[str], rows: int, limit: float) -> None:
        """Refuse the file where more of it is bad than the limit allows, with the first examples of each reason."""
        total = rows + rejected.total()
        if not total:
            raise BadInput([Problem(self.path.name, _("the file has no rows"))])
        if rows and 100 * rejected.total() <= limit * total:
            return
        words = _("{count} of {total} rows cannot be landed ({reason}); up to {limit} % in all may be bad")
        raise BadInput(
            Problem(
                self.path.name,
                words.format(count=count, total=total, reason=reason, limit=f"{limit:g}"),
                text=self._example(reason),
            )
            for reason, count in rejected.most_common()
        )

    def _example(self, reason: str) -> str | None:
        file = self.out / "rejects.parquet"
        if not file.exists():
            return None
        found = self.connection.execute(
            f"select line_no, words from read_parquet({literal(file)}) where reason_code = ? order by all limit 1",
            [reason],
        ).fetchall()
        if not found:
            return None
        line, words = found[0]
        return str(words) if line is None else _("line {line}: {words}").format(line=line, words=words)

    def check_persons(self) -> None:
        """Refuse the file where a column of few words (agency, field, procedure) names single persons."""
        problems = []
        for column, texts in self.texts.items():
            for text in texts:
                for kind, words in personal_data(text):
                    problems.append(Problem(self.path.name, kind, column=self.system.columns[column], text=words))
        if problems:
            raise BadInput(problems[:20])

    def contested(self, dossiers: Dossiers, earlier: list[Extract]) -> list[tuple[int, int]]:
        """Return the months, of this extract and of earlier ones, in which both have a dossier."""
        held = [
            literal(dossiers.folder / e.folder / Partition(**p).path / "*.parquet")
            for e in earlier
            for p in e.partitions
        ]
        if not held:
            return []
        old = f"read_parquet([{', '.join(held)}], hive_partitioning = true)"
        new = _files(self.out)
        found = self.connection.execute(
            f"select distinct received_year, received_month from {old} "
            f"where hash(dossier_id) in (select hash(dossier_id) from {new}) union "
            f"select distinct received_year, received_month from {new} "
            f"where hash(dossier_id) in (select hash(dossier_id) from {old})"
        ).fetchall()
        return sorted((int(year), int(month)) for year, month in found)

    def partitions(self) -> Iterator[Partition]:
        """Yield the written months, each synced to the disk."""
        folders = sorted(self.out.glob("received_year=*/received_month=*"), key=_month_of)
        counts: Counter[str] = Counter()
        if folders:
            pattern = literal(self.out / "received_year=*" / "**" / "*.parquet")
            found = f"select file_name, num_rows from parquet_file_metadata({pattern})"
            for file, rows in self.connection.execute(found).fetchall():
                counts[str(Path(file).parent)] += rows
        for folder in folders:
            digest, rows = hashlib.sha256(), counts[str(folder)]
            if not rows:  # all of them contradicted each other
                shutil.rmtree(folder)
                continue
            for path in sorted(folder.glob("*.parquet")):
                sync(path)
                digest.update(path.read_bytes())
            sync(folder)
            yield Partition(*_month_of(folder), rows, digest.hexdigest())
        sync(self.out)


def _month_of(folder: Path) -> tuple[int, int]:
    year, month = (int(part.split("=")[1]) for part in folder.parts[-2:])
    return year, month


def _files(folder: Path) -> str:
    """Return the relation of all partitions below a folder, their months as columns."""
    pattern = folder / ("*.parquet" if folder.name.startswith("received_month") else "received_year=*/**/*.parquet")
    return f"read_parquet({literal(pattern)}, hive_partitioning = true, hive_types_autocast = true)"
