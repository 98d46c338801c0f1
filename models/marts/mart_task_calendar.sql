with tasks as (

    select * from {{ ref('fct_task') }}

),

provinces as (

    -- a plan may outlive its province: then the province's last version stands
    select
        *,
        max(valid_to) over (partition by province_id) as last_valid_to
    from {{ ref('dim_province') }}

),

leads as (

    select
        bridge.task_id,
        {{ joined_text('agencies.name_vi', '; ', 'bridge.printed_order') }} as lead_agencies_vi,
        {{ joined_text('agencies.name_en', '; ', 'bridge.printed_order') }} as lead_agencies_en,
        cast(count(*) as integer) as lead_agency_count
    from {{ ref('bridge_task_agency') }} as bridge
    inner join {{ ref('dim_agency') }} as agencies
        on bridge.agency_id = agencies.agency_id
    where bridge.role = 'lead'
    group by bridge.task_id

),

milestones as (

    select
        task_id,
        cast(count(*) as integer) as milestone_count
    from {{ ref('fct_task_milestone') }}
    group by task_id

),

mart_task_calendar as (

    select
        tasks.task_id,
        tasks.document_id,
        tasks.province_id,
        provinces.name_vi as province_vi,
        tasks.plan_year,
        tasks.reform_field_code,
        tasks.row_no,
        tasks.task_no,
        coalesce(tasks.activity_vi, tasks.task_vi) as task_vi,
        tasks.product_vi,
        tasks.lead_text,
        leads.lead_agencies_vi,
        leads.lead_agencies_en,
        coalesce(leads.lead_agency_count, 0) as lead_agency_count,
        tasks.due_text,
        tasks.due_kind,
        tasks.due_start,
        tasks.due_end,
        case
            when tasks.due_end is not null
                then cast(year(tasks.due_end) as string) || '-Q' || cast(quarter(tasks.due_end) as string)
        end as due_quarter,
        {% for quarter in [1, 2, 3, 4] -%}
            coalesce(
                coalesce(tasks.due_start, tasks.due_end)
                <= make_date(tasks.plan_year, {{ quarter * 3 }}, {{ 31 if quarter in [1, 4] else 30 }})
                and tasks.due_end >= make_date(tasks.plan_year, {{ quarter * 3 - 2 }}, 1), false
            ) as is_in_q{{ quarter }},
        {% endfor -%}
        coalesce(milestones.milestone_count, 0) as milestone_count,
        tasks.budget_vnd_million,
        tasks.locator
    from tasks
    inner join provinces
        on {{ as_of_province(
            'tasks.province_id', 'least(make_date(tasks.plan_year, 12, 31), provinces.last_valid_to)', 'provinces'
        ) }}
    left join leads
        on tasks.task_id = leads.task_id
    left join milestones
        on tasks.task_id = milestones.task_id

)

select * from mart_task_calendar
