-- Budgets of plans by reform field; the row of field general is the whole document, with its printed total and the
-- contradiction between the two.
with tasks as (

    select * from {{ ref('fct_task') }}

),

totals as (

    select
        documents.document_id,
        totals.reform_field_code,
        sum(totals.value) filter (where totals.quantity = 'task_count') as printed_task_count,
        -- the total of the task table where a document prints it more than once
        max(totals.printed_total_id) filter (where totals.quantity = 'budget_total') as budget_total_id
    from {{ ref('stg_records__printed_totals') }} as totals
    inner join {{ ref('int_documents__unioned') }} as documents
        on totals.package_name = documents.package_name
    where totals.is_latest_file
    group by documents.document_id, totals.reform_field_code

),

budget_totals as (

    select * from {{ ref('stg_records__printed_totals') }}
    where is_latest_file and quantity = 'budget_total'

),

conflicts as (

    select
        document_id,
        {{ joined_text('explanation_vi', '; ', 'conflict_id') }} as explanation_vi,
        {{ joined_text('explanation_en', '; ', 'conflict_id') }} as explanation_en
    from {{ ref('int_figure_conflicts__unioned') }}
    where conflict_kind in ('printed_total_vs_sum', 'unit_error')
    group by document_id

),

by_field as (

    select
        document_id,
        province_id,
        plan_year,
        reform_field_code,
        count(*) as task_count,
        count(budget_vnd_million) as tasks_with_budget_count,
        sum(case when budget_vnd_million = 0 then 1 else 0 end) as zero_budget_count,
        sum(case when budget_vnd_million is null and budget_text is not null then 1 else 0 end)
            as text_only_budget_count,
        sum(case when budget_text is null then 1 else 0 end) as no_budget_cell_count,
        sum(budget_vnd_million) as budget_vnd_million
    from tasks
    group by document_id, province_id, plan_year, reform_field_code

),

whole_documents as (

    select
        document_id,
        province_id,
        plan_year,
        'general' as reform_field_code,
        sum(task_count) as task_count,
        sum(tasks_with_budget_count) as tasks_with_budget_count,
        sum(zero_budget_count) as zero_budget_count,
        sum(text_only_budget_count) as text_only_budget_count,
        sum(no_budget_cell_count) as no_budget_cell_count,
        sum(budget_vnd_million) as budget_vnd_million
    from by_field
    group by document_id, province_id, plan_year

),

unioned as (

    select * from by_field

    union all

    select * from whole_documents

),

mart_budget as (

    select
        unioned.document_id,
        unioned.reform_field_code,
        unioned.province_id,
        unioned.plan_year,
        cast(unioned.task_count as integer) as task_count,
        cast(unioned.tasks_with_budget_count as integer) as tasks_with_budget_count,
        cast(unioned.zero_budget_count as integer) as zero_budget_count,
        cast(unioned.text_only_budget_count as integer) as text_only_budget_count,
        cast(unioned.no_budget_cell_count as integer) as no_budget_cell_count,
        cast(unioned.budget_vnd_million as decimal(20, 6)) as budget_vnd_million,
        cast(totals.printed_task_count as integer) as printed_task_count,
        budget_totals.printed_text as printed_total_text,
        budget_totals.value as printed_total_vnd_million,
        cast(budget_totals.value - unioned.budget_vnd_million as decimal(20, 6)) as printed_total_gap_vnd_million,
        conflicts.document_id is not null as has_contradiction,
        conflicts.explanation_vi as contradiction_vi,
        conflicts.explanation_en as contradiction_en
    from unioned
    left join totals
        on unioned.document_id = totals.document_id and unioned.reform_field_code = totals.reform_field_code
    left join budget_totals
        on totals.budget_total_id = budget_totals.printed_total_id
    left join conflicts
        on unioned.document_id = conflicts.document_id and unioned.reform_field_code = 'general'

)

select * from mart_budget
