-- For every target and evaluation date the windows of flows that were known then and lie in the target's period,
-- chained from its start: one cumulative window, or windows without a gap inside one source family.
with targets as (

    select * from {{ ref('int_targets__versioned') }}
    where indicator_code is not null and target_value is not null and period_end is not null

),

evaluation_dates as (

    select * from {{ ref('int_evaluation_dates__unioned') }}

),

figures as (

    select * from {{ ref('int_figures__comparable') }}
    where period_start is not null and period_end is not null

),

indicators as (

    select * from {{ ref('indicator') }}
    where accumulation in ('ratio_flow', 'sum_flow')

),

{{ period_years('targets') }},

windows as (

    select
        targets.target_id,
        evaluation_dates.evaluation_date,
        targets.period_start as target_start,
        targets.period_end as target_end,
        indicators.accumulation,
        figures.*
    from period_years as targets
    inner join evaluation_dates
        on {{ as_known_on('targets', 'evaluation_dates.evaluation_date') }}
    inner join indicators
        on targets.indicator_code = indicators.indicator_code
    inner join figures
        on
            targets.indicator_code = figures.indicator_code
            and targets.province_id = figures.province_id
            and targets.admin_level = figures.admin_level
            and targets.scope_code = figures.scope_code
            and targets.calendar_year = year(figures.period_end)
            and {{ as_known_on('figures', 'evaluation_dates.evaluation_date') }}
            -- the ministry's year begins on 15 December of the year before
            and figures.period_start >= targets.period_start - 17
            and targets.period_end >= figures.period_end
            and targets.period_start < figures.period_end

),

addable as (

    -- what can be added up: one window per last day, the longest
    select
        *,
        max(case when period_start <= target_start + 1 then period_end end) over (
            partition by target_id, evaluation_date, source_family_code
        ) as first_end,
        row_number() over (
            partition by target_id, evaluation_date, source_family_code, period_end
            order by period_start asc, trust_grade asc, known_from desc, figure_id asc
        ) as choice_for_day
    from windows
    where accumulation = 'sum_flow' or (numerator is not null and denominator is not null)

),

ordered as (

    -- the longest window from the start (six months in the ministry's reports) and what begins after it (its Q3)
    select
        *,
        lag(period_end) over (
            partition by target_id, evaluation_date, source_family_code
            order by period_end
        ) as previous_end
    from addable
    where choice_for_day = 1 and (period_end = first_end or period_start > first_end)

),

linked as (

    select
        *,
        min(case when period_end = first_end or period_start = previous_end + 1 then 1 else 0 end) over (
            partition by target_id, evaluation_date, source_family_code
            order by period_end
            rows between unbounded preceding and current row
        ) as is_in_chain
    from ordered

),

candidates as (

    -- one window: cumulative from the start of the period, or one that does not begin with it
    select
        target_id,
        evaluation_date,
        source_family_code,
        document_id,
        figure_id,
        period_start,
        period_end,
        value,
        numerator,
        denominator,
        overdue_open_count,
        value_decimals,
        evidence_grade,
        has_doubtful_base,
        known_from,
        trust_grade,
        period_start > target_start + 1 as is_window_not_ytd,
        1 as preference
    from windows

    union all

    -- windows in a chain from the start, added up
    select
        target_id,
        evaluation_date,
        source_family_code,
        max(document_id) as document_id,
        {{ joined_text('figure_id', ';', 'period_start') }} as figure_id,
        min(period_start) as period_start,
        max(period_end) as period_end,
        case when max(accumulation) = 'sum_flow' then sum(value) end as value,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        -- a stock: what is open and overdue on the last day
        max_by(coalesce(overdue_open_count, 0), period_end) as overdue_open_count,
        max(value_decimals) as value_decimals,
        max(evidence_grade) as evidence_grade,
        bool_or(has_doubtful_base) as has_doubtful_base,
        max(known_from) as known_from,
        max(trust_grade) as trust_grade,
        false as is_window_not_ytd,
        2 as preference
    from linked
    where is_in_chain = 1
    group by target_id, evaluation_date, source_family_code
    having count(*) > 1

),

int_target_windows__chained as (

    select
        *,
        row_number() over (
            partition by target_id, evaluation_date
            order by
                is_window_not_ytd asc,
                period_end desc,
                case when numerator is null then 1 else 0 end,
                trust_grade asc,
                preference asc,
                known_from desc,
                figure_id asc
        ) as choice_no
    from candidates

)

select * from int_target_windows__chained
