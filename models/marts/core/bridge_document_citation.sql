with citations as (

    select * from {{ ref('stg_records__citations') }}
    where is_latest_file

),

documents as (

    select * from {{ ref('int_documents__unioned') }}

),

bridge_document_citation as (

    select
        citations.citation_id,
        documents.document_id,
        citations.cited_number,
        citations.cited_date,
        citations.cited_form,
        citations.cited_issuer_vi,
        citations.cited_title_vi,
        citations.relation,
        citations.printed_text,
        citations.locator
    from citations
    inner join documents
        on citations.package_name = documents.package_name

)

select * from bridge_document_citation
