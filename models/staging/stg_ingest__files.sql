with source as (

    select * from {{ source('raw', 'landed_files') }}

),

stg_ingest__files as (

    select
        landed_at,
        package as package_name,
        record_table as table_name,
        file as file_name,
        sha256 as file_sha256,
        row_count,
        vintage_no as file_vintage_no,
        vintage_reason as file_vintage_reason,
        {{ to_date('known_from') }} as vintage_known_from,
        is_withdrawn
    from source

)

select * from stg_ingest__files
