-- The district level ends on 2025-06-30; whole-process services begin with their decree; a figure of one unit names
-- the unit.
select
    'level' as what,
    result_id
from {{ ref('fct_result') }}
where
    admin_level in ('district', 'province_district', 'district_commune')
    and coalesce(measured_on, period_start) > date '2025-06-30'

union all

select
    'scheme' as what,
    results.result_id
from {{ ref('fct_result') }} as results
inner join {{ ref('dim_indicator_version') }} as versions
    on results.indicator_code = versions.indicator_code
where coalesce(results.measured_on, results.period_end) < versions.valid_from

union all

select
    'unit' as what,
    result_id
from {{ ref('fct_result') }}
where admin_level = 'unit' and scope_code = 'whole'
