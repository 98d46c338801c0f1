-- Printed figures of online services, one for each indicator, place, day and source, with what the audit says of them.
with mapping as (

    select * from {{ ref('online_service_indicator') }}

),

indicators as (

    select * from {{ ref('indicator') }}

),

documents as (

    select * from {{ ref('int_documents__unioned') }}

),

results as (

    select
        *,
        coalesce(measured_on, period_end) as as_of_date,
        -- of two windows that end on one day the longer stands here; both are in fct_result
        row_number() over (
            partition by
                indicator_code, province_id, admin_level, scope_code, source_id, coalesce(measured_on, period_end)
            order by period_start nulls last, result_id
        ) as window_no
    from {{ ref('fct_result') }}
    where is_latest_vintage and coalesce(measured_on, period_end) is not null

),

conflicts as (

    select
        figure_id,
        min(explanation_vi) as explanation_vi,
        min(explanation_en) as explanation_en
    from (
        select
            figure_id,
            explanation_vi,
            explanation_en
        from {{ ref('int_figure_conflicts__unioned') }}
        where not is_rounding_note

        union all

        select
            shares.result_id as figure_id,
            conflicts.explanation_vi,
            conflicts.explanation_en
        from {{ ref('int_figure_conflicts__unioned') }} as conflicts
        inner join {{ ref('int_results__versioned') }} as shares
            on
                conflicts.document_id = shares.document_id
                and ';' || conflicts.other_figure_ids || ';' like '%;' || shares.result_id || ';%'
        where not conflicts.is_rounding_note and conflicts.conflict_kind in ('rate_vs_counts', 'share_over_100')
    ) as touched
    group by figure_id

),

int_online_figures__dated as (

    select
        results.result_id,
        results.indicator_code,
        results.province_id,
        results.as_of_date,
        results.period_start,
        results.period_end,
        results.admin_level,
        results.scope_code,
        results.source_id,
        results.value,
        results.unit,
        results.numerator,
        results.denominator,
        results.value_qualifier,
        -- dossiers and payments; procedures of two provinces are largely the same ones and are never added up
        indicators.accumulation = 'ratio_flow' as is_share_of_flow,
        conflicts.explanation_vi as conflict_vi,
        conflicts.explanation_en as conflict_en,
        documents.trust_grade,
        documents.known_from
    from results
    inner join mapping
        on results.indicator_code = mapping.indicator_code
    inner join indicators
        on results.indicator_code = indicators.indicator_code
    inner join documents
        on results.source_id = documents.document_id
    left join conflicts
        on results.result_id = conflicts.figure_id
    where results.window_no = 1

)

select * from int_online_figures__dated
