-- The dossier flow of one source, place and period in every version that was known: printed in reports, or counted from
-- extracts of single dossiers.
with printed as (

    select * from {{ ref('int_dossier_flows__interpreted') }}

),

counted as (

    select * from {{ ref('int_dossier_flows__extracted') }}

),

unioned as (

    select
        'printed' as value_kind,
        *
    from printed

    union all

    select
        'computed' as value_kind,
        *
    from counted

),

fct_dossier_flow as (

    select
        source_id,
        province_id,
        admin_level,
        scope_code,
        period_start,
        period_end,
        cast(vintage_no as integer) as vintage_no,
        known_from,
        known_to,
        is_latest_vintage,
        cast(dossiers_received_printed as bigint) as dossiers_received_printed,
        received_basis,
        cast(received_in_period as bigint) as received_in_period,
        cast(carried_over as bigint) as carried_over,
        cast(to_process_total as bigint) as to_process_total,
        is_basis_unstated,
        cast(dossiers_resolved as bigint) as dossiers_resolved,
        cast(resolved_early as bigint) as resolved_early,
        cast(resolved_on_time as bigint) as resolved_on_time,
        cast(resolved_early_or_on_time as bigint) as resolved_early_or_on_time,
        cast(on_time_numerator as bigint) as on_time_numerator,
        is_early_not_split,
        on_time_basis,
        cast(resolved_late as bigint) as resolved_late,
        cast(in_process as bigint) as in_process,
        cast(in_process_not_due as bigint) as in_process_not_due,
        cast(in_process_overdue as bigint) as in_process_overdue,
        cast(dossiers_due as bigint) as dossiers_due,
        cast(received_by_post as bigint) as received_by_post,
        cast(received_online as bigint) as received_online,
        on_time_rate_printed_pct,
        on_time_only_printed_pct,
        early_printed_pct,
        late_printed_pct,
        is_period_implied,
        has_rounded_figures,
        trust_grade,
        value_kind
    from unioned

)

select * from fct_dossier_flow
