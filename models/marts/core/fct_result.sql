with results as (

    select * from {{ ref('int_results__versioned') }}

),

fct_result as (

    select
        result_id || '@' || cast(vintage_no as string) as result_version_id,
        result_id,
        document_id,
        document_id as source_id,
        province_id,
        indicator_code,
        reform_field_code,
        subject_vi,
        subject_en,
        admin_level,
        scope_code,
        scope_vi,
        period_start,
        period_end,
        measured_on,
        is_period_implied,
        value,
        unit,
        counted_thing,
        numerator,
        denominator,
        denominator_vi,
        'printed' as value_kind,
        value_qualifier,
        is_final,
        observation_status,
        period_text,
        value_reading,
        reading_note,
        note,
        printed_text,
        locator,
        known_from,
        known_to,
        vintage_no,
        vintage_reason,
        is_latest_vintage
    from results

)

select * from fct_result
