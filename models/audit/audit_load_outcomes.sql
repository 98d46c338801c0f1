-- Every attempt to load a file or to run a step, failed ones too.
with attempts as (

    select * from {{ ref('stg_ingest__attempts') }}

),

audit_load_outcomes as (

    select
        run_id,
        cast(row_number() over (partition by run_id order by started_at, step, subject) as bigint) as attempt_no,
        cast(started_at as timestamp) as started_at,
        step,
        subject,
        status,
        row_count,
        reason,
        duration_s
    from attempts

)

select * from audit_load_outcomes
