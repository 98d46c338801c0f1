with steps as (

    select * from {{ ref('stg_records__target_steps') }}
    where is_latest_file

),

fct_target_step as (

    select
        target_step_id,
        target_id,
        step_date,
        step_value,
        printed_text,
        locator
    from steps

)

select * from fct_target_step
