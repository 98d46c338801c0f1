import json
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from ingest.notebook import METADATA, Warehouse, source_line, warehouse
from ingest.paths import PROJECT, Workspace
from ingest.problems import ParvnError
from ingest.publish import DATABASE, current_release

NOTEBOOKS = sorted((PROJECT / "notebooks").glob("*.ipynb"))
HA_TINH, HUE = "ha-tinh-2020-plan", "thua-thien-hue-2020-key-programme"


@pytest.fixture
def wh(real: Workspace) -> Warehouse:
    return warehouse(real.warehouse)


def test_a_mart_comes_with_labels_units_sources_and_release(wh: Warehouse, real: Workspace) -> None:
    rates = wh.mart("mart_on_time_rates", where="source_id = ?", params=["thua-thien-hue-2020-q3-report"])
    assert len(rates) > 0
    assert rates.attrs["columns"]["late_pct"]["unit"] == "percent"
    assert rates.attrs["columns"]["late_pct"]["label_vi"] == "Tỷ lệ trễ hạn trên số đã giải quyết (%)"
    assert rates.attrs["columns"].keys() == set(rates.columns)
    (source,) = rates.attrs["sources"]
    assert (source["source_id"], source["trust"]) == ("thua-thien-hue-2020-q3-report", "A")
    assert source["licence"] and source["citation"]
    release = current_release(real)
    assert release is not None and rates.attrs["release_id"] == wh.release_id == release.name


def test_chosen_columns_keep_the_sources_that_they_do_not_show(wh: Warehouse) -> None:
    budget = wh.mart("mart_budget", columns=["plan_year", "budget_vnd_million"])
    assert list(budget) == ["plan_year", "budget_vnd_million"]
    assert HA_TINH in {source["source_id"] for source in budget.attrs["sources"]}
    assert "457/KH-UBND" in source_line(budget)


def test_a_query_describes_the_columns_that_keep_their_name_and_no_others(wh: Warehouse) -> None:
    frame = wh.sql(
        "select b.document_id, b.task_count, b.task_count as tasks from marts.mart_budget as b where plan_year = $year",
        {"year": 2020},
    )
    assert frame.attrs["columns"].keys() == {"document_id", "task_count"}
    assert frame.attrs["columns"]["task_count"]["unit"] == "tasks"


def test_an_arrow_table_carries_the_same_in_its_metadata(wh: Warehouse) -> None:
    query = "select document_id, task_count from marts.mart_budget where plan_year = ?"
    table = wh.arrow(query, [2020])
    frame = wh.sql(query, [2020])
    assert table.num_rows == len(frame) > 0
    assert json.loads(table.schema.metadata[METADATA]) == frame.attrs


def test_a_source_line_names_the_sources_of_the_rows_that_are_left(wh: Warehouse) -> None:
    progress = wh.mart("mart_target_progress")
    assert source_line(progress[progress.document_id == HA_TINH]) == "Nguồn / Source: UBND tỉnh Hà Tĩnh: 457/KH-UBND."
    both = source_line(progress[progress.document_id == HA_TINH], wh.sources([HUE]))
    assert both == "Nguồn / Source: UBND tỉnh Hà Tĩnh: 457/KH-UBND. UBND tỉnh Thừa Thiên Huế: 274/KH-UBND."
    with pytest.raises(ParvnError, match="no source is known"):
        source_line(wh.sql("select count(*) as n from marts.fct_result"))


def test_a_source_line_joins_years_marks_the_press_and_counts_many_pages(wh: Warehouse) -> None:
    papi = wh.sql("select distinct source_id from marts.fct_index_score where source_id like 'papi-201_'")
    line = source_line(papi)
    assert "PAPI 2011–2016: điểm nội dung theo tỉnh" in line and line.count("CECODES") == 1
    assert "PAPI 2017–2019: điểm nội dung theo tỉnh [B]" in line and line.endswith("read from the press or a copy.")
    pages = wh.sql("select source_id from marts.fct_result")
    counts = dict(
        wh.sql(
            "select trust_grade, count(*) from marts.dim_source where source_id in "
            "(select source_id from marts.fct_result) and title like 'http%' group by all"
        ).values
    )
    line = source_line(pages)
    assert f"{counts['A']} official pages" in line and f"{counts['B']} press pages" in line and "http" not in line


def test_a_warehouse_is_found_by_folder_file_release_and_environment(
    real: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = current_release(real)
    assert release is not None
    for place in (real.warehouse, str(release), release / DATABASE):
        assert warehouse(place).release_id == release.name
    monkeypatch.setenv("PARVN_DATABASE", str(real.published_database))
    assert warehouse().release_id == release.name
    copy = tmp_path / "copy.duckdb"
    copy.write_bytes((release / DATABASE).read_bytes())
    assert warehouse(copy).release_id is None
    with pytest.raises(ParvnError, match="nothing is published in"):
        warehouse(tmp_path / "nowhere")


def test_a_kept_release_is_found_by_the_beginning_of_its_id(real: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    release = current_release(real)
    assert release is not None
    monkeypatch.setattr("ingest.notebook.Workspace", lambda: real)
    assert warehouse(release.name[:12]).release_id == release.name


def test_nothing_can_be_written_read_from_files_or_set(wh: Warehouse, tmp_path: Path) -> None:
    for query in (
        "create table marts.x as select 1",
        "delete from marts.dim_source",
        f"copy (select 1) to '{tmp_path / 'out.csv'}'",
        "from read_text('/etc/hostname')",
        "set enable_external_access = true",
        "install httpfs",
    ):
        with pytest.raises(duckdb.Error):
            wh.sql(query)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_table_or_column_is_named_with_the_nearest(wh: Warehouse) -> None:
    with pytest.raises(ParvnError, match=r"no table 'mart_budgets'; nearest: mart_budget\b"):
        wh.mart("mart_budgets")
    with pytest.raises(ParvnError, match=r"no column of mart_budget 'task_counts'; nearest: task_count\b"):
        wh.mart("mart_budget", columns=["task_counts"])


def test_facts_are_shown_as_they_were_known_on_a_day(real: Workspace) -> None:
    with warehouse(real.warehouse) as now, warehouse(real.warehouse, as_of="2020-12-31") as then:
        query = "select source_id, known_from from marts.fct_result"
        early, late = then.sql(query), now.sql(query)
        assert 0 < len(early) < len(late)
        assert str(early.known_from.max().date()) <= "2020-12-31"
        assert early.attrs["columns"] == late.attrs["columns"] != {}
        assert {s["source_id"] for s in early.attrs["sources"]} == set(early.source_id)


def test_those_who_ask_for_data_alone_do_not_load_altair() -> None:
    code = "import sys, ingest.notebook; sys.exit('altair' in sys.modules or 'IPython' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_finished_chart_has_title_source_line_and_alt_text_and_is_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import altair as alt
    import pandas as pd

    from ingest.charts import finish

    monkeypatch.setenv("PARVN_CHARTS", str(tmp_path / "charts"))
    bars = alt.Chart(pd.DataFrame({"tỉnh": ["Thừa Thiên Huế"], "n": [1]})).mark_bar().encode(x="n", y="tỉnh")
    finish(bars, "one", "Một tỉnh đứng đầu", "A subtitle.", "Nguồn / Source: ai đó.")
    svg = (tmp_path / "charts" / "one.svg").read_text("utf-8")
    for text in ("Một tỉnh đứng đầu", "A subtitle.", "Nguồn / Source: ai đó.", "Thừa Thiên Huế"):
        assert f">{text}<" in svg
    assert (tmp_path / "charts" / "one.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_holds_no_output_and_its_charts_are_finished_with_a_source(path: Path) -> None:
    cells = json.loads(path.read_text("utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert [cell["id"] for cell in code if cell["outputs"] or cell["execution_count"] is not None] == []
    sources = ["".join(cell["source"]) for cell in code]
    finished = [text for text in sources if re.search(r"^finish\($", text, re.MULTILINE)]
    assert 3 <= len(finished) <= 6
    assert [text for text in finished if not re.search(r"^    (source_line|cite)\(", text, re.MULTILINE)] == []
