-- As many agencies per task and role as the record lists.
with listed as (

    select
        task_id,
        'lead' as role,
        lead_agency_ids as agency_ids
    from {{ ref('stg_records__tasks') }}
    where is_latest_file

    union all

    select
        task_id,
        'coordinating' as role,
        coordinating_agency_ids as agency_ids
    from {{ ref('stg_records__tasks') }}
    where is_latest_file

),

split as (

    select
        task_id,
        role,
        count(*) as agency_count
    from {{ ref('bridge_task_agency') }}
    group by task_id, role

)

select
    listed.task_id,
    listed.role,
    listed.agency_ids,
    split.agency_count
from listed
left join split
    on listed.task_id = split.task_id and listed.role = split.role
where
    length(listed.agency_ids) - length(replace(listed.agency_ids, ';', '')) + 1 <> coalesce(split.agency_count, 0)
