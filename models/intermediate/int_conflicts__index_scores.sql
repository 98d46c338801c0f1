-- One edition, province and component in two sources, or one statistic of an edition: another printed figure. A score
-- of fewer digits may be the other one rounded (the sixth digit differs by the way of rounding); a rank may not.
with figures as (

    select
        index_code || ':' || cast(edition_year as string) || ':' || province_id || ':' || component_code as figure_key,
        index_code,
        province_id,
        source_id,
        cast(score as double) as score,
        length(split_part({{ number_text('score') }}, '.', 2)) as score_decimals,
        rank_published
    from {{ ref('int_index_scores__unioned') }}
    where is_latest_vintage and value_kind = 'printed'

    union all

    select
        index_code || ':' || cast(edition_year as string) || ':' || geography || ':' || coalesce(region_code, '')
        || ':' || component_code || ':' || statistic_code || ':' || coalesce(group_code, '') as figure_key,
        index_code,
        cast(null as string) as province_id,
        page_id as source_id,
        cast(value as double) as score,
        length(split_part({{ number_text('value') }}, '.', 2)) as score_decimals,
        cast(null as integer) as rank_published
    from {{ ref('stg_records__index_statistics') }}
    where is_latest_file and value_kind = 'printed'

),

documents as (

    select * from {{ ref('int_documents__unioned') }}

),

paired as (

    select
        first_figures.figure_key,
        first_figures.index_code,
        first_figures.source_id,
        second_figures.source_id as second_source_id,
        first_figures.score as first_score,
        second_figures.score as second_score,
        {{ half_unit('least(first_figures.score_decimals, second_figures.score_decimals)') }} + 1e-6 as score_tolerance,
        first_figures.rank_published as first_rank,
        second_figures.rank_published as second_rank
    from figures as first_figures
    inner join figures as second_figures
        on
            first_figures.figure_key = second_figures.figure_key
            and first_figures.source_id < second_figures.source_id

),

differing as (

    select
        *,
        'score' as figure,
        first_score as stated_value,
        second_score as other_value,
        score_tolerance as tolerance
    from paired
    where abs(first_score - second_score) > score_tolerance

    union all

    select
        *,
        'rank' as figure,
        cast(first_rank as double) as stated_value,
        cast(second_rank as double) as other_value,
        0.0 as tolerance
    from paired
    where first_rank <> second_rank

),

int_conflicts__index_scores as (

    select
        case
            when first_documents.document_kind <> 'web_page' and second_documents.document_kind <> 'web_page'
                then 'between_documents'
            else 'between_sources'
        end as conflict_kind,
        differing.index_code || '_' || differing.figure as rule_code,
        differing.source_id as document_id,
        differing.figure_key as figure_id,
        differing.figure_key || ':' || differing.second_source_id as other_figure_ids,
        differing.stated_value,
        differing.other_value,
        differing.stated_value - differing.other_value as difference,
        differing.tolerance,
        false as is_rounding_note,
        case when differing.figure = 'rank' then 'rank' else 'points' end as unit,
        differing.figure_key || '; ' || differing.source_id || ': ' || {{ number_text('differing.stated_value') }}
        || '; ' || differing.second_source_id || ': ' || {{ number_text('differing.other_value') }} as detail
    from differing
    inner join documents as first_documents
        on differing.source_id = first_documents.document_id
    inner join documents as second_documents
        on differing.second_source_id = second_documents.document_id

)

select * from int_conflicts__index_scores
