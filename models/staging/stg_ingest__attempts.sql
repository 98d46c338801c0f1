with source as (

    select * from {{ source('raw', 'load_attempts') }}

),

stg_ingest__attempts as (

    select
        run_id,
        started_at,
        step,
        subject,
        status,
        row_count,
        reason,
        duration_s
    from source

)

select * from stg_ingest__attempts
