"""Index scores and ranks as published, against figures that other sources state."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest.paths import PROJECT, Workspace

Query = Callable[..., list[tuple[Any, ...]]]
SHARED = PROJECT.parent / "shared" / "reference" / "indices"

PAPI_MEANS = {
    2011: 35.750, 2012: 36.445, 2013: 36.737, 2014: 36.436, 2015: 35.584, 2016: 35.988, 2017: 36.562,
    2018: 44.078, 2019: 43.616, 2020: 42.777, 2021: 42.408, 2022: 42.342, 2023: 42.421, 2024: 43.434,
}  # fmt: skip
"""Mean totals of the provinces that have one, as worked out when the figures were collected."""


@pytest.fixture(scope="module")
def query(real: Workspace) -> Iterator[Query]:
    with duckdb.connect(str(real.published_database), read_only=True) as connection:
        yield lambda sql, *parameters: connection.execute(sql, parameters).fetchall()


def test_ranks_of_the_report_are_those_computed_from_the_publishers_scores(query: Query) -> None:
    found = query(
        """
        select index_code, edition_year, rank_published, rank_implied, rank_computed
        from marts.mart_index_rankings
        where province_id = 'thua-thien-hue' and index_code in ('papi', 'pci') and edition_year in (2018, 2019)
        order by all
        """
    )
    assert found == [
        ("papi", 2018, None, 43, 43), ("papi", 2019, 5, None, 5),
        ("pci", 2018, None, 30, 30), ("pci", 2019, 20, None, 20),
    ]  # fmt: skip


def test_papi_means_are_those_of_the_provinces_scored(query: Query) -> None:
    means = query(
        "select edition_year, round(value, 3) from marts.fct_index_statistic "
        "where index_code = 'papi' and component_code = 'total' and statistic_code = 'mean' and value_kind = 'computed'"
    )
    assert dict(means) == PAPI_MEANS


def test_the_official_page_of_pci_2020_and_the_research_copy_agree_in_all_63_provinces(query: Query) -> None:
    found = query(
        """
        select count(*), max(abs(page.score - copy.score))
        from marts.fct_index_score as page
        inner join marts.fct_index_score as copy using (index_code, edition_year, province_id, component_code)
        where page.source_id = 'pci-2020-page' and copy.source_id = 'pci-2020' and page.component_code = 'total'
        """
    )
    assert found[0][0] == 63
    assert found[0][1] <= 0.005


def test_printed_ranks_equal_computed_ones_but_for_ties_at_the_printed_precision(query: Query) -> None:
    found = query(
        """
        select index_code, edition_year, count(*), count(*) filter (rank_published <> rank_computed)
        from marts.mart_index_rankings
        where rank_published is not null and rank_computed is not null
        group by all order by all
        """
    )
    assert found == [
        ("dti", 2022, 63, 0),
        ("papi", 2019, 1, 0),
        ("pci", 2019, 22, 0),
        ("pci", 2020, 63, 3),
        ("pci", 2021, 21, 0),
    ]


def test_an_edition_that_is_not_held_whole_has_no_computed_rank_median_or_distance(query: Query) -> None:
    found = query(
        """
        select count(*) > 100, count(rank_computed), count(score_median), count(distance_to_top_10),
            count(provinces_within_one_point), count(rank_in_region)
        from marts.mart_index_rankings where not is_complete
        """
    )
    assert found == [(True, 0, 0, 0, 0, 0)]
    assert query(
        "select distinct n_ranked from marts.mart_index_rankings where index_code = 'papi' and edition_year = 2018"
    ) == [(61,)]


def test_no_change_of_score_or_rank_crosses_a_major_break(query: Query) -> None:
    for mart in ("mart_index_rankings", "mart_index_components"):
        rank_change = "rank_change" if mart == "mart_index_rankings" else "score_change"
        crossing = query(
            f"select count(*) > 60, count(score_change), count({rank_change}), count(comparability_note_vi) = count(*) "
            f"from marts.{mart} where not_comparable_reason = 'crosses_break'"
        )
        assert crossing == [(True, 0, 0, True)]
    assert query(
        "select rank_change, rank_change_basis from marts.mart_index_rankings "
        "where province_id = 'thua-thien-hue' and index_code = 'papi' and edition_year in (2018, 2019) "
        "order by edition_year"
    ) == [(None, None), (38, "computed")]


def test_scores_of_predecessors_are_offered_and_never_summed_or_averaged(query: Query) -> None:
    found = query(
        "select count(*), count(score), count(rank_used), bool_and(predecessor_values like '%; %') "
        "from marts.mart_index_rankings where index_code = 'dti' and edition_year = 2024 "
        "and geography_basis = 'from_2025_07'"
    )
    assert found == [(23, 0, 0, True)]
    merged = (
        "select distinct successor_province_id from marts.bridge_province_succession group by all having count(*) > 1"
    )
    assert query(
        f"select count(*) from marts.fct_index_score where province_id in ({merged}) "
        "and data_year < 2025 and province_id <> 'ha-noi'"
    ) == [(0,)]


def test_only_print_is_a_published_rank_and_sources_of_trust_c_stay_out(query: Query) -> None:
    assert query(
        "select count(*) from marts.fct_index_score where value_kind = 'computed' and rank_published is not null"
    ) == [(0,)]
    assert query("select distinct trust_grade from marts.fct_index_score order by 1") == [("A",), ("B",)]
    assert query(
        "select count(*) from marts.fct_index_score where index_code = 'pci' and province_id = 'lam-dong' "
        "and edition_year = 2024"
    ) == [(0,)]


def test_coverage_names_what_is_held_of_every_edition_and_province(query: Query) -> None:
    found = dict(
        query(
            "select coverage_status, count(*) from marts.mart_coverage "
            "where subject_kind = 'index_score' and index_code = 'papi' group by 1"
        )
    )
    assert found == {"held": sum((63,) * 8) + 61 * 5 + 60, "not_scored": 13}
    ha_tay = query(
        "select distinct edition_year from marts.mart_coverage where province_id = 'ha-tay' and index_code = 'pci'"
    )
    assert {year for (year,) in ha_tay} == {2005, 2006, 2007, 2008}


@pytest.mark.skipif(not SHARED.is_dir(), reason="the collected reference tables are not here")
@pytest.mark.parametrize(
    ("file", "index_code", "year", "value", "column"),
    [
        ("pci_2020_official_page.csv", "pci", "year", "pci_score", "score"),
        ("pci_2020_official_page.csv", "pci", "year", "rank", "rank_published"),
        ("dti_2022_ranks_official_page.csv", "dti", "year", "rank", "rank_published"),
        ("dti_total_2022_2024.csv", "dti", "year", "dti_total", "score"),
        ("dti_total_2022_2024.csv", "dti", "year", "rank_in_year", "rank_computed"),
    ],
)
def test_every_value_of_a_collected_table_is_held(
    query: Query, file: str, index_code: str, year: str, value: str, column: str
) -> None:
    held = {
        (code, edition): float(held)
        for code, edition, held in query(
            f"""
            select gso_code, edition_year, {column} from marts.mart_index_rankings as rankings
            inner join marts.dim_province as provinces
                on rankings.province_id = provinces.province_id
                and make_date(data_year, 12, 31) between valid_from and valid_to
            where index_code = ? and {column} is not null
            """,
            index_code,
        )
    }
    with Path(SHARED / file).open(encoding="utf-8", newline="") as rows:
        stated = {(r["gso_code_2004_2025"], int(r[year])): float(r[value]) for r in csv.DictReader(rows)}
    assert {key: held.get(key) for key in stated} == stated
