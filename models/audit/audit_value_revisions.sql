-- Figures that changed between two vintages: the old value beside the new one.
with results as (

    select * from {{ ref('fct_result') }}

),

audit_value_revisions as (

    select
        newer.result_id,
        newer.vintage_no,
        newer.document_id,
        newer.province_id,
        newer.indicator_code,
        older.value as old_value,
        newer.value as new_value,
        cast(newer.value - older.value as double) as difference,
        newer.unit,
        newer.vintage_reason,
        newer.known_from
    from results as newer
    inner join results as older
        on newer.result_id = older.result_id and newer.vintage_no = older.vintage_no + 1

)

select * from audit_value_revisions
