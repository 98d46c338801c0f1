-- For every target judged on a cumulative count: which share of a year's volume came by the same cut-off in the last
-- three comparable years of the same source family. Mean, lowest and highest bound the projection.
{% set cutoff = [
    'indicator_code', 'province_id', 'admin_level', 'scope_code', 'source_family_code', 'evaluation_date',
    'start_month_day', 'end_month_day'
] %}
with chosen as (

    select * from {{ ref('int_target_windows__chained') }}
    where choice_no = 1 and not is_window_not_ytd

),

targets as (

    select * from {{ ref('int_targets__versioned') }}

),

evaluation_dates as (

    select distinct evaluation_date from chosen

),

figures as (

    select * from {{ ref('int_figures__comparable') }}
    where period_start is not null

),

indicators as (

    select * from {{ ref('indicator') }}

),

judged as (

    select
        chosen.target_id,
        chosen.evaluation_date,
        chosen.source_family_code,
        targets.indicator_code,
        targets.province_id,
        targets.admin_level,
        targets.scope_code,
        100 * month(chosen.period_start) + day(chosen.period_start) as start_month_day,
        100 * month(chosen.period_end) + day(chosen.period_end) as end_month_day,
        cast(chosen.period_start - 1 as date) as last_day
    from chosen
    inner join targets
        on chosen.target_id = targets.target_id and {{ as_known_on('targets', 'chosen.evaluation_date') }}

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
    where
        case when indicators.accumulation = 'sum_flow' then figures.value else figures.denominator end is not null
        and figures.indicator_code in (select judged.indicator_code from judged)

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

shares as (

    select
        to_cutoff.indicator_code,
        to_cutoff.province_id,
        to_cutoff.admin_level,
        to_cutoff.scope_code,
        to_cutoff.source_family_code,
        evaluation_dates.evaluation_date,
        100 * month(to_cutoff.period_start) + day(to_cutoff.period_start) as start_month_day,
        100 * month(to_cutoff.period_end) + day(to_cutoff.period_end) as end_month_day,
        to_cutoff.period_end,
        to_cutoff.volume / nullif(whole_year.volume, 0) as volume_share
    from to_dates as to_cutoff
    inner join volumes as whole_year
        on
            to_cutoff.indicator_code = whole_year.indicator_code
            and to_cutoff.province_id = whole_year.province_id
            and to_cutoff.admin_level = whole_year.admin_level
            and to_cutoff.scope_code = whole_year.scope_code
            and to_cutoff.source_family_code = whole_year.source_family_code
            and to_cutoff.period_start = whole_year.period_start
            and {{ days_between('whole_year.period_start', 'whole_year.period_end') }} between 363 and 366
    inner join evaluation_dates
        on
            {{ as_known_on('to_cutoff', 'evaluation_dates.evaluation_date') }}
            and {{ as_known_on('whole_year', 'evaluation_dates.evaluation_date') }}

),

numbered as (

    -- the years of one cut-off in their order, as they were known on a day
    select
        *,
        period_end as last_day,
        dense_rank() over (
            partition by {{ cutoff | join(', ') }} order by period_end
        ) as year_no
    from shares

),

{{ last_until('numbered', 'judged', cutoff, 'last_day', 'year_no') }},

sought as (

    -- years are looked up by their number, not all that came before
    select
        judged.*,
        reached.year_no as last_year_no,
        {{ explode_numbers(3) }} as nth_last
    from judged
    inner join reached
        on
            judged.last_day = reached.last_day
            {%- for key in cutoff %}
                and judged.{{ key }} = reached.{{ key }}
            {%- endfor %}

),

earlier as (

    select
        sought.target_id,
        sought.evaluation_date,
        numbered.period_end,
        numbered.volume_share
    from sought
    inner join numbered
        on
            sought.last_year_no - sought.nth_last + 1 = numbered.year_no
            {%- for key in cutoff %}
                and sought.{{ key }} = numbered.{{ key }}
            {%- endfor %}

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
    group by target_id, evaluation_date

)

select * from int_seasonal_shares__computed
