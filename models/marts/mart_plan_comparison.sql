-- What each plan promised for one indicator, side by side, and what changed since the previous plan of the same kind.
with targets as (

    select * from {{ ref('fct_target') }}
    where restates_target_id is null and indicator_code is not null

),

documents as (

    select * from {{ ref('dim_document') }}

),

provinces as (

    -- a promise may outlive its province: then the province's last version stands
    select
        *,
        max(valid_to) over (partition by province_id) as last_valid_to
    from {{ ref('dim_province') }}

),

indicators as (

    select * from {{ ref('dim_indicator') }}

),

promises as (

    -- one promise per indicator, place and document: the strictest where a document prints several
    select
        targets.*,
        documents.document_kind,
        indicators.polarity,
        count(*) over (
            partition by
                targets.indicator_code, targets.province_id, targets.document_id,
                targets.admin_level, targets.scope_code
        ) as promise_count,
        row_number() over (
            partition by
                targets.indicator_code, targets.province_id, targets.document_id,
                targets.admin_level, targets.scope_code
            order by targets.target_value * indicators.polarity desc nulls last, targets.target_id
        ) as strictness
    from targets
    inner join documents
        on targets.document_id = documents.document_id
    inner join indicators
        on targets.indicator_code = indicators.indicator_code

),

compared as (

    select
        *,
        lag(document_id) over (
            partition by indicator_code, province_id, admin_level, scope_code, document_kind
            order by plan_year, document_id
        ) as previous_document_id,
        lag(target_value) over (
            partition by indicator_code, province_id, admin_level, scope_code, document_kind
            order by plan_year, document_id
        ) as previous_target_value
    from promises
    where strictness = 1

),

mart_plan_comparison as (

    select
        compared.indicator_code,
        indicators.name_vi as indicator_vi,
        indicators.name_en as indicator_en,
        compared.province_id,
        provinces.name_vi as province_vi,
        compared.document_id,
        compared.document_kind,
        compared.plan_year,
        compared.admin_level,
        compared.scope_code,
        compared.reform_field_code,
        compared.target_id,
        compared.comparator,
        compared.target_value,
        compared.unit,
        compared.subject_vi,
        compared.subject_en,
        compared.denominator_vi,
        compared.due_date,
        cast(compared.promise_count as integer) as promise_count,
        cast(count(*) over (partition by compared.indicator_code, compared.plan_year) as integer)
            as documents_promising_count,
        max(compared.target_value) over (
            partition by compared.indicator_code, compared.plan_year, compared.admin_level, compared.scope_code
        ) as highest_target_value,
        compared.previous_document_id,
        compared.previous_target_value,
        cast(compared.target_value - compared.previous_target_value as double) as change_since_previous,
        case
            when compared.previous_document_id is null then 'no_previous_document_of_kind'
            when compared.target_value is null or compared.previous_target_value is null then 'not_quantified'
            when compared.target_value = compared.previous_target_value then 'unchanged'
            -- neither more nor less of it is better
            when compared.polarity = 0 then 'changed'
            when (compared.target_value - compared.previous_target_value) * compared.polarity > 0 then 'raised'
            else 'lowered'
        end as change_code,
        compared.printed_text,
        compared.locator
    from compared
    inner join indicators
        on compared.indicator_code = indicators.indicator_code
    left join provinces
        on {{ as_of_province(
            'compared.province_id', 'least(compared.period_end, provinces.last_valid_to)', 'provinces'
        ) }}
    where compared.plan_year is not null

)

select * from mart_plan_comparison
