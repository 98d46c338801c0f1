"""Subcommands on records: check, fill, ingest-index, verify, schema."""

from datetime import datetime
from pathlib import Path

import click

from ingest import limits
from ingest.commands import options
from ingest.messages import gettext as _
from ingest.paths import PROJECT, Workspace
from ingest.problems import BadInput, ParvnError


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=PROJECT / "data")
def check(path: Path) -> None:
    """List all problems of the records in PATH: file, row, column, text, what was expected."""
    from ingest.check import check_folder, raise_problems

    path = path.resolve()
    checked = check_folder(path)
    if path.is_file():  # one file was asked for: the others of its folder are only read for what it refers to
        for item in checked:
            item.problems = [p for p in item.problems if Path(p.file).name == path.name]
    raise_problems(checked)
    rows = sum(len(table.rows) for item in checked for table in item.package.tables.values())
    click.echo(f"{len(checked)} packages with {rows} records: no problems.")


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=PROJECT / "data")
def fill(path: Path) -> None:
    """Fill the reading columns of tasks (agencies, due time, budget) in PATH from their words.

    Cells that hold something are left alone; what cannot be read is left empty for `parvn check` to name.
    """
    from ingest.fill import fill_folder

    for file, count in fill_folder(path.resolve()).items():
        click.echo(f"{file}: {count} cells filled")


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
    loaded = load_index_file(index, file, data.resolve(), edition, facts, dry_run)
    kind = "flat table" if loaded.layout == "table" else f"layout {loaded.layout}"
    click.echo(f"{file.name}: {kind}, {loaded.rows} rows")
    for year, components in loaded.counts.items():
        counts = set(components.values())
        if len(counts) == 1:
            click.echo(f"  {index} {year}: {counts.pop()} provinces in each component: {', '.join(components)}")
        else:
            click.echo(
                f"  {index} {year}: provinces by component: {', '.join(f'{c} {n}' for c, n in components.items())}"
            )
    if loaded.unread_sheets:
        click.echo(f"  sheets that are not read: {'; '.join(loaded.unread_sheets)}")
    if loaded.is_known:
        click.echo(f"This file is loaded already, in {loaded.folder}; nothing to do.")
        return
    if loaded.is_correction:
        click.echo(f"Figures that differ from the file loaded before: {len(loaded.changes)}")
        for line in loaded.changes[:10]:
            click.echo(f"  {line}")
        if len(loaded.changes) > 10:
            click.echo(f"  and {len(loaded.changes) - 10} more")
    if dry_run:
        click.echo(f"Nothing is written; it would go to {loaded.folder}.")
    else:
        click.echo(f"Written to {loaded.folder}. Now run 'parvn build'.")


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
    click.echo(_("Now run 'parvn build'."))


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
        click.echo(f"{result.document_id}: {records} of {result.total} records confirmed ({share:.1f} %)")
        numbers = ", ".join(f"{reason} {count}" for reason, count in result.explained.most_common())
        click.echo(f"  numbers: {numbers}; not covered {len(result.uncovered)}")
        for line, token, around in result.uncovered if list_all else result.uncovered[:10]:
            click.echo(f"    line {line}: {token} in '...{around}...'")
    click.echo(
        f"{verification.unverifiable_count(checked)} figures of web pages cannot be confirmed without the pages."
    )
    problems = [p for result in results for p in result.problems]
    if problems:
        raise BadInput(problems)
    if any(result.uncovered for result in results):
        raise ParvnError("some numbers of the documents are neither a record nor reviewed (reviewed_numbers.csv)")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=PROJECT / "docs" / "reference" / "schemas")
def schema(folder: Path) -> None:
    """Write the contracts of the record tables as JSON Schema into FOLDER."""
    from ingest.schema import write_schemas

    for path in write_schemas(folder):
        click.echo(path)
