-- One figure per cell: two values of one cell of a flow, or of two indicators that share a cell of online procedures,
-- would overwrite each other.
select
    'fct_dossier_flow' as pivot_table,
    results.document_id,
    mapping.flow_column as cell,
    string_agg(results.result_id, ', ' order by results.result_id) as result_ids
from {{ ref('int_results__versioned') }} as results
inner join {{ ref('dossier_flow_indicator') }} as mapping
    on results.indicator_code = mapping.indicator_code
where results.is_latest_vintage and results.period_start is not null and results.period_end is not null
group by
    results.document_id,
    results.province_id,
    results.admin_level,
    results.scope_code,
    results.period_start,
    results.period_end,
    mapping.flow_column
having count(distinct results.value) > 1

union all

select
    'fct_online_procedures' as pivot_table,
    results.document_id,
    mapping.measure as cell,
    string_agg(results.result_id, ', ' order by results.result_id) as result_ids
from {{ ref('int_results__versioned') }} as results
inner join {{ ref('online_service_indicator') }} as mapping
    on results.indicator_code = mapping.indicator_code
where
    results.is_latest_vintage
    and results.as_of_date is not null
    and mapping.measure in ('procedure_count', 'printed_pct')
group by
    results.document_id,
    results.province_id,
    results.admin_level,
    results.scope_code,
    mapping.level_scheme,
    mapping.service_level,
    mapping.level_semantics,
    results.as_of_date,
    mapping.measure
having count(distinct results.value) > 1 or count(distinct results.indicator_code) > 1
