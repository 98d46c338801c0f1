with source as (

    select * from {{ source('raw', 'index_statistics') }}

),

stg_records__index_statistics as (

    select
        index_statistic_id,
        page_id,
        index_code,
        {{ to_integer('edition_year') }} as edition_year,
        geography,
        region_scheme,
        region_code,
        component_code,
        statistic_code,
        group_code,
        {{ to_number('group_lower') }} as group_lower,
        {{ to_number('group_upper') }} as group_upper,
        {{ to_number('value') }} as value,
        coalesce(value_kind, 'printed') as value_kind,
        formula_code,
        locator,
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

select * from stg_records__index_statistics
