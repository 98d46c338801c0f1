"""Synthetic dossiers for tests, the demonstration and benchmarks: made up, named so, never landed beside real records.

The shares are those of a plausible one-stop system, not of a province: channels drift online, Tết is quiet, most are
resolved before they are due, a tail is late, the last weeks before the extract are still open.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb
import yaml

from ingest.dossier_mapping import COLUMNS
from ingest.paths import SYNTHETIC_MANIFEST
from ingest.quoting import literal

SOURCE_ID = "synthetic-dossiers"
SYSTEM_CODE = "plain"
_NOTE = "Số liệu mô phỏng. Made up by ingest/synthetic_dossiers.py; it describes no real province."


def write_descriptions(data: Path) -> None:
    """Describe the synthetic source and its system below `data/dossiers`; every column has its own name there."""
    source = {
        "source_id": SOURCE_ID,
        "source_kind": "synthetic",
        "source_family_code": SOURCE_ID,
        "system_code": SYSTEM_CODE,
        "publisher": "Số liệu mô phỏng (synthetic)",
        "title_vi": "Hồ sơ mô phỏng",
        "title_en": "Synthetic dossiers",
        "licence": "CC0",
        "trust_grade": "B",
        "note": _NOTE,
    }
    columns = {"province" if c == "province_id" else c: c for c in COLUMNS}
    system = {"system_code": SYSTEM_CODE, "title": "Our own column names, codes and ISO dates", "columns": columns}
    data.mkdir(parents=True, exist_ok=True)
    (data / SYNTHETIC_MANIFEST).touch()
    for folder, name, fields in (("sources", SOURCE_ID, source), ("systems", SYSTEM_CODE, system)):
        path = data / "dossiers" / folder / f"{name}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(fields, allow_unicode=True, sort_keys=False), "utf-8")


def write_extract(
    path: Path,
    rows: int,
    provinces: Sequence[str],
    first_day: date,
    last_day: date,
    extracted_on: date,
    seed: int = 1,
    first_number: int = 0,
) -> None:
    """Write `rows` dossiers received between two days, as they stood on the evening of `extracted_on`.

    The file's ending says how: .csv, .csv.gz or .parquet. Equal arguments give equal rows; a later `extracted_on` gives
    the same dossiers further on.
    """
    listed = ", ".join(map(literal, provinces))
    days = (last_day - first_day).days + 1
    kind = "format parquet, compression zstd" if path.suffix == ".parquet" else "format csv, header true"
    if path.name.endswith(".gz"):
        kind += ", compression gzip"
    with duckdb.connect() as connection:  # which keeps the order of the numbers without sorting
        connection.execute(f"create macro chance(i, k) as (hash(i * 1000003 + k * 7919 + {seed}) % 1000000) / 1e6")
        connection.execute(
            f"""
            copy (
                with drawn as (
                    select
                        i,
                        -- the first of the list are the largest
                        list_value({listed})[
                            1 + cast(floor(chance(i, 1) * chance(i, 2) * {len(provinces)}) as integer)
                        ] as province_id,
                        date '{first_day}' + cast(floor(chance(i, 3) * {days}) as integer) as drawn_on,
                        chance(i, 4) as where_from,
                        chance(i, 5) as how,
                        chance(i, 6) as how_fast,
                        chance(i, 7) as how_late,
                        chance(i, 8) as about_post,
                        chance(i, 9) as about_fee,
                        1 + cast(floor(chance(i, 10) * 24) as integer) as procedure_no
                    from range({first_number}, {first_number + rows}) as numbers (i)
                ),

                received as (
                    select
                        *,
                        -- a third of what would come in the weeks round Tết comes a month later
                        case when month(drawn_on) = 2 and how < 0.33 then drawn_on + 30 else drawn_on end
                            as received_on,
                        case when where_from < 0.25 then 'province' when where_from < 0.55 then 'district'
                            else 'commune' end as admin_level,
                        [3, 5, 7, 10, 15, 20, 30][1 + procedure_no % 7] as term
                    from drawn
                ),

                resolved as (
                    select
                        *,
                        received_on + term as due_on,
                        case
                            when how_fast < 0.72
                                then received_on + greatest(0, term - 1 - cast(floor(how_late * term) as integer))
                            when how_fast < 0.94 then received_on + term
                            when how_fast < 0.995
                                then received_on + term + 1 + cast(floor(how_late * how_late * 40) as integer)
                        end as finished_on
                    from received
                )

                select
                    'SYN-' || province_id || '-' || lpad(cast(i as varchar), 10, '0') as dossier_id,
                    province_id,
                    'Cơ quan mô phỏng ' || lpad(cast(1 + procedure_no % 12 as varchar), 2, '0') as agency_text,
                    'SYN.' || lpad(cast(procedure_no as varchar), 3, '0') as procedure_code,
                    'Lĩnh vực mô phỏng ' || cast(1 + procedure_no % 6 as varchar) as field_text,
                    admin_level,
                    case
                        when how < 0.15 + 0.12 * (year(received_on) - year(date '{first_day}')) then 'online'
                        when how < 0.95 then 'in_person'
                        else 'post'
                    end as channel,
                    received_on,
                    due_on,
                    case when finished_on <= date '{extracted_on}' then finished_on end as resolved_on,
                    about_post < 0.12 as is_returned_by_post,
                    case when about_fee < 0.4 then about_fee < 0.16 end as is_paid_online,
                    about_post > 0.35 as is_digitised
                from resolved
                where received_on <= date '{extracted_on}'
            ) to {literal(path)} ({kind})
            """
        )


def write_demonstration(folder: Path) -> tuple[str, Path, date]:
    """Write the extract of the demonstration beside `folder`/data: two years of three of its provinces.

    Returns the source, the file and the day of the extract.
    """
    write_descriptions(folder / "data")
    extract, day = folder / "extracts" / "synthetic-dossiers.parquet", date(2025, 1, 31)
    extract.parent.mkdir(parents=True, exist_ok=True)
    write_extract(extract, 60_000, ("ha-noi", "thua-thien-hue", "ha-tinh"), date(2022, 12, 1), date(2024, 12, 31), day)
    return SOURCE_ID, extract, day
