-- Where the points of an index were lost, component by component: against the best province, the peers of the region
-- and the province's own past, and only inside an edition that is held whole and a segment that may be compared.
with compared as (

    select * from {{ ref('int_index_scores__compared') }}
    where component_code <> 'total' and score is not null

),

summaries as (

    select * from {{ ref('int_index_editions__summarised') }}

),

editions as (

    select * from {{ ref('dim_index_edition') }}

),

components as (

    select * from {{ ref('index_component') }}

),

provinces as (

    select * from {{ ref('dim_province') }}

),

reasons as (

    select * from {{ ref('reason') }}

),

placed as (

    select
        compared.*,
        components.name_vi as component_vi,
        components.name_en as component_en,
        components.scale_max,
        components.parent_component_code,
        components.is_part_of_total,
        provinces.name_vi as province_vi,
        provinces.name_en as province_en,
        provinces.region_code,
        provinces.region_vi,
        provinces.region_en,
        case
            when compared.is_complete
                then median(cast(compared.score as double)) over (
                    partition by
                        compared.index_code, compared.edition_year, compared.component_code, provinces.region_code
                )
        end as peer_median_score
    from compared
    inner join editions
        on compared.index_code = editions.index_code and compared.edition_year = editions.edition_year
    inner join components
        on
            compared.index_code = components.index_code
            and compared.component_code = components.component_code
            and compared.edition_year >= components.first_edition_year
            and compared.edition_year <= coalesce(components.last_edition_year, 9999)
    inner join provinces
        on {{ as_of_province('compared.province_id', 'editions.provinces_on', 'provinces') }}

),

measured as (

    select
        placed.*,
        summaries.score_best,
        summaries.best_province_id,
        cast(placed.score as double) - summaries.score_median as gap_to_median,
        placed.score - summaries.score_best as gap_to_best,
        cast(placed.score as double) - placed.peer_median_score as gap_to_peer_median
    from placed
    inner join summaries
        on
            placed.index_code = summaries.index_code
            and placed.edition_year = summaries.edition_year
            and placed.component_code = summaries.component_code

),

mart_index_components as (

    select
        measured.index_code,
        measured.edition_year,
        measured.data_year,
        measured.province_id,
        measured.component_code,
        measured.province_vi,
        measured.province_en,
        measured.region_code,
        measured.region_vi,
        measured.region_en,
        measured.component_vi,
        measured.component_en,
        measured.parent_component_code,
        measured.is_part_of_total,
        measured.comparable_segment,
        measured.score,
        measured.score_value_kind,
        measured.scale_max,
        measured.scale_max - cast(measured.score as double) as points_below_scale,
        measured.n_held,
        greatest(measured.n_provinces, measured.n_held) as n_scored,
        measured.is_complete,
        measured.rank_computed,
        measured.score_best,
        measured.best_province_id,
        measured.gap_to_best,
        measured.gap_to_median,
        measured.peer_median_score,
        measured.gap_to_peer_median,
        case
            when measured.is_complete and measured.is_part_of_total
                then cast(row_number() over (
                    partition by
                        measured.index_code, measured.edition_year, measured.province_id, measured.is_complete,
                        measured.is_part_of_total
                    order by measured.gap_to_best asc, measured.component_code asc
                ) as integer)
        end as loss_order,
        measured.previous_edition_year,
        measured.score_previous,
        measured.score_change,
        measured.median_score_change,
        cast(measured.score_change as double) - measured.median_score_change as score_change_vs_median,
        coalesce(
            measured.not_comparable_reason, case when not measured.is_complete then 'edition_incomplete' end
        ) as not_comparable_reason,
        measured.any_break_id as break_id,
        case
            when reasons.sentence_vi is not null
                then reasons.sentence_vi || coalesce(' ' || measured.break_notes_vi || '.', '')
            when measured.break_notes_vi is not null then 'Lưu ý: ' || measured.break_notes_vi || '.'
        end as comparability_note_vi,
        case
            when reasons.sentence_en is not null
                then reasons.sentence_en || coalesce(' ' || measured.break_notes_en || '.', '')
            when measured.break_notes_en is not null then 'Note: ' || measured.break_notes_en || '.'
        end as comparability_note_en,
        measured.score_source_id as source_id,
        measured.known_from
    from measured
    left join reasons
        on
            coalesce(measured.not_comparable_reason, case when not measured.is_complete then 'edition_incomplete' end)
            = reasons.reason_code

)

select * from mart_index_components
