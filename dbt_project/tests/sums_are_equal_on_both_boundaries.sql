-- What all predecessors report is what the province of 2025-07-01 has, period by period; where one reports nothing
-- there is no sum and its name stands there.
with successors as (

    select * from {{ ref('int_provinces__successors') }}

),

reported as (

    select * from {{ ref('mart_on_time_rates') }}
    where geography_basis = 'as_reported' and is_preferred and period_end < date '2025-07-01'

),

windows as (

    select distinct
        successors.successor_province_id,
        reported.admin_level,
        reported.scope_code,
        reported.period_start,
        reported.period_end
    from reported
    inner join successors
        on reported.province_id = successors.predecessor_province_id

),

expected as (

    select
        successors.successor_province_id as province_id,
        windows.admin_level,
        windows.scope_code,
        windows.period_start,
        windows.period_end,
        count(*) as predecessor_count,
        count(reported.source_id) as held_count,
        case when count(reported.dossiers_resolved) = count(*) then sum(reported.dossiers_resolved) end
            as dossiers_resolved,
        case when count(reported.on_time_numerator) = count(*) then sum(reported.on_time_numerator) end
            as on_time_numerator,
        case when count(reported.resolved_late) = count(*) then sum(reported.resolved_late) end as resolved_late,
        case when count(reported.to_process_total) = count(*) then sum(reported.to_process_total) end
            as to_process_total
    from windows
    inner join successors
        on windows.successor_province_id = successors.successor_province_id
    left join reported
        on
            successors.predecessor_province_id = reported.province_id
            and windows.admin_level = reported.admin_level
            and windows.scope_code = reported.scope_code
            and windows.period_start = reported.period_start
            and windows.period_end = reported.period_end
    group by
        successors.successor_province_id, windows.admin_level, windows.scope_code, windows.period_start,
        windows.period_end

),

regrouped as (

    select * from {{ ref('mart_on_time_rates') }}
    where geography_basis = 'from_2025_07' and is_preferred and period_end < date '2025-07-01'

),

figures as (

    select * from {{ ref('int_online_figures__dated') }}
    where is_share_of_flow and period_start is not null and period_end is not null

),

shares as (

    select
        *,
        row_number() over (
            partition by province_id, indicator_code, admin_level, scope_code, period_start, period_end
            order by trust_grade asc, known_from desc nulls last, source_id asc
        ) as preference_no
    from figures
    where numerator is not null and denominator is not null

),

share_windows as (

    select distinct
        successors.successor_province_id,
        figures.indicator_code,
        figures.admin_level,
        figures.scope_code,
        figures.period_start,
        figures.period_end
    from figures
    inner join successors
        on figures.province_id = successors.predecessor_province_id
    where successors.is_changed and figures.period_end < date '2025-07-01'

),

expected_shares as (

    select
        successors.successor_province_id as province_id,
        share_windows.indicator_code,
        share_windows.admin_level,
        share_windows.scope_code,
        share_windows.period_start,
        share_windows.period_end,
        count(shares.source_id) = count(*) as is_complete,
        case when count(shares.source_id) = count(*) then sum(shares.numerator) end as numerator,
        case when count(shares.source_id) = count(*) then sum(shares.denominator) end as denominator
    from share_windows
    inner join successors
        on share_windows.successor_province_id = successors.successor_province_id
    left join shares
        on
            successors.predecessor_province_id = shares.province_id
            and share_windows.indicator_code = shares.indicator_code
            and share_windows.admin_level = shares.admin_level
            and share_windows.scope_code = shares.scope_code
            and share_windows.period_start = shares.period_start
            and share_windows.period_end = shares.period_end
            and shares.preference_no = 1
    group by
        successors.successor_province_id, share_windows.indicator_code, share_windows.admin_level,
        share_windows.scope_code, share_windows.period_start, share_windows.period_end

),

online as (

    select * from {{ ref('mart_online_service_levels') }}

),

regrouped_shares as (

    select * from online
    where source_id = 'computed:from_2025_07'

),

kept as (

    select * from online
    where geography_basis = 'from_2025_07'

)

select
    coalesce(expected.province_id, regrouped.province_id) as province_id,
    coalesce(expected.admin_level, regrouped.admin_level) as admin_level,
    coalesce(expected.period_start, regrouped.period_start) as period_start,
    coalesce(expected.period_end, regrouped.period_end) as period_end
from expected
full outer join regrouped
    on
        expected.province_id = regrouped.province_id
        and expected.admin_level = regrouped.admin_level
        and expected.scope_code = regrouped.scope_code
        and expected.period_start = regrouped.period_start
        and expected.period_end = regrouped.period_end
where
    expected.province_id is null
    or regrouped.province_id is null
    or expected.dossiers_resolved is distinct from regrouped.dossiers_resolved
    or expected.on_time_numerator is distinct from regrouped.on_time_numerator
    or expected.resolved_late is distinct from regrouped.resolved_late
    or expected.to_process_total is distinct from regrouped.to_process_total
    or (expected.held_count < expected.predecessor_count) <> (regrouped.missing_provinces is not null)

union all

-- of the windows that end on one day one stands in the mart, a complete one if there is any
select
    expected_shares.province_id,
    expected_shares.admin_level,
    expected_shares.period_start,
    expected_shares.period_end
from expected_shares
left join regrouped_shares
    on
        expected_shares.province_id = regrouped_shares.province_id
        and expected_shares.indicator_code = regrouped_shares.indicator_code
        and expected_shares.admin_level = regrouped_shares.admin_level
        and expected_shares.scope_code = regrouped_shares.scope_code
        and expected_shares.period_end = regrouped_shares.as_of_date
where
    regrouped_shares.province_id is null
    or (expected_shares.is_complete and regrouped_shares.missing_provinces is not null)
    or (
        expected_shares.period_start = regrouped_shares.period_start
        and (
            expected_shares.numerator is distinct from regrouped_shares.numerator_count
            or expected_shares.denominator is distinct from regrouped_shares.base_count
            or expected_shares.is_complete <> (regrouped_shares.missing_provinces is null)
        )
    )

union all

select
    regrouped_shares.province_id,
    regrouped_shares.admin_level,
    regrouped_shares.period_start,
    regrouped_shares.as_of_date as period_end
from regrouped_shares
left join expected_shares
    on
        regrouped_shares.province_id = expected_shares.province_id
        and regrouped_shares.indicator_code = expected_shares.indicator_code
        and regrouped_shares.admin_level = expected_shares.admin_level
        and regrouped_shares.scope_code = expected_shares.scope_code
        and regrouped_shares.period_start = expected_shares.period_start
        and regrouped_shares.as_of_date = expected_shares.period_end
where expected_shares.province_id is null

union all

-- a province that did not change keeps every figure, the printed one too
select
    reported_online.province_id,
    reported_online.admin_level,
    reported_online.period_start,
    reported_online.as_of_date as period_end
from online as reported_online
inner join successors
    on reported_online.province_id = successors.predecessor_province_id and not successors.is_changed
left join kept
    on
        reported_online.province_id = kept.province_id
        and reported_online.indicator_code = kept.indicator_code
        and reported_online.admin_level = kept.admin_level
        and reported_online.scope_code = kept.scope_code
        and reported_online.source_id = kept.source_id
        and reported_online.as_of_date = kept.as_of_date
where
    reported_online.geography_basis = 'as_reported'
    and reported_online.not_comparable_reason is distinct from 'no_result_held'
    and (
        kept.province_id is null
        or reported_online.printed_pct is distinct from kept.printed_pct
        or reported_online.base_count is distinct from kept.base_count
        or reported_online.procedure_count is distinct from kept.procedure_count
    )
