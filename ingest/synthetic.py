"""A synthetic set of records for the demonstration: made up, labelled so, in the record form of `data/`.

It takes the road of real records (`parvn check`, landing, dbt). Per province and year: one annual plan and the four
reports of the ministry's windows, with dossier flows of three levels, online services and payments. All is consistent
but for three deliberate contradictions, each named in the notes of its document.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import reduce
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import yaml

from ingest.check import BUDGET_UNIT, task_readings
from ingest.contracts import TABLES, columns_of
from ingest.messages import gettext as _
from ingest.paths import SEEDS, SYNTHETIC_MANIFEST
from ingest.problems import BadInput, ParvnError, Problem
from ingest.readers import Row
from ingest.reference import Reference

PROVINCES = (
    "bac-giang", "bac-ninh", "da-nang", "quang-nam", "can-tho", "dong-nai", "ha-noi", "ha-tinh", "lang-son",
    "lao-cai", "thanh-hoa", "thua-thien-hue",
)  # fmt: skip
"""Twelve of the 63; Bắc Giang and Bắc Ninh, Quảng Nam and Đà Nẵng merge on 2025-07-01."""

PUBLISHER = "Số liệu mô phỏng (synthetic)"
NOTE = "Số liệu mô phỏng. Made up for the demonstration by ingest/synthetic.py; it describes no real province."
LAST_YEAR = 2024
"""The districts, one of the three levels here, ended on 2025-06-30."""

Tables = dict[str, list[Row]]

_LETTERS = {"targets": "t", "tasks": "k", "printed_totals": "p", "results": "r", "rankings": "x"}
"""The letter of the ids, by table."""

_OFFERED = ("procedures_online_level3plus_pct", "procedures_full_process_eligible_pct")
"""Share of procedures offered online: until 2022 of all, by level; from 2023, the first whole year of the decree, of
the eligible, whole process."""

_WINDOWS = (("q1", "quý I", 1, 1), ("6m", "6 tháng đầu năm", 1, 2), ("q3", "quý III", 3, 3), ("year", "cả năm", 1, 4))
"""The ministry's reports with their first and last quarter; each quarter ends on the 14th of its last month."""

_LEVELS = {"province": ("cấp tỉnh", 1.0, 0.0), "district": ("cấp huyện", 1.3, -0.006), "commune": ("cấp xã", 2.4, 0.0)}
"""Name, size and timeliness (as a ratio) against the provincial level."""

_SEASONS = (0.85, 1.1, 1.05, 1.0)
"""Dossiers of each quarter against the mean one: Tết falls into the first."""

_TASKS = (
    ("leadership", "Kiểm tra công tác cải cách hành chính", "Báo cáo kết quả kiểm tra", "Sở Nội vụ", "Quý II, III"),
    ("institutions", "Rà soát văn bản quy phạm pháp luật", "Quyết định công bố", "Sở Tư pháp", "Quý I"),
    ("procedures", "Đơn giản hóa thủ tục hành chính", "Quyết định của UBND tỉnh", "Văn phòng UBND tỉnh", "Quý III"),
    ("procedures", "Số hóa kết quả giải quyết thủ tục hành chính", "Kho dữ liệu", "Văn phòng UBND tỉnh", "Trong năm"),
    ("organisation", "Sắp xếp tổ chức bộ máy", "Đề án", "Sở Nội vụ", "Trước ngày 30/6/{year}"),
    ("civil_service", "Bồi dưỡng công chức một cửa", "Lớp bồi dưỡng", "Sở Nội vụ", "Quý II - Quý IV"),
    ("public_finance", "Thực hiện cơ chế tự chủ", "Báo cáo", "Sở Tài chính", "Tháng 12/{year}"),
    ("digital_government", "Nâng cấp Cổng dịch vụ công", "Hệ thống", "Sở Thông tin và Truyền thông", "Thường xuyên"),
)
"""Field, task, product, lead agency, due time."""


class Province(NamedTuple):
    """What makes one synthetic province differ from another (grain: province)."""

    dossiers: int  # new ones in a mean quarter of 2021 at the provincial level
    timeliness: float  # ratio on time, 2021
    online: float  # ratio of dossiers filed online at the beginning of 2021
    satisfaction: float  # percent, 2021
    procedures: int

    def on_time(self, level: str, year: int) -> float:
        """Return the ratio of dossiers that are on time in a mean quarter."""
        return _within(0.9, self.timeliness + _LEVELS[level][2] + 0.004 * (year - 2021), 0.998)

    def online_at(self, year: int, quarter: int) -> float:
        """Return the ratio of dossiers filed online at the end of a quarter (4: the end of the year)."""
        return _within(0.02, self.online + 0.15 * (year - 2021 + quarter / 4), 0.95)

    def offered_at(self, year: int, quarter: int) -> float:
        """Return the ratio of (eligible) procedures that are offered online at the end of a quarter."""
        return min(1.0, 0.3 + 0.8 * self.online_at(year, quarter))


class Flow(NamedTuple):
    """Dossiers of one level in one window, as counts: carried + new = early + on_time + late + in_process."""

    carried: int
    new: int
    online: int  # of the new ones
    early: int
    on_time: int
    late: int
    in_process: int

    def then(self, later: "Flow") -> "Flow":
        """Return this window and the next one as one."""
        sums = [a + b for a, b in zip(self, later, strict=True)]
        return Flow(*sums)._replace(carried=self.carried, in_process=later.in_process)


def printed(number: Decimal | int) -> str:
    """Return a number as official documents print it: 26.286, 60,5."""
    return f"{number:,}".translate(str.maketrans(",.", ".,"))


def _within(low: float, value: float, high: float) -> float:
    return max(low, min(value, high))


def _percent(part: float, whole: float = 1) -> Decimal:
    """Return part of whole in percent with one decimal."""
    return (Decimal(100 * part) / Decimal(whole)).quantize(Decimal("0.1"))


def _seed_rows(name: str) -> list[dict[str, str]]:
    with (SEEDS / "reference" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class _Author:
    """Draws the figures and words them; one random stream, so that a seed gives the same bytes every time."""

    def __init__(self, provinces: Sequence[str], years: Sequence[int], seed: int) -> None:
        self.rng, self.reference = Random(seed), Reference()
        count = len(provinces)
        self.ranks = {y: dict(zip(provinces, self.rng.sample(range(1, 64), count), strict=True)) for y in years}
        second, third = provinces[1 % count], provinces[2 % count]
        self.flaws = {
            f"synthetic-{provinces[0]}-{years[-1]}-plan": "budget total",
            f"synthetic-{second}-{years[0]}-q3-report": "in_process of district",
            f"synthetic-{third}-{years[-1]}-year-report": "rate of commune",
        }

    def province(self) -> Province:
        draw = self.rng.uniform
        return Province(int(draw(9e3, 6e4)), draw(0.93, 0.992), draw(0.08, 0.25), draw(83, 90), int(draw(1650, 2150)))

    def flow(self, of: Province, level: str, year: int, quarter: int, carried: int) -> Flow:
        """Draw the flow of one quarter of the ministry's year."""
        draw = self.rng.uniform
        new = int(of.dossiers * _LEVELS[level][1] * _SEASONS[quarter - 1] * 1.04 ** (year - 2021) * draw(0.93, 1.07))
        in_process = int((carried + new) * draw(0.05, 0.1))
        resolved = carried + new - in_process
        late_ratio = 1 - of.on_time(level, year) + (0.006 if quarter == 1 else 0) + draw(-0.01, 0.01)
        late = round(resolved * _within(0.001, late_ratio, 0.1))
        early = int((resolved - late) * draw(0.55, 0.75))
        online = int(new * _within(0.01, of.online_at(year, quarter) + draw(-0.04, 0.04), 0.97))
        return Flow(carried, new, online, early, resolved - late - early, late, in_process)

    def figure(self, code: str, level: str, words: str, columns: Row) -> Row:
        """Return what targets and results of one indicator and level have in common."""
        indicator = self.reference.indicators[code]
        place = _LEVELS[level][0] if level in _LEVELS else "toàn tỉnh"
        return {
            "indicator_code": code, "reform_field_code": indicator["reform_field_code"], "unit": indicator["unit"],
            "subject_vi": indicator["name_vi"], "subject_en": indicator["name_en"], "admin_level": level,
            "scope_code": "whole", "denominator_vi": indicator["denominator_vi"],
            "printed_text": f"{indicator['name_vi']} ({place}): {words}", **columns,
        }  # fmt: skip

    def target(self, code: str, value: float, level: str = "all", comparator: str = ">=") -> Row:
        """Return one promise, a whole number."""
        words = {">=": "tối thiểu {}%", "=": "{}%", "top_n": "trong nhóm {} tỉnh, thành phố dẫn đầu"}[comparator]
        columns: Row = {"comparator": comparator, "target_value": f"{value:.0f}", "target_origin": "target_section"}
        return self.figure(code, level, words.format(columns["target_value"]), columns)

    def result(self, code: str, level: str, value: Decimal | int, columns: Row) -> Row:
        """Return one reported figure."""
        sign = "%" if self.reference.indicators[code]["unit"] == "percent" else ""
        return self.figure(code, level, printed(value) + sign, {"value": str(value), **columns})

    def share(self, code: str, level: str, part: int, whole: int, columns: Row, error: Decimal = Decimal(0)) -> Row:
        """Return one share with the counts it is printed with; `error` makes it contradict them."""
        value = _percent(part, whole) + error
        columns = {"value": str(value), "numerator": str(part), "denominator": str(whole), **columns}
        return self.figure(code, level, f"{printed(part)}/{printed(whole)}, đạt {printed(value)}%", columns)

    def targets(self, of: Province, year: int) -> Iterator[Row]:
        """Yield the promises of a plan: about what the province will reach, some met and some not."""
        for level in _LEVELS:
            yield self.target("dossiers_on_time_pct", min(99, round(100 * of.on_time(level, year) - 0.3)), level)
        yield self.target(_OFFERED[year >= 2023], 5 * round(20 * of.offered_at(year, 4)))
        yield self.target("dossiers_filed_online_pct", 5 * round(20 * of.online_at(year, 2)))
        yield self.target("online_payment_pct", 5 * round(12 * of.online_at(year, 4)))
        yield self.target("satisfaction_procedures_pct", round(of.satisfaction + 0.8 * (year - 2021)))
        yield self.target("one_stop_procedures_pct", 100, comparator="=")
        yield self.target("par_index_rank", self.rng.choice((10, 15, 20, 30)), comparator="top_n")

    def plan(self, of: Province, year: int, total_error: int) -> Tables:
        """Return the tables of an annual plan; `total_error` (million dong) makes its printed total contradict it."""
        tasks: list[Row] = []
        budgets = ["0", "Theo dự toán được giao", *(printed(10 * self.rng.randint(8, 240)) for _ in _TASKS[2:])]
        for number, ((field, task, product, lead, due), budget) in enumerate(zip(_TASKS, budgets, strict=True), 1):
            row: Row = {
                "row_no": str(number), "task_no": str(number), "reform_field_code": field, "task_vi": task,
                "product_vi": product, "lead_text": lead, "coordinating_text": "Các sở, ban, ngành; UBND cấp huyện",
                "due_text": due.format(year=year), "budget_text": budget, "printed_text": task,
            }  # fmt: skip
            readings = task_readings(row, year, "vietnamese", BUDGET_UNIT, self.reference)
            tasks.append(row | {column: reading for column, reading, _ in readings})
        total = sum(int(row["budget_vnd_million"] or 0) for row in tasks) + total_error
        printed_total: Row = {
            "quantity": "budget_total", "reform_field_code": "general", "value": str(total), "unit": "vnd_million",
            "printed_text": f"Tổng kinh phí thực hiện: {printed(total)} triệu đồng",
        }  # fmt: skip
        return {"targets": list(self.targets(of, year)), "tasks": tasks, "printed_totals": [printed_total]}

    def results(
        self, of: Province, start: date, end: date, quarter: int, flows: dict[str, Flow], flaw: str
    ) -> Iterator[Row]:
        """Yield the figures of a report up to the end of `quarter`; `flaw` names the figure that shall be wrong."""
        when: Row = {"period_text": f"từ ngày {start:%d/%m/%Y} đến ngày {end:%d/%m/%Y}"}
        when |= {"period_start": str(start), "period_end": str(end)}
        on_day: Row = {"measured_on": str(end)}
        for level, flow in flows.items():
            in_time, received = flow.early + flow.on_time, flow.carried + flow.new
            counts = {
                "received_new": flow.new, "carried_over": flow.carried, "received_online": flow.online,
                "resolved": in_time + flow.late, "resolved_early": flow.early, "resolved_on_time": flow.on_time,
                "resolved_late": flow.late,
                "in_process": flow.in_process - (120 if flaw == f"in_process of {level}" else 0),
            }  # fmt: skip
            basis: Row = {"received_basis": "with_carry_over", **when}
            yield self.result("dossiers_received_count", level, received, basis)
            for name, count in counts.items():
                columns = when | on_day if name == "in_process" else when
                yield self.result(f"dossiers_{name}_count", level, count, columns)
            error = Decimal("-1.5" if flaw == f"rate of {level}" else 0)
            yield self.share("dossiers_on_time_pct", level, in_time, in_time + flow.late, when, error)
        online, new = sum(f.online for f in flows.values()), sum(f.new for f in flows.values())
        yield self.share("dossiers_filed_online_pct", "all", online, new, when)
        paid = _percent(_within(0.01, 0.6 * of.online_at(end.year, quarter) + self.rng.uniform(-0.02, 0.02), 1))
        yield self.result("online_payment_pct", "all", paid, when)
        one_stop = of.procedures - (4 - quarter) * self.rng.randint(0, 12)
        yield self.share("one_stop_procedures_pct", "all", one_stop, of.procedures, on_day)
        base = of.procedures if end.year < 2023 else round(0.6 * of.procedures)
        offered = round(base * of.offered_at(end.year, quarter))
        partial, level4 = (of.procedures - offered) // 2, round(0.4 * offered)
        if end.year < 2023:
            counts = {"online_level3": offered - level4, "online_level4": level4, "online_level3plus": offered}
        else:
            counts = {"full_process": offered, "partial": partial}
        for name, count in counts.items():
            yield self.result(f"procedures_{name}_count", "all", count, on_day)
        yield self.share(_OFFERED[end.year >= 2023], "all", offered, base, on_day)
        if quarter == 4:
            satisfied = of.satisfaction + 0.8 * (end.year - 2021) + self.rng.uniform(-1.5, 1.5)
            yield self.result("satisfaction_procedures_pct", "all", _percent(satisfied, 100), when)

    def ranking(self, province: str, edition: int) -> Row | None:
        """Return the PAR Index rank of an edition that the warehouse knows."""
        known = {(row["index_code"], row["edition_year"]) for row in _seed_rows("index_edition")}
        if ("par_index", str(edition)) not in known:
            return None
        rank = str(self.ranks[edition + 1][province])
        words = f"Chỉ số cải cách hành chính (PAR INDEX) năm {edition} xếp thứ {rank}"
        return {"index_code": "par_index", "edition_year": str(edition), "rank_published": rank, "printed_text": words}


def _province_name(province_id: str, day: date) -> str:
    """Return the full name that a province had on a day, as it stands inside a sentence."""
    for row in _seed_rows("province"):
        if row["province_id"] == province_id and row["valid_from"] <= str(day) <= (row["valid_to"] or "9999"):
            return row["full_name_vi"].replace("Tỉnh", "tỉnh").replace("Thành", "thành")
    raise ParvnError(_("there was no province {province} on {day}").format(province=province_id, day=day))


def _package(document: dict[str, Any], flaw: str, tables: Tables) -> Iterator[tuple[str, str]]:
    """Yield path and text of every file of one document; what all have in common, ids and locators are given here."""
    document_id = document["document_id"]
    document |= {
        "title_vi": f"SỐ LIỆU MÔ PHỎNG: {document['title_vi']} {document['period_text']}", "issuer_vi": PUBLISHER,
        "publisher": PUBLISHER, "source_kind": "synthetic", "source_family_code": f"synthetic-{document['province']}",
        "trust_grade": "A", "licence": "synthetic, made up for demonstration", "issue_date": document["known_from"],
        "known_from_basis": "printed_date", "number_style": {"default": "vietnamese"},
        "notes": [NOTE, f"Deliberate contradiction: {flaw}."] if flaw else [NOTE],
    }  # fmt: skip
    fields = {name: str(value) if isinstance(value, date) else value for name, value in document.items()}
    yield f"{document_id}/document.yml", yaml.safe_dump(fields, allow_unicode=True, sort_keys=False, width=120)
    for name, rows in tables.items():
        for number, row in enumerate(rows, 1):
            row[TABLES[name].id_column] = f"{document_id}-{_LETTERS[name]}{number:03}"
            row["locator"] = f"{name}.{number}; L{number}"
        used = {column for row in rows for column in row}
        text = io.StringIO()
        writer = csv.DictWriter(text, [c for c in columns_of(name) if c in used], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        yield f"{document_id}/{name}.csv", text.getvalue()


def _year(
    author: _Author, of: Province, province: str, year: int, carried: dict[str, int]
) -> Iterator[tuple[str, str]]:
    """Yield the files of one province and year; `carried` (in process, by level) goes on to the next year."""
    name = _province_name(province, date(year, 12, 14))
    stem, issued = f"synthetic-{province}-{year}", date(year - 1, 12, author.rng.randint(20, 30))
    flaw = author.flaws.get(f"{stem}-plan", "")
    plan = {
        "document_id": f"{stem}-plan", "document_kind": "annual_plan", "legal_form": "KH", "province": province,
        "title_vi": f"Kế hoạch cải cách hành chính của {name}", "plan_year": year, "period_text": f"năm {year}",
        "period_start": date(year, 1, 1), "period_end": date(year, 12, 31), "known_from": issued,
    }  # fmt: skip
    yield from _package(plan, flaw, author.plan(of, year, 150 if flaw else 0))
    flows: dict[str, list[Flow]] = {level: [] for level in _LEVELS}
    for level, quarters in flows.items():
        for quarter in range(1, 5):
            quarters.append(author.flow(of, level, year, quarter, carried[level]))
            carried[level] = quarters[-1].in_process
    for code, title, first, last in _WINDOWS:
        start = date(year, 6, 15) if first == 3 else date(year - 1, 12, 15)
        end, flaw = date(year, 3 * last, 14), author.flaws.get(f"{stem}-{code}-report", "")
        report = {
            "document_id": f"{stem}-{code}-report", "document_kind": "periodic_report", "legal_form": "BC",
            "province": province, "title_vi": f"Báo cáo cải cách hành chính của {name}", "plan_year": year,
            "period_text": f"{title} {year}", "period_start": start, "period_end": end,
            "known_from": end + timedelta(days=10),
        }  # fmt: skip
        covered = {level: reduce(Flow.then, quarters[first - 1 : last]) for level, quarters in flows.items()}
        tables: Tables = {"results": list(author.results(of, start, end, last, covered, flaw))}
        if code == "q3" and (ranking := author.ranking(province, year - 1)):
            tables["rankings"] = [ranking]
        yield from _package(report, flaw, tables)


def write_records(
    folder: Path,
    provinces: Sequence[str] = PROVINCES,
    years: Sequence[int] = (2021, 2022, 2023, 2024),
    seed: int = 2020,
) -> None:
    """Write the synthetic records into `folder`; the same arguments give the same bytes.

    What an earlier call wrote there (it keeps a list) is removed first, nothing else. Raises BadInput where the folder
    holds other records, ParvnError for years after 2024 and for provinces that there were not in a year.
    """
    if max(years) > LAST_YEAR:
        raise ParvnError(
            _("synthetic records end in {year}: the district level ended on 2025-06-30").format(year=LAST_YEAR)
        )
    manifest = folder / SYNTHETIC_MANIFEST
    old = {folder / line for line in manifest.read_text(encoding="utf-8").splitlines()} if manifest.exists() else set()
    records = [p for pattern in ("document.yml", "pages.csv", "*.xlsx") for p in folder.rglob(pattern)]
    if others := [p for p in records if p not in old]:
        raise BadInput(
            [Problem(str(others[0]), _("not a synthetic record; the demonstration needs a folder of its own"))]
        )
    author, files = _Author(provinces, years, seed), dict[str, str]()
    for province in provinces:
        of = author.province()
        carried = {level: int(0.08 * of.dossiers * size) for level, (_, size, _) in _LEVELS.items()}
        for year in years:
            files.update(_year(author, of, province, year, carried))
    for path in sorted(old):
        path.unlink(missing_ok=True)
    for path in {path.parent for path in old}:
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
    folder.mkdir(parents=True, exist_ok=True)
    manifest.write_text("".join(f"{name}\n" for name in files), encoding="utf-8")
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
