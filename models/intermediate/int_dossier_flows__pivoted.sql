-- One row per source, province, level, scope and period: the counts and printed rates of one dossier flow.
-- A figure without both ends of its period has no place in a flow; it stays in fct_result.
with results as (

    select * from {{ ref('int_results__versioned') }}
    where
        is_latest_vintage
        and period_start is not null
        and period_end is not null

),

mapping as (

    select * from {{ ref('dossier_flow_indicator') }}

),

int_dossier_flows__pivoted as (

    select
        results.document_id as source_id,
        results.province_id,
        results.admin_level,
        results.scope_code,
        results.period_start,
        results.period_end,
        max(results.known_from) as known_from,
        max(results.trust_grade) as trust_grade,
        max(results.source_family_code) as source_family_code,
        max(results.vintage_no) as vintage_no,
        bool_or(results.is_period_implied) as is_period_implied,
        bool_or(results.value_qualifier <> 'exact') as has_rounded_figures,
        {% for column in ['dossiers_received_printed', 'received_in_period', 'carried_over', 'dossiers_resolved',
            'resolved_early', 'resolved_on_time', 'resolved_early_or_on_time', 'resolved_late', 'in_process',
            'in_process_not_due', 'in_process_overdue', 'dossiers_due', 'received_by_post', 'received_online'] -%}
            cast(max(case when mapping.flow_column = '{{ column }}' then results.value end) as bigint) as {{ column }},
        {% endfor -%}
        {% for column in ['on_time_rate_printed_pct', 'on_time_only_printed_pct', 'early_printed_pct',
            'late_printed_pct'] -%}
            max(case when mapping.flow_column = '{{ column }}' then results.value end) as {{ column }},
        {% endfor -%}
        max(case when mapping.flow_column = 'on_time_rate_printed_pct' then results.value_decimals end)
            as on_time_rate_printed_decimals,
        max(results.received_basis) as stated_received_basis
    from results
    inner join mapping
        on results.indicator_code = mapping.indicator_code
    group by
        results.document_id,
        results.province_id,
        results.admin_level,
        results.scope_code,
        results.period_start,
        results.period_end

)

select * from int_dossier_flows__pivoted
