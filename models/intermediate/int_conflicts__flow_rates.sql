-- A printed on-time rate against the rate that the counts of the same flow give.
with flows as (

    select * from {{ ref('int_dossier_flows__pivoted') }}

),

counted as (

    select
        *,
        coalesce(resolved_early_or_on_time, resolved_early + resolved_on_time) as on_time_count
    from flows
    where on_time_rate_printed_pct is not null and dossiers_resolved is not null

),

rates as (

    select
        *,
        {{ percent_of('on_time_count', 'dossiers_resolved') }} as on_time_rate_pct
    from counted
    where on_time_count is not null

),

results as (

    select * from {{ ref('int_results__versioned') }}
    where is_latest_vintage and indicator_code = 'dossiers_on_time_pct'

),

int_conflicts__flow_rates as (

    select
        'rate_vs_counts' as conflict_kind,
        'on_time_rate_of_flow' as rule_code,
        rates.source_id as document_id,
        results.result_id as figure_id,
        cast(null as varchar) as other_figure_ids,
        cast(rates.on_time_rate_printed_pct as double) as stated_value,
        rates.on_time_rate_pct as other_value,
        cast(rates.on_time_rate_printed_pct as double) - rates.on_time_rate_pct as difference,
        {{ half_unit('rates.on_time_rate_printed_decimals') }} as tolerance,
        rates.has_rounded_figures as is_rounding_note,
        'percent' as unit,
        cast(rates.on_time_count as varchar) || ' / ' || cast(rates.dossiers_resolved as varchar) as detail
    from rates
    inner join results
        on
            rates.source_id = results.document_id
            and rates.province_id = results.province_id
            and rates.admin_level = results.admin_level
            and rates.scope_code = results.scope_code
            and rates.period_start = results.period_start
            and rates.period_end = results.period_end
    where
        abs(rates.on_time_rate_printed_pct - rates.on_time_rate_pct)
        > {{ half_unit('rates.on_time_rate_printed_decimals') }} + 1e-9

)

select * from int_conflicts__flow_rates
