with source as (

    select * from {{ source('raw', 'printed_totals') }}

),

stg_records__printed_totals as (

    select
        printed_total_id,
        quantity,
        reform_field_code,
        {{ to_number('value') }} as value,
        unit,
        {{ to_number('printed_value') }} as printed_value,
        printed_unit,
        coalesce(value_reading, 'literal') as value_reading,
        reading_note,
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

select * from stg_records__printed_totals
