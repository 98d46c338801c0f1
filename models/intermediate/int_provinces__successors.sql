-- Every province of 2004-2025 beside the unit of 2025-07-01 it went into, and how many predecessors that unit has.
with succession as (

    select * from {{ ref('province_succession') }}

),

int_provinces__successors as (

    select
        predecessor_province_id,
        successor_province_id,
        effective_date,
        share,
        count(*) over (partition by successor_province_id) as predecessor_count
    from succession

)

select * from int_provinces__successors
