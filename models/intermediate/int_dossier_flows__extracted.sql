-- Dossier flows counted from extracts, in the columns of those that reports print. Without a day due a dossier is
-- neither on time nor late: where there are such, the flow has no numerator, and its rate stands in mart_dossier_rates
-- alone.
with counts as (

    select * from {{ ref('fct_dossier_count') }}

),

int_dossier_flows__extracted as (

    select
        source_id,
        province_id,
        admin_level,
        'whole' as scope_code,
        period_start,
        period_end,
        1 as vintage_no,
        max(known_from) as known_from,
        cast(null as date) as known_to,
        true as is_latest_vintage,
        cast(null as bigint) as dossiers_received_printed,
        cast(null as string) as received_basis,
        sum(received_in_period) as received_in_period,
        sum(carried_over) as carried_over,
        sum(carried_over + received_in_period) as to_process_total,
        false as is_basis_unstated,
        sum(dossiers_resolved) as dossiers_resolved,
        sum(resolved_early) as resolved_early,
        sum(resolved_on_time) as resolved_on_time,
        cast(null as bigint) as resolved_early_or_on_time,
        case
            when sum(resolved_without_due_date) = 0 then sum(resolved_early + resolved_on_time)
        end as on_time_numerator,
        false as is_early_not_split,
        'split' as on_time_basis,
        sum(resolved_late) as resolved_late,
        sum(in_process) as in_process,
        sum(in_process - in_process_overdue) as in_process_not_due,
        sum(in_process_overdue) as in_process_overdue,
        cast(null as bigint) as dossiers_due,
        sum(case when channel = 'post' then received_in_period else 0 end) as received_by_post,
        sum(case when channel = 'online' then received_in_period else 0 end) as received_online,
        cast(null as decimal(20, 6)) as on_time_rate_printed_pct,
        cast(null as decimal(20, 6)) as on_time_only_printed_pct,
        cast(null as decimal(20, 6)) as early_printed_pct,
        cast(null as decimal(20, 6)) as late_printed_pct,
        false as is_period_implied,
        false as has_rounded_figures,
        max(trust_grade) as trust_grade
    from counts
    group by source_id, province_id, admin_level, period_start, period_end

)

select * from int_dossier_flows__extracted
