-- The best quarterly rate of the last eight quarters before the cut-off: what has been shown to be possible.
with targets as (

    select * from {{ ref('int_targets__versioned') }}
    where indicator_code is not null and target_value is not null

),

evaluation_dates as (

    select * from {{ ref('int_evaluation_dates__unioned') }}

),

indicators as (

    select * from {{ ref('indicator') }}
    where accumulation = 'ratio_flow'

),

quarters as (

    select * from {{ ref('fct_dossier_quarter') }}
    where not is_revision_suspected

),

judged as (

    select
        targets.target_id,
        targets.indicator_code,
        targets.province_id,
        targets.admin_level,
        targets.scope_code,
        targets.period_end,
        evaluation_dates.evaluation_date,
        indicators.polarity
    from targets
    inner join evaluation_dates
        on {{ as_known_on('targets', 'evaluation_dates.evaluation_date') }}
    inner join indicators
        on targets.indicator_code = indicators.indicator_code
    where targets.indicator_code in ('dossiers_on_time_pct', 'dossiers_late_pct')

),

known_quarters as (

    select
        quarters.*,
        evaluation_dates.evaluation_date,
        -- quarters, not figures: a quarter of two sources has one number
        dense_rank() over (
            partition by
                quarters.province_id, quarters.admin_level, quarters.scope_code, evaluation_dates.evaluation_date
            order by quarters.nominal_year, quarters.nominal_quarter
        ) as quarter_no
    from quarters
    inner join evaluation_dates
        on {{ as_known_on('quarters', 'evaluation_dates.evaluation_date') }}

),

{{ last_until(
    'known_quarters', 'judged', ['province_id', 'admin_level', 'scope_code', 'evaluation_date'], 'period_end',
    'quarter_no'
) }},

sought as (

    -- quarters are looked up by their number, not through all years
    select
        judged.*,
        reached.quarter_no as last_quarter_no,
        {{ explode_numbers(8) }} as nth_last
    from judged
    inner join reached
        on
            judged.province_id = reached.province_id
            and judged.admin_level = reached.admin_level
            and judged.scope_code = reached.scope_code
            and judged.evaluation_date = reached.evaluation_date
            and judged.period_end = reached.period_end

),

rates as (

    select
        sought.target_id,
        sought.evaluation_date,
        sought.polarity,
        case
            when sought.indicator_code = 'dossiers_on_time_pct'
                then {{ percent_of('quarters.on_time_numerator', 'quarters.dossiers_resolved') }}
            when sought.indicator_code = 'dossiers_late_pct'
                then {{ percent_of('quarters.resolved_late', 'quarters.dossiers_resolved') }}
        end as rate
    from sought
    inner join known_quarters as quarters
        on
            sought.province_id = quarters.province_id
            and sought.admin_level = quarters.admin_level
            and sought.scope_code = quarters.scope_code
            and sought.evaluation_date = quarters.evaluation_date
            and sought.last_quarter_no - sought.nth_last + 1 = quarters.quarter_no
            -- of the last quarter one source's window may close after the period, another's within it
            and sought.period_end >= quarters.period_end

),

int_quarterly_rates__best as (

    select
        target_id,
        evaluation_date,
        case when max(polarity) >= 0 then max(rate) else min(rate) end as best_rate
    from rates
    group by target_id, evaluation_date

)

select * from int_quarterly_rates__best
