-- Every province that an edition could have scored, beside what is held of it, from whom and how sure.
with editions as (

    select * from {{ ref('dim_index_edition') }}

),

definitions as (

    select * from {{ ref('index_definition') }}

),

index_rankings as (

    select * from {{ ref('mart_index_rankings') }}
    where geography_basis = 'as_reported' and (score is not null or rank_used is not null)

),

component_counts as (

    select
        index_code,
        edition_year,
        province_id,
        count(*) as figure_count
    from {{ ref('fct_index_score') }}
    group by index_code, edition_year, province_id

),

int_index_scores__expected as (

    -- every province of the edition's boundaries beside what is held of it
    select
        editions.index_code,
        definitions.name_vi as index_vi,
        editions.edition_year,
        editions.data_year,
        editions.n_provinces,
        provinces.province_id,
        index_rankings.score,
        index_rankings.rank_basis,
        coalesce(index_rankings.source_id, index_rankings.score_source_id) as source_id,
        sources.trust_grade,
        coalesce(component_counts.figure_count, 0) as figure_count,
        count(index_rankings.score) over (partition by editions.index_code, editions.edition_year) as n_held
    from editions
    inner join definitions
        on editions.index_code = definitions.index_code
    inner join {{ ref('dim_province') }} as provinces
        on editions.provinces_on >= provinces.valid_from and editions.provinces_on <= provinces.valid_to
    left join index_rankings
        on
            editions.index_code = index_rankings.index_code
            and editions.edition_year = index_rankings.edition_year
            and provinces.province_id = index_rankings.province_id
    left join {{ ref('dim_source') }} as sources
        on coalesce(index_rankings.score_source_id, index_rankings.source_id) = sources.source_id
    left join component_counts
        on
            editions.index_code = component_counts.index_code
            and editions.edition_year = component_counts.edition_year
            and provinces.province_id = component_counts.province_id

)

select * from int_index_scores__expected
