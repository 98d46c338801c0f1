-- Every day with the end of its segment: segments lie between the beginnings and ends of all windows, so that every
-- window is a whole number of them and counts are added up by segment instead of by day.
with windows as (

    select * from {{ ref('int_windows__listed') }}

),

boundaries as (

    select period_end as boundary from windows

    union

    select cast(period_start - 1 as date) as boundary from windows

),

span as (

    select
        min(boundary) as first_boundary,
        {{ days_between('min(boundary)', 'max(boundary)') }} as day_count
    from boundaries

),

numbered as (

    select
        first_boundary,
        {{ explode_numbers('day_count') }} as day_no
    from span

),

days as (

    select cast(first_boundary + day_no as date) as day from numbered

),

int_days__segmented as (

    select
        days.day,
        min(boundaries.boundary) over (
            order by days.day rows between current row and unbounded following
        ) as segment_end
    from days
    left join boundaries
        on days.day = boundaries.boundary

)

select * from int_days__segmented
