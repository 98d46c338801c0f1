-- 63 until 2025-06-30, 34 from 2025-07-01 (202/2025/QH15), and Huế a city from 2025-01-01 under the same id.
with expected as (

    select
        date '2020-06-30' as as_of_date,
        63 as province_count,
        5 as city_count
    union all
    select
        date '2025-06-30' as as_of_date,
        63 as province_count,
        6 as city_count
    union all
    select
        date '2025-07-01' as as_of_date,
        34 as province_count,
        6 as city_count

)

select
    expected.as_of_date,
    expected.province_count,
    count(*) as found_count
from expected
inner join {{ ref('dim_province') }} as provinces
    on expected.as_of_date >= provinces.valid_from and expected.as_of_date <= provinces.valid_to
group by expected.as_of_date, expected.province_count, expected.city_count
having
    count(*) <> expected.province_count
    or count(*) filter (where provinces.unit_type = 'centrally_run_city') <> expected.city_count
