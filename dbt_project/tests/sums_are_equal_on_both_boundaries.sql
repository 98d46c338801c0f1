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
    where geography_basis = 'from_2025_07' and period_end < date '2025-07-01'

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
