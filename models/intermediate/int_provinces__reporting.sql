-- How long after a period the report of a province may still come: the lag of the source family that its reports held
-- belong to, else the one for any.
with provinces as (

    select distinct province_id from {{ ref('province') }}

),

reports as (

    select distinct
        province_id,
        source_family_code
    from {{ ref('int_documents__unioned') }}
    where document_kind = 'periodic_report'

),

lags as (

    select * from {{ ref('reporting_lag') }}
    where document_kind = 'periodic_report'

),

default_lags as (

    select lag_days from lags
    where source_family_code = 'any'

),

own_lags as (

    -- reports of two families: the later day
    select
        reports.province_id,
        max(lags.lag_days) as lag_days
    from reports
    inner join lags
        on reports.source_family_code = lags.source_family_code
    group by reports.province_id

),

int_provinces__reporting as (

    select
        provinces.province_id,
        coalesce(own_lags.lag_days, default_lags.lag_days) as report_lag_days
    from provinces
    cross join default_lags
    left join own_lags
        on provinces.province_id = own_lags.province_id

)

select * from int_provinces__reporting
