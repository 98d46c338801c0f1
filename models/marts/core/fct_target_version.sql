with targets as (

    select * from {{ ref('int_targets__versioned') }}

),

fct_target_version as (

    select
        target_id,
        document_id,
        document_id as source_id,
        province_id,
        plan_year,
        period_start,
        period_end,
        reform_field_code,
        indicator_code,
        subject_vi,
        subject_en,
        comparator,
        target_value,
        unit,
        counted_thing,
        denominator_vi,
        admin_level,
        scope_code,
        due_date,
        is_due_explicit,
        target_origin,
        restates_target_id,
        supersedes_target_id,
        withdrawn_on,
        baseline_value,
        baseline_measured_on,
        baseline_source_id,
        planned_volume,
        value_reading,
        reading_note,
        known_from,
        known_to,
        vintage_no,
        vintage_reason,
        is_latest_vintage,
        printed_text,
        locator
    from targets

)

select * from fct_target_version
