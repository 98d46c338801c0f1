with source as (

    select * from {{ source('raw', 'own_references') }}

),

stg_records__own_references as (

    select
        own_reference_id,
        stated_number,
        {{ to_date('stated_date') }} as stated_date,
        printed_text,
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

select * from stg_records__own_references
