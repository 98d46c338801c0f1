with documents as (

    select * from {{ ref('int_documents__unioned') }}

),

dim_source as (

    select
        document_id as source_id,
        source_family_code,
        publisher,
        coalesce(title_vi, address) as title,
        address,
        source_kind,
        trust_grade,
        licence,
        publisher || '. ' || coalesce(title_vi, address)
        || coalesce('. ' || document_number, '')
        || coalesce(', ' || cast(coalesce(issue_date, known_from) as varchar), '') as citation,
        source_sha256 as sha256,
        accessed_on as obtained_on
    from documents

)

select * from dim_source
