-- Printed spellings and the agency ids of task records lead to an agency; not_an_agency is said, never a task's.
select
    'alias' as what,
    aliases.alias_text as printed,
    aliases.agency_id
from {{ ref('agency_alias') }} as aliases
left join {{ ref('dim_agency') }} as agencies
    on aliases.agency_id = agencies.agency_id
where agencies.agency_id is null and aliases.agency_id <> 'not_an_agency'

union all

select
    'task' as what,
    bridge.task_id as printed,
    bridge.agency_id
from {{ ref('bridge_task_agency') }} as bridge
left join {{ ref('dim_agency') }} as agencies
    on bridge.agency_id = agencies.agency_id
where agencies.agency_id is null
