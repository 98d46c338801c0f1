with documents as (

    select * from {{ ref('int_documents__unioned') }}

),

dim_document as (

    select
        document_id,
        document_number,
        issue_date,
        document_kind,
        legal_form,
        coalesce(title_vi, address) as title_vi,
        issuer_vi,
        province_id,
        plan_year,
        period_start,
        period_end,
        known_from,
        known_from_basis,
        signatory_vi,
        document_id as source_id
    from documents

)

select * from dim_document
