"""Writes a whole release as a folder: a file per table, or a Data Package (datapackage.org) with its descriptor."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb

from ingest.export import files, workbook
from ingest.export.sources import Source
from ingest.export.tables import Extract, Release, Table, extract, tables_of
from ingest.publish import sha256_of_file

DESCRIPTOR = "datapackage.json"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
LICENCES = "LICENCES.md"
TITLE = "PAR Warehouse: public administration reform in the provinces of Viet Nam"

WRITERS: dict[str, Callable[[Path, Extract], None]] = {
    "xlsx": workbook.write_workbook,
    "csv": files.write_csv,
    "parquet": files.write_parquet,
    "json": files.write_json,
}
"""What writes one table, by format; the format is the file's ending too."""

REFERENCES = {
    ("source_id",): "dim_source",
    ("document_id",): "dim_document",
    ("agency_id",): "dim_agency",
    ("indicator_code",): "dim_indicator",
    ("task_id",): "fct_task",
    ("target_id",): "fct_target",
}
"""Foreign keys: columns of the schema `marts` that have the name of another table's primary key."""

_TYPES = {"BOOLEAN": "boolean", "DATE": "date", "TIMESTAMP": "datetime", "VARCHAR": "string"}


def write_release(
    connection: duckdb.DuckDBPyConnection,
    release: Release,
    folder: Path,
    form: str,
    language: str = "en",
) -> int:
    """Write every table of marts, audit and reference into `folder`, which is given its name when all is there.

    `form` is `package` or a format of a single table. Returns the number of tables. Raises ParvnError if the folder
    exists, or a table does not fit the format.
    """
    names = tables_of(connection)
    with files.new_folder(folder) as temporary:
        extracts = []
        for schema, name in names:
            found = extract(connection, release, f"{schema}.{name}", language)
            ending = "csv" if form == "package" else form
            path = temporary / schema / f"{name}.{ending}"
            path.parent.mkdir(exist_ok=True)
            if form == "package":
                files.write_csv(path, found, is_for_spreadsheets=False)
            else:
                WRITERS[form](path, found)
            extracts.append((path, found))
        sources = all_sources([found for _path, found in extracts])
        if form == "package":
            descriptor = describe(release, [(path, path.relative_to(temporary), found) for path, found in extracts])
            text = json.dumps(descriptor, ensure_ascii=False, indent=1) + "\n"
            (temporary / DESCRIPTOR).write_text(text, encoding="utf-8")
        (temporary / LICENCES).write_text(licences_page(sources), encoding="utf-8")
        (temporary / "README.md").write_text(readme(release, form, [e for _path, e in extracts]), encoding="utf-8")
    return len(names)


def all_sources(extracts: list[Extract]) -> list[Source]:
    """Return every source of the extracts once, by publisher and title."""
    found = {source.source_id: source for one in extracts for source in one.sources}
    return sorted(found.values(), key=lambda s: (s.publisher, s.title, s.source_id))


def describe(release: Release, written: list[tuple[Path, Path, Extract]]) -> dict[str, Any]:
    """Return the descriptor of a Data Package, version 2, of (file, its place in the package, its extract)."""
    sources = all_sources([found for _file, _place, found in written])
    names = {found.table.full_name for _file, _place, found in written}
    return {
        "$schema": PROFILE,
        "name": "par-warehouse",
        "title": TITLE,
        "description": f"Release {release.release_id}. How to cite it stands in README.md, terms in {LICENCES}.",
        "version": release.release_id,
        "created": release.published_at,
        "codeVersion": release.code_version,
        "keywords": ["public administration reform", "Viet Nam", "cải cách hành chính"],
        "licenses": _licences(sources),
        "sources": _sources(sources),
        "resources": [_resource(file, place, found, names) for file, place, found in written],
    }


def _licences(sources: list[Source]) -> list[dict[str, str]]:
    return [{"title": text, "path": LICENCES} for text in sorted({source.licence for source in sources})]


def _sources(sources: list[Source]) -> list[dict[str, Any]]:
    described = []
    for source in sources:
        found = {"title": source.title or source.source_id, "path": source.address}
        found |= {name: value for name, value in asdict(source).items() if name not in ("title", "address")}
        described.append({k: str(v) for k, v in found.items() if v is not None})
    return described


def _resource(file: Path, place: Path, found: Extract, names: set[str]) -> dict[str, Any]:
    table = found.table
    resource = {
        "name": table.name,
        "type": "table",
        "path": place.as_posix(),
        "title": table.question,
        "description": table.comment,
        "scheme": "file",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": file.stat().st_size,
        "hash": f"sha256:{sha256_of_file(file)}",
        "rowCount": found.row_count,
        "citation": found.citation,
        "schema": table_schema(table, names),
    }
    if found.sources:
        resource |= {"licenses": _licences(list(found.sources)), "sources": _sources(list(found.sources))}
    return {name: value for name, value in resource.items() if value != ""}


def table_schema(table: Table, names: set[str]) -> dict[str, Any]:
    """Return the Table Schema of a table; `names` are the tables that foreign keys may lead to."""
    fields = []
    for column in table.columns:
        kind = column.data_type.upper()
        field: dict[str, Any] = {
            "name": column.name,
            "type": _TYPES.get(kind) or ("number" if kind.startswith(("DECIMAL", "DOUBLE", "FLOAT")) else "integer"),
            "title": column.label_vi,
            "description": column.description,
            "unit": column.unit,
        }
        if column.name in table.key:
            field["constraints"] = {"required": True}
        fields.append({name: value for name, value in field.items() if value})
    schema: dict[str, Any] = {"fields": fields, "missingValues": [""]}
    if table.key:
        schema["primaryKey"] = list(table.key)
    held = {column.name for column in table.columns}
    keys = [
        {"fields": list(fields), "reference": {"resource": other, "fields": list(fields)}}
        for fields, other in REFERENCES.items()
        if table.schema == "marts" and other != table.name and set(fields) <= held and f"marts.{other}" in names
    ]
    if keys:
        schema["foreignKeys"] = keys
    return schema


def licences_page(sources: list[Source]) -> str:
    """Return the page that says on what terms the figures of each source may be used."""
    lines = [
        "# Licences",
        "",
        "The tables state facts of the sources below. Each source has its own terms; cite it when you use its figures.",
    ]
    for text in sorted({source.licence for source in sources}):
        lines += ["", f"## {text}", ""]
        lines += [f"- `{source.source_id}`: {source.citation}" for source in sources if source.licence == text]
    return "\n".join(lines) + "\n"


_FORMS = {
    "package": f"CSV files in UTF-8 for programs, and `{DESCRIPTOR}`, a Data Package (datapackage.org): columns with "
    "types, units and descriptions, keys, sources and licences. `frictionless validate datapackage.json` checks it.",
    "xlsx": "One workbook per table, each with its definitions, sources and how to cite it.",
    "csv": "CSV files for spreadsheets: UTF-8 with a byte order mark; text that would run as a formula begins with '.",
    "parquet": "One Parquet file per table; each field carries its description and unit, the file how to cite it.",
    "json": "One JSON array of records per table.",
}


def readme(release: Release, form: str, extracts: list[Extract]) -> str:
    """Return the page that says what is in the folder and how to cite it."""
    day = release.published
    lines = [
        f"# {TITLE}",
        "",
        f"Release {release.release_id}, published {day:%Y-%m-%d %H:%M} UTC, code version {release.code_version}.",
        "",
        _FORMS[form],
        "",
        "## How to cite",
        "",
        f"PAR Warehouse ({day:%Y}). Release {release.release_id}, {day:%Y-%m-%d}.",
        "",
        "Name the table too. The figures are those of their publishers: cite the source that a row names",
        f"(`source_id`, `marts/dim_source`), as [{LICENCES}]({LICENCES}) words it.",
        "",
        "## Tables",
        "",
        "| table | rows | what it holds |",
        "|---|---|---|",
    ]
    for found in extracts:
        question = found.table.question.replace("|", "\\|")
        told = "" if question == found.table.full_name else question
        lines.append(f"| `{found.table.full_name}` | {found.row_count} | {told} |")
    return "\n".join(lines) + "\n"
