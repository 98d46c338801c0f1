"""Exports the record contracts as JSON Schema."""

import json
from pathlib import Path
from typing import Any

from ingest.contracts import TABLES, columns_of
from ingest.reference import Reference


def json_schema(table: str, reference: Reference | None = None) -> dict[str, Any]:
    """Return the contract of one record table as JSON Schema, with the codes of its vocabularies."""
    reference = reference or Reference()
    found = TABLES[table].model_json_schema()
    found["title"] = table
    found["x-id-column"] = TABLES[table].id_column
    properties = found["properties"]
    found["properties"] = {name: properties[name] for name in columns_of(table)}
    for name, field in found["properties"].items():
        field.pop("title", None)
        codes = reference.vocabularies.get(_vocabulary_of(name))
        if codes:
            field["examples"] = codes if len(codes) <= 40 else codes[:5]
    return found


def _vocabulary_of(column: str) -> str:
    return {
        "province": "province_id",
        "cited_form": "legal_form",
        "relation": "citation_relation",
    }.get(column, column)


def write_schemas(folder: Path) -> list[Path]:
    """Write one file per record table; returns the paths."""
    reference = Reference()
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for table in TABLES:
        path = folder / f"{table}.schema.json"
        path.write_text(json.dumps(json_schema(table, reference), ensure_ascii=False, indent=2) + "\n", "utf-8")
        paths.append(path)
    return paths
