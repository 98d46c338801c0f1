with source as (

    select * from {{ source('raw', 'task_events') }}

),

stg_records__task_events as (

    select
        task_event_id,
        task_id,
        {{ to_date('event_date') }} as event_date,
        task_status,
        {{ to_integer('completion_grade') }} as completion_grade,
        {{ to_date('rescheduled_to') }} as rescheduled_to,
        evidence_document_number,
        {{ to_date('evidence_date') }} as evidence_date,
        evidence_address,
        note,
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

select * from stg_records__task_events
