"""Writes extracts as CSV, JSON and Parquet, and gives finished files and folders their names in one step."""

import csv
import json
import math
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ingest.durable import FOLDER_MODE, make_folder, replace, sync
from ingest.export.tables import Extract
from ingest.exports import spreadsheet_cell
from ingest.messages import gettext as _
from ingest.problems import ParvnError


@contextmanager
def new_file(final: Path, is_replaced: bool = False) -> Iterator[Path]:
    """Give a temporary path beside `final`; what is written there gets the name `final` when all went well.

    Raises ParvnError if `final` exists and may not be replaced.
    """
    if final.is_dir():
        raise ParvnError(_("{path} is a folder; name a file").format(path=final))
    if final.exists() and not is_replaced:
        raise ParvnError(_("{path} exists already; use --force to replace it").format(path=final))
    make_folder(final.parent)
    temporary = final.with_name(f".{final.name}.{os.getpid()}.new")
    try:
        yield temporary
        sync(temporary)
        replace(temporary, final)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def new_folder(final: Path) -> Iterator[Path]:
    """Give a temporary folder beside `final`; it gets the name `final` when all in it was written.

    Raises ParvnError if `final` is there already and not empty: a folder is never replaced.
    """
    if final.exists() and (not final.is_dir() or any(final.iterdir())):
        raise ParvnError(_("{path} exists already; name another folder, or remove it").format(path=final))
    make_folder(final.parent)
    temporary = final.with_name(f".{final.name}.{os.getpid()}.new")
    temporary.mkdir(mode=FOLDER_MODE)
    try:
        yield temporary
        for path in (*temporary.rglob("*"), temporary):
            sync(path)
        replace(temporary, final)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def plain(value: Any) -> Any:
    """Return a value as a CSV file for programs holds it: ISO dates, true and false, numbers without loss."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return "" if value is None else value


def write_csv(path: Path, extract: Extract, is_for_spreadsheets: bool = True) -> None:
    """Write the rows as CSV in UTF-8.

    For spreadsheets it begins with a byte order mark, without which Excel spoils Vietnamese letters, and text that
    would be run as a formula gets a leading '. For programs it has neither.
    """
    cell = (lambda v: spreadsheet_cell(plain(v))) if is_for_spreadsheets else plain
    with path.open("w", encoding="utf-8-sig" if is_for_spreadsheets else "utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([cell(heading) for heading in extract.headings])
        for batch in extract.batches():
            writer.writerows([cell(value) for value in row] for row in batch)


def _json_value(value: Any) -> Any:
    if isinstance(value, (float, Decimal)):  # JSON has no word for what is not finite
        return float(value) if math.isfinite(value) else str(value)
    return value if value is None or isinstance(value, (bool, int)) else str(plain(value))


def write_json(path: Path, extract: Extract) -> None:
    """Write the rows as a JSON array of records, one record a line."""
    headings = extract.headings
    with path.open("w", encoding="utf-8") as file:
        before = "[\n"
        for batch in extract.batches():
            for row in batch:
                record = {name: _json_value(value) for name, value in zip(headings, row, strict=True)}
                file.write(before + json.dumps(record, ensure_ascii=False))
                before = ",\n"
        file.write("[]\n" if before == "[\n" else "\n]\n")


def write_parquet(path: Path, extract: Extract) -> None:
    """Write the rows as Parquet; each field carries its description and unit, the file what one cites."""
    schema, batches = extract.arrow_batches()
    fields = []
    for field, column in zip(schema, extract.table.columns, strict=True):
        notes = {"description": column.description, "unit": column.unit, "label_vi": column.label_vi}
        fields.append(
            field.with_name(column.heading).with_metadata({name: text for name, text in notes.items() if text})
        )
    told = {
        "table": extract.table.full_name,
        "description": extract.table.comment,
        "release_id": extract.release.release_id,
        "published_at": extract.release.published_at,
        "citation": extract.citation,
        "sources": json.dumps([asdict(source) for source in extract.sources], ensure_ascii=False, default=str),
    }
    described = pa.schema(fields, metadata=told)
    with pq.ParquetWriter(path, described, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=described))
