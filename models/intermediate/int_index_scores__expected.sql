-- Every province that an edition could have scored, beside what is held of it, from whom and how sure.
with editions as (

    select * from {{ ref('dim_index_edition') }}

),

provinces as (

    select * from {{ ref('dim_province') }}

),

totals as (

    select * from {{ ref('int_index_scores__ranked') }}
    where component_code = 'total'

),

figure_counts as (

    select
        index_code,
        edition_year,
        province_id,
        count(*) as figure_count
    from {{ ref('int_index_scores__unioned') }}
    where is_latest_vintage
    group by index_code, edition_year, province_id

),

int_index_scores__expected as (

    select
        editions.index_code,
        editions.name_vi as index_vi,
        editions.edition_year,
        editions.data_year,
        provinces.province_id,
        case
            when totals.score is not null then 'held'
            when coalesce(totals.rank_published, totals.rank_implied) is not null then 'rank_only'
            when
                max(totals.n_held) over (partition by editions.index_code, editions.edition_year)
                >= editions.n_provinces
                then 'not_scored'
            else 'not_held'
        end as coverage_status,
        coalesce(totals.score_source_id, totals.rank_source_id, totals.implied_source_id) as source_id,
        coalesce(totals.score_trust_grade, totals.rank_trust_grade, totals.implied_trust_grade) as trust_grade,
        coalesce(figure_counts.figure_count, 0) as figure_count
    from editions
    inner join provinces
        on editions.provinces_on >= provinces.valid_from and editions.provinces_on <= provinces.valid_to
    left join totals
        on
            editions.index_code = totals.index_code
            and editions.edition_year = totals.edition_year
            and provinces.province_id = totals.province_id
    left join figure_counts
        on
            editions.index_code = figure_counts.index_code
            and editions.edition_year = figure_counts.edition_year
            and provinces.province_id = figure_counts.province_id

)

select * from int_index_scores__expected
