-- Read in the documents by people: the report of the third quarter of 2020 misses its own balance by 1 and by 1,137
-- dossiers, its shares of online levels have no common base, and a plan of 2020 prints its budget in a wrong unit.
with expected as (

    select
        'thua-thien-hue-2020-q3-report' as document_id,
        'flow_balance' as conflict_kind,
        'province' as admin_level,
        1.0 as difference
    union all
    select
        'thua-thien-hue-2020-q3-report' as document_id,
        'flow_balance' as conflict_kind,
        'district' as admin_level,
        1137.0 as difference
    union all
    select
        'thua-thien-hue-2020-q3-report' as document_id,
        'share_over_100' as conflict_kind,
        'district' as admin_level,
        null as difference
    union all
    select
        'thua-thien-hue-2020-q3-report' as document_id,
        'rate_vs_counts' as conflict_kind,
        'province' as admin_level,
        null as difference
    union all
    select
        'ha-tinh-2020-plan' as document_id,
        'unit_error' as conflict_kind,
        null as admin_level,
        1099998900.0 as difference

)

select expected.*
from expected
left join {{ ref('audit_figure_conflicts') }} as conflicts
    on
        expected.document_id = conflicts.document_id
        and expected.conflict_kind = conflicts.conflict_kind
        and expected.admin_level is not distinct from conflicts.admin_level
        and coalesce(expected.difference, conflicts.difference) = conflicts.difference
where
    conflicts.conflict_id is null
    -- a warehouse without these documents has nothing to find, and a publisher may mend a report
    and expected.document_id in (select documents.document_id from {{ ref('dim_document') }} as documents)
    and expected.document_id not in (
        select files.package_name
        from {{ ref('audit_source_files') }} as files
        where files.vintage_reason = 'source_revised'
    )
