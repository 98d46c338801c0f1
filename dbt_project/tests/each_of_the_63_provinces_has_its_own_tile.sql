-- The map of 2025-06-30 shows every province once, none on top of another.
with provinces as (

    select province_id
    from {{ ref('dim_province') }}
    where date '2025-06-30' >= valid_from and date '2025-06-30' <= valid_to

)

select
    'province and tile' as what,
    coalesce(provinces.province_id, tiles.province_id) as found
from provinces
full outer join {{ ref('province_tile') }} as tiles
    on provinces.province_id = tiles.province_id
where provinces.province_id is null or tiles.province_id is null

union all

select
    'tile used twice or without a place' as what,
    string_agg(province_id, ', ' order by province_id) as found
from {{ ref('province_tile') }}
group by tile_row, tile_column
having count(*) > 1 or tile_row is null or tile_column is null
