"""Writes the reference of the published tables as Markdown, from the YAML that dbt documents and enforces."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ingest.export.words import unit_in
from ingest.paths import PROJECT, SEEDS

MODELS = PROJECT / "models"
WRITTEN_BY = "<!-- Written by `parvn schema` from the YAML beside each model. Change that, not this page. -->"
VIETNAMESE = "dinh-nghia.vi.md"


@dataclass(frozen=True)
class Page:
    """One page of the reference: the tables of one schema whose names begin in one of these ways."""

    file: str
    title: str
    schema: str
    prefixes: tuple[str, ...]
    about: str


PAGES = (
    Page("marts.md", "Marts", "marts", ("mart_",), "One table per question; worked questions in [marts](../marts)."),
    Page("facts.md", "Facts and bridges", "marts", ("fct_", "bridge_"), "What the marts are made from."),
    Page("dimensions.md", "Dimensions", "marts", ("dim_",), "What facts and marts refer to."),
    Page("audit.md", "Audit", "audit", ("audit_",), "What was loaded, what contradicts what, and this reference."),
    Page("seeds.md", "Seeds", "reference", ("",), "Lists that people edit in `seeds/reference/`, one CSV file each."),
)


@cache
def tables() -> dict[str, list[dict[str, Any]]]:
    """Return the YAML of every published table by schema, ordered by name."""
    marts = [*(MODELS / "marts").rglob("*.yml")]
    found = {
        "marts": _entries(marts, "models"),
        "audit": _entries([*(MODELS / "audit").glob("*.yml")], "models"),
        "reference": _entries([SEEDS / "_seeds.yml"], "seeds"),
    }
    return {schema: sorted(entries, key=lambda entry: str(entry["name"])) for schema, entries in found.items()}


def _entries(paths: list[Path], kind: str) -> list[dict[str, Any]]:
    read = (yaml.safe_load(path.read_text("utf-8")) for path in paths)
    return [entry for content in read for entry in content.get(kind, [])]


def render(page: Page, entries: list[dict[str, Any]]) -> str:
    """Return one page: description, key and columns of each table."""
    parts = [f"# {page.title}", WRITTEN_BY, f"Schema `{page.schema}`. {page.about}"]
    for entry in entries:
        name = str(entry["name"])
        parts += [f"## {name}", str(entry["description"]).strip()]
        if name.startswith("mart_"):
            parts.append(f"Worked questions: [{name}](../marts/{name}.md).")
        key = [c["columns"] for c in entry.get("constraints", []) if c["type"] == "primary_key"]
        parts += [f"Key: {', '.join(f'`{column}`' for column in columns)}." for columns in key]
        parts.append(_seed_columns(entry) if page.schema == "reference" else _columns(entry))
    return "\n\n".join(parts) + "\n"


def _columns(entry: dict[str, Any]) -> str:
    lines = ["| column | type | unit | Vietnamese heading | description |", "|---|---|---|---|---|"]
    for column in entry["columns"]:
        meta = _meta(column)
        cells = (
            f"`{column['name']}`",
            column["data_type"] + (", never null" if _is_never_null(column) else ""),
            meta.get("unit", ""),
            meta.get("label_vi", ""),
            column["description"],
        )
        lines.append(_row(cells))
    return "\n".join(lines)


def render_vietnamese(entries: list[dict[str, Any]]) -> str:
    """Return the page of the tables that are described in Vietnamese: description, key and columns of each."""
    parts = [
        "# Định nghĩa các bảng và cột",
        WRITTEN_BY,
        "Các bảng `mart_` của lược đồ `marts`. Các bảng `fct_`, `dim_`, `bridge_`, `audit_` và bảng danh mục được "
        "mô tả\nbằng tiếng Anh trong [tài liệu tham chiếu](README.md).",
    ]
    for entry in entries:
        if not (description := _meta(entry).get("description_vi")):
            continue
        name = str(entry["name"])
        parts += [f"## {name}", description.strip(), f"Câu hỏi mẫu: [{name}](../marts/{name}.md)."]
        key = [c["columns"] for c in entry.get("constraints", []) if c["type"] == "primary_key"]
        parts += [f"Khóa: {', '.join(f'`{column}`' for column in columns)}." for columns in key]
        lines = ["| cột | kiểu dữ liệu | đơn vị | tiêu đề | giải thích |", "|---|---|---|---|---|"]
        for column in entry["columns"]:
            meta = _meta(column)
            kind = column["data_type"] + (", luôn có giá trị" if _is_never_null(column) else "")
            told = (meta["label_vi"], meta.get("description_vi", column["description"]))
            lines.append(_row((f"`{column['name']}`", kind, unit_in(meta.get("unit"), "vi"), *told)))
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _meta(entry: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = entry.get("config", {}).get("meta", {})
    return found


def _is_never_null(column: dict[str, Any]) -> bool:
    return any(c["type"] == "not_null" for c in column.get("constraints", []))


def _seed_columns(entry: dict[str, Any]) -> str:
    types = entry["config"]["column_types"]
    return "\n".join(["| column | type |", "|---|---|", *(_row((f"`{name}`", types[name])) for name in types)])


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(re.sub(r"\s+", " ", cell).strip().replace("|", "\\|") for cell in cells) + " |"


def _index(held: dict[str, list[tuple[str, str]]]) -> str:
    parts = [
        "# Reference",
        WRITTEN_BY,
        "Every published table and column, from the YAML that dbt documents and enforces.\n"
        "Columns stand in `audit.audit_data_dictionary` and tables in `audit.audit_table_dictionary`, too.\n"
        f"The marts are described [in Vietnamese]({VIETNAMESE}) as well. The contracts of the record files are in\n"
        "[schemas](schemas) as JSON Schema.",
    ]
    for page in PAGES:
        lines = [f"## [{page.title}]({page.file})", "", "| table | about |", "|---|---|"]
        lines += [_row((f"[{name}]({page.file}#{name})", about)) for name, about in held[page.file]]
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _first_sentence(description: str) -> str:
    paragraph = " ".join(description.strip().split("\n\n")[0].replace("**", "").split())
    return re.split(r"(?<=[.?:]) (?=[A-Z`])", paragraph)[0].removesuffix(":")


def write_tables(folder: Path) -> list[Path]:
    """Write the reference of all published tables into the folder; returns the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    every = tables()
    held: dict[str, list[tuple[str, str]]] = {}
    texts = {}
    for page in PAGES:
        entries = [e for e in every[page.schema] if str(e["name"]).startswith(page.prefixes)]
        held[page.file] = [(str(e["name"]), _first_sentence(str(e["description"]))) for e in entries]
        texts[page.file] = render(page, entries)
    texts["README.md"] = _index(held)
    texts[VIETNAMESE] = render_vietnamese(every["marts"])
    paths = []
    for name, text in texts.items():
        path = folder / name
        path.write_text(text, "utf-8")
        paths.append(path)
    return paths
