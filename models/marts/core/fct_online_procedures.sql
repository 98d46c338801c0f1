-- Procedures offered online on one day, by scheme, level and meaning of the level: counts and printed shares, in every
-- version that was known.
with results as (

    select * from {{ ref('int_results__versioned') }}
    where as_of_date is not null

),

mapping as (

    select * from {{ ref('online_service_indicator') }}
    where measure in ('procedure_count', 'printed_pct')

),

mapped as (

    select
        results.*,
        mapping.level_scheme,
        mapping.service_level,
        mapping.level_semantics,
        mapping.measure
    from results
    inner join mapping
        on results.indicator_code = mapping.indicator_code

),

{{ known_states('mapped', [
    'document_id', 'province_id', 'admin_level', 'scope_code', 'level_scheme', 'service_level', 'level_semantics',
    'as_of_date'
]) }},

fct_online_procedures as (

    select
        document_id as source_id,
        province_id,
        admin_level,
        scope_code,
        level_scheme,
        service_level,
        level_semantics,
        as_of_date as measured_on,
        state_no as vintage_no,
        state_known_from as known_from,
        state_known_to as known_to,
        is_latest_state as is_latest_vintage,
        cast(max(case when measure = 'procedure_count' then value end) as bigint) as procedure_count,
        max(case when measure = 'printed_pct' then value end) as printed_pct,
        cast(max(case when measure = 'printed_pct' then denominator end) as bigint) as base_count
    from members
    group by
        document_id,
        province_id,
        admin_level,
        scope_code,
        level_scheme,
        service_level,
        level_semantics,
        as_of_date,
        state_no,
        state_known_from,
        state_known_to,
        is_latest_state

)

select * from fct_online_procedures
