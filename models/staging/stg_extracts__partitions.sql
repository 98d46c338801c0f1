with source as (

    select * from {{ source('raw', 'dossier_partitions') }}

),

stg_extracts__partitions as (

    select
        source_id,
        vintage_no,
        received_year,
        received_month,
        extracted_on,
        row_count,
        sha256,
        is_contested
    from source

)

select * from stg_extracts__partitions
