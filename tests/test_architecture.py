import ast
import graphlib
import re
import subprocess

import pytest

from ingest.contracts import TABLES, columns_of, required_columns
from ingest.paths import PROJECT, SEEDS
from ingest.reference import Reference

LAYERS = (
    ("cli",),
    (
        "commands.asking",
        "commands.building",
        "commands.exporting",
        "commands.keeping",
        "commands.records",
        "spark.__main__",
    ),
    ("commands.language", "commands.options", "commands.printing", "commands"),
    ("pipeline", "synthetic"),
    ("landing", "publish", "transform", "verify", "fill", "schema"),
    ("check",),
    ("readers",),
    ("contracts", "workbooks", "personal"),
    ("reference", "problems"),
    ("reading.agencies", "reading.dates", "reading.numbers"),
    ("reading.text", "reading", "paths", "limits", "messages", "quoting", "clock", ""),
)
"""Modules of `ingest` from the top down. A module that is not named here stands beside landing."""
BESIDE_LANDING = 4


def imports() -> dict[str, set[str]]:
    """Return what every module of `ingest` imports of `ingest`, imports inside functions too."""
    folder = PROJECT / "ingest"
    names = {}
    for path in folder.rglob("*.py"):
        parts = path.relative_to(folder).with_suffix("").parts
        names[path] = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    modules = set(names.values())
    found: dict[str, set[str]] = {}
    for path, name in names.items():
        used = set()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "ingest":
                base = (node.module or "").removeprefix("ingest").lstrip(".")
                for alias in node.names:
                    inner = f"{base}.{alias.name}".lstrip(".")
                    used.add(inner if inner in modules else base)
            elif isinstance(node, ast.Import):
                used |= {a.name.removeprefix("ingest.") for a in node.names if a.name.startswith("ingest.")}
            assert not (isinstance(node, ast.ImportFrom) and node.level), f"{name}: relative import"
        found[name] = used
    return found


def layer_of(module: str) -> int:
    return next((i for i, layer in enumerate(LAYERS) if module in layer), BESIDE_LANDING)


def test_no_module_of_ingest_imports_one_that_stands_above_it() -> None:
    found = imports()
    assert {"cli", "check", "reading.text"} <= found.keys()
    assert {m for layer in LAYERS for m in layer} <= found.keys()
    upwards = {(a, b) for a, used in found.items() for b in used if layer_of(b) < layer_of(a)}
    assert upwards == set()


def test_no_modules_of_ingest_import_each_other_in_a_circle() -> None:
    order = list(graphlib.TopologicalSorter(imports()).static_order())
    assert order.index("reading.text") < order.index("check") < order.index("cli")


def test_reading_functions_know_nothing_of_files_records_or_seeds() -> None:
    outside = {b for a, used in imports().items() if a.startswith("reading") for b in used}
    assert outside <= {"reading.text", "reading", "messages"}


def project_files() -> list[str]:
    command = ["git", "-C", str(PROJECT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this is no git checkout")
    return [name for name in listed.stdout.split("\0") if name and (PROJECT / name).is_file()]


MACHINE = re.compile(
    rb"(?<![\w.:/-])/(?:work|root|home|Users|tmp/par)/\w"
    rb"|https?://[^\s\"')]*(?:py[p]i|python[h]osted|npm[j]s|artifactory|nexus|crates\.io)|--index-url|extra-index-url"
)


def test_no_file_of_the_project_names_a_place_on_one_machine_or_a_package_registry() -> None:
    files = project_files()
    assert "pyproject.toml" in files
    found = {}
    for name in files:
        hits = MACHINE.findall((PROJECT / name).read_bytes())
        if hits and name != "tests/test_architecture.py":
            found[name] = hits[:3]
    assert found == {}


def test_no_built_or_generated_file_is_in_the_project() -> None:
    assert [n for n in project_files() if re.search(r"\.(duckdb|parquet|pyc|wal)$|^warehouse/|^target/", n)] == []


def test_every_text_file_of_records_and_seeds_is_utf8_in_nfc_with_line_feeds() -> None:
    import unicodedata

    wrong = []
    for path in [*SEEDS.rglob("*.csv"), *(PROJECT / "data").rglob("*.csv"), *(PROJECT / "data").rglob("*.yml")]:
        text = path.read_bytes().decode("utf-8")
        if not unicodedata.is_normalized("NFC", text) or "\r" in text or not text.endswith("\n"):
            wrong.append(path.name)
    assert wrong == []


def test_every_vocabulary_that_a_contract_names_is_in_the_seeds(reference: Reference) -> None:
    used = set(re.findall(r'_code\("(\w+)"\)', (PROJECT / "ingest" / "contracts.py").read_text("utf-8")))
    assert len(used) > 10
    assert used - {"indicator_code", "agency_id"} <= reference.vocabularies.keys()


def test_every_table_has_its_id_first_and_needs_it() -> None:
    for name, model in TABLES.items():
        assert columns_of(name)[0] == model.id_column
        assert model.id_column in required_columns(name)


def test_every_agency_that_an_alias_leads_to_exists(reference: Reference) -> None:
    led_to = set(reference.agencies._ids.values())
    assert led_to - reference.agency_ids == {"not_an_agency"}


def test_staging_fills_an_empty_cell_as_its_contract_does() -> None:
    staging = [path.read_text("utf-8") for path in (PROJECT / "models" / "staging").glob("stg_records__*.sql")]
    wanted = {
        (table, f"coalesce({name}, '{field.default}') as {name}")
        for table, model in TABLES.items()
        for name, field in model.model_fields.items()
        if isinstance(field.default, str)
    }
    assert ("document", "coalesce(trust_grade, 'A') as trust_grade") in wanted
    held = {(t, words) for t, words in wanted for sql in staging if f"source('raw', '{t}')" in sql and words in sql}
    assert wanted - held == set()
