-- Dossier flows in every version, as printed; what the counts add up to is computed and says so.
with flows as (

    select * from {{ ref('int_dossier_flows__pivoted') }}

),

based as (

    select
        *,
        case
            when dossiers_received_printed is null then null
            when stated_received_basis is not null then stated_received_basis
            else 'unstated'
        end as received_basis,
        case
            when resolved_early is not null and resolved_on_time is not null then 'split'
            when resolved_early_or_on_time is not null then 'together'
            when resolved_on_time is not null then 'unstated'
        end as on_time_basis
    from flows

),

int_dossier_flows__interpreted as (

    select
        source_id,
        province_id,
        admin_level,
        scope_code,
        period_start,
        period_end,
        vintage_no,
        known_from,
        known_to,
        is_latest_vintage,
        dossiers_received_printed,
        received_basis,
        received_in_period,
        carried_over,
        case
            when received_basis = 'with_carry_over' then dossiers_received_printed
            when received_in_period is not null and carried_over is not null then received_in_period + carried_over
            when received_basis = 'without' and carried_over is not null then dossiers_received_printed + carried_over
            when received_basis = 'unstated' then dossiers_received_printed
        end as to_process_total,
        coalesce(
            received_basis = 'unstated' and (received_in_period is null or carried_over is null), false
        ) as is_basis_unstated,
        dossiers_resolved,
        resolved_early,
        resolved_on_time,
        resolved_early_or_on_time,
        -- the joint count, else early + on time, else on time alone (flagged: early not split out)
        coalesce(resolved_early_or_on_time, resolved_early + resolved_on_time, resolved_on_time) as on_time_numerator,
        coalesce(
            resolved_early_or_on_time is null and resolved_early is null and resolved_on_time is not null, false
        ) as is_early_not_split,
        on_time_basis,
        resolved_late,
        in_process,
        in_process_not_due,
        in_process_overdue,
        dossiers_due,
        received_by_post,
        received_online,
        on_time_rate_printed_pct,
        on_time_only_printed_pct,
        early_printed_pct,
        late_printed_pct,
        is_period_implied,
        has_rounded_figures,
        trust_grade
    from based

)

select * from int_dossier_flows__interpreted
