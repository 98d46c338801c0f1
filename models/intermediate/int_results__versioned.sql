-- Every version of every reported figure: a row is a new vintage only where its content changed.
with results as (

    select * from {{ ref('stg_records__results') }}

),

documents as (

    select * from {{ ref('int_documents__unioned') }}

),

hashed as (

    select
        *,
        {{ row_hash(['page_id', 'province_id', 'indicator_code', 'reform_field_code', 'subject_vi', 'subject_en',
            'admin_level', 'scope_code', 'scope_vi', 'period_text', 'period_start', 'period_end', 'measured_on',
            'is_period_implied', 'value', 'value_decimals', 'unit', 'counted_thing', 'numerator', 'denominator',
            'denominator_vi', 'received_basis', 'value_qualifier', 'observation_status', 'is_final', 'value_reading', 'reading_note',
            'note', 'printed_text', 'locator']) }}
            as content_hash
    from results

),

compared as (

    select
        *,
        lag(content_hash) over (partition by result_id order by file_vintage_no) as previous_hash,
        max(file_vintage_no) over (partition by result_id) as last_file_vintage_no,
        bool_or(is_latest_file) over (partition by result_id) as is_held_now
    from hashed

),

changed as (

    select * from compared
    where previous_hash is null or previous_hash <> content_hash

),

numbered as (

    select
        *,
        row_number() over (partition by result_id order by file_vintage_no) as vintage_no,
        row_number() over (partition by result_id order by file_vintage_no desc) as vintage_no_from_last
    from changed

),

int_results__versioned as (

    select
        numbered.result_id,
        coalesce(numbered.page_id, documents.document_id) as document_id,
        coalesce(numbered.province_id, documents.province_id) as province_id,
        numbered.indicator_code,
        numbered.reform_field_code,
        numbered.subject_vi,
        numbered.subject_en,
        numbered.admin_level,
        numbered.scope_code,
        numbered.scope_vi,
        numbered.period_text,
        numbered.period_start,
        numbered.period_end,
        numbered.measured_on,
        coalesce(numbered.measured_on, numbered.period_end) as as_of_date,
        coalesce(numbered.is_period_implied, false) as is_period_implied,
        numbered.value,
        numbered.value_decimals,
        numbered.unit,
        numbered.counted_thing,
        numbered.numerator,
        numbered.denominator,
        numbered.denominator_vi,
        numbered.received_basis,
        numbered.value_qualifier,
        numbered.observation_status,
        coalesce(numbered.is_final, true) as is_final,
        numbered.value_reading,
        numbered.reading_note,
        numbered.note,
        numbered.printed_text,
        numbered.locator,
        documents.source_family_code,
        documents.trust_grade,
        documents.document_kind,
        documents.plan_year,
        cast(numbered.vintage_no as integer) as vintage_no,
        case when numbered.vintage_no = 1 then 'first_loaded' else numbered.file_vintage_reason end as vintage_reason,
        -- our own corrections apply backwards, as far as the last revision of the source; a source's revision counts
        -- from the day it could be known
        coalesce(
            max(
                case when numbered.file_vintage_reason = 'source_revised' then numbered.vintage_known_from end
            ) over (partition by numbered.result_id order by numbered.vintage_no),
            documents.known_from
        ) as known_from,
        numbered.vintage_no_from_last = 1 and numbered.is_held_now as is_latest_vintage
    from numbered
    inner join documents
        on coalesce(numbered.page_id, numbered.package_name) = case
            when numbered.page_id is not null then documents.document_id
            else documents.package_name
        end

)

select * from int_results__versioned
