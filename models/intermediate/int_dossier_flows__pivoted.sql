-- One row per source, province, level, scope and period: the counts and printed rates of one dossier flow, as they are
-- held now (is_latest_version) and as they were known from each day on which one of them became known.
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

days as (

    select
        document_id,
        province_id,
        admin_level,
        scope_code,
        period_start,
        period_end,
        known_from as known_on
    from mapped
    where known_from is not null

    union

    select
        document_id,
        province_id,
        admin_level,
        scope_code,
        period_start,
        period_end,
        known_to as known_on
    from mapped
    where known_to is not null

),

states as (

    select
        *,
        lead(known_on) over (
            partition by document_id, province_id, admin_level, scope_code, period_start, period_end
            order by known_on
        ) as next_known_on
    from days

),

members as (

    select
        mapped.*,
        true as is_latest_version,
        cast(null as date) as state_known_from,
        cast(null as date) as state_known_to
    from mapped
    where mapped.is_latest_vintage

    union all

    select
        mapped.*,
        false as is_latest_version,
        states.known_on as state_known_from,
        states.next_known_on as state_known_to
    from mapped
    inner join states
        on
            mapped.document_id = states.document_id
            and mapped.province_id = states.province_id
            and mapped.admin_level = states.admin_level
            and mapped.scope_code = states.scope_code
            and mapped.period_start = states.period_start
            and mapped.period_end = states.period_end
            and {{ as_known_on('mapped', 'states.known_on') }}

),

int_dossier_flows__pivoted as (

    select
        document_id as source_id,
        province_id,
        admin_level,
        scope_code,
        period_start,
        period_end,
        is_latest_version,
        -- a flow is known as a whole: not before its last figure, and never if one of them has no day
        coalesce(
            state_known_from, case when count(*) = count(known_from) then max(known_from) end
        ) as known_from,
        state_known_to as known_to,
        max(trust_grade) as trust_grade,
        max(source_family_code) as source_family_code,
        max(vintage_no) as vintage_no,
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
        is_latest_version,
        state_known_from,
        state_known_to

)

select * from int_dossier_flows__pivoted
