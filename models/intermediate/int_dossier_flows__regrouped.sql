-- Dossier flows of merged provinces on the boundaries of 2025-07-01: counts of all predecessors added up, period by
-- period. Where one predecessor is missing there is no sum, and the missing ones are named.
with predecessors as (

    select * from {{ ref('int_predecessors__windowed') }}
    where subject_code = 'dossier_flow'

),

flows as (

    select * from {{ ref('fct_dossier_flow') }}
    where is_latest_vintage

),

members as (

    select
        predecessors.successor_province_id,
        predecessors.admin_level,
        predecessors.scope_code,
        predecessors.period_start,
        predecessors.period_end,
        predecessors.predecessor_province_id,
        predecessors.source_id,
        flows.dossiers_received_printed,
        flows.to_process_total,
        flows.dossiers_resolved,
        flows.resolved_early,
        flows.on_time_numerator,
        flows.resolved_late,
        flows.in_process,
        flows.in_process_overdue,
        flows.known_from,
        flows.trust_grade,
        flows.is_period_implied,
        flows.has_rounded_figures,
        flows.is_basis_unstated,
        flows.is_early_not_split
    from predecessors
    left join flows
        on
            predecessors.source_id = flows.source_id
            and predecessors.predecessor_province_id = flows.province_id
            and predecessors.admin_level = flows.admin_level
            and predecessors.scope_code = flows.scope_code
            and predecessors.period_start = flows.period_start
            and predecessors.period_end = flows.period_end

),

int_dossier_flows__regrouped as (

    select
        successor_province_id as province_id,
        admin_level,
        scope_code,
        period_start,
        period_end,
        count(*) as predecessor_count,
        count(source_id) as held_count,
        {{ joined_text(
            'case when source_id is null then predecessor_province_id end', ', ', 'predecessor_province_id'
        ) }} as missing_provinces,
        {{ joined_text('source_id', ';', 'predecessor_province_id') }} as source_ids,
        {% for column in ['dossiers_received_printed', 'to_process_total', 'dossiers_resolved', 'resolved_early',
            'on_time_numerator', 'resolved_late', 'in_process', 'in_process_overdue'] -%}
            cast({{ complete_sum(column) }} as bigint) as {{ column }},
        {% endfor -%}
        case when count(known_from) = count(source_id) then max(known_from) end as known_from,
        max(trust_grade) as trust_grade,
        coalesce(bool_or(is_period_implied), false) as is_period_implied,
        coalesce(bool_or(has_rounded_figures), false) as has_rounded_figures,
        coalesce(bool_or(is_early_not_split), false) as is_early_not_split
    from members
    group by successor_province_id, admin_level, scope_code, period_start, period_end

)

select * from int_dossier_flows__regrouped
