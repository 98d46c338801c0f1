-- What reports print and what extracts count of the same province, level and period, side by side.
with printed as (

    select * from {{ ref('fct_dossier_flow') }}
    where scope_code = 'whole' and value_kind = 'printed' and is_latest_vintage

),

counted as (

    select * from {{ ref('mart_dossier_rates') }}
    where breakdown_kind = 'whole'

),

windows as (

    -- calendar and ministry windows of equal days are one period
    select
        *,
        row_number() over (
            partition by source_id, province_id, admin_level, period_start, period_end
            order by window_kind asc, period_type asc
        ) as choice_no
    from counted

),

mart_dossier_reconciliation as (

    select
        printed.province_id,
        windows.province_vi,
        windows.province_en,
        printed.admin_level,
        printed.period_start,
        printed.period_end,
        printed.source_id as report_source_id,
        windows.source_id as extract_source_id,
        printed.to_process_total as to_process_printed,
        cast(windows.carried_over + windows.received_in_period as bigint) as to_process_counted,
        cast(windows.carried_over + windows.received_in_period - printed.to_process_total as bigint)
            as to_process_difference,
        printed.dossiers_resolved as resolved_printed,
        windows.dossiers_resolved as resolved_counted,
        cast(windows.dossiers_resolved - printed.dossiers_resolved as bigint) as resolved_difference,
        printed.on_time_numerator as on_time_printed,
        windows.on_time_numerator as on_time_counted,
        cast(windows.on_time_numerator - printed.on_time_numerator as bigint) as on_time_difference,
        printed.resolved_late as late_printed,
        windows.resolved_late as late_counted,
        cast(windows.resolved_late - printed.resolved_late as bigint) as late_difference,
        printed.in_process as in_process_printed,
        windows.in_process as in_process_counted,
        cast(windows.in_process - printed.in_process as bigint) as in_process_difference,
        {{ percent_of('printed.on_time_numerator', 'printed.dossiers_resolved') }} as on_time_rate_of_printed_pct,
        windows.on_time_rate_resolved_pct as on_time_rate_counted_pct,
        windows.on_time_rate_resolved_pct
        - {{ percent_of('printed.on_time_numerator', 'printed.dossiers_resolved') }} as on_time_rate_difference_points
    from printed
    inner join windows
        on
            printed.province_id = windows.province_id
            and printed.admin_level = windows.admin_level
            and printed.period_start = windows.period_start
            and printed.period_end = windows.period_end
            and windows.choice_no = 1

)

select * from mart_dossier_reconciliation
