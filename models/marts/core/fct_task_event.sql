with events as (

    select * from {{ ref('stg_records__task_events') }}
    where is_latest_file

),

fct_task_event as (

    select
        task_event_id,
        task_id,
        event_date,
        task_status,
        completion_grade,
        rescheduled_to,
        evidence_document_number,
        evidence_date,
        evidence_address,
        note
    from events

)

select * from fct_task_event
