with source as (

    select * from {{ source('raw', 'task_milestones') }}

),

stg_records__task_milestones as (

    select
        milestone_id,
        task_id,
        {{ to_integer('milestone_no') }} as milestone_no,
        milestone_vi,
        due_text,
        due_kind,
        {{ to_date('due_start') }} as due_start,
        {{ to_date('due_end') }} as due_end,
        locator,
        _package as package_name,
        _file as file_name,
        _file_sha256 as file_sha256,
        _row as file_row,
        _vintage_no as file_vintage_no,
        _vintage_reason as file_vintage_reason,
        {{ to_date('_vintage_known_from') }} as vintage_known_from,
        _is_latest as is_latest_file
    from source

)

select * from stg_records__task_milestones
