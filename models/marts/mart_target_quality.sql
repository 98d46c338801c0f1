-- How well a promise can be checked: has it a number, a date of its own, a lead agency, a product, a baseline, a base?
-- Lead and product count where the promise stands in a row of the task table that names them.
with targets as (

    select * from {{ ref('fct_target') }}
    where restates_target_id is null

),

tasks as (

    select
        document_id,
        split_part(locator, ';', 1) as table_row,
        max(lead_text) as lead_text,
        max(product_vi) as product_vi
    from {{ ref('fct_task') }}
    group by document_id, split_part(locator, ';', 1)

),

checked as (

    select
        targets.target_id,
        targets.document_id,
        targets.province_id,
        targets.plan_year,
        targets.reform_field_code,
        targets.subject_vi,
        targets.target_origin,
        targets.unit,
        targets.target_value is not null as has_number,
        targets.is_due_explicit as has_due_date,
        tasks.lead_text is not null as has_lead,
        tasks.product_vi is not null as has_product,
        targets.baseline_value is not null as has_baseline,
        -- only a share needs a base
        coalesce(targets.unit, '') <> 'percent' or targets.denominator_vi is not null as has_denominator
    from targets
    left join tasks
        on targets.document_id = tasks.document_id and split_part(targets.locator, ';', 1) = tasks.table_row

),

mart_target_quality as (

    select
        target_id,
        document_id,
        province_id,
        plan_year,
        reform_field_code,
        subject_vi,
        target_origin,
        has_number,
        has_due_date,
        has_lead,
        has_product,
        has_baseline,
        has_denominator,
        cast(
            {% for column in ['has_number', 'has_due_date', 'has_lead', 'has_product', 'has_baseline',
                'has_denominator'] -%}
                case when {{ column }} then 1 else 0 end{{ " + " if not loop.last }}
            {%- endfor %} as integer
        ) as quality_count
    from checked

)

select * from mart_target_quality
