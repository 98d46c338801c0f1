"""The harness of the benchmarks measures what it says; no time is asserted."""

from pathlib import Path

import duckdb
import pytest

from benchmarks import report
from benchmarks.aggregations import check_same
from benchmarks.harness import Section, compare, growth, percentile


def test_the_growth_is_the_exponent_and_a_percentile_a_value_that_was_measured() -> None:
    sizes = [1, 10, 100]
    assert growth(sizes, [2 * s**1.5 for s in sizes]) == pytest.approx(1.5)
    assert percentile([5, 1, 3, 2, 4], 0.5) == 3
    assert percentile(range(1, 21), 0.95) == 19


def test_works_are_measured_in_turns_each_in_a_process_of_its_own(tmp_path: Path) -> None:
    path, data, out = (str(tmp_path / name) for name in ("extract.csv", "data", "out"))
    found = compare({"write": ("loading:write_extract", {"path": path, "data": data, "rows": 500})}, 1)
    found |= compare(
        {
            "COPY": ("loading:copy_dossiers", {"path": path, "out": out}),
            "landing": ("loading:land_dossiers", {"path": path, "out": out, "data": data}),
        },
        1,
    )
    assert found["landing"].value["rows"] == 500
    assert all(len(m.seconds) == 1 and m.median > 0 and m.cpu > 0 and m.peak_mb > 10 for m in found.values())


def test_a_missed_aim_is_written_as_missed() -> None:
    section = Section("Queries", "How.", ("work", "ms"), [["one", 12.345]])
    section.aim("under 50 ms", 12.3, 50, unit=" ms")
    section.aim("at 0.8 of the speed", 0.7, 0.8, is_least=True)
    text = report.section(vars(section) | {"size": "tiny", "repeats": 1, "took_s": 3, "machine": "2 cores"})
    assert "| one | 12.3 |" in text
    assert "| under 50 ms | 12.30 ms | met |" in text
    assert "| at 0.8 of the speed | 0.70 | **missed** |" in text


def test_two_ways_to_aggregate_that_give_other_rows_stop_the_benchmark(tmp_path: Path) -> None:
    def result(name: str, rows: str) -> str:
        (tmp_path / name).mkdir()
        duckdb.sql(f"copy (select * from {rows}) to '{tmp_path / name}/result.parquet'")
        return str(tmp_path / name)

    ours = result("ours", "(values ('hue', 2::integer), ('hue', 2), ('da-nang', null)) as t (province_id, n)")
    same = result("same", "(values (null::double, 'da-nang'), (2, 'hue'), (2, 'hue')) as t (n, province_id)")
    once = result("once", "(values ('hue', 2), ('da-nang', null)) as t (province_id, n)")
    none = result("none", "(values ('hue', 2)) as t (province_id, n) where n > 2")
    assert check_same({"by hand": ours, "polars": same}) == 3
    with pytest.raises(RuntimeError, match="by hand and pandas differ in 1 of 3 rows"):
        check_same({"by hand": ours, "polars": same, "pandas": once})
    with pytest.raises(RuntimeError, match="nothing to group"):
        check_same({"by hand": none, "polars": none})
