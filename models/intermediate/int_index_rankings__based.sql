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

editions_held as (

    -- editions on the old boundaries of which anything is held
    select
        editions.index_code,
        editions.edition_year,
        editions.data_year,
        editions.provinces_on,
        editions.n_provinces,
        editions.is_published_on_2025_07
    from editions
    where
        editions.provinces_on < date '2025-07-01'
        and exists (
            select 1
            from compared
            where compared.index_code = editions.index_code and compared.edition_year = editions.edition_year
        )

),

merged as (

    select
        editions_held.index_code,
        editions_held.edition_year,
        editions_held.data_year,
        successors.successor_province_id as province_id,
        editions_held.n_provinces,
        editions_held.is_published_on_2025_07,
        -- known when the last of them is
        max(compared.known_from) as known_from,
        {{ joined_text(
            "predecessors.name_vi || ' ' || coalesce(" ~ number_text('compared.score') ~ ", '-') || coalesce(' (' || cast("
            "coalesce(compared.rank_published, compared.rank_computed, compared.rank_implied) as string) || ')', '')",
            '; ', 'predecessors.name_vi'
        ) }} as predecessor_values
    from editions_held
    cross join successors
    inner join predecessors
        on {{ as_of_province('successors.predecessor_province_id', 'editions_held.provinces_on', 'predecessors') }}
    left join compared
        on
            editions_held.index_code = compared.index_code
            and editions_held.edition_year = compared.edition_year
            and successors.predecessor_province_id = compared.province_id
    group by
        editions_held.index_code, editions_held.edition_year, editions_held.data_year,
        successors.successor_province_id, editions_held.n_provinces, editions_held.is_published_on_2025_07

),

based as (

    select
        index_code,
        edition_year,
        data_year,
        province_id,
        'as_reported' as geography_basis,
        n_provinces,
        known_from,
        not_comparable_reason,
        cast(null as string) as predecessor_values
    from compared

    union all

    select
        index_code,
        edition_year,
        data_year,
        province_id,
        'from_2025_07' as geography_basis,
        n_provinces,
        known_from,
        case
            when is_published_on_2025_07 then 'published_not_held'
            else 'not_additive_over_boundary'
        end as not_comparable_reason,
        predecessor_values
    from merged

),

int_index_rankings__based as (

    select
        based.*,
        compared.score,
        compared.score_value_kind,
        compared.score_source_id,
        compared.rank_published,
        compared.rank_source_id,
        compared.rank_implied,
        compared.implied_source_id,
        compared.rank_computed,
        compared.rank_change_printed,
        compared.group_published,
        compared.n_held,
        compared.is_complete,
        compared.score_previous,
        compared.rank_previous,
        compared.n_ranked_previous,
        compared.previous_edition_year,
        compared.score_change,
        compared.rank_change,
        compared.rank_change_basis,
        compared.median_score_change,
        compared.any_break_id,
        compared.break_notes_vi,
        compared.break_notes_en
    from based
    left join compared
        on
            based.geography_basis = 'as_reported'
            and based.index_code = compared.index_code
            and based.edition_year = compared.edition_year
            and based.province_id = compared.province_id

)

select * from int_index_rankings__based
