with source as (

    select * from {{ source('raw', 'dossier_rejects') }}

),

stg_extracts__rejects as (

    select
        source_id,
        vintage_no,
        file as file_name,
        reason_code,
        row_count,
        landed_count
    from source

)

select * from stg_extracts__rejects
