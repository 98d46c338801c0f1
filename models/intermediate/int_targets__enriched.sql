-- Promises as they are held now.
with targets as (

    select * from {{ ref('int_targets__versioned') }}

),

int_targets__enriched as (

    select * from targets
    where is_latest_vintage

)

select * from int_targets__enriched
