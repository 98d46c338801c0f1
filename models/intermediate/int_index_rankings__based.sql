-- Totals of editions on both boundaries: as reported, and for each unit merged on 2025-07-01 a row without score and
-- rank, which are neither summed nor averaged, beside the values of its predecessors.
with compared as (

    select * from {{ ref('int_index_scores__compared') }}
    where component_code = 'total'

),

editions as (

    select * from {{ ref('dim_index_edition') }}

),

successors as (

    select * from {{ ref('int_provinces__successors') }}
    where predecessor_count > 1

),

predecessors as (

    select * from {{ ref('dim_province') }}

),

merged as (

    select
        compared.index_code,
        compared.edition_year,
        compared.data_year,
        successors.successor_province_id as province_id,
        max(compared.n_provinces) as n_provinces,
        min(compared.known_from) as known_from,
        string_agg(
            predecessors.name_vi || ' ' || coalesce({{ number_text('compared.score') }}, '-')
            || coalesce(' (' || cast(coalesce(compared.rank_published, compared.rank_computed) as varchar) || ')', ''),
            '; ' order by predecessors.name_vi
        ) as predecessor_values
    from compared
    inner join editions
        on compared.index_code = editions.index_code and compared.edition_year = editions.edition_year
    inner join successors
        on compared.province_id = successors.predecessor_province_id
    inner join predecessors
        on {{ as_of_province('compared.province_id', 'editions.provinces_on', 'predecessors') }}
    where compared.score is not null or compared.rank_published is not null
    group by compared.index_code, compared.edition_year, compared.data_year, successors.successor_province_id

),

int_index_rankings__based as (

    select
        index_code,
        edition_year,
        data_year,
        province_id,
        'as_reported' as geography_basis,
        score,
        score_value_kind,
        score_source_id,
        rank_published,
        rank_source_id,
        rank_implied,
        implied_source_id,
        rank_computed,
        rank_change_printed,
        group_published,
        n_provinces,
        n_held,
        is_complete,
        known_from,
        score_previous,
        rank_published_previous,
        rank_computed_previous,
        n_ranked_previous,
        previous_edition_year,
        score_change,
        rank_change,
        rank_change_basis,
        median_score_change,
        not_comparable_reason,
        any_break_id,
        break_notes_vi,
        break_notes_en,
        cast(null as varchar) as predecessor_values
    from compared

    union all

    select
        index_code,
        edition_year,
        data_year,
        province_id,
        'from_2025_07' as geography_basis,
        cast(null as decimal(20, 6)) as score,
        cast(null as varchar) as score_value_kind,
        cast(null as varchar) as score_source_id,
        cast(null as integer) as rank_published,
        cast(null as varchar) as rank_source_id,
        cast(null as integer) as rank_implied,
        cast(null as varchar) as implied_source_id,
        cast(null as integer) as rank_computed,
        cast(null as integer) as rank_change_printed,
        cast(null as varchar) as group_published,
        n_provinces,
        cast(null as integer) as n_held,
        cast(null as boolean) as is_complete,
        known_from,
        cast(null as decimal(20, 6)) as score_previous,
        cast(null as integer) as rank_published_previous,
        cast(null as integer) as rank_computed_previous,
        cast(null as integer) as n_ranked_previous,
        cast(null as integer) as previous_edition_year,
        cast(null as decimal(20, 6)) as score_change,
        cast(null as integer) as rank_change,
        cast(null as varchar) as rank_change_basis,
        cast(null as double) as median_score_change,
        'not_additive_over_boundary' as not_comparable_reason,
        cast(null as varchar) as any_break_id,
        cast(null as varchar) as break_notes_vi,
        cast(null as varchar) as break_notes_en,
        predecessor_values
    from merged

)

select * from int_index_rankings__based
