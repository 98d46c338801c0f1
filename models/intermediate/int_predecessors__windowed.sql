-- What stands for each predecessor of a merged province, subject by subject and period by period: its preferred source,
-- or none. Whatever adds up on the boundaries of 2025-07-01 adds up these.
with successors as (

    select * from {{ ref('int_provinces__successors') }}
    where is_changed

),

stated as (

    -- a flow that says nothing of timeliness neither opens a window nor stands for its province
    select
        'dossier_flow' as subject_code,
        province_id,
        admin_level,
        scope_code,
        period_start,
        period_end,
        source_id,
        true as can_be_added,
        trust_grade,
        known_from
    from {{ ref('fct_dossier_flow') }}
    where
        is_latest_vintage
        and coalesce(
            on_time_numerator, resolved_late, in_process_overdue, on_time_rate_printed_pct,
            on_time_only_printed_pct, early_printed_pct, late_printed_pct
        ) is not null

    union all

    -- a share without its counts opens a window, too, but nothing can be added up from it
    select
        indicator_code as subject_code,
        province_id,
        admin_level,
        scope_code,
        period_start,
        period_end,
        source_id,
        numerator is not null and denominator is not null as can_be_added,
        trust_grade,
        known_from
    from {{ ref('int_online_figures__dated') }}
    where is_share_of_flow and period_start is not null and period_end is not null

),

windows as (

    select distinct
        stated.subject_code,
        successors.successor_province_id,
        stated.admin_level,
        stated.scope_code,
        stated.period_start,
        stated.period_end
    from stated
    inner join successors
        on stated.province_id = successors.predecessor_province_id
    where stated.period_end < date '2025-07-01'

),

ranked as (

    select
        *,
        row_number() over (
            partition by subject_code, province_id, admin_level, scope_code, period_start, period_end
            order by trust_grade asc, known_from desc nulls last, source_id asc
        ) as preference_no
    from stated
    where can_be_added

),

int_predecessors__windowed as (

    select
        windows.subject_code,
        windows.successor_province_id,
        windows.admin_level,
        windows.scope_code,
        windows.period_start,
        windows.period_end,
        successors.predecessor_province_id,
        ranked.source_id
    from windows
    inner join successors
        on windows.successor_province_id = successors.successor_province_id
    left join ranked
        on
            windows.subject_code = ranked.subject_code
            and successors.predecessor_province_id = ranked.province_id
            and windows.admin_level = ranked.admin_level
            and windows.scope_code = ranked.scope_code
            and windows.period_start = ranked.period_start
            and windows.period_end = ranked.period_end
            and ranked.preference_no = 1

)

select * from int_predecessors__windowed
