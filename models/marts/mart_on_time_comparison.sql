-- Pairs of on-time rates that a reader may want to set side by side: two provinces in overlapping windows, and one
-- province with itself a year before. Says whether the windows are the same and why a pair may not be compared.
{% set pair -%}
        first_rates.province_id,
        other_rates.province_id as other_province_id,
        first_rates.geography_basis,
        first_rates.admin_level,
        first_rates.scope_code,
        first_rates.period_start,
        first_rates.period_end,
        other_rates.period_start as other_period_start,
        other_rates.period_end as other_period_end,
        first_rates.on_time_rate_resolved_pct,
        other_rates.on_time_rate_resolved_pct as other_on_time_rate_resolved_pct,
        first_rates.dossiers_resolved,
        other_rates.dossiers_resolved as other_dossiers_resolved
{%- endset %}
with rates as (

    select *
    from {{ ref('mart_on_time_rates') }}
    where is_preferred and on_time_rate_resolved_pct is not null

),

thresholds as (

    select same_window_days from {{ ref('threshold_set') }}
    where threshold_set_id = (select max(latest.threshold_set_id) from {{ ref('threshold_set') }} as latest)

),

reasons as (

    select * from {{ ref('reason') }}

),

{{ period_years('rates') }},

overlapping as (

    select
        {{ pair }},
        'between_provinces' as comparison_kind,
        0 as days_apart
    from period_years as first_rates
    inner join period_years as other_rates
        on
            first_rates.admin_level = other_rates.admin_level
            and first_rates.scope_code = other_rates.scope_code
            and first_rates.geography_basis = other_rates.geography_basis
            and first_rates.calendar_year = other_rates.calendar_year
    where
        first_rates.province_id < other_rates.province_id
        and first_rates.period_start <= other_rates.period_end
        and first_rates.period_end >= other_rates.period_start
        -- in the first year that both have, not once in each
        and (first_rates.nth_year = 1 or other_rates.nth_year = 1)

),

ends as (

    -- a window that closes about a year before does so in the same calendar year or one of the two before: it is looked
    -- up by them, not through all years
    select
        *,
        {{ explode_numbers(3) }} as nth_last_year
    from rates

),

year_on_year as (

    select
        {{ pair }},
        'year_on_year' as comparison_kind,
        -- what is more than a year
        365 as days_apart
    from ends as first_rates
    inner join rates as other_rates
        on
            first_rates.province_id = other_rates.province_id
            and first_rates.admin_level = other_rates.admin_level
            and first_rates.scope_code = other_rates.scope_code
            and first_rates.geography_basis = other_rates.geography_basis
            and year(first_rates.period_end) - first_rates.nth_last_year + 1 = year(other_rates.period_end)
    where
        {{ days_between('other_rates.period_end', 'first_rates.period_end') }} between 320 and 410
        and abs(first_rates.period_days - other_rates.period_days) <= 45

),

pairs as (

    select * from overlapping
    union all
    select * from year_on_year

),

measured as (

    select
        *,
        {{ days_between('period_start', 'other_period_start') }} + days_apart as start_offset_days,
        {{ days_between('period_end', 'other_period_end') }} + days_apart as end_offset_days
    from pairs

),

marked as (

    select
        measured.*,
        abs(measured.start_offset_days) <= thresholds.same_window_days
        and abs(measured.end_offset_days) <= thresholds.same_window_days as is_same_window
    from measured
    cross join thresholds

),

explained as (

    select
        *,
        case when not is_same_window then 'not_same_window' end as not_comparable_reason
    from marked

),

mart_on_time_comparison as (

    select
        explained.comparison_kind,
        explained.province_id,
        explained.other_province_id,
        explained.geography_basis,
        explained.admin_level,
        explained.scope_code,
        explained.period_start,
        explained.period_end,
        explained.other_period_start,
        explained.other_period_end,
        explained.on_time_rate_resolved_pct,
        explained.other_on_time_rate_resolved_pct,
        case
            when explained.is_same_window
                then explained.on_time_rate_resolved_pct - explained.other_on_time_rate_resolved_pct
        end as difference_points,
        explained.dossiers_resolved,
        explained.other_dossiers_resolved,
        cast(explained.start_offset_days as integer) as start_offset_days,
        cast(explained.end_offset_days as integer) as end_offset_days,
        explained.is_same_window,
        explained.not_comparable_reason,
        reasons.sentence_vi as comparability_note_vi,
        reasons.sentence_en as comparability_note_en
    from explained
    left join reasons
        on explained.not_comparable_reason = reasons.reason_code

)

select * from mart_on_time_comparison
