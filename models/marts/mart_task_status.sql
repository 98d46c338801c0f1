-- Status of every task at every evaluation date, from what was known then. Nothing is called done, late or not begun
-- without a record that says so.
with tasks as (

    select * from {{ ref('fct_task') }}

),

documents as (

    select * from {{ ref('dim_document') }}

),

evaluation_dates as (

    select * from {{ ref('int_evaluation_dates__unioned') }}

),

events as (

    select * from {{ ref('fct_task_event') }}

),

latest_events as (

    select
        evaluation_dates.evaluation_date,
        events.task_id,
        events.task_status,
        events.event_date,
        events.rescheduled_to,
        row_number() over (
            partition by evaluation_dates.evaluation_date, events.task_id
            order by events.event_date desc, events.task_event_id desc
        ) as recency
    from events
    inner join evaluation_dates
        -- known by then: an event is known when its evidence is dated
        on
            greatest(events.event_date, coalesce(events.evidence_date, events.event_date))
            <= evaluation_dates.evaluation_date

),

judged as (

    select
        tasks.task_id,
        evaluation_dates.evaluation_date,
        tasks.document_id,
        tasks.province_id,
        tasks.due_end,
        case
            when latest_events.task_status is not null then latest_events.task_status
            when tasks.due_kind = 'conditional' then 'CONDITIONAL'
            when tasks.due_kind = 'continuous' then 'RECURRING'
            when tasks.due_end < evaluation_dates.evaluation_date then 'NOT_REPORTED'
            else 'NO_EVIDENCE_YET'
        end as task_status,
        latest_events.event_date as status_since,
        latest_events.rescheduled_to
    from tasks
    inner join documents
        on tasks.document_id = documents.document_id
    inner join evaluation_dates
        on documents.known_from <= evaluation_dates.evaluation_date
    left join latest_events
        on
            tasks.task_id = latest_events.task_id
            and evaluation_dates.evaluation_date = latest_events.evaluation_date
            and latest_events.recency = 1

),

mart_task_status as (

    select
        task_id,
        evaluation_date,
        document_id,
        province_id,
        due_end,
        task_status,
        status_since,
        rescheduled_to,
        case
            when task_status = 'NOT_REPORTED' then cast({{ days_between('due_end', 'evaluation_date') }} as integer)
        end as days_past_due
    from judged

)

select * from mart_task_status
