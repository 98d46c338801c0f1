-- Rows of extracts that were not landed, by reason.
with rejects as (

    select * from {{ ref('stg_extracts__rejects') }}

),

reasons as (

    select * from {{ ref('vocabulary') }}
    where vocabulary = 'reject_reason'

),

audit_dossier_rejects as (

    select
        rejects.source_id,
        rejects.vintage_no,
        rejects.file_name,
        rejects.reason_code,
        reasons.label_vi as reason_vi,
        reasons.label_en as reason_en,
        rejects.row_count,
        rejects.landed_count,
        {{ percent_of('rejects.row_count', 'rejects.row_count + rejects.landed_count') }} as rejected_pct
    from rejects
    left join reasons
        on rejects.reason_code = reasons.code

)

select * from audit_dossier_rejects
