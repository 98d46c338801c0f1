with succession as (

    select * from {{ ref('province_succession') }}

),

bridge_province_succession as (

    select
        predecessor_province_id,
        successor_province_id,
        effective_date,
        legal_act,
        share
    from succession

)

select * from bridge_province_succession
