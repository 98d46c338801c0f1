with source as (

    select * from {{ source('raw', 'index_source') }}

),

stg_records__index_sources as (

    select
        index_source_id,
        index_code,
        title_vi,
        title_en,
        publisher,
        how_to_cite,
        terms,
        address,
        missing as missing_json,
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

select * from stg_records__index_sources
