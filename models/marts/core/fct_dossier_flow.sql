-- The dossier flow of one source, place and period in every version that was known.
with flows as (

    select * from {{ ref('int_dossier_flows__interpreted') }}

),

fct_dossier_flow as (

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
        to_process_total,
        is_basis_unstated,
        dossiers_resolved,
        resolved_early,
        resolved_on_time,
        resolved_early_or_on_time,
        on_time_numerator,
        is_early_not_split,
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
    from flows

)

select * from fct_dossier_flow
