-- One row per source, province, level, scope, period and version: the counts and printed rates of one dossier flow as
-- they were known from each day on which one of them became known or was revised.
-- A figure without both ends of its period has no place in a flow; it stays in fct_result.
with results as (

    select * from {{ ref('int_results__versioned') }}
    where period_start is not null and period_end is not null

),

mapping as (

    select * from {{ ref('dossier_flow_indicator') }}

),

mapped as (

    select
        results.*,
        mapping.flow_column
    from results
    inner join mapping
        on results.indicator_code = mapping.indicator_code

),

{{ known_states('mapped', [
    'document_id', 'province_id', 'admin_level', 'scope_code', 'period_start', 'period_end'
]) }},

int_dossier_flows__pivoted as (

    select
        document_id as source_id,
        province_id,
        admin_level,
        scope_code,
        period_start,
        period_end,
        state_no as vintage_no,
        state_known_from as known_from,
        state_known_to as known_to,
        is_latest_state as is_latest_vintage,
        max(trust_grade) as trust_grade,
        max(source_family_code) as source_family_code,
        bool_or(is_period_implied) as is_period_implied,
        bool_or(value_qualifier <> 'exact') as has_rounded_figures,
        {% for column in ['dossiers_received_printed', 'received_in_period', 'carried_over', 'dossiers_resolved',
            'resolved_early', 'resolved_on_time', 'resolved_early_or_on_time', 'resolved_late', 'in_process',
            'in_process_not_due', 'in_process_overdue', 'dossiers_due', 'received_by_post', 'received_online'] -%}
            cast(max(case when flow_column = '{{ column }}' then value end) as bigint) as {{ column }},
        {% endfor -%}
        {% for column in ['on_time_rate_printed_pct', 'on_time_only_printed_pct', 'early_printed_pct',
            'late_printed_pct'] -%}
            max(case when flow_column = '{{ column }}' then value end) as {{ column }},
        {% endfor -%}
        max(case when flow_column = 'on_time_rate_printed_pct' then value_decimals end)
            as on_time_rate_printed_decimals,
        max(received_basis) as stated_received_basis
    from members
    group by
        document_id,
        province_id,
        admin_level,
        scope_code,
        period_start,
        period_end,
        state_no,
        state_known_from,
        state_known_to,
        is_latest_state

)

select * from int_dossier_flows__pivoted
