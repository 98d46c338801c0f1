-- One row per task, agency and role. The record holds the agency ids that its words read as, in printed order.
with tasks as (

    select * from {{ ref('stg_records__tasks') }}
    where is_latest_file

),

listed as (

    select
        task_id,
        'lead' as role,
        lead_agency_ids as agency_ids
    from tasks
    where lead_agency_ids is not null

    union all

    select
        task_id,
        'coordinating' as role,
        coordinating_agency_ids as agency_ids
    from tasks
    where coordinating_agency_ids is not null

),

positions as (

    select {{ explode_numbers(12) }} as printed_order

),

int_task_agencies__split as (

    select
        listed.task_id,
        split_part(listed.agency_ids, ';', positions.printed_order) as agency_id,
        listed.role,
        positions.printed_order
    from listed
    inner join positions
        on split_part(listed.agency_ids, ';', positions.printed_order) <> ''

)

select * from int_task_agencies__split
