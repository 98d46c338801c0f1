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

rates as (

    select
        targets.target_id,
        evaluation_dates.evaluation_date,
        indicators.polarity,
        case
            when targets.indicator_code = 'dossiers_on_time_pct'
                then {{ percent_of('quarters.on_time_numerator', 'quarters.dossiers_resolved') }}
            when targets.indicator_code = 'dossiers_late_pct'
                then {{ percent_of('quarters.resolved_late', 'quarters.dossiers_resolved') }}
        end as rate,
        -- quarters, not figures: a quarter of two sources is one
        dense_rank() over (
            partition by targets.target_id, evaluation_dates.evaluation_date
            order by quarters.nominal_year desc, quarters.nominal_quarter desc
        ) as recency
    from targets
    inner join evaluation_dates
        on {{ as_known_on('targets', 'evaluation_dates.evaluation_date') }}
    inner join indicators
        on targets.indicator_code = indicators.indicator_code
    inner join quarters
        on
            targets.province_id = quarters.province_id
            and targets.admin_level = quarters.admin_level
            and targets.scope_code = quarters.scope_code
            and {{ as_known_on('quarters', 'evaluation_dates.evaluation_date') }}
            and targets.period_end >= quarters.period_end
    where targets.indicator_code in ('dossiers_on_time_pct', 'dossiers_late_pct')

),

int_quarterly_rates__best as (

    select
        target_id,
        evaluation_date,
        case when max(polarity) >= 0 then max(rate) else min(rate) end as best_rate
    from rates
    where recency <= 8
    group by target_id, evaluation_date

)

select * from int_quarterly_rates__best
