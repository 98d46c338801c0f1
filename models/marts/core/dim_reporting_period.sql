-- Every period that a figure or a document speaks of. The ministry's windows close on the 14th: 15/12-14/3 is the
-- first quarter, 15/12-14/6 six months, 15/6-14/9 the third quarter, 15/12-14/12 the year.
with results as (

    select * from {{ ref('int_results__versioned') }}

),

documents as (

    select * from {{ ref('int_documents__unioned') }}

),

targets as (

    select * from {{ ref('int_targets__enriched') }}

),

periods as (

    select
        period_start,
        period_end
    from results
    where period_start is not null and period_end is not null

    union

    select
        period_start,
        period_end
    from documents
    where period_start is not null and period_end is not null

    union

    select
        period_start,
        period_end
    from targets
    where period_start is not null and period_end is not null

),

described as (

    select
        period_start,
        period_end,
        {{ days_between('period_start', 'period_end') }} + 1 as period_days,
        month(period_start) as first_month,
        day(period_start) as first_day,
        month(period_end) as last_month,
        day(period_end) as last_day,
        year(period_start) as first_year,
        year(period_end) as last_year,
        period_end = last_day(period_end) as ends_with_month
    from periods

),

typed as (

    select
        *,
        case
            when first_day = 1 and ends_with_month and first_year = last_year
                then
                    case
                        when first_month = 1 and last_month = 12 then 'annual'
                        when first_month = 1 and last_month = 9 then 'nine_months'
                        when first_month = 1 and last_month = 6 then 'six_months'
                        when first_month in (1, 4, 7, 10) and last_month = first_month + 2
                            then 'q' || cast(cast((first_month + 2) / 3 as integer) as varchar)
                        when first_month = last_month then 'month'
                        else 'custom'
                    end
            when first_day = 15 and last_day = 14 and first_month = 12 and last_year = first_year + 1
                then
                    case last_month
                        when 3 then 'q1'
                        when 6 then 'six_months'
                        when 9 then 'nine_months'
                        when 12 then 'annual'
                        else 'custom'
                    end
            when first_day = 15 and last_day = 14 and first_month = 6 and last_month = 9 and last_year = first_year
                then 'q3'
            when period_days = 7 then 'week'
            else 'custom'
        end as period_type
    from described

),

dim_reporting_period as (

    select
        cast(period_start as varchar) || '_' || cast(period_end as varchar) as period_id,
        period_start,
        period_end,
        cast(period_days as integer) as period_days,
        period_type,
        cast(last_year as integer) as nominal_year,
        cast(case
            when period_type in ('q1', 'q2', 'q3', 'q4') then cast(right(period_type, 1) as integer)
            -- an own cut-off belongs to the quarter that holds its middle day
            when period_type = 'custom' and period_days between 60 and 120
                then quarter(cast(period_start + cast(floor(period_days / 2) as integer) as date))
        end as integer) as nominal_quarter,
        period_type in ('six_months', 'nine_months', 'annual') as is_cumulative
    from typed

)

select * from dim_reporting_period
