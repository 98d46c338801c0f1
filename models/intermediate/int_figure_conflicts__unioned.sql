-- All findings of the conflict rules in one shape. A figure that is not exact makes a rounding note, no conflict.
with unioned as (

    select * from {{ ref('int_conflicts__parts_vs_total') }}

    union all

    select * from {{ ref('int_conflicts__shares') }}

    union all

    select * from {{ ref('int_conflicts__ratios') }}

    union all

    select * from {{ ref('int_conflicts__printed_totals') }}

    union all

    select * from {{ ref('int_conflicts__own_references') }}

    union all

    select * from {{ ref('int_conflicts__between_sources') }}

    union all

    select * from {{ ref('int_conflicts__index_scores') }}

),

figures as (

    select
        result_id as figure_id,
        province_id,
        indicator_code,
        admin_level,
        scope_code,
        printed_text,
        locator
    from {{ ref('int_results__versioned') }}
    where is_latest_vintage

    union all

    select
        target_id as figure_id,
        province_id,
        indicator_code,
        admin_level,
        scope_code,
        printed_text,
        locator
    from {{ ref('int_targets__enriched') }}

    union all

    select
        printed_total_id as figure_id,
        cast(null as string) as province_id,
        cast(null as string) as indicator_code,
        cast(null as string) as admin_level,
        cast(null as string) as scope_code,
        printed_text,
        locator
    from {{ ref('stg_records__printed_totals') }}
    where is_latest_file

    union all

    select
        own_reference_id as figure_id,
        cast(null as string) as province_id,
        cast(null as string) as indicator_code,
        cast(null as string) as admin_level,
        cast(null as string) as scope_code,
        printed_text,
        locator
    from {{ ref('stg_records__own_references') }}
    where is_latest_file

),

documents as (

    select * from {{ ref('int_documents__unioned') }}

),

labels as (

    select * from {{ ref('vocabulary') }}
    where vocabulary = 'conflict_kind'

),

int_figure_conflicts__unioned as (

    select
        unioned.conflict_kind || ':' || unioned.rule_code || ':' || unioned.figure_id
        || ':' || left(md5(coalesce(unioned.other_figure_ids, '')), 6) as conflict_id,
        unioned.document_id,
        unioned.conflict_kind,
        unioned.rule_code,
        coalesce(figures.province_id, documents.province_id) as province_id,
        figures.indicator_code,
        figures.admin_level,
        figures.scope_code,
        unioned.figure_id,
        unioned.other_figure_ids,
        unioned.stated_value,
        unioned.other_value,
        unioned.difference,
        unioned.tolerance,
        unioned.unit,
        unioned.is_rounding_note,
        labels.label_vi || ': ' || unioned.detail as explanation_vi,
        labels.label_en || ': ' || unioned.detail as explanation_en,
        figures.printed_text,
        coalesce(figures.locator, documents.address) as locator
    from unioned
    inner join documents
        on unioned.document_id = documents.document_id
    inner join labels
        on unioned.conflict_kind = labels.code
    left join figures
        on unioned.figure_id = figures.figure_id

)

select * from int_figure_conflicts__unioned
