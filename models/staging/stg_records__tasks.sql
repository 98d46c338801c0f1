with source as (

    select * from {{ source('raw', 'tasks') }}

),

stg_records__tasks as (

    select
        task_id,
        {{ to_integer('row_no') }} as row_no,
        task_no,
        section_code,
        section_title_vi,
        reform_field_code,
        objective_vi,
        task_vi,
        activity_vi,
        product_vi,
        lead_text,
        coordinating_text,
        due_text,
        budget_text,
        lead_agency_ids,
        coordinating_agency_ids,
        due_kind,
        {{ to_date('due_start') }} as due_start,
        {{ to_date('due_end') }} as due_end,
        {{ to_number('budget_vnd_million') }} as budget_vnd_million,
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

select * from stg_records__tasks
