"""What of a release is exported: a table or some of its rows, with columns, wording, sources and how to cite it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from ingest import publish
from ingest.export.labels import label_expressions, vocabulary_words
from ingest.export.sources import SOURCE_CODES, Source, sources_of
from ingest.export.words import unit_in, word
from ingest.messages import gettext as _
from ingest.paths import Workspace
from ingest.problems import ParvnError, nearest_spellings
from ingest.quoting import identifier, literal
from ingest.reading.text import search_key

SCHEMAS = ("marts", "audit", "reference")
"""Those that people read; `raw` holds records as text and `marts_vi` the same tables under other headings."""
BATCH_ROWS = 2_000
YEARS = ("year", "plan_year", "edition_year", "data_year")
_DAYS = ("period_end", "as_of_date", "measured_on", "evaluation_date")
_SECTIONS = {
    **{"Grain": "grain", "Comparability": "comparability", "Geography": "geography", "Beware": "beware"},
    **{"Mỗi dòng": "grain", "So sánh": "comparability", "Địa giới": "geography", "Lưu ý": "beware"},
}
"""What the paragraphs of a table's description begin with, in English and Vietnamese."""


@dataclass(frozen=True)
class Release:
    """The release that is read."""

    release_id: str
    published_at: str
    code_version: str
    keys: dict[str, list[str]]

    @property
    def published(self) -> datetime:
        """Return when it was published, in UTC."""
        return datetime.fromisoformat(self.published_at)


@dataclass(frozen=True)
class Column:
    """One column: `heading` is what the file calls it; `language` is that of its description."""

    name: str
    data_type: str
    heading: str
    unit: str | None = None
    description: str = ""
    label_vi: str | None = None
    language: str = "en"


@dataclass(frozen=True)
class Table:
    """A published table; `comment` is its description in the dictionary, in `language`."""

    schema: str
    name: str
    columns: tuple[Column, ...]
    comment: str
    key: tuple[str, ...] = ()
    language: str = "en"

    @property
    def full_name(self) -> str:
        """Return the name with its schema."""
        return f"{self.schema}.{self.name}"

    @property
    def sections(self) -> list[tuple[str, str]]:
        """Return the comment as (question, grain, comparability, geography, beware or more; text)."""
        found = []
        for number, paragraph in enumerate(re.split(r"\n\s*\n", self.comment.strip())):
            text = " ".join(paragraph.split())
            name, _colon, told = text.partition(": ")
            if told and name in _SECTIONS:
                found.append((_SECTIONS[name], told))
            elif text:
                found.append(("question" if number == 0 else "more", text))
        return found

    @property
    def question(self) -> str:
        """Return the first paragraph of the comment: the question that the table answers."""
        return next((text for name, text in self.sections if name == "question"), self.full_name)


@dataclass(frozen=True)
class Extract:
    """Rows of one table of one release, not yet read, and everything that is said of them."""

    release: Release
    table: Table
    language: str
    condition: str | None
    row_count: int
    sources: tuple[Source, ...]
    connection: duckdb.DuckDBPyConnection
    labels: dict[str, str] = field(default_factory=dict)
    """SQL of the words of the columns whose codes are written as words."""
    source_words: dict[tuple[str, str], str] = field(default_factory=dict)
    """Words of the codes that describe sources, by (field, code); empty where codes stay codes."""

    @property
    def headings(self) -> list[str]:
        """Return the headings of the columns in the file's language."""
        return [column.heading for column in self.table.columns]

    @property
    def citation(self) -> str:
        """Return how to cite the rows, in the language of the file."""
        day, release_id = self.release.published, self.release.release_id
        if self.language == "vi":
            text = f"PAR Warehouse ({day:%Y}). Bảng {self.table.full_name}, bản phát hành {release_id}, {day:%d/%m/%Y}"
            text += f", các dòng thỏa mãn: {self.condition}." if self.condition else "."
        else:
            text = f"PAR Warehouse ({day:%Y}). Table {self.table.full_name}, release {release_id}, {day:%Y-%m-%d}"
            text += f", rows where {self.condition}." if self.condition else "."
        if any(source.source_kind == "synthetic" for source in self.sources):
            text += " " + word("synthetic", self.language)
        return text

    def query(self, selected: str | None = None) -> str:
        """Return the SQL of the rows, in the order of their columns from left to right; always the same order."""
        columns = selected or ", ".join(f"{self.shown(c.name)} as {identifier(c.name)}" for c in self.table.columns)
        order = "" if selected else " order by all"
        return f"select {columns} from {rows_of(self.table, self.condition)} as rows{order}"

    def shown(self, column: str) -> str:
        """Return the SQL of what is written in a column: its value, or the words of its code."""
        return self.labels.get(column, f"rows.{identifier(column)}")

    def batches(self) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the rows in lists of at most BATCH_ROWS."""
        cursor = self.connection.execute(self.query())
        while batch := cursor.fetchmany(BATCH_ROWS):
            yield batch

    def arrow_batches(self) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
        """Return the schema of the rows with the columns' own names, and the rows as Arrow batches."""
        reader: pa.RecordBatchReader = self.connection.sql(self.query()).to_arrow_reader(BATCH_ROWS)
        return reader.schema, iter(reader)


def rows_of(table: Table, condition: str | None) -> str:
    """Return what stands in `from` for the rows of a table that meet a condition."""
    name = f"{identifier(table.schema)}.{identifier(table.name)}"
    # The line feed ends a comment that the condition may end with.
    return f"(select * from {name} where ({condition}\n))" if condition else name


def open_release(workspace: Workspace) -> tuple[duckdb.DuckDBPyConnection, Release]:
    """Open the current release read-only and say which one it is; raises ParvnError if nothing is published."""
    connection = publish.open_published(workspace)
    # From the open file, not from the link: another release may have become current in between.
    path = connection.execute("select path from duckdb_databases() where database_name = current_database()")
    manifest = publish.read_manifest(Path(path.fetchall()[0][0]).parent)
    return connection, Release(
        manifest["release_id"], manifest["published_at"], manifest["code_version"], manifest["keys"]
    )


def tables_of(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Return (schema, name) of every table that can be exported, in the order of SCHEMAS."""
    found = connection.execute(
        "select schema_name, table_name from duckdb_tables() where list_contains(?, schema_name) "
        "order by list_position(?, schema_name), table_name",
        [list(SCHEMAS), list(SCHEMAS)],
    ).fetchall()
    return [(str(schema), str(name)) for schema, name in found]


def find_table(connection: duckdb.DuckDBPyConnection, text: str) -> tuple[str, str]:
    """Return (schema, name) of a table named with or without its schema.

    Raises ParvnError with the nearest names if there is none.
    """
    wanted = text.strip().lower()
    known = tables_of(connection)
    for schema, name in known:
        if wanted in (name, f"{schema}.{name}"):
            return schema, name
    near = nearest_spellings(wanted.rpartition(".")[2], [name for _schema, name in known])
    words = _("there is no table '{name}' to export").format(name=text)
    if near:
        words = _("{problem}; nearest: {spellings}").format(problem=words, spellings="; ".join(near))
    raise ParvnError(words)


def read_table(connection: duckdb.DuckDBPyConnection, release: Release, schema: str, name: str, language: str) -> Table:
    """Return a table with its columns as the data dictionary describes them.

    `vi` gives Vietnamese headings, and Vietnamese descriptions where there are any.
    """
    listed = connection.execute(
        "from audit.audit_data_dictionary where schema_name = ? and table_name = ?", [schema, name]
    )
    # By name: a release of an earlier version has no descriptions in Vietnamese.
    names = [str(item[0]) for item in listed.description or []]
    dictionary = {row["column_name"]: row for row in (dict(zip(names, r, strict=True)) for r in listed.fetchall())}
    columns = connection.execute(
        "select column_name, data_type, comment from duckdb_columns() where schema_name = ? and table_name = ? "
        "order by column_index",
        [schema, name],
    ).fetchall()
    ((comment, comment_vi),) = connection.execute(
        "select coalesce(tables.comment, ''), views.comment from duckdb_tables() as tables "
        "left join duckdb_views() as views on tables.schema_name = 'marts' and views.schema_name = 'marts_vi' "
        "and tables.table_name = views.view_name where tables.schema_name = ? and tables.table_name = ?",
        [schema, name],
    ).fetchall()
    is_translated = language == "vi" and comment_vi is not None and comment_vi != comment
    return Table(
        schema,
        name,
        tuple(_column(column, kind, said, dictionary.get(column, {}), language) for column, kind, said in columns),
        comment_vi if is_translated else comment,
        tuple(release.keys.get(f"{schema}.{name}", ())),
        "vi" if is_translated else "en",
    )


def _column(name: str, data_type: str, comment: str | None, told: dict[str, Any], language: str) -> Column:
    """Return a column of which the dictionary tells these things."""
    label = told.get("label_vi")
    translated = told.get("description_vi") if language == "vi" else None
    text = translated or told.get("description") or comment or ""
    return Column(
        name,
        data_type,
        (language == "vi" and label) or name,
        told.get("unit"),
        " ".join(text.split()),
        label,
        "vi" if translated else "en",
    )


def extract(
    connection: duckdb.DuckDBPyConnection,
    release: Release,
    name: str,
    language: str = "en",
    where: str | None = None,
    provinces: Sequence[str] = (),
    year: int | None = None,
    columns: Sequence[str] = (),
    is_labelled: bool = False,
) -> Extract:
    """Return the rows of a table that meet all conditions given, ready to be written.

    With `columns` only these, in this order; if `is_labelled`, codes are written as their words in `language`.

    Raises ParvnError for a table, province, column or condition that the release does not know.
    """
    table = read_table(connection, release, *find_table(connection, name), language)
    conditions = [] if where is None else [_checked(connection, table, where)]
    if provinces:
        conditions.append(_of_provinces(connection, table, provinces))
    if year is not None:
        conditions.append(_of_year(table, year))
    condition = " and ".join(f"({c})" if len(conditions) > 1 else c for c in conditions) or None
    try:
        count = connection.execute(f"select count(*) from {rows_of(table, condition)}").fetchall()[0][0]
    except duckdb.Error as error:
        raise _wrong_condition(table, error) from error
    sources = sources_of(connection, table.name, [c.name for c in table.columns], rows_of(table, condition))
    if columns:
        known = {column.name: column for column in table.columns}
        table = replace(table, columns=tuple(known[_known_column(table, name)] for name in dict.fromkeys(columns)))
    names = [column.name for column in table.columns]
    labels = label_expressions(connection, names, language) if is_labelled else {}
    words = vocabulary_words(connection, SOURCE_CODES, language) if is_labelled else {}
    return Extract(release, table, language, condition, count, sources, connection, labels, words)


def _wrong_condition(table: Table, error: duckdb.Error) -> ParvnError:
    said = " ".join(str(error).split("LINE 1")[0].split())  # without our own SQL round the condition
    return ParvnError(_("the condition cannot be used on {table}: {error}").format(table=table.full_name, error=said))


def _checked(connection: duckdb.DuckDBPyConnection, table: Table, where: str) -> str:
    """Return the condition if it is one and nothing more; the connection itself can neither write nor read files."""
    condition = where.strip()
    try:
        # Within other brackets too, so that one too many cannot open another query behind the condition.
        for text in (f"select [({condition}\n)]", f"select 1 from {rows_of(table, condition)}"):
            statements = connection.extract_statements(text)
            if len(statements) != 1:
                raise duckdb.ParserException(_("one condition is expected"))
    except duckdb.Error as error:
        raise _wrong_condition(table, error) from error
    return condition


def _of_provinces(connection: duckdb.DuckDBPyConnection, table: Table, provinces: Sequence[str]) -> str:
    """Return the condition for provinces named by id or by any name they had, with or without diacritics."""
    _known_column(table, "province_id")
    ids: dict[str, set[str]] = {}
    for province_id, *names in connection.execute(
        "select province_id, name_vi, name_en from marts.dim_province"
    ).fetchall():
        for name in (province_id, *names):
            if name:
                ids.setdefault(search_key(name), set()).add(province_id)
    wanted: set[str] = set()
    for text in provinces:
        found = ids.get(search_key(text))
        if not found:
            near = nearest_spellings(text, sorted({i for several in ids.values() for i in several}))
            words = _("there is no province '{name}'").format(name=text)
            raise ParvnError(words + ("; " + _("nearest: {names}").format(names=", ".join(near)) if near else ""))
        wanted |= found
    return f"province_id in ({', '.join(map(literal, sorted(wanted)))})"


def _of_year(table: Table, year: int) -> str:
    columns = {column.name for column in table.columns}
    for name in YEARS:
        if name in columns:
            return f"{name} = {year}"
    for name in _DAYS:
        if name in columns:
            return f"year({name}) = {year}"
    raise ParvnError(_("{table} has no year; see --where").format(table=table.full_name))


def _known_column(table: Table, name: str) -> str:
    names = [column.name for column in table.columns]
    if name not in names:
        words = _("{table} has no column {column}").format(table=table.full_name, column=name)
        near = nearest_spellings(name, names)
        raise ParvnError(
            _("{problem}; nearest: {spellings}").format(problem=words, spellings="; ".join(near)) if near else words
        )
    return name


def definition_rows(table: Table, language: str) -> list[tuple[str, str, str, str, str]]:
    """Return (column, Vietnamese heading, unit, type, description) for every column."""
    return [
        (c.name, c.label_vi or "", unit_in(c.unit, language), c.data_type.lower(), c.description) for c in table.columns
    ]
