"""The subcommand that writes published tables into files for other programs: export."""

from pathlib import Path

import click

from ingest.commands import options
from ingest.messages import gettext as _
from ingest.paths import Workspace

FORMATS = ("xlsx", "csv", "parquet", "json")


@click.command()
@click.argument("mart", required=False)
@options.warehouse
@click.option("--all", "is_all", is_flag=True, help="Write every table of marts, audit and reference into a folder.")
@click.option(
    "--format",
    "form",
    type=click.Choice([*FORMATS, "package"]),
    help="Default: the ending of --output, else xlsx. package, with --all: a Data Package.",
)
@click.option("--output", type=click.Path(path_type=Path), help="File, or with --all folder, to write.")
@click.option(
    "--lang",
    type=click.Choice(["en", "vi"]),
    default="en",
    show_default=True,
    help="vi: Vietnamese headings and definitions.",
)
@click.option(
    "--province", "provinces", multiple=True, metavar="NAME", help="Only this province, by name or id; repeatable."
)
@click.option("--year", type=click.IntRange(1900, 2200), help="Only this year.")
@click.option("--where", metavar="CONDITION", help="Only rows that meet an SQL condition.")
@click.option("--columns", metavar="A,B,C", help="Only these columns, in this order, by their English names.")
@click.option("--labels", "is_labelled", is_flag=True, help="Write codes as words, in the language of --lang.")
@click.option("--force", "is_forced", is_flag=True, help="Replace the file if it exists.")
def export(
    mart: str | None,
    warehouse: Path,
    is_all: bool,
    form: str | None,
    output: Path | None,
    lang: str,
    provinces: tuple[str, ...],
    year: int | None,
    where: str | None,
    columns: str | None,
    is_labelled: bool,
    is_forced: bool,
) -> None:
    """Write the table MART of the published warehouse into a file for Excel or other programs.

    MART is a table of marts, audit or reference, such as mart_on_time_rates. A workbook holds the data, the definitions
    of its columns, the sources of its rows, and how to cite them. CSV is UTF-8 with a byte order mark, so that Excel
    shows Vietnamese letters; in CSV, text that a spreadsheet would run as a formula gets a leading '.

    With --all a whole release goes into a folder. The conditions name columns by their English names.
    """
    is_part = bool(provinces or year is not None or where is not None or columns or is_labelled)
    _check_usage(mart, is_all, form, lang, is_part, is_forced)

    from ingest.export import files, package, tables

    connection, release = tables.open_release(Workspace(warehouse=warehouse.resolve()))
    with connection:
        if is_all:
            form = form or "package"
            folder = output or Path(f"par-warehouse-{release.release_id}-{form}")
            count = package.write_release(connection, release, folder, form, lang)
            click.echo(
                _("{folder}: {count} tables of release {release}").format(
                    folder=folder, count=count, release=release.release_id
                )
            )
            return
        names = [name.strip() for name in (columns or "").split(",") if name.strip()]
        found = tables.extract(connection, release, mart or "", lang, where, provinces, year, names, is_labelled)
        ending = output.suffix.lower().removeprefix(".") if output else ""
        form = form or (ending if ending in FORMATS else "xlsx")
        path = output or Path(f"{found.table.name}.{form}")
        with files.new_file(path, is_forced) as temporary:
            package.WRITERS[form](temporary, found)
    click.echo(
        _("{path}: {rows} rows of {table}, from {sources} sources").format(
            path=path, rows=found.row_count, table=found.table.full_name, sources=len(found.sources)
        )
    )
    click.echo(_("Cite as: {citation}").format(citation=found.citation))


def _check_usage(
    mart: str | None, is_all: bool, form: str | None, lang: str, is_filtered: bool, is_forced: bool
) -> None:
    """Raise click.UsageError for options that contradict each other."""
    if bool(mart) == is_all:
        raise click.UsageError(_("name one table, or use --all"))
    if is_all and is_filtered:
        raise click.UsageError(_("--all is a whole release: no --province, --year, --where, --columns or --labels"))
    if is_all and is_forced:
        raise click.UsageError(_("--all never replaces a folder; name another one, or remove it"))
    if form == "package" and not is_all:
        raise click.UsageError(_("--format package needs --all"))
    if is_all and form in (None, "package") and lang != "en":
        raise click.UsageError(_("a Data Package has one form: its titles are the Vietnamese headings"))
