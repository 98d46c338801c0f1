-- Flows that say something of timeliness, on two bases of geography: as reported, and on the boundaries of 2025-07-01,
-- where the counts of all predecessors are added up. A flow of a province that did not change, or that ends after that
-- day, stands on both as it is.
with flows as (

    select * from {{ ref('fct_dossier_flow') }}
    where
        is_latest_vintage
        and coalesce(
            on_time_numerator, resolved_late, in_process_overdue, on_time_rate_printed_pct,
            on_time_only_printed_pct, early_printed_pct, late_printed_pct
        ) is not null

),

regrouped as (

    select * from {{ ref('int_dossier_flows__regrouped') }}

),

unchanged as (

    select predecessor_province_id as province_id from {{ ref('int_provinces__successors') }}
    where not is_changed

),

as_reported as (

    select
        province_id,
        period_start,
        period_end,
        admin_level,
        scope_code,
        source_id,
        to_process_total,
        dossiers_received_printed,
        received_basis,
        dossiers_resolved,
        resolved_early,
        on_time_numerator,
        on_time_basis,
        is_early_not_split,
        resolved_late,
        in_process,
        in_process_overdue,
        on_time_rate_printed_pct,
        early_printed_pct,
        on_time_only_printed_pct,
        late_printed_pct,
        is_period_implied,
        has_rounded_figures,
        trust_grade,
        known_from,
        1 as predecessor_count,
        cast(null as string) as missing_provinces
    from flows

),

int_on_time_flows__based as (

    select
        'as_reported' as geography_basis,
        *
    from as_reported

    union all

    select
        'from_2025_07' as geography_basis,
        *
    from as_reported
    where period_end >= date '2025-07-01' or province_id in (select unchanged.province_id from unchanged)

    union all

    select
        'from_2025_07' as geography_basis,
        province_id,
        period_start,
        period_end,
        admin_level,
        scope_code,
        'computed:from_2025_07' as source_id,
        to_process_total,
        dossiers_received_printed,
        cast(null as string) as received_basis,
        dossiers_resolved,
        resolved_early,
        on_time_numerator,
        cast(null as string) as on_time_basis,
        is_early_not_split,
        resolved_late,
        in_process,
        in_process_overdue,
        cast(null as decimal(20, 6)) as on_time_rate_printed_pct,
        cast(null as decimal(20, 6)) as early_printed_pct,
        cast(null as decimal(20, 6)) as on_time_only_printed_pct,
        cast(null as decimal(20, 6)) as late_printed_pct,
        is_period_implied,
        has_rounded_figures,
        trust_grade,
        known_from,
        predecessor_count,
        missing_provinces
    from regrouped

)

select * from int_on_time_flows__based
