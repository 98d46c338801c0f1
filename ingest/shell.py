"""The prompt of `parvn shell`: statements one after the other on the published warehouse."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import click
import duckdb
from platformdirs import user_state_path
from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.lexers import PygmentsLexer
from pygments.lexers.sql import SqlLexer

from ingest import statements
from ingest.messages import gettext as _
from ingest.messages import noop
from ingest.paths import Workspace
from ingest.problems import ParvnError
from ingest.reading.text import search_key

Show = Callable[[list[str], list[tuple[Any, ...]], str], None]

FORMATS = ("table", "csv", "json", "markdown")
_QUOTED_OR_COMMENT = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/|\$(\w*)\$.*?\$\1\$", re.DOTALL)
_OPEN = re.compile(r"['\"]|/\*|\$\w*\$")
_READ = re.compile(r"\b(?:from|join)\s+([\w.]+)(?:\s+(?:as\s+)?(\w+))?", re.IGNORECASE)
_WORD = re.compile(r'[\w."]*$')


def is_whole(text: str) -> bool:
    """Tell whether what was typed can be run: a dot command, nothing, or SQL whose last sign is a ;.

    >>> is_whole("select 1;"), is_whole("select ';"), is_whole("select 1 -- ;"), is_whole(".help")
    (True, False, False, True)
    """
    bare = _QUOTED_OR_COMMENT.sub(" ", text).strip()
    return not text.strip() or text.lstrip().startswith(".") or (bare.endswith(";") and not _OPEN.search(bare))


@dataclass
class Catalogue:
    """What can be named in a statement."""

    tables: dict[str, dict[str, str]] = field(default_factory=dict)
    """What is said of each table or view, by schema and name."""
    columns: dict[tuple[str, str], dict[str, tuple[str, str]]] = field(default_factory=dict)
    """Type and comment of each column, by schema and table."""
    macros: dict[str, dict[str, str]] = field(default_factory=dict)
    """What is said of each macro of the warehouse, by schema and name."""
    labels: dict[tuple[str, str], str] = field(default_factory=dict)
    """Vietnamese heading by table and column of `marts`."""
    keywords: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, connection: duckdb.DuckDBPyConnection) -> "Catalogue":
        """Read what the database itself says of its tables, columns and macros."""
        found = cls(labels=statements.labels(connection))
        # facts as of a day are views without comments of their own: those of the release stand in for them
        for schema, table, column, kind, comment in connection.execute(
            "select schema_name, table_name, column_name, data_type, comment from duckdb_columns() "
            "where not internal order by schema_name, table_name, column_index, comment is null"
        ).fetchall():
            found.columns.setdefault((schema, table), {}).setdefault(column, (kind, comment or ""))
        visible = connection.execute("select current_database()").fetchall()[0][0]
        for schema, table, comment in connection.execute(
            "select schema_name, table_name, comment from duckdb_tables() where database_name = ? and not internal "
            "union all select schema_name, view_name, comment from duckdb_views() "
            "where database_name = ? and not internal order by all",
            [visible, visible],
        ).fetchall():
            found.tables.setdefault(schema, {})[table] = (comment or "").strip().split("\n")[0]
        for schema, macro, comment in connection.execute(
            "select distinct schema_name, function_name, comment from duckdb_functions() "
            "where database_name = ? and function_type in ('macro', 'table_macro') and not internal order by all",
            [visible],
        ).fetchall():
            found.macros.setdefault(schema, {})[macro] = comment or ""
        found.keywords = [w for (w,) in connection.execute("select keyword_name from duckdb_keywords()").fetchall()]
        return found

    def places_of(self, name: str) -> list[tuple[str, str]]:
        """Return the (schema, table) that a name means, with or without its schema; `marts` first."""
        schema, _dot, table = name.rpartition(".")
        found = [(s, table) for s, tables in self.tables.items() if table in tables and schema in ("", s)]
        return sorted(found, key=lambda place: place[0] != "marts")


class Names(Completer):
    """Completes schemas, tables, columns, macros and keywords."""

    def __init__(self, catalogue: Callable[[], Catalogue]) -> None:
        self._catalogue = catalogue

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """Yield what fits the word before the cursor, with what is known of it."""
        before = document.text_before_cursor
        # a quote that is open holds one name, with spaces and dots
        quote = before.rfind('"') if before.count('"') % 2 else len(before)
        found = _WORD.search(before[:quote])
        owner, _dot, start = (found[0] if found else "").rpartition(".")
        typed = start + before[quote:]
        if before.lstrip().startswith("."):
            is_name = " " not in before.lstrip()
            typed = "." + typed if is_name else typed
            offered = self._of_commands(before.lstrip(), owner)
        else:
            offered = self._of_sql(document.text, owner.replace('"', ""), bool(typed))
        key = search_key(typed)
        for name, about in offered:
            if name.lower().startswith(typed.lower().strip('"')) or (key and search_key(name).startswith(key)):
                text = name if re.fullmatch(r"\.?[a-z_]\w*", name, re.ASCII) else f'"{name}"'
                yield Completion(text, start_position=-len(typed), display=name, display_meta=about[:80])

    def _of_commands(self, before: str, owner: str) -> Iterator[tuple[str, str]]:
        if " " not in before:
            yield from ((name, _(what)) for name, what in COMMANDS.items())
        elif before.startswith(".columns"):
            for schema, tables in self._catalogue().tables.items():
                if owner in ("", schema):
                    yield from tables.items()
        elif before.startswith(".format"):
            yield from ((name, "") for name in FORMATS)

    def _of_sql(self, text: str, owner: str, is_begun: bool) -> Iterator[tuple[str, str]]:
        catalogue = self._catalogue()
        read = {}
        for name, alias in _READ.findall(text):
            for place in catalogue.places_of(name)[:1]:
                read[name] = read[place[1]] = place
                if alias:
                    read[alias] = place
        if owner:
            yield from catalogue.tables.get(owner, {}).items()
            yield from catalogue.macros.get(owner, {}).items()
            if owner in read:
                yield from self._columns(read[owner])
            return
        for place in dict.fromkeys(read.values()):
            yield from self._columns(place)
        if not is_begun:
            return
        yield from ((schema, "") for schema in catalogue.tables)
        for tables in catalogue.tables.values():
            yield from tables.items()
        yield from ((keyword, "") for keyword in catalogue.keywords)

    def _columns(self, place: tuple[str, str]) -> Iterator[tuple[str, str]]:
        catalogue = self._catalogue()
        for column, (kind, comment) in catalogue.columns.get(place, {}).items():
            yield column, catalogue.labels.get((place[1], column)) or comment or kind


COMMANDS = {
    ".tables": noop("the tables of a schema: .tables marts"),
    ".columns": noop("the columns of a table, with Vietnamese headings: .columns mart_on_time_rates"),
    ".macros": noop("the functions that the warehouse brings"),
    ".format": noop("how rows are printed: .format csv"),
    ".lang": noop("headings: .lang vi, .lang en, or .lang alone for the names in the SQL"),
    ".reload": noop("change to the release that is published now"),
    ".help": noop("this list"),
    ".quit": noop("leave; Ctrl-D does the same"),
}


class Shell:
    """One open release, and what is done with each line typed."""

    def __init__(
        self,
        workspace: Workspace,
        limit: statements.Limits,
        day: date | None,
        output: str,
        language: str | None,
        show: Show,
    ) -> None:
        """Open the current release; `show` prints columns and rows in a format. Raises ParvnError if there is none."""
        self._workspace, self._limit, self._day = workspace, limit, day
        self._output, self._language, self._show = output, language, show
        self._opened: Path | None = None
        self._told: Path | None = None
        self._catalogue: Catalogue | None = None
        self._connection = self._open()

    def __enter__(self) -> "Shell":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def _open(self) -> duckdb.DuckDBPyConnection:
        self._opened = self._told = self._workspace.published_database.resolve()
        self._catalogue = None
        return statements.open_warehouse(self._workspace, self._limit, self._day)

    @property
    def release(self) -> str:
        """Return the id of the release that is open."""
        return self._opened.parent.name if self._opened else ""

    def catalogue(self) -> Catalogue:
        """Return what can be named in the release that is open."""
        if self._catalogue is None:
            # a cursor of its own: completion asks while a result may still be read
            self._catalogue = Catalogue.of(self._connection.cursor())
        return self._catalogue

    def say_what_is_new(self) -> None:
        """Say once that a newer release is published. The one that is open stays open and complete."""
        now = self._workspace.published_database.resolve()
        if now not in (self._opened, self._told) and now.exists():
            self._told = now
            words = _("release {new} is published; you are on {old}, and .reload changes to the new one")
            click.echo(words.format(new=now.parent.name, old=self.release), err=True)

    def run(self, text: str) -> bool:
        """Do what one entry says and return whether to go on. Raises ParvnError if it cannot be done."""
        self.say_what_is_new()
        if text.lstrip().startswith("."):
            return self._command(*text.strip().rstrip(";").split())
        for statement in self._statements(text):
            is_query = duckdb.ExpectedResultType.CHANGED_ROWS not in statement.expected_result_type
            found = statements.run(
                self._connection, statement.query, self._limit, statements.fetch_rows, self._day is not None
            )
            # a temporary table that is made or filled gives its number of rows
            if found.columns and (is_query or found.columns != ["Count"]):
                columns = found.columns
                if self._language:
                    columns = statements.headings(self._connection, statement.query, columns, self._language)
                self._show(columns, found.rows, self._output)
        return True

    def _statements(self, text: str) -> list[duckdb.Statement]:
        try:
            return self._connection.extract_statements(text)
        except (duckdb.Error, UnicodeError) as error:
            raise ParvnError(_("the query failed: {error}").format(error=error)) from error

    def run_lines(self, lines: Iterable[str]) -> None:
        """Run what stands in a file or pipe; raises ParvnError at the first statement that fails."""
        entry = ""
        try:
            for line in lines:
                entry += line
                if is_whole(entry):
                    if entry.strip() and not self.run(entry):
                        return
                    entry = ""
        except UnicodeDecodeError as error:
            words = _("{file} is not UTF-8 text: {error}")
            raise ParvnError(words.format(file=_("standard input"), error=error)) from error
        if entry.strip():
            self.run(entry)

    def _command(self, name: str, *arguments: str) -> bool:
        argument = arguments[0] if arguments else ""
        catalogue = self.catalogue()
        if name in (".quit", ".exit"):
            return False
        if name == ".help":
            self._show([_("command"), _("what it does")], [(name, _(what)) for name, what in COMMANDS.items()], "table")
        elif name == ".tables":
            shown = {s: tables for s, tables in catalogue.tables.items() if argument in ("", s)}
            if not shown:
                raise ParvnError(_("there is no schema {name}").format(name=argument))
            rows = [(f"{schema}.{table}", about) for schema, tables in shown.items() for table, about in tables.items()]
            self._show([_("table"), _("what it holds")], rows, self._output)
        elif name == ".columns":
            self._columns(argument)
        elif name == ".macros":
            rows = [(f"{s}.{m}", about) for s, macros in catalogue.macros.items() for m, about in macros.items()]
            self._show([_("macro"), _("what it gives")], rows, self._output)
        elif name == ".format":
            if argument not in FORMATS:
                raise ParvnError(_("expected one of {names}").format(names=", ".join(FORMATS)))
            self._output = argument
        elif name == ".lang":
            if argument not in ("", "vi", "en"):
                raise ParvnError(_("expected one of {names}").format(names="vi, en"))
            self._language = argument or None
        elif name == ".reload":
            self._connection.close()
            self._connection = self._open()
            click.echo(_("you are on release {release}").format(release=self.release), err=True)
        else:
            raise ParvnError(_("there is no command {name}; .help lists them").format(name=name))
        return True

    def _columns(self, name: str) -> None:
        catalogue = self.catalogue()
        places = catalogue.places_of(name)
        if not places:
            raise ParvnError(_("there is no table '{name}'; .tables lists them").format(name=name))
        schema, table = places[0]
        rows = [
            (column, kind, catalogue.labels.get((table, column), "") if schema == "marts" else "", comment)
            for column, (kind, comment) in catalogue.columns[schema, table].items()
        ]
        self._show([_("column"), _("type"), _("Vietnamese heading"), _("description")], rows, self._output)


def history() -> History:
    """Return the history of earlier sessions, or an empty one where the user's folder cannot be written."""
    folder = user_state_path("parvn")
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / "history").touch(mode=0o600)
        return FileHistory(folder / "history")
    return InMemoryHistory()


def converse(shell: Shell, past: History | None = None) -> None:
    """Ask for statements until the person leaves. Ctrl-C stops the query that runs, or drops what is being typed."""
    typing = Condition(lambda: not is_whole(get_app().current_buffer.text))
    session: PromptSession[str] = PromptSession(
        "parvn> ",
        history=past or history(),
        completer=Names(shell.catalogue),
        complete_in_thread=True,
        lexer=PygmentsLexer(SqlLexer),
        multiline=typing,
        prompt_continuation=lambda width, _line, _wraps: "...".ljust(width),
    )
    click.echo(
        _("release {release}; SQL ends with ;, .help lists commands, .quit leaves").format(release=shell.release)
    )
    while True:
        try:
            text = session.prompt()
        except KeyboardInterrupt:
            continue
        except EOFError:
            return
        try:
            if text.strip() and not shell.run(text):
                return
        except ParvnError as error:
            click.echo(str(error), err=True)
        except KeyboardInterrupt:
            click.echo(_("stopped"), err=True)
