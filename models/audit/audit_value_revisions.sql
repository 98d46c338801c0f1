-- Figures that changed between two versions: the old value beside the new one, and whether more than words changed.
with results as (

    select
        'result' as figure_kind,
        result_id as figure_id,
        vintage_no,
        document_id,
        province_id,
        indicator_code,
        cast(null as string) as index_code,
        cast(null as integer) as edition_year,
        cast(null as string) as component_code,
        value,
        numerator,
        denominator,
        cast(null as integer) as rank_published,
        cast(null as string) as group_published,
        unit,
        vintage_reason,
        known_from
    from {{ ref('fct_result') }}

),

targets as (

    select
        'target' as figure_kind,
        target_id as figure_id,
        vintage_no,
        document_id,
        province_id,
        indicator_code,
        cast(null as string) as index_code,
        cast(null as integer) as edition_year,
        cast(null as string) as component_code,
        target_value as value,
        cast(null as decimal(20, 6)) as numerator,
        cast(null as decimal(20, 6)) as denominator,
        cast(null as integer) as rank_published,
        cast(null as string) as group_published,
        unit,
        vintage_reason,
        known_from
    from {{ ref('int_targets__versioned') }}

),

index_scores as (

    select
        'index_score' as figure_kind,
        index_score_id as figure_id,
        vintage_no,
        source_id as document_id,
        province_id,
        cast(null as string) as indicator_code,
        index_code,
        edition_year,
        component_code,
        score as value,
        cast(null as decimal(20, 6)) as numerator,
        cast(null as decimal(20, 6)) as denominator,
        coalesce(rank_published, rank_implied) as rank_published,
        group_published,
        'points' as unit,
        vintage_reason,
        known_from
    from {{ ref('fct_index_score') }}

),

unioned as (

    select * from results

    union all

    select * from targets

    union all

    select * from index_scores

),

figures as (

    select
        *,
        {{ row_hash(['value', 'numerator', 'denominator', 'rank_published', 'group_published']) }} as figures_hash
    from unioned

),

audit_value_revisions as (

    select
        newer.figure_kind,
        newer.figure_id,
        newer.vintage_no,
        newer.document_id,
        newer.province_id,
        newer.indicator_code,
        newer.index_code,
        newer.edition_year,
        newer.component_code,
        case when newer.figures_hash = older.figures_hash then 'words' else 'figure' end as change_kind,
        older.value as old_value,
        newer.value as new_value,
        case
            when newer.value <> older.value then cast(newer.value - older.value as double)
        end as difference,
        newer.unit,
        older.rank_published as old_rank,
        newer.rank_published as new_rank,
        newer.vintage_reason,
        newer.known_from
    from figures as newer
    inner join figures as older
        on
            newer.figure_kind = older.figure_kind
            and newer.figure_id = older.figure_id
            and newer.vintage_no = older.vintage_no + 1

)

select * from audit_value_revisions
