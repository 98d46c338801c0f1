"""A whole release into files."""

from pathlib import Path
from typing import Any

from benchmarks.harness import PROJECT, WORK, Section, compare, timed, work_folder

FORMS = ("parquet", "csv", "package", "xlsx")


def export(form: str, out: str) -> dict[str, Any]:
    """Write every table of the release in one form; returns how much was written."""
    from ingest.export import package, tables
    from ingest.paths import Workspace

    connection, found = tables.open_release(Workspace(PROJECT / "data", WORK / "warehouse"))
    with connection:
        count = package.write_release(connection, found, Path(out), form)
    files = [path for path in Path(out).rglob("*") if path.is_file()]
    return {"tables": count, "mb": sum(path.stat().st_size for path in files) / 1e6}


def run(size: str, repeats: int) -> Section:
    """Measure `parvn export --all`."""
    timed("queries:publish")
    folder = work_folder("exports")
    forms = FORMS[:1] if size == "tiny" else FORMS
    found = compare({f: ("exports:export", {"form": f, "out": str(folder / f)}) for f in forms}, repeats)
    section = Section(
        "Exports",
        "`parvn export --all` of the release of the project's records, by format, without the start of Python.",
        ("format", "seconds", "CPU s", "peak MB", "tables", "MB written"),
    )
    for form, measured in found.items():
        value = measured.value
        section.rows.append([form, measured.median, measured.cpu, measured.peak_mb, value["tables"], value["mb"]])
    return section
