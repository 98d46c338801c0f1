"""What workbooks may not hold, one broken workbook per refusal."""

import io
import re
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from records import Records, found_in
from test_readers import write_xlsx

from ingest import limits
from ingest.problems import BadInput
from ingest.sheets import SheetFile
from ingest.workbooks import XlsxFile, kind_of, open_xls

Parts = dict[str, bytes]
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'


def parts_of(content: bytes) -> Parts:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return {item.filename: packed.read(item) for item in packed.infolist()}


def packed(parts: Parts) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return buffer.getvalue()


def change(name: str, old: str, new: str) -> Callable[[Parts], None]:
    def run(parts: Parts) -> None:
        assert old.encode() in parts[name], parts[name][:300]
        parts[name] = parts[name].replace(old.encode(), new.encode(), 1)

    return run


def add(name: str, content: bytes = b"x") -> Callable[[Parts], None]:
    return lambda parts: parts.update({name: content})


def relation(target: str, kind: str) -> Callable[[Parts], None]:
    row = f'<Relationship Id="rX" Type="http://x/{kind}" Target="{target}" TargetMode="External"/></Relationships>'
    return change("xl/_rels/workbook.xml.rels", "</Relationships>", row)


@pytest.fixture
def whole(plan: Records, tmp_path: Path) -> bytes:
    path = tmp_path / "x" / "plan.xlsx"
    write_xlsx(plan, path)
    content = path.read_bytes()
    path.unlink()
    return content


SHEET = "xl/worksheets/sheet2.xml"
DANGERS: dict[str, tuple[Callable[[Parts], None], str]] = {
    "macros": (add("xl/vbaProject.bin"), "the workbook holds macros (xl/vbaProject.bin); save it without them"),
    "a renamed XLSM": (
        change("[Content_Types].xml", "openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
               "ms-excel.sheet.macroEnabled.main+xml"),
        "the workbook holds macros; save it as XLSX without them",
    ),
    "old macro sheets": (add("xl/macrosheets/sheet1.xml", b"<x/>"), "the workbook holds macros"),
    "a link to another workbook or program": (
        add("xl/externalLinks/externalLink1.xml", b"<externalLink><ddeLink/></externalLink>"),
        "the workbook holds links to other files or to data outside (xl/externalLinks/externalLink1.xml)",
    ),
    "a relation to the net": (relation("https://x.example/t.xml", "oleObject"), "links to other files or to data"),
    "a query of a database": (add("xl/connections.xml", b"<connections/>"), "links to other files or to data"),
    "an embedded object": (add("xl/embeddings/oleObject1.bin"), "the workbook holds embedded objects or files"),
    "an embedded archive": (add("xl/media/image1.png", packed({"a": b"b"})), "embedded objects or files (xl/media"),
    "a control": (add("xl/activeX/activeX1.xml", b"<x/>"), "the workbook holds embedded objects or files"),
    "a part outside": (add("../../evil.xml", b"<x/>"), "the workbook holds a part outside of it: ../../evil.xml"),
    "entities in the sheet": (change(SHEET, "<worksheet", LAUGHS + "<worksheet"), "declares a document type"),
    "entities elsewhere": (add("docProps/x.xml", (LAUGHS + "<x>&b;</x>").encode()), "declares a document type"),
    "a bomb": (add("xl/media/a.bmp", b"\0" * 3_000_000), "the part xl/media/a.bmp of the workbook would grow from"),
    "very many parts": (
        lambda parts: parts.update({f"xl/media/{n}.png": b"" for n in range(2001)}), "parts; at most 2000 are read",
    ),
    "a sheet of no workbook": (change("xl/workbook.xml", 'name="results"', 'name="targets"'), "have the same name"),
}  # fmt: skip


@pytest.mark.parametrize("danger", DANGERS)
def test_a_dangerous_workbook_is_refused_both_as_record_and_as_publishers_file(
    whole: bytes, tmp_path: Path, danger: str
) -> None:
    spoil, message = DANGERS[danger]
    parts = parts_of(whole)
    spoil(parts)
    (tmp_path / "x" / "plan.xlsx").write_bytes(packed(parts))
    found = [str(p) for p in found_in(tmp_path / "x")]
    assert found[0].startswith("plan.xlsx: ")
    assert message in found[0]
    with pytest.raises(BadInput, match=re.escape(message)):
        _ = SheetFile(tmp_path / "x" / "plan.xlsx").sheet_names


def test_a_workbook_that_lies_about_its_size_or_is_larger_than_allowed_is_refused(
    whole: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = parts_of(whole) | {"xl/media/a.bmp": b"\0" * 500_000}
    content = packed(parts)
    lying = content.replace(struct.pack("<I", 500_000), struct.pack("<I", 500))
    with pytest.raises(BadInput, match="no readable XLSX workbook"):
        XlsxFile(lying, "a.xlsx")
    monkeypatch.setattr(limits, "MAX_UNPACKED_BYTES", 400_000)
    with pytest.raises(BadInput, match="when it is unpacked"):
        XlsxFile(content, "a.xlsx")


UNSEEN: dict[str, tuple[Callable[[openpyxl.Workbook], object], str]] = {
    "merged cells": (
        lambda book: book["tasks"].merge_cells("C2:C3"),
        "plan.xlsx, sheet tasks, row 2, column C: the cells C2:C3 are merged: all but one of them are empty; split",
    ),
    "a hidden row": (
        lambda book: setattr(book["tasks"].row_dimensions[3], "hidden", True),
        "plan.xlsx, sheet tasks, row 3: the row is hidden; show it or take it out",
    ),
    "hidden columns": (
        lambda book: setattr(book["tasks"].column_dimensions["D"], "hidden", True),
        "plan.xlsx, sheet tasks, column D: the column is hidden; show it or take it out",
    ),
    "a hidden sheet": (
        lambda book: setattr(book["tasks"], "sheet_state", "veryHidden"),
        "plan.xlsx, sheet tasks: the sheet is hidden; show it or take it out",
    ),
    "a formula": (
        lambda book: book["results"].__setitem__("H2", "=26000+286"),
        "plan.xlsx, sheet results, row 2, column H: the cell is a formula, whose value may be stale; put the value",
    ),
    "a formula that calls a program": (
        lambda book: book["results"].__setitem__("E2", "=cmd|'/C calc'!A0"),
        "plan.xlsx, sheet results, row 2, column E: the cell calls another program (DDE)",
    ),
    "an error": (
        lambda book: book["results"].__setitem__("E2", "#N/A"),
        "plan.xlsx, sheet results, row 2, column E: the cell holds an error of a spreadsheet; put the value there",
    ),
    "one far cell": (
        lambda book: book["results"].__setitem__("XFD1048576", "x"),
        "plan.xlsx, sheet results, row 1048576, column XFD: the sheet is too large; at most 20000 rows",
    ),
    "cells all over a sheet": (
        lambda book: book["results"].__setitem__("ALA19000", "x"),
        "plan.xlsx, sheet results, row 19000, column ALA: the sheet is too large; at most 2000000 cells",
    ),
    "a table below row 1": (
        lambda book: book["results"].insert_rows(1),
        "plan.xlsx, sheet results, row 1: the row is empty; expected the headings",
    ),
    "a field that stands twice": (
        lambda book: book["document"].append(["licence", "another"]),
        "plan.xlsx, sheet document, row 18, column licence: this field stands twice",
    ),
}


@pytest.mark.parametrize("fault", UNSEEN)
def test_what_nobody_sees_in_a_record_sheet_is_refused_with_its_place(whole: bytes, tmp_path: Path, fault: str) -> None:
    spoil, message = UNSEEN[fault]
    book = openpyxl.load_workbook(io.BytesIO(whole))
    spoil(book)
    book.save(tmp_path / "x" / "plan.xlsx")
    found = [str(p) for p in found_in(tmp_path / "x")]
    assert any(line.startswith(message) for line in found), "\n".join(found)


def test_a_column_without_width_is_hidden(whole: bytes, tmp_path: Path) -> None:
    parts = parts_of(whole)
    change(SHEET, "<sheetData>", '<cols><col min="2" max="3" width="0"/></cols><sheetData>')(parts)
    (tmp_path / "x" / "plan.xlsx").write_bytes(packed(parts))
    assert [str(p) for p in found_in(tmp_path / "x")] == [
        "plan.xlsx, sheet targets, column B:C: the column is hidden; show it or take it out"
    ]


def test_hidden_columns_beyond_the_table_and_a_hyperlink_hide_nothing(whole: bytes, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(whole))
    book["tasks"].column_dimensions.group("AA", "XFD", hidden=True)
    book["tasks"]["A2"].hyperlink = "https://example.org"
    book.save(tmp_path / "x" / "plan.xlsx")
    assert found_in(tmp_path / "x") == []


@pytest.mark.parametrize("cell", ["XFD1048576", "XFD1", "A1048576"])
def test_a_sheet_that_claims_all_cells_there_are_uses_up_no_memory(whole: bytes, tmp_path: Path, cell: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(whole))
    book["tasks"][cell].number_format = "0.00"  # a cell that holds nothing
    claimed = parts_of(save(book))
    for name, content in claimed.items():
        if name.startswith("xl/worksheets/"):
            claimed[name] = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', content)
    (tmp_path / "x" / "plan.xlsx").write_bytes(packed(claimed))
    tracemalloc.start()
    assert found_in(tmp_path / "x") == []
    assert len(SheetFile(tmp_path / "x" / "plan.xlsx").sheet("tasks").rows) == 3
    assert tracemalloc.get_traced_memory()[1] < 50_000_000
    tracemalloc.stop()


def save(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_publishers_files_may_have_formulas_merged_and_hidden_cells(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Tỉnh", "Điểm"])
    book.active.append(["Hà Tĩnh", "=1+1"])
    book.active.merge_cells("A3:B3")
    book.active.row_dimensions[2].hidden = True
    parts = parts_of(save(book))
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = re.sub(rb"<f>1\+1</f><v\s*/>|<f>1\+1</f><v></v>", b"<f>1+1</f><v>2</v>", parts[sheet])
    (tmp_path / "a.xlsx").write_bytes(packed(parts))
    assert SheetFile(tmp_path / "a.xlsx").sheet("Sheet").text(1, 1) == "2"


KINDS: dict[str, tuple[bytes, str]] = {
    "PDF": (b"%PDF-1.7\n", "a PDF document"),
    "HTML": (b"\xef\xbb\xbf <html><table>", "an HTML page"),
    "XML": (b"<?xml version='1.0'?><Workbook>", "an XML file"),
    "ZIP": (packed({"a.txt": b"x"}), "a ZIP archive"),
    "DOCX": (packed({"word/document.xml": b"<x/>"}), "a DOCX document"),
    "XLSB": (packed({"xl/workbook.bin": b"x"}), "an XLSB workbook"),
    "ODS": (packed({"content.xml": b"<x/>"}), "an OpenDocument file"),
    "cut ZIP": (packed({"a.txt": b"x"})[:40], "a damaged ZIP file"),
    "DOC": (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "an old office document, no table"),
    "locked": (
        bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"), "a workbook locked with a password",
    ),
    "picture": (b"\x89PNG\r\n", "a picture"),
    "Parquet": (b"PAR1....PAR1", "a Parquet file"),
    "empty": (b"", "an empty file"),
    "text": ("số liệu\n".encode(), "plain text"),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("suffix", ["xlsx", "xls"])
def test_a_renamed_file_is_refused_with_what_it_is(tmp_path: Path, kind: str, suffix: str) -> None:
    content, name = KINDS[kind]
    (tmp_path / f"a.{suffix}").write_bytes(content)
    with pytest.raises(BadInput, match=f"a.{suffix}: the file is no readable {suffix.upper()} workbook: it is {name}"):
        _ = SheetFile(tmp_path / f"a.{suffix}").sheet_names
    assert (kind_of(content) or "plain text") == name


def xls(records: list[tuple[int, bytes]], name: str = "Workbook", storages: tuple[str, ...] = ()) -> bytes:
    """Return an OLE file with one stream of BIFF records, and empty storages."""
    stream = b"".join(struct.pack("<HH", kind, len(data)) + data for kind, data in records)
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    count = len(stream) // 512
    entries = b""
    for title, kind, start, size in (("Root Entry", 5, 0xFFFFFFFE, 0), (name, 2, 2, len(stream)), *(
        (storage, 1, 0, 0) for storage in storages
    )):  # fmt: skip
        raw = (title + "\0").encode("utf-16-le")
        entries += raw.ljust(64, b"\0") + struct.pack("<HBB", len(raw), kind, 1) + b"\xff" * 12 + bytes(36)
        entries += struct.pack("<III", start, size, 0)
    table = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, count + 2), 0xFFFFFFFE]
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    packed_table = struct.pack("<128I", *table, *[0xFFFFFFFF] * (128 - len(table)))
    return header + packed_table + entries.ljust(512, b"\0")[:512] + stream


BEGIN = (0x809, bytes(16))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (xls([BEGIN], storages=("_VBA_PROJECT_CUR",)), "the workbook holds macros; save it without them"),
        (xls([BEGIN], storages=("MBD0012AB34",)), "the workbook holds embedded objects or files"),
        (xls([BEGIN, (0x1AE, b"\x01\x00\x05\x00\x00a.xls")]), "the workbook holds links to other files"),
        (xls([BEGIN, (0x203, struct.pack("<HH", 65_000, 1) + bytes(10))]), "a sheet is too large; at most 20000 rows"),
        (
            xls([BEGIN, *[(0x203, struct.pack("<HH", *at) + bytes(10)) for at in ((19_000, 1), (1, 250))]]),
            "a sheet is too large; at most 20000 rows and 2000000 cells",
        ),
        (xls([BEGIN, (0x200, struct.pack("<IIHHH", 0, 2**32 - 1, 0, 65_535, 0))]), "it claims cells that cannot be"),
    ],
)
def test_an_old_workbook_with_a_danger_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(BadInput, match=f"^a.xls: .*{re.escape(message)}"):
        open_xls(content, "a.xls")
