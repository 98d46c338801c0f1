-- Every version of every reported figure: a row is a new vintage only where its content changed.
with results as (

    select * from {{ ref('stg_records__results') }}

),

documents as (

    select * from {{ ref('int_documents__unioned') }}

),

{{ vintages_of('results', 'result_id', ['page_id', 'province_id', 'indicator_code', 'reform_field_code', 'subject_vi',
    'subject_en', 'admin_level', 'scope_code', 'scope_vi', 'period_text', 'period_start', 'period_end', 'measured_on',
    'is_period_implied', 'value', 'value_decimals', 'unit', 'counted_thing', 'numerator', 'denominator',
    'denominator_vi', 'received_basis', 'value_qualifier', 'observation_status', 'is_final', 'value_reading',
    'reading_note', 'note', 'printed_text', 'locator']) }},

dated_vintages as (

    select
        vintages.result_id,
        coalesce(vintages.page_id, documents.document_id) as document_id,
        coalesce(vintages.province_id, documents.province_id) as province_id,
        vintages.indicator_code,
        vintages.reform_field_code,
        vintages.subject_vi,
        vintages.subject_en,
        vintages.admin_level,
        vintages.scope_code,
        vintages.scope_vi,
        vintages.period_text,
        vintages.period_start,
        vintages.period_end,
        vintages.measured_on,
        coalesce(vintages.measured_on, vintages.period_end) as as_of_date,
        coalesce(vintages.is_period_implied, false) as is_period_implied,
        vintages.value,
        vintages.value_decimals,
        vintages.unit,
        vintages.counted_thing,
        vintages.numerator,
        vintages.denominator,
        vintages.denominator_vi,
        vintages.received_basis,
        vintages.value_qualifier,
        vintages.observation_status,
        coalesce(vintages.is_final, true) as is_final,
        vintages.value_reading,
        vintages.reading_note,
        vintages.note,
        vintages.printed_text,
        vintages.locator,
        documents.source_family_code,
        documents.trust_grade,
        documents.document_kind,
        documents.plan_year,
        vintages.vintage_no,
        vintages.vintage_reason,
        {{ version_known_from('documents.known_from') }} as known_from,
        vintages.is_held_now,
        vintages.is_dropped_by_source,
        vintages.dropped_known_from,
        vintages.is_latest_vintage
    from vintages
    inner join documents
        on coalesce(vintages.page_id, vintages.package_name) = documents.owner_name

),

int_results__versioned as (

    select
        *,
        {{ version_known_to('result_id') }} as known_to
    from dated_vintages

)

select * from int_results__versioned
