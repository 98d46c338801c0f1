-- For every target judged on a cumulative count: which share of a year's volume came by the same cut-off in the last
-- three comparable years of the same source family. Mean, lowest and highest bound the projection.
with chosen as (

    select * from {{ ref('int_target_windows__chained') }}
    where choice_no = 1 and not is_window_not_ytd

),

targets as (

    select * from {{ ref('int_targets__versioned') }}

),

figures as (

    select * from {{ ref('int_figures__comparable') }}
    where period_start is not null

),

indicators as (

    select * from {{ ref('indicator') }}

),

volumes as (

    -- the base of a share, the count itself of a sum
    select
        figures.indicator_code,
        figures.province_id,
        figures.admin_level,
        figures.scope_code,
        figures.source_family_code,
        figures.period_start,
        figures.period_end,
        figures.known_from,
        figures.known_to,
        case when indicators.accumulation = 'sum_flow' then figures.value else figures.denominator end as volume
    from figures
    inner join indicators
        on figures.indicator_code = indicators.indicator_code
    where case when indicators.accumulation = 'sum_flow' then figures.value else figures.denominator end is not null

),

to_dates as (

    select * from volumes

    union all

    -- six months and the third quarter of the ministry's reports are nine months
    select
        volumes.indicator_code,
        volumes.province_id,
        volumes.admin_level,
        volumes.scope_code,
        volumes.source_family_code,
        volumes.period_start,
        next_volumes.period_end,
        greatest(volumes.known_from, next_volumes.known_from) as known_from,
        least(volumes.known_to, next_volumes.known_to) as known_to,
        volumes.volume + next_volumes.volume as volume
    from volumes
    inner join volumes as next_volumes
        on
            volumes.indicator_code = next_volumes.indicator_code
            and volumes.province_id = next_volumes.province_id
            and volumes.admin_level = next_volumes.admin_level
            and volumes.scope_code = next_volumes.scope_code
            and volumes.source_family_code = next_volumes.source_family_code
            and volumes.period_end + 1 = next_volumes.period_start
    where {{ days_between('volumes.period_start', 'next_volumes.period_end') }} < 366

),

earlier as (

    select
        chosen.target_id,
        chosen.evaluation_date,
        to_cutoff.period_end,
        to_cutoff.volume / nullif(whole_year.volume, 0) as volume_share,
        dense_rank() over (
            partition by chosen.target_id, chosen.evaluation_date
            order by to_cutoff.period_end desc
        ) as recency
    from chosen
    inner join targets
        on chosen.target_id = targets.target_id and {{ as_known_on('targets', 'chosen.evaluation_date') }}
    inner join to_dates as to_cutoff
        on
            targets.indicator_code = to_cutoff.indicator_code
            and targets.province_id = to_cutoff.province_id
            and targets.admin_level = to_cutoff.admin_level
            and targets.scope_code = to_cutoff.scope_code
            and chosen.source_family_code = to_cutoff.source_family_code
            and month(to_cutoff.period_end) = month(chosen.period_end)
            and day(to_cutoff.period_end) = day(chosen.period_end)
            and month(to_cutoff.period_start) = month(chosen.period_start)
            and day(to_cutoff.period_start) = day(chosen.period_start)
            and chosen.period_start > to_cutoff.period_end
            and {{ as_known_on('to_cutoff', 'chosen.evaluation_date') }}
    inner join volumes as whole_year
        on
            to_cutoff.indicator_code = whole_year.indicator_code
            and to_cutoff.province_id = whole_year.province_id
            and to_cutoff.admin_level = whole_year.admin_level
            and to_cutoff.scope_code = whole_year.scope_code
            and to_cutoff.source_family_code = whole_year.source_family_code
            and to_cutoff.period_start = whole_year.period_start
            and {{ days_between('whole_year.period_start', 'whole_year.period_end') }} between 363 and 366
            and {{ as_known_on('whole_year', 'chosen.evaluation_date') }}

),

int_seasonal_shares__computed as (

    select
        target_id,
        evaluation_date,
        sum(volume_share) / count(volume_share) as mean_share,
        min(volume_share) as min_share,
        max(volume_share) as max_share,
        count(distinct period_end) as year_count
    from earlier
    where recency <= 3
    group by target_id, evaluation_date

)

select * from int_seasonal_shares__computed
