-- A computed rate outside 0-100 is a mistake of ours, unless the source contradicts itself and the audit says so.
-- Over dossiers received a rate may rightly pass 100: carried-over dossiers are resolved too.
with rates as (

    select
        source_id,
        province_id,
        admin_level,
        scope_code,
        least(on_time_rate_resolved_pct, on_time_rate_with_overdue_pct, early_pct, late_pct) as lowest,
        greatest(on_time_rate_resolved_pct, on_time_rate_with_overdue_pct, early_pct, late_pct) as highest
    from {{ ref('mart_on_time_rates') }}

    union all

    select
        source_id,
        province_id,
        admin_level,
        scope_code,
        least(recomputed_pct, cast(printed_pct as double)) as lowest,
        greatest(recomputed_pct, cast(printed_pct as double)) as highest
    from {{ ref('mart_online_service_levels') }}
    -- a sum has no figure of its own in the audit; it says itself that a part is contradicted
    where source_id <> 'computed:from_2025_07' or not_comparable_reason is distinct from 'base_contradicted'

)

select rates.*
from rates
where
    (rates.lowest < 0 or rates.highest > 100)
    and not exists (
        select 1
        from {{ ref('audit_figure_conflicts') }} as conflicts
        where
            conflicts.document_id = rates.source_id
            and conflicts.province_id = rates.province_id
            and conflicts.admin_level = rates.admin_level
            and conflicts.scope_code = rates.scope_code
    )
