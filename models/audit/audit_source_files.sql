-- Every file that landed, every vintage of it.
with files as (

    select * from {{ ref('stg_ingest__files') }}

),

numbered as (

    select
        *,
        row_number() over (partition by package_name, table_name order by landed_at desc) as recency
    from files

),

audit_source_files as (

    select
        package_name,
        table_name,
        file_vintage_no as vintage_no,
        landed_at,
        file_name,
        file_sha256,
        row_count,
        file_vintage_reason as vintage_reason,
        vintage_known_from,
        is_withdrawn,
        recency = 1 and not is_withdrawn as is_latest
    from numbered

)

select * from audit_source_files
