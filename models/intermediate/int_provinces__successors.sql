-- Every province of 2025-06-30 beside the unit of the next day it went into, and how many predecessors that unit has.
-- The one place that says which succession the boundaries of 2025-07-01 are: older mergers stand in the seed, too.
with succession as (

    select * from {{ ref('province_succession') }}

),

int_provinces__successors as (

    select
        predecessor_province_id,
        successor_province_id,
        effective_date,
        share,
        predecessor_province_id <> successor_province_id as is_changed,
        count(*) over (partition by successor_province_id) as predecessor_count
    from succession
    where effective_date = date '2025-07-01'

)

select * from int_provinces__successors
