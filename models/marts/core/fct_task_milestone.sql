with milestones as (

    select * from {{ ref('stg_records__task_milestones') }}
    where is_latest_file

),

fct_task_milestone as (

    select
        milestone_id,
        task_id,
        milestone_no,
        milestone_vi,
        due_text,
        due_kind,
        due_start,
        due_end,
        locator
    from milestones

)

select * from fct_task_milestone
