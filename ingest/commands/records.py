"""Subcommands on records: template, check, add, fill, ingest-index, verify, schema."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ingest import limits
from ingest.commands import options
from ingest.commands.printing import call
from ingest.messages import gettext as _
from ingest.paths import PROJECT, Workspace
from ingest.problems import BadInput, ParvnError

if TYPE_CHECKING:
    from ingest.adding import Addition
    from ingest.filled import FilledIndex
    from ingest.index_files import Loaded


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=PROJECT / "data")
@options.data
def check(path: Path, data: Path) -> None:
    """List all problems of the records in PATH: file, row, column, text, what was expected.

    PATH is a folder, a file, or a workbook of `parvn template` that was filled in; --data are the records that such a
    workbook is to be put among.
    """
    from ingest.check import check_folder, raise_problems
    from ingest.filled import is_template

    path = path.resolve()
    if is_template(path):
        _check_template(path, data.resolve())
        return
    checked = check_folder(path)
    if path.is_file():  # one file was asked for: the others of its folder are only read for what it refers to
        for item in checked:
            item.problems = [p for p in item.problems if Path(p.file).name == path.name]
    raise_problems(checked)
    rows = sum(len(table.rows) for item in checked for table in item.package.tables.values())
    click.echo(_("{count} packages with {rows} records: no problems.").format(count=len(checked), rows=rows))


def _check_template(path: Path, data: Path) -> None:
    from ingest.adding import check_workbook
    from ingest.filled import read_filled_index
    from ingest.reference import Reference
    from ingest.templates import SHEETS

    reference = Reference()
    index = read_filled_index(path, reference)
    if index is not None:
        _add_index(path, index, data, None, dry_run=True)
        return
    filled = check_workbook(path, data, reference)
    for table, rows in filled.tables.items():
        click.echo(_("{sheet}: {count} rows").format(sheet=SHEETS[table], count=len(rows)))
    click.echo(_("{file}: no problems. Put it among the records with 'parvn add'.").format(file=path.name))


@click.command()
@click.argument("kind", metavar="TYPE", type=click.Choice(["plan", "tasks", "results", "index"]))
@click.argument("file", type=click.Path(path_type=Path), required=False)
@options.data
@click.option("--document", "document_id", help="Fill it with what is held of this document, to be corrected.")
@click.option("--index", "index_code", default="par_index", show_default=True, help="Of an index table: which index.")
@click.option("--edition", type=int, help="Of an index table: year of the edition.", show_default="the last one")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def template(
    kind: str,
    file: Path | None,
    data: Path,
    document_id: str | None,
    index_code: str,
    edition: int | None,
    force: bool,
) -> None:
    """Write a workbook (XLSX) to fill in, in Vietnamese: a plan, a task table, a report's results, an index table.

    TYPE is plan (a plan's facts, targets and tasks), tasks, results or index; FILE is the workbook's name. Fill it in
    with Excel or LibreOffice, then run `parvn check FILE` and `parvn add FILE`.
    """
    from ingest.adding import held_rows
    from ingest.durable import replace, sync
    from ingest.reference import Reference
    from ingest.templates import FILE_NAMES, index_edition
    from ingest.templates import template as workbook_of

    reference = Reference()
    file = file or Path(FILE_NAMES[kind])
    if file.suffix.lower() != ".xlsx":
        raise click.UsageError(_("the name of the workbook ends with .xlsx"))
    if file.exists() and not force:
        words = _("{file} is there already; give another name, or --force to write over it")
        raise ParvnError(words.format(file=file))
    held = held_rows(document_id, data.resolve()) if document_id else None
    index = index_edition(index_code, edition, reference) if kind == "index" else None
    content = workbook_of(kind, reference, held, index)
    temporary = file.with_name(f".{file.name}.tmp")
    temporary.write_bytes(content)
    sync(temporary)
    replace(temporary, file)
    words = _("Written to {file}. Fill it in, then run 'parvn check {file}' and 'parvn add {file}'.")
    click.echo(words.format(file=file))


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@options.data
@click.option(
    "--reason",
    type=click.Choice(["record_corrected", "source_revised"]),
    help="Of a correction: we copied it wrongly, or the publisher revised it.",
)
@click.option("--known-from", type=options.DAY, help="Of a publisher's revision: from when on it could be known.")
@click.option("--yes", is_flag=True, help="Write without asking.")
@click.option("--dry-run", is_flag=True, help="Show what would change, write nothing.")
def add(file: Path, data: Path, reason: str | None, known_from: datetime | None, yes: bool, dry_run: bool) -> None:
    """Put a filled workbook (FILE) of `parvn template` among the records, after showing what changes.

    It is checked whole, together with the records that are there, and written whole or not at all. The same file twice
    is no work. Of a correction say the --reason. Then run `parvn build`.
    """
    from ingest.adding import plan_addition, write_addition
    from ingest.filled import is_template, read_filled_index
    from ingest.problems import Problem
    from ingest.reference import Reference

    file, data = file.resolve(), data.resolve()
    if not is_template(file):
        words = _("expected a workbook that was made by 'parvn template' (XLSX)") if file.is_file() else None
        raise BadInput([Problem(file.name, words or _("there is no such file"))])
    reference, day = Reference(), known_from.date() if known_from else None
    index = read_filled_index(file, reference)
    if index is not None:
        _add_index(file, index, data, day, dry_run=True)
        if not dry_run and (yes or click.confirm(_("Write this?"))):
            _add_index(file, index, data, day, dry_run=False)
        return
    addition = plan_addition(file, data, reference, reason, day)
    if not addition.files:
        click.echo(_("This is held already, in {folder}; nothing to do.").format(folder=addition.folder))
        return
    _show(addition)
    if addition.refusal:
        raise BadInput([addition.refusal])
    if dry_run:
        click.echo(_("Nothing is written; it would go to {folder}.").format(folder=addition.folder))
    elif yes or click.confirm(_("Write this?")):
        write_addition(addition)
        click.echo(
            _("Written to {folder}. Now run '{command}'.").format(folder=addition.folder, command=call("build", data))
        )
    else:
        click.echo(_("Nothing is written."))


def _show(addition: "Addition") -> None:
    """Print what adding a workbook changes: counts by table, and the first changes one by one."""
    from ingest.templates import SHEETS

    new = _("new document") if addition.is_new else _("held document")
    click.echo(f"{addition.document_id}: {new}")
    for table, count in addition.rows.items():
        words = _("  {sheet}: {count} rows; added {added}, changed {changed}, removed {removed}")
        kinds = {kind: addition.count(kind, table) for kind in ("added", "changed", "removed")}
        click.echo(words.format(sheet=SHEETS[table], count=count, **kinds))
    order = ("removed", "changed", "added")
    shown = sorted(addition.changes, key=lambda change: order.index(change.kind))
    for change in shown[:_SHOWN]:
        click.echo(f"  {change}")
    if len(shown) > _SHOWN:
        click.echo(_("  and {count} more").format(count=len(shown) - _SHOWN))


_SHOWN = 50


def _add_index(file: Path, index: "FilledIndex", data: Path, known_from: date | None, dry_run: bool) -> None:
    from dataclasses import replace

    from ingest.index_files import load_index_file

    facts = replace(index.facts, known_from=known_from)
    _tell_loaded(
        index.index_code,
        file,
        load_index_file(index.index_code, file, data, index.edition_year, facts, dry_run),
        data,
        dry_run,
    )


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=PROJECT / "data")
def fill(path: Path) -> None:
    """Fill the reading columns of tasks (agencies, due time, budget) in PATH from their words.

    Cells that hold something are left alone; what cannot be read is left empty for `parvn check` to name.
    """
    from ingest.fill import fill_folder

    for file, count in fill_folder(path.resolve()).items():
        click.echo(_("{file}: {count} cells filled").format(file=file, count=count))


@click.command("ingest-index")
@click.argument("index")
@click.argument("file", type=click.Path(path_type=Path))
@options.data
@click.option("--edition", type=int, help="Year of the edition: of a table without the column 'Năm', or the only one.")
@click.option(
    "--trust",
    type=click.Choice(["A", "B"]),
    help="A: the publisher's own file; B: a copy of it, or typed by hand.",
    show_default="A for a workbook with a layout, B for a flat table",
)
@click.option("--published-on", type=options.DAY, help="Day on which the file was published, if it is known.")
@click.option("--known-from", type=options.DAY, help="Of a corrected file: from when on its figures could be known.")
@click.option("--dry-run", is_flag=True, help="Check and count, write nothing.")
def ingest_index(
    index: str,
    file: Path,
    data: Path,
    edition: int | None,
    trust: str | None,
    published_on: datetime | None,
    known_from: datetime | None,
    dry_run: bool,
) -> None:
    """Load a publisher's FILE (XLS, XLSX, CSV) of the INDEX: papi, pci, par_index, sipas, ict_index or dti.

    The file is checked whole and becomes a package of records below the data folder, or is refused whole with every
    sheet and cell that is wrong. The same file twice is no work; a corrected file becomes a new vintage.
    """
    from ingest.index_files import FileFacts, load_index_file

    facts = FileFacts(trust, published_on and published_on.date(), known_from and known_from.date())
    _tell_loaded(index, file, load_index_file(index, file, data.resolve(), edition, facts, dry_run), data, dry_run)


def _tell_loaded(index: str, file: Path, loaded: "Loaded", data: Path, dry_run: bool) -> None:
    is_flat = loaded.layout == "table"
    kind = _("flat table") if is_flat else _("layout {layout}").format(layout=loaded.layout)
    click.echo(_("{file}: {kind}, {rows} rows").format(file=file.name, kind=kind, rows=loaded.rows))
    for year, components in loaded.counts.items():
        counts = set(components.values())
        if len(counts) == 1:
            click.echo(
                "  "
                + _("{index} {year}: {count} provinces in each component: {components}").format(
                    index=index, year=year, count=counts.pop(), components=", ".join(components)
                )
            )
        else:
            click.echo(
                "  "
                + _("{index} {year}: provinces by component: {components}").format(
                    index=index, year=year, components=", ".join((f"{c} {n}" for c, n in components.items()))
                )
            )
    if loaded.unread_sheets:
        click.echo("  " + _("sheets that are not read: {sheets}").format(sheets="; ".join(loaded.unread_sheets)))
    if loaded.is_known:
        click.echo(_("This file is loaded already, in {folder}; nothing to do.").format(folder=loaded.folder))
        return
    if loaded.is_correction:
        click.echo(_("Figures that differ from the file loaded before: {count}").format(count=len(loaded.changes)))
        for line in loaded.changes[:10]:
            click.echo(f"  {line}")
        if len(loaded.changes) > 10:
            click.echo("  " + _("and {count} more").format(count=len(loaded.changes) - 10))
    if dry_run:
        click.echo(_("Nothing is written; it would go to {folder}.").format(folder=loaded.folder))
    else:
        click.echo(
            _("Written to {folder}. Now run '{command}'.").format(folder=loaded.folder, command=call("build", data))
        )


@click.command("ingest-dossiers")
@click.argument("source_id")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@options.data
@options.warehouse
@click.option(
    "--extracted-on", type=options.DAY, required=True, help="The evening on which the dossiers stood as the files say."
)
@click.option("--drop-personal", is_flag=True, help="Leave out columns of persons instead of refusing the file.")
@click.option(
    "--max-rejected",
    type=click.FloatRange(0, 100),
    default=limits.MAX_REJECTED_PCT,
    show_default=True,
    metavar="PERCENT",
    help="Refuse a file in which more rows cannot be landed.",
)
def ingest_dossiers(
    source_id: str,
    files: tuple[Path, ...],
    data: Path,
    warehouse: Path,
    extracted_on: datetime,
    drop_personal: bool,
    max_rejected: float,
) -> None:
    """Land dossier-level extracts of the source SOURCE_ID: FILES as .csv, .csv.gz, .parquet or .xlsx.

    data/dossiers/sources/SOURCE_ID.yml says whose they are, data/dossiers/systems/ under which headings and words the
    system exports. The same file twice is no work; a later extract says anew what became of the dossiers it holds.
    """
    from ingest import pipeline

    workspace = Workspace(data.resolve(), warehouse.resolve())
    for landed in pipeline.land_dossiers(workspace, files, source_id, extracted_on.date(), drop_personal, max_rejected):
        extract = landed.extract
        if landed.is_known:
            click.echo(
                _("{file}: landed already on {day}; nothing to do").format(
                    file=extract.file, day=extract.landed_at[:10]
                )
            )
            continue
        words = _("{file}: {rows} dossiers in {months} months, extract {number} of {source}")
        click.echo(
            words.format(
                file=extract.file,
                rows=extract.row_count,
                months=len(extract.partitions),
                number=extract.vintage_no,
                source=extract.source_id,
            )
        )
        for reason, count in extract.rejected.items():
            click.echo("  " + _("{count} rows not landed: {reason}").format(count=count, reason=reason))
        if landed.left_out:
            click.echo("  " + _("columns that are not loaded: {names}").format(names="; ".join(landed.left_out)))
    click.echo(_("Now run '{command}'.").format(command=call("build", data, warehouse)))


@click.command("withdraw-dossiers")
@click.argument("source_id")
@options.warehouse
@click.option("--yes", is_flag=True, help="Do not ask.")
def withdraw_dossiers(source_id: str, warehouse: Path, yes: bool) -> None:
    """Take back the extract of SOURCE_ID that landed last, such as one landed with a wrong --extracted-on.

    Then what the extract before it said counts again. The file itself can be landed anew.
    """
    from ingest import pipeline
    from ingest.dossiers import Dossiers

    workspace = Workspace(warehouse=warehouse.resolve())
    latest = [e for e in Dossiers(workspace.landing).extracts() if e.source_id == source_id][-1:]
    for extract in latest:
        words = _("{file}: {rows} dossiers as they stood on {day}")
        click.echo(words.format(file=extract.file, rows=extract.row_count, day=extract.extracted_on))
    if latest and not yes and not click.confirm(_("Take this back?")):
        click.echo(_("Nothing is taken back."))
        return
    taken = pipeline.withdraw_dossiers(workspace, source_id)
    click.echo(_("Extract {number} of {source} is taken back.").format(number=taken.vintage_no, source=source_id))
    click.echo(_("Now run '{command}'.").format(command=call("build", warehouse=warehouse)))


@click.command()
@click.option(
    "--documents",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="Folder of the documents' texts, by the names that document.yml gives.",
)
@options.data
@click.option("--list", "list_all", is_flag=True, help="List every number that is not covered.")
def verify(documents: Path, data: Path, list_all: bool) -> None:
    """Confirm the records of the official documents word by word against the documents."""
    from ingest import verify as verification
    from ingest.check import check_folder, raise_problems

    checked = check_folder(data.resolve())
    raise_problems(checked)
    results = verification.verify(checked, documents)
    for result in results:
        records = result.confirmed.total()
        share = 100 * records / result.total if result.total else 100.0
        click.echo(
            _("{document_id}: {records} of {total} records confirmed ({share:.1f} %)").format(
                document_id=result.document_id, records=records, total=result.total, share=share
            )
        )
        numbers = ", ".join(f"{_(reason)} {count}" for reason, count in result.explained.most_common())
        click.echo(
            "  " + _("numbers: {numbers}; not covered {count}").format(numbers=numbers, count=len(result.uncovered))
        )
        for line, token, around in result.uncovered if list_all else result.uncovered[:10]:
            click.echo(
                "    " + _("line {line}: {token} in '...{around}...'").format(line=line, token=token, around=around)
            )
    words = _("{count} figures of web pages, or of documents without a text here, cannot be confirmed.")
    click.echo(words.format(count=verification.unverifiable_count(checked)))
    problems = [p for result in results for p in result.problems]
    if problems:
        raise BadInput(problems)
    if any(result.uncovered for result in results):
        raise ParvnError(_("some numbers of the documents are neither a record nor reviewed (reviewed_numbers.csv)"))


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=PROJECT / "docs" / "reference")
def schema(folder: Path) -> None:
    """Write the reference into FOLDER: published tables as Markdown, contracts of records as JSON Schema."""
    from ingest.schema import write_schemas
    from ingest.table_reference import write_tables

    for path in [*write_tables(folder), *write_schemas(folder / "schemas")]:
        click.echo(path)
