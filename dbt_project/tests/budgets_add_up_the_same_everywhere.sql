-- Tasks, fields, the whole document and the agencies that lead hold one and the same money.
with led_tasks as (

    select distinct task_id
    from {{ ref('bridge_task_agency') }}
    where role = 'lead'

),

tasks as (

    select
        facts.document_id,
        sum(facts.budget_vnd_million) as budget,
        sum(case when led_tasks.task_id is not null then facts.budget_vnd_million end) as led_budget
    from {{ ref('fct_task') }} as facts
    left join led_tasks
        on facts.task_id = led_tasks.task_id
    group by facts.document_id

),

fields as (

    select
        document_id,
        sum(budget_vnd_million) filter (where reform_field_code <> 'general') as budget,
        sum(budget_vnd_million) filter (where reform_field_code = 'general') as general_budget
    from {{ ref('mart_budget') }}
    group by document_id

),

agencies as (

    select
        document_id,
        sum(budget_vnd_million) as budget
    from {{ ref('mart_agency_workload') }}
    group by document_id

)

select
    tasks.document_id,
    tasks.budget,
    fields.budget as budget_of_fields,
    fields.general_budget,
    agencies.budget as budget_of_agencies
from tasks
left join fields
    on tasks.document_id = fields.document_id
left join agencies
    on tasks.document_id = agencies.document_id
where
    tasks.budget is distinct from fields.budget
    or tasks.budget is distinct from fields.general_budget
    or tasks.led_budget is distinct from agencies.budget
