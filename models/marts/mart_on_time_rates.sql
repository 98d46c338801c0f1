-- One row per province, level, scope, period and source: the on-time rates that the counts give, each formula named,
-- beside the printed ones, and the promise for exactly the same thing.
with flows as (

    select * from {{ ref('int_on_time_flows__based') }}

),

provinces as (

    select * from {{ ref('dim_province') }}

),

targets as (

    -- the latest promise of a province, year, level and scope; a restatement is no second promise
    select
        *,
        row_number() over (
            partition by province_id, plan_year, admin_level, scope_code
            order by known_from desc nulls last, target_id asc
        ) as recency
    from {{ ref('fct_target') }}
    where
        indicator_code = 'dossiers_on_time_pct'
        and restates_target_id is null
        and withdrawn_on is null
        and plan_year is not null
        and target_value is not null

),

reasons as (

    select * from {{ ref('reason') }}

),

rates as (

    select
        *,
        year(period_end) as plan_year,
        {{ percent_of('on_time_numerator', 'dossiers_resolved') }} as on_time_rate_resolved_pct,
        {{ percent_of('on_time_numerator', 'dossiers_received_printed') }} as on_time_rate_received_pct,
        100.0 - {{ percent_of('resolved_late + in_process_overdue', 'to_process_total') }}
            as on_time_rate_with_overdue_pct,
        {{ percent_of('resolved_early', 'dossiers_resolved') }} as early_pct,
        {{ percent_of('resolved_late', 'dossiers_resolved') }} as late_pct,
        to_process_total - dossiers_resolved - in_process as reconciliation_gap
    from flows

),

judged as (

    select
        rates.*,
        case when rates.missing_provinces is not null then 'boundary_incomplete' end as not_comparable_reason,
        targets.target_id,
        targets.comparator as target_comparator,
        targets.target_value as target_pct,
        -- the canonical rate, the printed one where the counts do not give it
        coalesce(rates.on_time_rate_resolved_pct, cast(rates.on_time_rate_printed_pct as double)) as judged_rate_pct,
        -- on the new boundaries a province has the name that it has there
        case
            when rates.geography_basis = 'from_2025_07' then greatest(rates.period_end, date '2025-07-01')
            else rates.period_end
        end as province_day,
        rates.period_end >= make_date(year(rates.period_end), 12, 14)
        and rates.period_start <= make_date(year(rates.period_end), 1, 1)
            as is_whole_year
    from rates
    left join targets
        on
            rates.province_id = targets.province_id
            and rates.plan_year = targets.plan_year
            and rates.admin_level = targets.admin_level
            and rates.scope_code = targets.scope_code
            and targets.recency = 1
            -- a promise of a province is no promise of the unit it went into
            and rates.geography_basis = 'as_reported'

),

mart_on_time_rates as (

    select
        judged.province_id,
        provinces.name_vi as province_vi,
        provinces.name_en as province_en,
        judged.period_start,
        judged.period_end,
        cast({{ days_between('judged.period_start', 'judged.period_end') }} + 1 as integer) as period_days,
        judged.admin_level,
        judged.scope_code,
        judged.source_id,
        judged.geography_basis,
        row_number() over (
            partition by
                judged.geography_basis, judged.province_id, judged.period_start, judged.period_end,
                judged.admin_level, judged.scope_code
            order by judged.trust_grade asc, judged.known_from desc nulls last, judged.source_id asc
        ) = 1 as is_preferred,
        judged.to_process_total,
        judged.dossiers_received_printed,
        judged.received_basis,
        judged.dossiers_resolved,
        judged.on_time_numerator,
        judged.on_time_basis,
        judged.is_early_not_split,
        judged.resolved_late,
        judged.in_process,
        judged.in_process_overdue,
        judged.on_time_rate_resolved_pct,
        judged.on_time_rate_received_pct,
        judged.on_time_rate_with_overdue_pct,
        judged.early_pct,
        judged.late_pct,
        judged.on_time_rate_printed_pct,
        judged.early_printed_pct,
        judged.on_time_only_printed_pct,
        judged.late_printed_pct,
        judged.reconciliation_gap,
        cast(judged.predecessor_count as integer) as predecessor_count,
        judged.missing_provinces,
        judged.not_comparable_reason,
        reasons.sentence_vi as comparability_note_vi,
        reasons.sentence_en as comparability_note_en,
        judged.is_period_implied,
        judged.has_rounded_figures,
        judged.trust_grade,
        judged.known_from,
        judged.target_id,
        judged.target_comparator,
        judged.target_pct,
        judged.judged_rate_pct - judged.target_pct as margin_points,
        case
            when judged.target_id is null then 'no_target_held'
            when judged.judged_rate_pct is null then 'no_rate'
            when not judged.is_whole_year then 'interim'
            when judged.judged_rate_pct > judged.target_pct then 'MET'
            when judged.judged_rate_pct = judged.target_pct and judged.target_comparator <> '>' then 'MET'
            else 'NOT_MET'
        end as verdict
    from judged
    inner join provinces
        on {{ as_of_province('judged.province_id', 'judged.province_day', 'provinces') }}
    left join reasons
        on judged.not_comparable_reason = reasons.reason_code

)

select * from mart_on_time_rates
