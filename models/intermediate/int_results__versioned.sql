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

    -- without their content: it joins at the end, and is not sorted with every window
    select
        vintages.result_id,
        vintages.package_name,
        vintages.file_vintage_no,
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

known_vintages as (

    select
        *,
        {{ version_known_to('result_id') }} as known_to
    from dated_vintages

),

int_results__versioned as (

    select
        results.result_id,
        coalesce(results.page_id, documents.document_id) as document_id,
        coalesce(results.province_id, documents.province_id) as province_id,
        results.indicator_code,
        results.reform_field_code,
        results.subject_vi,
        results.subject_en,
        results.admin_level,
        results.scope_code,
        results.scope_vi,
        results.period_text,
        results.period_start,
        results.period_end,
        results.measured_on,
        coalesce(results.measured_on, results.period_end) as as_of_date,
        coalesce(results.is_period_implied, false) as is_period_implied,
        results.value,
        results.value_decimals,
        results.unit,
        results.counted_thing,
        results.numerator,
        results.denominator,
        results.denominator_vi,
        results.received_basis,
        results.value_qualifier,
        results.observation_status,
        coalesce(results.is_final, true) as is_final,
        results.value_reading,
        results.reading_note,
        results.note,
        results.printed_text,
        results.locator,
        documents.source_family_code,
        documents.trust_grade,
        documents.document_kind,
        documents.plan_year,
        known_vintages.vintage_no,
        known_vintages.vintage_reason,
        known_vintages.known_from,
        known_vintages.is_held_now,
        known_vintages.is_dropped_by_source,
        known_vintages.dropped_known_from,
        known_vintages.is_latest_vintage,
        known_vintages.known_to
    from results
    inner join known_vintages
        on
            results.result_id = known_vintages.result_id
            and results.package_name = known_vintages.package_name
            and results.file_vintage_no = known_vintages.file_vintage_no
    inner join documents
        on coalesce(results.page_id, results.package_name) = documents.owner_name

)

select * from int_results__versioned
