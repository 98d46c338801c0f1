-- Where a province stands in each edition of an index, how far it is from others, whether it really rose, and whether
-- it kept the rank that its plan promised: a goal of a plan year is judged by the edition with data of that year alone.
with held as (

    select * from {{ ref('int_index_rankings__based') }}

),

promised as (

    select * from {{ ref('int_index_ranks__promised') }}

),

positions as (

    select * from {{ ref('int_index_positions__measured') }}

),

summaries as (

    select * from {{ ref('int_index_editions__summarised') }}
    where component_code = 'total'

),

editions as (

    select * from {{ ref('dim_index_edition') }}

),

group_bounds as (

    select
        index_code,
        edition_year,
        group_code,
        max(group_lower) as group_lower,
        max(group_upper) as group_upper
    from {{ ref('fct_index_statistic') }}
    where
        statistic_code = 'count_in_group'
        and component_code = 'total'
        and geography = 'national'
        and is_preferred
    group by index_code, edition_year, group_code
    having max(group_lower) is not null or max(group_upper) is not null

),

provinces as (

    -- a promise may outlive its province: then the province's last version stands
    select
        *,
        max(valid_to) over (partition by province_id) as last_valid_to
    from {{ ref('dim_province') }}

),

units_of_2025_07 as (

    select distinct successor_province_id as province_id
    from {{ ref('int_provinces__successors') }}

),

reasons as (

    select * from {{ ref('reason') }}

),

rows_of_mart as (

    -- a promise whose edition holds no rank has a row too
    select
        coalesce(held.index_code, promised.index_code) as index_code,
        coalesce(held.edition_year, promised.edition_year) as edition_year,
        coalesce(held.data_year, promised.data_year) as data_year,
        coalesce(held.province_id, promised.province_id) as province_id,
        coalesce(held.geography_basis, 'as_reported') as geography_basis,
        -- a printed rank stands before a computed one, and that before one that a change implies
        coalesce(held.rank_published, held.rank_computed, held.rank_implied) as rank_used,
        -- what a change implies judges no promise, here as in mart_target_progress
        coalesce(held.rank_published, held.rank_computed) as rank_judged,
        case
            when held.rank_published is not null then 'published'
            when held.rank_computed is not null then 'computed'
            when held.rank_implied is not null then 'implied'
        end as rank_basis,
        promised.target_id,
        promised.target_value as target_rank,
        promised.document_id as target_document_id
    from held
    full outer join promised
        on
            held.index_code = promised.index_code
            and held.edition_year = promised.edition_year
            and held.data_year = promised.data_year
            and held.province_id = promised.province_id

),

mart_index_rankings as (

    select
        ranked.index_code,
        ranked.edition_year,
        ranked.data_year,
        ranked.province_id,
        ranked.geography_basis,
        provinces.name_vi as province_vi,
        provinces.name_en as province_en,
        provinces.region_code,
        provinces.region_vi,
        provinces.region_en,
        provinces.unit_type = 'centrally_run_city' as is_centrally_run_city,
        units_of_2025_07.province_id is not null as is_unit_of_2025_07,
        held.score,
        held.score_value_kind,
        held.score_source_id,
        held.rank_published,
        held.rank_computed,
        held.rank_implied,
        ranked.rank_used,
        ranked.rank_basis,
        held.n_provinces as n_ranked,
        held.n_held,
        coalesce(held.is_complete, false) as is_complete,
        {{ percent_of('ranked.rank_used - 1', 'held.n_provinces - 1') }} as rank_percentile,
        cast(ceil(4.0 * ranked.rank_used / held.n_provinces) as integer) as quartile,
        held.group_published,
        bounds.group_code as group_by_threshold,
        bounds.group_lower,
        bounds.group_upper,
        summaries.score_tenth,
        held.score - summaries.score_tenth as distance_to_top_10,
        summaries.score_median,
        cast(held.score as double) - summaries.score_median as distance_to_median,
        editions.comparable_segment,
        held.previous_edition_year,
        held.score_previous,
        held.rank_previous,
        held.n_ranked_previous,
        held.score_change,
        held.median_score_change,
        cast(held.score_change as double) - held.median_score_change as score_change_vs_median,
        held.rank_change,
        held.rank_change_basis,
        held.rank_change_printed,
        held.not_comparable_reason,
        held.any_break_id as break_id,
        case
            when reasons.sentence_vi is not null
                then reasons.sentence_vi || coalesce(' ' || held.break_notes_vi || '.', '')
            when held.break_notes_vi is not null then 'Lưu ý: ' || held.break_notes_vi || '.'
        end as comparability_note_vi,
        case
            when reasons.sentence_en is not null
                then reasons.sentence_en || coalesce(' ' || held.break_notes_en || '.', '')
            when held.break_notes_en is not null then 'Note: ' || held.break_notes_en || '.'
        end as comparability_note_en,
        held.predecessor_values,
        positions.provinces_within_one_point,
        positions.rank_with_one_point_more,
        positions.rank_with_one_point_less,
        positions.rank_in_region,
        positions.n_in_region,
        positions.rank_among_cities,
        positions.n_cities,
        cast(ranked.rank_used as double) * 34 / held.n_provinces as rank_equivalent_of_34,
        coalesce(held.rank_source_id, held.score_source_id, held.implied_source_id) as source_id,
        held.known_from,
        ranked.target_id,
        cast(ranked.target_rank as integer) as target_rank,
        cast(ranked.target_rank as double) * 34 / coalesce(held.n_provinces, editions.n_provinces)
            as target_rank_equivalent_of_34,
        ranked.target_document_id,
        cast(ranked.target_rank - ranked.rank_judged as integer) as places_to_spare,
        case
            when ranked.target_id is null then 'no_target_held'
            when ranked.rank_judged is null then 'no_result_held'
            when ranked.rank_judged <= ranked.target_rank then 'MET'
            else 'NOT_MET'
        end as verdict
    from rows_of_mart as ranked
    left join held
        on
            ranked.index_code = held.index_code
            and ranked.edition_year = held.edition_year
            and ranked.province_id = held.province_id
            and ranked.geography_basis = held.geography_basis
    left join editions
        on ranked.index_code = editions.index_code and ranked.edition_year = editions.edition_year
    inner join provinces
        on {{ as_of_province(
            'ranked.province_id',
            "case when ranked.geography_basis = 'from_2025_07' then date '2025-07-01' else least(coalesce("
            "editions.provinces_on, make_date(ranked.data_year, 12, 31)), provinces.last_valid_to) end",
            'provinces'
        ) }}
    left join summaries
        on
            ranked.index_code = summaries.index_code
            and ranked.edition_year = summaries.edition_year
            and ranked.geography_basis = 'as_reported'
    left join positions
        on
            ranked.index_code = positions.index_code
            and ranked.edition_year = positions.edition_year
            and ranked.province_id = positions.province_id
    left join group_bounds as bounds
        on
            ranked.index_code = bounds.index_code
            and ranked.edition_year = bounds.edition_year
            and held.score >= coalesce(bounds.group_lower, held.score)
            and held.score < coalesce(bounds.group_upper, held.score + 1)
    left join units_of_2025_07
        on ranked.province_id = units_of_2025_07.province_id
    left join reasons
        on held.not_comparable_reason = reasons.reason_code

)

select * from mart_index_rankings
