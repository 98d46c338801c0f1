with source as (

    select * from {{ source('raw', 'targets') }}

),

stg_records__targets as (

    select
        target_id,
        page_id,
        province as province_id,
        {{ to_integer('plan_year') }} as plan_year,
        indicator_code,
        reform_field_code,
        subject_vi,
        subject_en,
        comparator,
        {{ to_number('target_value') }} as target_value,
        unit,
        counted_thing,
        denominator_vi,
        admin_level,
        coalesce(scope_code, 'whole') as scope_code,
        due_text,
        {{ to_date('due_date') }} as due_date,
        target_origin,
        restates_target_id,
        supersedes_target_id,
        {{ to_date('withdrawn_on') }} as withdrawn_on,
        {{ to_number('baseline_value') }} as baseline_value,
        {{ to_date('baseline_measured_on') }} as baseline_measured_on,
        baseline_source_id,
        {{ to_number('planned_volume') }} as planned_volume,
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

select * from stg_records__targets
