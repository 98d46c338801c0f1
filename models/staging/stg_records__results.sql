with source as (

    select * from {{ source('raw', 'results') }}

),

stg_records__results as (

    select
        result_id,
        page_id,
        province as province_id,
        indicator_code,
        reform_field_code,
        subject_vi,
        subject_en,
        admin_level,
        coalesce(scope_code, 'whole') as scope_code,
        scope_vi,
        period_text,
        {{ to_date('period_start') }} as period_start,
        {{ to_date('period_end') }} as period_end,
        {{ to_date('measured_on') }} as measured_on,
        {{ to_boolean('is_period_implied') }} as is_period_implied,
        {{ to_number('value') }} as value,
        {{ decimals_of('value') }} as value_decimals,
        unit,
        counted_thing,
        {{ to_number('numerator') }} as numerator,
        {{ to_number('denominator') }} as denominator,
        denominator_vi,
        received_basis,
        coalesce(value_qualifier, 'exact') as value_qualifier,
        coalesce(observation_status, 'A') as observation_status,
        {{ to_boolean('is_final') }} as is_final,
        note,
        coalesce(value_reading, 'literal') as value_reading,
        reading_note,
        printed_text,
        locator,
        {{ to_date('revised_known_from') }} as revised_known_from,
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

select * from stg_records__results
