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

dated as (

    select
        windows.*,
        offsets.first_year + offsets.year_no - 1 as nominal_year
    from offsets
    cross join windows

),

int_windows__listed as (

    select
        dated.window_kind,
        dated.period_type,
        cast(dated.nominal_year as integer) as nominal_year,
        {{ window_first_day('dated', 'dated.nominal_year') }} as period_start,
        {{ window_last_day('dated', 'dated.nominal_year') }} as period_end
    from dated

)

select * from int_windows__listed
