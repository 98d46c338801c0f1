-- The calendar's and the ministry's windows of every year in which extracts have dossiers.
with windows as (

    select * from {{ ref('reporting_window') }}

),

partitions as (

    select * from {{ ref('int_dossier_partitions__keyed') }}

),

span as (

    select
        min(received_year) as first_year,
        max(year(observed_on)) as last_year
    from partitions

),

offsets as (

    select
        first_year,
        {{ explode_numbers('last_year - first_year + 1') }} as year_no
    from span

),

int_windows__listed as (

    select
        windows.window_kind,
        windows.period_type,
        cast(offsets.first_year + offsets.year_no - 1 as integer) as nominal_year,
        make_date(
            cast(offsets.first_year + offsets.year_no - 1 + windows.start_year_offset as integer),
            windows.start_month,
            windows.start_day
        ) as period_start,
        make_date(
            cast(offsets.first_year + offsets.year_no - 1 as integer), windows.end_month, windows.end_day
        ) as period_end
    from offsets
    cross join windows

)

select * from int_windows__listed
