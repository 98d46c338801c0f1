-- Tasks per agency, role and quarter, each counted once in the quarter of its due_end; a budget is counted once, at
-- the first agency that leads the task.
with tasks as (

    select * from {{ ref('mart_task_calendar') }}

),

bridge as (

    select * from {{ ref('bridge_task_agency') }}

),

agencies as (

    select * from {{ ref('dim_agency') }}

),

joined as (

    select
        tasks.document_id,
        tasks.province_id,
        tasks.plan_year,
        bridge.agency_id,
        bridge.role,
        coalesce(tasks.due_quarter, 'none') as quarter,
        tasks.task_id,
        tasks.due_kind,
        case when bridge.role = 'lead' and bridge.printed_order = 1 then tasks.budget_vnd_million end
            as budget_vnd_million
    from bridge
    inner join tasks
        on bridge.task_id = tasks.task_id

),

mart_agency_workload as (

    select
        joined.document_id,
        joined.agency_id,
        joined.role,
        joined.quarter,
        joined.province_id,
        joined.plan_year,
        agencies.name_vi as agency_vi,
        agencies.name_en as agency_en,
        agencies.is_group,
        cast(count(*) as integer) as task_count,
        cast(sum(case when joined.due_kind = 'continuous' then 1 else 0 end) as integer) as continuous_task_count,
        cast(sum(case when joined.due_kind = 'conditional' then 1 else 0 end) as integer) as conditional_task_count,
        cast(sum(joined.budget_vnd_million) as decimal(20, 6)) as budget_vnd_million
    from joined
    inner join agencies
        on joined.agency_id = agencies.agency_id
    group by
        joined.document_id,
        joined.agency_id,
        joined.role,
        joined.quarter,
        joined.province_id,
        joined.plan_year,
        agencies.name_vi,
        agencies.name_en,
        agencies.is_group

)

select * from mart_agency_workload
