"""The published warehouse for notebooks: frames that know their units, their sources and their release.

    wh = warehouse()
    rates = wh.mart("mart_on_time_rates", where="province_id = ?", params=["thua-thien-hue"])
    rates.attrs["columns"]["late_pct"]["unit"], source_line(rates)

Charts are made by `ingest.charts`, which needs Altair; this module does not.
"""

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from ingest.as_of import open_file_as_of
from ingest.messages import Sentence
from ingest.messages import gettext as _
from ingest.paths import PROJECT, Workspace
from ingest.problems import ParvnError, nearest_spellings
from ingest.publish import DATABASE, MANIFEST, open_read_only, releases_of
from ingest.releases import find_release

Source = dict[str, str | None]
"""source_id, publisher, title, number (of a document), kind, trust, licence, address, citation."""

NAMED_PAGES = 6
"""More pages than these are counted in a source line, not named one by one."""
METADATA = b"parvn"
"""Key of an Arrow table's schema metadata: what `attrs` says of a frame, as JSON."""


class Warehouse:
    """One release, open read-only. Two warehouses may be open at once; `close` it, or use it in a `with`."""

    def __init__(self, published: duckdb.DuckDBPyConnection, asked: duckdb.DuckDBPyConnection | None = None) -> None:
        """`published` tells of columns and sources; `asked` answers the queries, the same one unless given."""
        self._published = published
        self._asked = asked or published
        path = published.execute("select path from duckdb_databases() where database_name = current_database()")
        file = Path(path.fetchall()[0][0])
        self.release_id: str | None = file.parent.name if (file.parent / MANIFEST).exists() else None
        """None if the file does not lie in a release, for instance a copy."""

    def __enter__(self) -> "Warehouse":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the file go."""
        self._asked.close()
        self._published.close()

    def sql(self, query: str, params: Sequence[object] | Mapping[str, object] = ()) -> pd.DataFrame:
        """Return the rows of a query, `?` or `$name` filled from `params`; decimals become floats.

        `attrs` holds `release_id`; `columns`, what the data dictionary says of every column that keeps its name;
        `sources`, those that the columns `source_id` and `document_id` (or that end so) name; and these
        `source_columns`.
        Raises duckdb.Error for a query that does not run.
        """
        frame = self._asked.execute(query, _values(params)).df()
        names = [str(name) for name in frame.columns]
        frame.attrs.update(self._attrs(query, names, _ids(frame, _id_columns(names))))
        return frame

    def arrow(self, query: str, params: Sequence[object] | Mapping[str, object] = ()) -> pa.Table:
        """Return what `sql` returns as an Arrow table, decimals kept; `attrs` stands in its schema's metadata."""
        table: pa.Table = self._asked.sql(query, params=_values(params)).to_arrow_table()
        columns = _id_columns(table.column_names)
        ids = {str(i) for column in columns for i in table[column].unique().to_pylist() if i is not None}
        attrs = self._attrs(query, table.column_names, ids)
        return table.replace_schema_metadata({METADATA: json.dumps(attrs, ensure_ascii=False)})

    def mart(
        self,
        name: str,
        where: str = "true",
        params: Sequence[object] | Mapping[str, object] = (),
        columns: Iterable[str] | None = None,
    ) -> pd.DataFrame:
        """Return rows of one table of `marts`, all columns or the named ones, with the `attrs` of `sql`.

        `sources` are those of the rows, even where the columns that name them were not asked for.
        Raises ParvnError if there is no such table or column.
        """
        listed = self._asked.execute(
            "select table_name, column_name from duckdb_columns() where schema_name = 'marts' "
            "and database_name = current_database() order by column_index"
        ).fetchall()
        held = [column for table, column in listed if table == name]
        if not held:
            words = _("there is no table '{name}'").format(name=name)
            raise ParvnError(_with_nearest(words, name, {table for table, _column in listed}))
        chosen = list(columns or held)
        for column in chosen:
            if column not in held:
                words = _("there is no column of {table} '{name}'").format(table=name, name=column)
                raise ParvnError(_with_nearest(words, column, held))
        hidden = [column for column in _id_columns(held) if column not in chosen]
        selected = ", ".join(f'"{column}"' for column in [*chosen, *hidden])
        return self.sql(f'select {selected} from marts."{name}" where {where}', params)[chosen]

    def sources(self, ids: Iterable[str]) -> list[Source]:
        """Return the sources (`marts.dim_source`) with these ids, in the order of the ids' names."""
        rows = self._published.execute(
            "select s.source_id, s.publisher, s.title, d.document_number as number, s.source_kind as kind, "
            "s.trust_grade as trust, s.licence, s.address, s.citation from marts.dim_source as s "
            "left join marts.dim_document as d on s.source_id = d.document_id "
            "where list_contains(?, s.source_id) order by s.source_id",
            [sorted(set(ids))],
        )
        names = [str(item[0]) for item in rows.description or []]
        return [dict(zip(names, row, strict=True)) for row in rows.fetchall()]

    def _attrs(self, query: str, columns: list[str], ids: set[str]) -> dict[str, Any]:
        return {
            "release_id": self.release_id,
            "columns": self._described(query, columns),
            "sources": self.sources(ids),
            "source_columns": _id_columns(columns),
        }

    def _described(self, query: str, columns: list[str]) -> dict[str, dict[str, str | None]]:
        """Describe columns by name; where the tables that a query names give one name several units, none is told."""
        read = re.findall(r'\b(\w+)\."?(\w+)', query)
        rows = self._published.execute(
            "select column_name, first(label_vi order by table_name), first(description order by table_name), "
            "case when count(distinct coalesce(unit, '')) = 1 then first(unit) end "
            "from audit.audit_data_dictionary where list_contains(?, column_name) "
            "and list_contains(?, schema_name || '.' || table_name) group by column_name",
            [columns, [f"{schema}.{table}" for schema, table in read]],
        ).fetchall()
        about = {name: {"label_vi": label, "description": text, "unit": unit} for name, label, text, unit in rows}
        return {name: about[name] for name in columns if name in about}


def warehouse(where: str | Path | None = None, as_of: date | str | None = None) -> Warehouse:
    """Open the latest release read-only: no other file, no setting and no extension can be reached from a query.

    `where` is a folder of a warehouse or of a release, a database file, or the id of a kept release (its beginning is
    enough); without it, PARVN_DATABASE if it is set, else the project's own warehouse. With `as_of`, queries see the
    facts as they were known on that day, as `parvn query --as-of` shows them.
    Raises ParvnError if nothing is there.
    """
    database = _database(Path(where or os.environ.get("PARVN_DATABASE") or PROJECT / "warehouse"))
    if as_of is None:
        return Warehouse(open_read_only(database))
    day = as_of if isinstance(as_of, date) else date.fromisoformat(as_of)
    return Warehouse(open_read_only(database), open_file_as_of(database, day))


def _database(place: Path) -> Path:
    # The real place, so that a build which publishes anew changes nothing of what was opened.
    for file in (place / DATABASE, place):
        if file.is_file():
            return file.resolve()
    if len(place.parts) == 1 and releases_of(Workspace()):
        return find_release(Workspace(), str(place)) / DATABASE
    words = _("nothing is published in {place} yet; run 'parvn build' first, or set PARVN_DATABASE")
    raise ParvnError(words.format(place=place))


def source_line(*given: pd.DataFrame | Sequence[Source]) -> str:
    """Return the line that stands under a chart: who published what; [B] is read from the press or a copy.

    Of a frame that still holds its id columns, only the sources of the rows left in it are named. Titles that differ by
    the year alone are named once, and many pages are counted. Raises ParvnError if no source is known.
    """
    found = {str(source["source_id"]): source for part in given for source in _used(part)}
    if not found:
        raise ParvnError(_("no source is known: keep source_id or document_id among the columns of the query"))
    pages = [s for s in found.values() if s["title"] and s["title"].startswith("http")]
    counted = pages if len(pages) > NAMED_PAGES else []
    parts = _named([s for s in found.values() if s not in counted])
    for trust, what in (("A", "official pages (trang chính thức)"), ("B", "press pages (trang báo chí) [B]")):
        number = sum(s["trust"] == trust for s in counted)
        parts += [f"{number} {what}"] if number else []
    graded = " [B]: qua báo chí hoặc bản chép / read from the press or a copy." if "[B]" in "".join(parts) else ""
    return f"Nguồn / Source: {'. '.join(parts)}.{graded}"


def _named(sources: list[Source]) -> list[str]:
    years: dict[tuple[str, str, str], list[str]] = {}
    for source in sources:
        publisher, title = source["publisher"] or "", source["title"] or ""
        mark = " [B]" if source["trust"] == "B" else ""
        words = source["number"] or (publisher if title.startswith("http") else title)
        year = [] if source["number"] else re.findall(r"(?:19|20)\d\d", words)
        pattern = words.replace(year[0], "{}", 1) if len(year) == 1 else words
        years.setdefault((publisher, pattern, mark), []).extend(year if len(year) == 1 else [])
    titles: dict[str, list[str]] = {}
    for (publisher, pattern, mark), held in years.items():
        span = ", ".join(dict.fromkeys(held)) if len(held) < 3 else f"{min(held)}–{max(held)}"
        titles.setdefault(publisher, []).append((pattern.replace("{}", span, 1) if held else pattern) + mark)
    return [
        "; ".join(named) if named[0].startswith(publisher) else f"{publisher}: {'; '.join(named)}"
        for publisher, named in titles.items()
    ]


def _used(part: pd.DataFrame | Sequence[Source]) -> list[Source]:
    if not isinstance(part, pd.DataFrame):
        return list(part)
    sources, columns = part.attrs.get("sources", []), part.attrs.get("source_columns", [])
    if not set(columns) <= set(part.columns):
        return sources
    left = _ids(part, columns)
    return [source for source in sources if source["source_id"] in left]


def _values(params: Sequence[object] | Mapping[str, object]) -> list[object] | dict[str, object]:
    return dict(params) if isinstance(params, Mapping) else list(params)


def _ids(frame: pd.DataFrame, columns: Iterable[str]) -> set[str]:
    return {str(i) for column in columns for i in frame[column].dropna().unique()}


def _id_columns(columns: Iterable[str]) -> list[str]:
    return [name for name in columns if re.search(r"(^|_)(source|document)_id$", name)]


def _with_nearest(words: Sentence, name: str, known: Iterable[str]) -> Sentence:
    near = nearest_spellings(name, known)
    return _("{problem}; nearest: {spellings}").format(problem=words, spellings=", ".join(near)) if near else words
