-- Promises in every version, with what their document says for them: province, year, days between which a reader knew
-- them; the period is the plan year.
with targets as (

    select * from {{ ref('stg_records__targets') }}

),

documents as (

    select * from {{ ref('int_documents__unioned') }}

),

{{ vintages_of('targets', 'target_id', ['page_id', 'province_id', 'plan_year', 'indicator_code', 'reform_field_code',
    'subject_vi', 'subject_en', 'comparator', 'target_value', 'unit', 'counted_thing', 'denominator_vi', 'admin_level',
    'scope_code', 'due_text', 'due_date', 'target_origin', 'restates_target_id', 'supersedes_target_id', 'withdrawn_on',
    'baseline_value', 'baseline_measured_on', 'baseline_source_id', 'planned_volume', 'value_reading', 'reading_note',
    'printed_text', 'locator']) }},

joined as (

    select
        vintages.*,
        documents.document_id,
        documents.document_kind,
        {{ version_known_from('documents.known_from') }} as known_from,
        documents.source_family_code,
        documents.trust_grade,
        coalesce(vintages.province_id, documents.province_id) as target_province_id,
        coalesce(vintages.plan_year, documents.plan_year) as target_plan_year
    from vintages
    inner join documents
        on coalesce(vintages.page_id, vintages.package_name) = documents.owner_name

),

int_targets__versioned as (

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
        {{ version_known_to('target_id') }} as known_to,
        vintage_no,
        vintage_reason,
        is_latest_vintage,
        source_family_code,
        trust_grade
    from joined

)

select * from int_targets__versioned
