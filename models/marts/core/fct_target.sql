-- Promises as they are held now.
with versions as (

    select * from {{ ref('fct_target_version') }}
    where is_latest_vintage

),

fct_target as (

    select {{ all_but(['known_to', 'vintage_no', 'vintage_reason', 'is_latest_vintage']) }}
    from versions

)

select * from fct_target
