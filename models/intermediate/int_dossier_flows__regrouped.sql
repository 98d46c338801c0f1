-- Dossier flows on the boundaries of 2025-07-01: counts of all predecessors added up, period by period. Where one
-- predecessor is missing there is no sum, and the missing ones are named.
with flows as (

    select
        flows.*,
        row_number() over (
            partition by flows.province_id, flows.admin_level, flows.scope_code, flows.period_start, flows.period_end
            order by flows.trust_grade asc, flows.known_from desc nulls last, flows.source_id asc
        ) as preference_no
    from {{ ref('fct_dossier_flow') }} as flows
    where
        flows.period_end < date '2025-07-01'
        -- a flow that says nothing of timeliness neither opens a window nor stands for its province
        and coalesce(
            flows.on_time_numerator, flows.resolved_late, flows.in_process_overdue, flows.on_time_rate_printed_pct,
            flows.on_time_only_printed_pct, flows.early_printed_pct, flows.late_printed_pct
        ) is not null

),

successors as (

    select * from {{ ref('int_provinces__successors') }}

),

windows as (

    select distinct
        successors.successor_province_id,
        flows.admin_level,
        flows.scope_code,
        flows.period_start,
        flows.period_end
    from flows
    inner join successors
        on flows.province_id = successors.predecessor_province_id

),

members as (

    -- every predecessor for every window, held or not
    select
        windows.successor_province_id,
        windows.admin_level,
        windows.scope_code,
        windows.period_start,
        windows.period_end,
        successors.predecessor_province_id,
        flows.source_id,
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
    from windows
    inner join successors
        on windows.successor_province_id = successors.successor_province_id
    left join flows
        on
            successors.predecessor_province_id = flows.province_id
            and windows.admin_level = flows.admin_level
            and windows.scope_code = flows.scope_code
            and windows.period_start = flows.period_start
            and windows.period_end = flows.period_end
            and flows.preference_no = 1

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
        string_agg(case when source_id is null then predecessor_province_id end, ', ' order by predecessor_province_id)
            as missing_provinces,
        string_agg(source_id, ';' order by predecessor_province_id) as source_ids,
        {% for column in ['dossiers_received_printed', 'to_process_total', 'dossiers_resolved', 'resolved_early',
            'on_time_numerator', 'resolved_late', 'in_process', 'in_process_overdue'] -%}
            case when count({{ column }}) = count(*) then cast(sum({{ column }}) as bigint) end as {{ column }},
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
