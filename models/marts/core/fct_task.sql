with tasks as (

    select * from {{ ref('stg_records__tasks') }}
    where is_latest_file

),

documents as (

    select * from {{ ref('int_documents__unioned') }}

),

fct_task as (

    select
        tasks.task_id,
        documents.document_id,
        documents.document_id as source_id,
        documents.province_id,
        documents.plan_year,
        tasks.reform_field_code,
        tasks.section_code,
        tasks.section_title_vi,
        tasks.row_no,
        tasks.task_no,
        tasks.objective_vi,
        tasks.task_vi,
        tasks.activity_vi,
        tasks.product_vi,
        tasks.lead_text,
        tasks.coordinating_text,
        tasks.due_text,
        tasks.due_kind,
        tasks.due_start,
        tasks.due_end,
        tasks.budget_text,
        tasks.budget_vnd_million,
        tasks.value_reading,
        tasks.reading_note,
        tasks.printed_text,
        tasks.locator
    from tasks
    inner join documents
        on tasks.package_name = documents.package_name

)

select * from fct_task
