with agencies as (

    select * from {{ ref('int_task_agencies__split') }}

),

bridge_task_agency as (

    select
        task_id,
        agency_id,
        role,
        printed_order
    from agencies

)

select * from bridge_task_agency
