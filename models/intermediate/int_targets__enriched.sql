-- Promises with what their document says for them: province, year, day known; the period is the plan year.
with targets as (

    select * from {{ ref('stg_records__targets') }}
    where is_latest_file

),

documents as (

    select * from {{ ref('int_documents__unioned') }}

),

joined as (

    select
        targets.*,
        documents.document_id,
        documents.document_kind,
        documents.known_from,
        documents.source_family_code,
        documents.trust_grade,
        coalesce(targets.province_id, documents.province_id) as target_province_id,
        coalesce(targets.plan_year, documents.plan_year) as target_plan_year
    from targets
    inner join documents
        on coalesce(targets.page_id, targets.package_name) = case
            when targets.page_id is not null then documents.document_id
            else documents.package_name
        end

),

int_targets__enriched as (

    select
        target_id,
        document_id,
        document_kind,
        target_province_id as province_id,
        target_plan_year as plan_year,
        make_date(target_plan_year, 1, 1) as period_start,
        coalesce(due_date, make_date(target_plan_year, 12, 31)) as period_end,
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
        coalesce(due_date, make_date(target_plan_year, 12, 31)) as due_date,
        due_date is not null as is_due_explicit,
        due_text,
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
        printed_text,
        locator,
        known_from,
        source_family_code,
        trust_grade
    from joined

)

select * from int_targets__enriched
