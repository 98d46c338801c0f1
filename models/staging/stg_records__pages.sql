with source as (

    select * from {{ source('raw', 'pages') }}

),

stg_records__pages as (

    select
        page_id,
        coalesce(document_kind, 'web_page') as document_kind,
        title_vi,
        address,
        publisher,
        {{ to_date('published_on') }} as published_on,
        {{ to_date('accessed_on') }} as accessed_on,
        source_kind,
        source_family_code,
        trust_grade,
        licence,
        source_sha256,
        note,
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

select * from stg_records__pages
