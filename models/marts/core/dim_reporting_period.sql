-- Every period that a figure or a document speaks of; the macro period_type says which window it is.
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

typed as (

    select
        *,
        {{ days_between('period_start', 'period_end') }} + 1 as period_days,
        year(period_end) as last_year,
        {{ period_type('period_start', 'period_end') }} as period_type
    from periods

),

dim_reporting_period as (

    select
        cast(period_start as string) || '_' || cast(period_end as string) as period_id,
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
        {{ is_cumulative('period_type') }} as is_cumulative
    from typed

)

select * from dim_reporting_period
