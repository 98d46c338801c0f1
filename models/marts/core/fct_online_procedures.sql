-- Procedures offered online on one day, by scheme, level and meaning of the level: counts and printed shares.
with results as (

    select * from {{ ref('int_results__versioned') }}
    where is_latest_vintage and as_of_date is not null

),

mapping as (

    select * from {{ ref('online_service_indicator') }}
    where measure in ('procedure_count', 'printed_pct')

),

fct_online_procedures as (

    select
        results.document_id as source_id,
        results.province_id,
        results.admin_level,
        results.scope_code,
        mapping.level_scheme,
        mapping.service_level,
        mapping.level_semantics,
        results.as_of_date as measured_on,
        max(results.vintage_no) as vintage_no,
        max(results.known_from) as known_from,
        cast(max(case when mapping.measure = 'procedure_count' then results.value end) as bigint) as procedure_count,
        max(case when mapping.measure = 'printed_pct' then results.value end) as printed_pct,
        cast(max(case when mapping.measure = 'printed_pct' then results.denominator end) as bigint) as base_count
    from results
    inner join mapping
        on results.indicator_code = mapping.indicator_code
    group by
        results.document_id,
        results.province_id,
        results.admin_level,
        results.scope_code,
        mapping.level_scheme,
        mapping.service_level,
        mapping.level_semantics,
        results.as_of_date

)

select * from fct_online_procedures
