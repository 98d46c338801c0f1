-- Joins to province versions and documents drop nothing: what a mart is about stands in it.
select
    'mart_task_calendar' as mart,
    facts.task_id as fact_id
from {{ ref('fct_task') }} as facts
where
    not exists (
        select 1
        from {{ ref('mart_task_calendar') }} as marts
        where marts.task_id = facts.task_id
    )

union all

select
    'mart_index_rankings' as mart,
    facts.index_code || '-' || cast(facts.edition_year as varchar) || '-' || facts.province_id as fact_id
from {{ ref('fct_index_score') }} as facts
where
    facts.is_latest_vintage
    and not exists (
        select 1
        from {{ ref('mart_index_rankings') }} as marts
        where
            marts.index_code = facts.index_code
            and marts.edition_year = facts.edition_year
            and marts.province_id = facts.province_id
            and facts.component_code = 'total'
    )
    and not exists (
        select 1
        from {{ ref('mart_index_components') }} as marts
        where
            marts.index_code = facts.index_code
            and marts.edition_year = facts.edition_year
            and marts.province_id = facts.province_id
            and marts.component_code = facts.component_code
    )

union all

select
    'mart_on_time_rates' as mart,
    facts.source_id || '-' || facts.province_id || '-' || facts.admin_level || '-' || facts.scope_code as fact_id
from {{ ref('fct_dossier_flow') }} as facts
where
    facts.is_latest_vintage
    and coalesce(facts.on_time_numerator, facts.resolved_late, facts.in_process_overdue, facts.on_time_rate_printed_pct)
    is not null
    and not exists (
        select 1
        from {{ ref('mart_on_time_rates') }} as marts
        where
            marts.source_id = facts.source_id
            and marts.province_id = facts.province_id
            and marts.admin_level = facts.admin_level
            and marts.scope_code = facts.scope_code
            and marts.period_start = facts.period_start
            and marts.period_end = facts.period_end
    )

union all

select
    'mart_online_service_levels' as mart,
    facts.result_id as fact_id
from {{ ref('fct_result') }} as facts
inner join {{ ref('online_service_indicator') }} as mapping
    on facts.indicator_code = mapping.indicator_code
where
    facts.is_latest_vintage
    and coalesce(facts.measured_on, facts.period_end) is not null
    and not exists (
        select 1
        from {{ ref('mart_online_service_levels') }} as marts
        where
            marts.source_id = facts.source_id
            and marts.indicator_code = facts.indicator_code
            and marts.province_id = facts.province_id
            and marts.admin_level = facts.admin_level
            and marts.scope_code = facts.scope_code
            and marts.as_of_date = coalesce(facts.measured_on, facts.period_end)
    )

union all

select
    'mart_online_service_levels' as mart,
    facts.target_id as fact_id
from {{ ref('fct_target') }} as facts
inner join {{ ref('online_service_indicator') }} as mapping
    on facts.indicator_code = mapping.indicator_code
where
    facts.restates_target_id is null
    and facts.withdrawn_on is null
    and facts.target_value is not null
    and facts.due_date is not null
    and not exists (
        select 1
        from {{ ref('mart_online_service_levels') }} as marts
        where
            marts.indicator_code = facts.indicator_code
            and marts.province_id = facts.province_id
            and marts.plan_year = facts.plan_year
            and marts.admin_level = facts.admin_level
            and marts.scope_code = facts.scope_code
            and marts.target_id is not null
    )

union all

select
    'mart_plan_comparison' as mart,
    facts.target_id as fact_id
from {{ ref('fct_target') }} as facts
where
    facts.indicator_code is not null
    and facts.plan_year is not null
    and facts.restates_target_id is null
    and not exists (
        select 1
        from {{ ref('mart_plan_comparison') }} as marts
        where
            marts.document_id = facts.document_id
            and marts.indicator_code = facts.indicator_code
            and marts.province_id = facts.province_id
            and marts.admin_level = facts.admin_level
            and marts.scope_code = facts.scope_code
            and marts.province_vi is not null
    )
