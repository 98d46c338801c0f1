"""Dossier-level extracts: landed typed and partitioned, or refused whole with the reason."""

import csv
import gzip
import random
import unicodedata
from datetime import date
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow.parquet as pq
import pytest
import yaml
from commands import Parvn

from ingest import dossier_rows
from ingest.dossier_mapping import COLUMNS
from ingest.dossier_rows import REASONS, spellings
from ingest.dossiers import Dossiers
from ingest.landing import Landing
from ingest.paths import PROJECT, SYNTHETIC_MANIFEST
from ingest.personal import personal_heading
from ingest.problems import BadInput
from ingest.reference import Reference
from ingest.synthetic_dossiers import SOURCE_ID, write_descriptions, write_extract

PROVINCES = ("ha-noi", "thua-thien-hue", "da-nang")
DAY = date(2024, 1, 31)
HEADINGS = {
    "dossier_id": "Mã hồ sơ", "province": "Tỉnh/TP", "agency_text": "Đơn vị", "field_text": "Lĩnh vực",
    "admin_level": "Cấp", "channel": "Hình thức nộp", "received_on": "Ngày tiếp nhận", "due_on": "Ngày hẹn trả",
    "resolved_on": "Ngày trả", "is_paid_online": "Thanh toán trực tuyến",
}  # fmt: skip
WORDS = {
    "admin_level": {"Cấp tỉnh": "province", "Cấp huyện": "district", "Cấp xã": "commune"},
    "channel": {"Trực tuyến": "online", "Trực tiếp": "in_person", "BCCI": "post"},
    "is_paid_online": {"Có": "true", "Không": "false"},
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder that describes the synthetic source and a system with Vietnamese headings."""
    folder = tmp_path / "data"
    write_descriptions(folder)
    source = yaml.safe_load((folder / "dossiers/sources" / f"{SOURCE_ID}.yml").read_text("utf-8"))
    system = {
        "system_code": "mot-cua",
        "title": "Một cửa",
        "columns": HEADINGS,
        "words": WORDS,
        "date_formats": ["%d/%m/%Y", "%d/%m/%Y %H:%M"],
    }
    (folder / "dossiers/systems/mot-cua.yml").write_text(yaml.safe_dump(system, allow_unicode=True), "utf-8")
    for name, added in (("viet", {}), ("hue", {"province": "thua-thien-hue"})):
        fields = {**source, "source_id": name, "system_code": "mot-cua", **added}
        (folder / "dossiers/sources" / f"{name}.yml").write_text(yaml.safe_dump(fields, allow_unicode=True), "utf-8")
    return folder


@pytest.fixture
def dossiers(tmp_path: Path) -> Dossiers:
    return Dossiers(tmp_path / "landing")


def a_row(**changes: str) -> dict[str, str]:
    row = {
        "Mã hồ sơ": "H57-1", "Tỉnh/TP": "Thừa Thiên Huế", "Đơn vị": "Sở Tư pháp", "Lĩnh vực": "Hộ tịch",
        "Cấp": "Cấp tỉnh", "Hình thức nộp": "Trực tuyến", "Ngày tiếp nhận": "02/01/2024",
        "Ngày hẹn trả": "10/01/2024 17:00", "Ngày trả": "09/01/2024", "Thanh toán trực tuyến": "Có",
    }  # fmt: skip
    return row | changes


def write(path: Path, rows: list[dict[str, str]], delimiter: str = ",") -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def held(dossiers: Dossiers, columns: str = "*", order: str = "dossier_id") -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        dossiers.build_raw(connection)
        return connection.execute(f"select {columns} from raw.dossiers order by {order}").fetchall()


def refusal(dossiers: Dossiers, path: Path, data: Path, source: str = "viet", **options: Any) -> str:
    before = dossiers.extracts()
    with pytest.raises(BadInput) as refused:
        dossiers.land(path, data, source, DAY, **options)
    assert dossiers.extracts() == before
    assert not list(dossiers.folder.glob(".landing-*"))
    return str(refused.value)


def test_headings_words_dates_and_provinces_of_a_system_are_read(
    data: Path, dossiers: Dossiers, tmp_path: Path
) -> None:
    rows = [
        a_row(),
        a_row(
            **{"Mã hồ sơ": "H57-2", "Tỉnh/TP": "thua thien hue", "Cấp": " cấp XÃ", "Ngày trả": "", "Hình thức nộp": ""}
        ),
    ]
    landed = dossiers.land(write(tmp_path / "x.csv", rows, ";"), data, "viet", DAY)
    assert (landed.extract.row_count, landed.extract.rejected, landed.left_out) == (2, {}, [])
    assert held(dossiers, ", ".join(COLUMNS)) == [
        ("H57-1", "thua-thien-hue", "Sở Tư pháp", None, "Hộ tịch", "province", "online", date(2024, 1, 2),
         date(2024, 1, 10), date(2024, 1, 9), None, True, None),
        ("H57-2", "thua-thien-hue", "Sở Tư pháp", None, "Hộ tịch", "commune", None, date(2024, 1, 2),
         date(2024, 1, 10), None, None, True, None),
    ]  # fmt: skip


def test_a_name_means_the_province_that_bore_it_on_the_day_of_receipt(
    data: Path, dossiers: Dossiers, tmp_path: Path
) -> None:
    days = {"a": "30/06/2025", "b": "01/07/2025"}
    rows = [
        a_row(**{"Mã hồ sơ": k, "Tỉnh/TP": "Đồng Nai", "Ngày tiếp nhận": d, "Ngày hẹn trả": "", "Ngày trả": ""})
        for k, d in days.items()
    ]
    dossiers.land(write(tmp_path / "x.csv", rows), data, "viet", date(2025, 12, 31))
    (before,), (after,) = held(dossiers, "province_id")
    reference = Reference()
    assert (before, after) == tuple(reference.province_on("Đồng Nai", date(2025, m, d)) for m, d in ((6, 30), (7, 1)))
    assert before != after


def test_no_spelling_means_two_provinces_on_one_day() -> None:
    rows = spellings(Reference())
    twice = [(a, b) for a, b in pairwise(rows) if a[0] == b[0] and a[2] <= b[3] and b[2] <= a[3]]
    assert len(rows) > 300
    assert twice == []


def test_csv_gzip_parquet_and_workbook_land_the_same(data: Path, tmp_path: Path) -> None:
    found = []
    for name in ("a.csv", "a.csv.gz", "a.parquet", "a.xlsx"):
        path, dossiers = tmp_path / name, Dossiers(tmp_path / f"landing-{name}")
        if name.endswith("xlsx"):
            book = openpyxl.Workbook()
            with (tmp_path / "a.csv").open(encoding="utf-8") as file:
                for row in csv.reader(file):
                    book.active.append([date.fromisoformat(v) if v[:3] == "202" else v or None for v in row])
            book.save(path)
        else:
            write_extract(path, 300, PROVINCES, date(2023, 11, 1), DAY, DAY)
        landed = dossiers.land(path, data, SOURCE_ID, DAY)
        assert [(p["year"], p["month"]) for p in landed.extract.partitions] == [(2023, 11), (2023, 12), (2024, 1)]
        found.append(held(dossiers, ", ".join(COLUMNS)))
    assert len(found[0]) == 300
    assert found[0] == found[1] == found[2] == found[3]


def test_rows_that_cannot_be_landed_are_kept_apart_with_their_reason(
    data: Path, dossiers: Dossiers, tmp_path: Path
) -> None:
    bad = {
        "no_dossier_id": {"Mã hồ sơ": ""},
        "identity_number": {"Mã hồ sơ": "001090012345"},
        "no_received_date": {"Ngày tiếp nhận": ""},
        "unreadable_date": {"Ngày tiếp nhận": "31/02/2024"},
        "received_after_extract": {"Ngày tiếp nhận": "01/02/2024", "Ngày hẹn trả": "", "Ngày trả": ""},
        "resolved_after_extract": {"Ngày trả": "01/02/2024"},
        "resolved_before_received": {"Ngày trả": "01/01/2024"},
        "due_before_received": {"Ngày hẹn trả": "01/01/2024"},
        "unknown_province": {"Tỉnh/TP": "Atlantis"},
        "unknown_word": {"Cấp": "Cấp trời"},
    }
    rows = [a_row(**{"Mã hồ sơ": f"good-{i}"}) for i in range(400)]
    rows += [a_row(**{"Mã hồ sơ": reason, **change}) for reason, change in bad.items()]
    rows += [a_row(**{"Mã hồ sơ": "copy"})] * 3
    rows += [a_row(**{"Mã hồ sơ": "two", "Ngày trả": day}) for day in ("05/01/2024", "06/01/2024")]
    rows += [a_row(**{"Mã hồ sơ": "two months", "Ngày tiếp nhận": f"02/0{m}/2023"}) for m in (1, 2)]
    path = write(tmp_path / "x.csv", rows)
    with path.open("a", encoding="utf-8", newline="") as file:
        file.write("too,many,cells,in,this,row,of,the,file,really,many\r\n")
    assert "400" not in refusal(dossiers, path, data)
    landed = dossiers.land(path, data, "viet", DAY, max_rejected_pct=10)
    assert landed.extract.rejected == {
        **dict.fromkeys(sorted(bad), 1), "duplicate_row": 2, "conflicting_rows": 4, "unreadable_row": 1,
    }  # fmt: skip
    assert set(landed.extract.rejected) == set(REASONS)
    assert landed.extract.row_count == 401
    assert sorted(row[0] for row in held(dossiers, "dossier_id")) == ["copy", *sorted(f"good-{i}" for i in range(400))]
    rejects = dossiers.folder / landed.extract.folder / "rejects.parquet"
    kept = dict(
        duckdb.sql(f"select reason_code, words from '{rejects}' where reason_code = 'unknown_province'").fetchall()
    )
    assert "Atlantis" in kept["unknown_province"]


def test_a_file_with_too_many_bad_rows_is_refused_with_an_example(
    data: Path, dossiers: Dossiers, tmp_path: Path
) -> None:
    rows = [a_row(**{"Mã hồ sơ": str(i), "Tỉnh/TP": "Atlantis"}) for i in range(3)]
    words = refusal(dossiers, write(tmp_path / "x.csv", rows), data)
    assert words.startswith("x.csv: 3 of 3 rows cannot be landed (unknown_province)")
    assert "Atlantis" in words


def test_headings_of_persons_are_known_by_any_word_of_them() -> None:
    personal = [
        "Họ tên người nộp", "NGƯỜI NỘP HỒ SƠ", "Chủ hồ sơ", "Tên chủ hồ sơ", "Số CMND/CCCD", "Điện thoại liên hệ",
        "Địa chỉ thường trú", "Cán bộ xử lý", "full_name", "applicant_phone", "Số định danh cá nhân", "Ngày sinh",
    ]  # fmt: skip
    harmless = [
        *HEADINGS.values(), *COLUMNS, "Ngày nộp", "Mã thủ tục", "Địa chỉ cơ quan", "Địa chỉ trang thông tin",
        "Phí, lệ phí", "Người dân đánh giá", "Ghi chú", "Trạng thái", "Tên tổ chức", "Tên thủ tục", "Số biên nhận",
    ]  # fmt: skip
    assert [heading for heading in personal if not personal_heading(heading)] == []
    assert [heading for heading in harmless if personal_heading(heading)] == []


def test_columns_of_persons_are_refused_or_left_out_on_demand(data: Path, dossiers: Dossiers, tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", [a_row(**{"Họ và tên": "x", "Số CCCD": "y", "Ghi chú": "z"})])
    words = refusal(dossiers, path, data)
    assert "x.csv, row 1, column Họ và tên: data of single persons have no place here" in words
    assert "column Số CCCD" in words
    landed = dossiers.land(path, data, "viet", DAY, drops_personal=True)
    assert landed.left_out == ["Họ và tên", "Số CCCD", "Ghi chú"]
    month = next(dossiers.folder.glob("**/received_month=1/*.parquet"))
    assert pq.read_schema(month).names == list(COLUMNS)
    named = write(tmp_path / "y.csv", [a_row(**{"Đơn vị": "Ông A, 0912 345 678"})])
    assert "column Đơn vị: a telephone number; found '0912 345 678'" in refusal(dossiers, named, data)


def test_a_later_extract_says_anew_what_became_of_a_dossier(data: Path, dossiers: Dossiers, tmp_path: Path) -> None:
    first = write(tmp_path / "1.csv", [a_row(**{"Ngày trả": ""}), a_row(**{"Mã hồ sơ": "other", "Ngày trả": ""})])
    moved = a_row(**{"Mã hồ sơ": "other", "Ngày tiếp nhận": "28/12/2023"})
    second = write(tmp_path / "2.csv", [a_row(), moved])
    one = dossiers.land(first, data, "viet", date(2024, 1, 5))
    assert dossiers.land(first, data, "viet", date(2024, 1, 5)).is_known
    assert dossiers.land(second, data, "viet", DAY).extract.contested == [(2023, 12), (2024, 1)]
    assert [e.vintage_no for e in dossiers.extracts()] == [1, 2]
    assert held(dossiers, "dossier_id, vintage_no, resolved_on, is_contested", "vintage_no, dossier_id") == [
        ("H57-1", 1, None, True),
        ("other", 1, None, True),
        ("H57-1", 2, date(2024, 1, 9), True),
        ("other", 2, date(2024, 1, 9), True),
    ]
    third = write(tmp_path / "3.csv", [a_row(**{"Mã hồ sơ": "old"})])
    with pytest.raises(BadInput, match="older than the one landed before it"):
        dossiers.land(third, data, "viet", date(2024, 1, 4))
    assert one.extract.sha256 == dossiers.extracts()[0].sha256


def test_an_extract_with_a_wrong_day_is_taken_back_and_landed_anew(
    data: Path, dossiers: Dossiers, tmp_path: Path, parvn: Parvn
) -> None:
    first = write(tmp_path / "1.csv", [a_row(**{"Ngày trả": ""})])
    second = write(tmp_path / "2.csv", [a_row()])
    dossiers.land(first, data, "viet", date(2024, 1, 5))
    before = held(dossiers, "dossier_id, vintage_no, is_contested")
    dossiers.land(second, data, "viet", date(2042, 1, 31))
    with pytest.raises(BadInput, match=r"landed already, as it stood on 2042-01-31.*take it back first"):
        dossiers.land(second, data, "viet", DAY)
    command = ("withdraw-dossiers", "viet", "--warehouse", dossiers.folder.parent.parent)
    assert "Nothing is taken back" in parvn(*command, stdin="n\n").out
    said = parvn(*command, "--yes")
    assert said.out.startswith("2.csv: 1 dossiers as they stood on 2042-01-31\nExtract 2 of viet is taken back.")
    assert held(dossiers, "dossier_id, vintage_no, is_contested") == before
    landed = dossiers.land(second, data, "viet", DAY)
    assert (landed.extract.vintage_no, landed.extract.extracted_on) == (2, "2024-01-31")
    assert [e.vintage_no for e in dossiers.extracts()] == [1, 2]
    assert parvn("withdraw-dossiers", "vit", *command[2:]).err.startswith(
        "vit: no extract of this source is landed; near"
    )


def test_months_that_share_no_dossier_are_not_contested(data: Path, dossiers: Dossiers, tmp_path: Path) -> None:
    for number, month in ((1, "01/11/2023"), (2, "01/12/2023")):
        row = a_row(**{"Mã hồ sơ": f"d{number}", "Ngày tiếp nhận": month})
        dossiers.land(write(tmp_path / f"{number}.csv", [row]), data, "viet", DAY)
    assert held(dossiers, "dossier_id, is_contested") == [("d1", False), ("d2", False)]


def test_decomposed_letters_are_landed_in_nfc(data: Path, dossiers: Dossiers, tmp_path: Path) -> None:
    rows = [a_row(), a_row(**{"Mã hồ sơ": "H57-2"})]
    path = write(tmp_path / "x.csv", rows)
    text = path.read_text("utf-8")
    for words in ("Sở Tư pháp", "Thừa Thiên Huế"):
        text = text.replace(words, unicodedata.normalize("NFD", words))
    path.write_text(text, "utf-8")
    dossiers.land(path, data, "viet", DAY)
    assert held(dossiers, "distinct agency_text, province_id", "1") == [("Sở Tư pháp", "thua-thien-hue")]


NFD = partial(unicodedata.normalize, "NFD")
CELLS = {
    "Mã hồ sơ": ["", " ", "{n}", " {n} ", "Đ{n}", "Đ{n}\u00a0", NFD("Ồ{n}"), "{n:012d}", 'a"{n}'],
    "Tỉnh/TP": ["", "Hà Nội", "hà nội ", "THÀNH PHỐ HÀ NỘI", "da-nang", "Đồng Nai", NFD("Đà Nẵng"), "Atlantis"],
    "Đơn vị": ["", "  ", "Sở Tư pháp", " Sở Tư pháp", "Sở\u00a0", NFD("Sở"), "Sở 'A'", "null"],
    "Lĩnh vực": ["", "Hộ tịch", NFD("Hộ tịch"), "Đất đai ", " Đất {n}", "Đất {n}"],
    "Cấp": ["", "Cấp tỉnh", "cấp TỈNH", "commune", " ", "Cấp trời"],
    "Hình thức nộp": ["", "Trực tuyến", "bcci ", "online", "Bồ câu"],
    "Ngày tiếp nhận": [
        "",
        "02/01/2024",
        "30/06/2025",
        "01/07/2025",
        "2025-07-01",
        "1/7/2023",
        "02/01/2024 07:00",
        "31/02/2024",
        "2030-01-01",
    ],
    "Ngày hẹn trả": ["", "10/01/2024 17:00", "01/01/2020", " ", "2026-01-01", "mai"],
    "Ngày trả": ["", "09/01/2024", "2025-08-01", "31/12/2031", "01/01/2020", "?"],
    "Thanh toán trực tuyến": ["", "Có", "có", "true", "TRUE", "Có thể"],
}
"""What a cell can say: as it should be, in need of reading, and wrong."""


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("most", [1000, 100])
def test_the_short_way_and_the_full_rules_land_and_refuse_the_same(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, most: int
) -> None:
    dice = random.Random(most)
    rows = [a_row(**{"Mã hồ sơ": f"g{n}"}) for n in range(500)]
    for n in range(3000):
        wild = dice.sample(sorted(CELLS), dice.randint(1, 3))
        rows.append(a_row(**{"Mã hồ sơ": f"w{n}"} | {c: dice.choice(CELLS[c]).format(n=n) for c in wild}))
    path = write(tmp_path / "x.csv", rows)
    if kind == "parquet":
        source, path = path, tmp_path / "x.parquet"
        typed = ", ".join(f'try_strptime("{c}", \'%d/%m/%Y\') as "{c}"' for c in ("Ngày trả", "Ngày hẹn trả"))
        with duckdb.connect() as connection:
            connection.execute(f"create table x as from read_csv('{source}', all_varchar = true)")
            connection.execute(f"copy (select * replace ({typed}) from x) to '{path}'")
    monkeypatch.setattr("ingest.dossiers.MAX_KNOWN", most)
    found = []
    for name, is_clean in (("short", dossier_rows._is_clean), ("full", lambda _: "false")):
        monkeypatch.setattr("ingest.dossier_rows._is_clean", is_clean)
        dossiers = Dossiers(tmp_path / name)
        extract = dossiers.land(path, data, "viet", date(2025, 12, 31), max_rejected_pct=100).extract
        refused = dossiers.folder / extract.folder / "rejects.parquet"
        words = duckdb.sql(f"select reason_code, words from '{refused}' order by all").fetchall()
        found.append((extract.row_count, extract.rejected, held(dossiers, ", ".join(COLUMNS)), words))
    assert found[0] == found[1]
    assert found[0][0] > 1000
    assert len(found[0][1]) >= 8
    ways = {name: {f.name[:4] for f in (tmp_path / name).glob("**/*-*.parquet")} for name in ("short", "full")}
    assert ways == {"short": {"part", "agai"}, "full": {"agai"}}


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_all_rows_of_an_ordinary_extract_take_the_short_way(tmp_path: Path, kind: str) -> None:
    dossiers, path = Dossiers(tmp_path / "landing"), tmp_path / f"x.{kind}"
    write_descriptions(tmp_path / "data")
    write_extract(path, 5000, PROVINCES, date(2023, 1, 1), DAY, DAY)
    extract = dossiers.land(path, tmp_path / "data", SOURCE_ID, DAY).extract
    names = {file.name for file in (dossiers.folder / extract.folder).glob("**/*.parquet")}
    assert {name.partition("-")[0] for name in names} == {"part"}


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("x.pdf", b"%PDF-1.7", "expected a file .csv, .csv.gz, .parquet or .xlsx"),
        ("x.csv", b"", "expected a line of headings"),
        ("x.csv", "Mã hồ sơ\nx\n".encode("utf-16"), "the first line is no text in UTF-8"),
        ("x.csv", "Mã,Mã\nx,y\n".encode(), "the same heading stands twice"),
        ("x.csv", "Ma ho so,Ngày\n".encode(), "mot-cua exports as dossier_id is missing; nearest: Ma ho so"),
        ("x.csv.gz", b"no gzip", "the first line is no text in UTF-8"),
        ("x.parquet", b"PAR1", "the file is no readable Parquet file"),
        ("x.csv", (",".join(HEADINGS.values()) + "\n").encode(), "the file has no rows"),
        ("x.csv.gz", gzip.compress((",".join(HEADINGS.values()) + "\n" + "a,b\n" * 9999).encode())[:120], "x.csv.gz"),
    ],
    ids=lambda value: value if isinstance(value, str) and "." not in value else None,
)  # fmt: skip
def test_a_file_that_is_no_extract_is_refused_by_name(
    data: Path, dossiers: Dossiers, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    assert words in refusal(dossiers, tmp_path / name, data)


def test_descriptions_of_a_source_that_are_wrong_are_refused_whole(
    data: Path, dossiers: Dossiers, tmp_path: Path
) -> None:
    path = write(tmp_path / "x.csv", [a_row()])
    assert "there is no description of this source; expected dossiers/sources/veit.yml; nearest: viet" in refusal(
        dossiers, path, data, "veit"
    )
    system = data / "dossiers/systems/mot-cua.yml"
    fields = yaml.safe_load(system.read_text("utf-8"))
    fields["columns"]["recieved_on"] = fields["columns"].pop("received_on")
    fields["words"]["channel"]["Trực tuyến"] = "web"
    system.write_text(yaml.safe_dump(fields, allow_unicode=True), "utf-8")
    words = refusal(dossiers, path, data)
    assert "dossiers/systems/mot-cua.yml, column columns.recieved_on: unknown column; nearest: received_on" in words
    assert "column columns.received_on: missing column" in words
    assert "column words.channel.Trực tuyến: expected one of: online, in_person, post, other; found 'web'" in words
    source = data / "dossiers/sources/viet.yml"
    fields = yaml.safe_load(source.read_text("utf-8"))
    del fields["publisher"]
    source.write_text(yaml.safe_dump(fields | {"licens": "x", "source_kind": "real", "system_code": "A"}), "utf-8")
    assert refusal(dossiers, path, data).splitlines() == [
        "dossiers/sources/viet.yml, column licens: unknown field; found 'x'; nearest: licence",
        "dossiers/sources/viet.yml, column publisher: a value is missing",
        "dossiers/sources/viet.yml, column source_kind: expected one of: 'extract', 'synthetic'; found 'real'",
        "dossiers/sources/viet.yml, column system_code: expected a-z and 0-9, joined by '-' or '_'; found 'A'",
    ]


def test_made_up_dossiers_do_not_land_beside_real_records(data: Path, dossiers: Dossiers, tmp_path: Path) -> None:
    (data / SYNTHETIC_MANIFEST).unlink()
    words = refusal(dossiers, write(tmp_path / "x.csv", [a_row()]), data)
    assert "made-up dossiers and real records do not go into one warehouse" in words
    assert not (PROJECT / "data" / SYNTHETIC_MANIFEST).exists()


def test_what_a_killed_run_left_is_removed_and_no_part_of_it_is_seen(
    data: Path, dossiers: Dossiers, tmp_path: Path
) -> None:
    path = write(tmp_path / "x.csv", [a_row()])
    dossiers.land(path, data, "viet", DAY)
    folder = dossiers.folder / dossiers.extracts()[0].folder
    unnamed = folder.with_name("vintage_no=2")
    unnamed.mkdir()
    (dossiers.folder / ".landing-1" / "out").mkdir(parents=True)
    assert len(held(dossiers)) == 1
    dossiers.remove_leftovers()
    assert folder.exists()
    assert not unnamed.exists()
    assert not list(dossiers.folder.glob(".landing-*"))


def test_the_command_lands_and_says_what_it_did(data: Path, tmp_path: Path, parvn: Parvn) -> None:
    rows = [a_row(**{"Mã hồ sơ": str(i)}) for i in range(200)]
    rows.append(a_row(**{"Mã hồ sơ": "bad", "Tỉnh/TP": "Atlantis"}))
    path, warehouse = write(tmp_path / "x.csv", rows), tmp_path / "warehouse"
    command = (
        "ingest-dossiers",
        "viet",
        path,
        "--data",
        data,
        "--warehouse",
        warehouse,
        "--extracted-on",
        "2024-01-31",
    )
    said = parvn(*command)
    assert (said.code, said.out.splitlines()) == (0, [
        "x.csv: 200 dossiers in 1 months, extract 1 of viet", "  1 rows not landed: unknown_province",
        f"Now run 'parvn build --data {data} --warehouse {warehouse}'.",
    ])  # fmt: skip
    assert "landed already on" in parvn(*command).out
    refused = parvn(*command[:2], write(tmp_path / "y.csv", [rows[-1]]), *command[3:])
    assert refused.code == 1
    assert "y.csv: 1 of 1 rows cannot be landed (unknown_province)" in refused.err
    assert "Atlantis" in refused.err
    last = Landing(warehouse / "landing").attempts()[-1]  # it is published
    assert last.reason == "1 of 1 rows cannot be landed (unknown_province); up to 1 % in all may be bad"


def test_no_data_test_reads_single_dossiers() -> None:
    # the first rows that a test finds are written down and published
    singles = {"int_dossiers__current", "stg_extracts__dossiers"}
    read = (yaml.safe_load(path.read_text("utf-8")) for path in (PROJECT / "models").rglob("*.yml"))
    described = [model for file in read for model in file.get("models", ())]
    found = {model["name"]: model.keys() for model in described if model["name"] in singles}
    assert found.keys() == singles
    assert {key for keys in found.values() for key in keys} <= {"name", "description"}
    for path in (PROJECT / "dbt_project/tests").rglob("*.sql"):
        assert not any(name in path.read_text("utf-8") for name in singles), path.name
