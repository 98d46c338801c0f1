"""The words inside exported files, in the language of the file; what the command itself says is in `messages`."""

LANGUAGES = ("en", "vi")

_WORDS = {
    "definitions": ("Definitions", "Định nghĩa"),
    "sources": ("Sources", "Nguồn"),
    "about": ("How to cite", "Cách trích dẫn"),
    "column": ("Column", "Tên cột"),
    "heading": ("Vietnamese heading", "Tiêu đề"),
    "unit": ("Unit", "Đơn vị"),
    "type": ("Type", "Kiểu dữ liệu"),
    "description": ("Description", "Giải thích"),
    "english": ("English", "tiếng Anh"),
    "partly_english": ("partly English", "tiếng Anh nếu chưa có tiếng Việt"),
    "source_id": ("Source", "Mã nguồn"),
    "publisher": ("Publisher", "Cơ quan công bố"),
    "title": ("Title", "Tên"),
    "address": ("Address", "Địa chỉ"),
    "source_kind": ("Kind", "Loại nguồn"),
    "trust_grade": ("Trust grade", "Mức tin cậy"),
    "licence": ("Licence", "Điều kiện sử dụng"),
    "citation": ("Citation", "Trích dẫn"),
    "note": ("Note", "Ghi chú"),
    "obtained_on": ("Read on", "Ngày truy cập"),
    "no_sources": (
        "The rows name no source: they are reference data of PAR Warehouse.",
        "Các dòng không nêu nguồn: đây là dữ liệu tham chiếu của PAR Warehouse.",
    ),
    "cite": ("Cite as", "Trích dẫn như sau"),
    "cite_sources": ("Cite also", "Trích dẫn thêm"),
    "cite_sources_text": (
        "The figures are those of their publishers: cite the sources too, as the sheet “Sources” words them.",
        "Số liệu là của các cơ quan công bố: hãy trích dẫn cả nguồn, theo cột “Trích dẫn” của trang “Nguồn”.",
    ),
    "table": ("Table", "Bảng"),
    "question": ("What it answers", "Câu hỏi"),
    "grain": ("One row is", "Mỗi dòng là"),
    "comparability": ("Comparability", "So sánh được khi nào"),
    "geography": ("Geography", "Địa giới"),
    "beware": ("Beware", "Lưu ý"),
    "more": ("More", "Thêm"),
    "rows": ("Rows", "Số dòng"),
    "filter": ("Filter", "Điều kiện lọc"),
    "labelled": ("Codes written as words", "Mã được ghi bằng chữ"),
    "no_filter": ("none: the whole table", "không lọc: toàn bộ bảng"),
    "release": ("Release", "Bản phát hành"),
    "published": ("Published (UTC)", "Thời điểm phát hành (UTC)"),
    "code": ("Code version", "Phiên bản mã nguồn"),
    "synthetic": (
        "Synthetic figures, made up: do not cite.",
        "Số liệu mô phỏng, không có thật: không được trích dẫn.",
    ),
    "trust": ("Trust grades", "Mức tin cậy"),
    "trust_text": (
        "A: official document, page or publisher's file. B: press, or a relay that names its source.",
        "A: văn bản, trang chính thức hoặc tệp của cơ quan công bố. B: báo chí hoặc nơi dẫn lại có nêu nguồn.",
    ),
}

_UNITS_VI = {
    "agencies": "cơ quan",
    "cases": "trường hợp",
    "days": "ngày",
    "documents": "văn bản",
    "dossiers": "hồ sơ",
    "features": "đặc điểm",
    "figures": "số liệu",
    "milestones": "mốc",
    "million VND": "triệu đồng",
    "percent": "%",
    "percentage points": "điểm phần trăm",
    "places": "bậc",
    "points": "điểm",
    "procedures": "thủ tục hành chính",
    "provinces": "tỉnh, thành phố",
    "rank": "thứ hạng",
    "rows": "dòng",
    "seconds": "giây",
    "share": "tỷ lệ (1 là toàn bộ)",
    "targets": "chỉ tiêu",
    "tasks": "nhiệm vụ",
}


def word(name: str, language: str) -> str:
    """Return the word in `en` or `vi`."""
    return _WORDS[name][LANGUAGES.index(language)]


def heading_of(name: str, language: str, written_in: set[str]) -> str:
    """Return the word as a heading of texts written in these languages: it says which of them are in English."""
    found = word(name, language)
    if written_in <= {language}:
        return found
    return f"{found} ({word('partly_english' if language in written_in else 'english', language)})"


def unit_in(unit: str | None, language: str) -> str:
    """Return a unit of the data dictionary in a language; one without a translation stays as it is."""
    if unit is None:
        return ""
    return _UNITS_VI.get(unit, unit) if language == "vi" else unit
