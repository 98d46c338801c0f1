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

    union all

    select
        'computed:from_2025_07' as source_id,
        'par-warehouse' as source_family_code,
        'PAR Warehouse' as publisher,
        'Sums over predecessors on the boundaries of 2025-07-01' as title,
        cast(null as varchar) as address,
        'computed' as source_kind,
        'A' as trust_grade,
        'As the sources of the parts' as licence,
        'PAR Warehouse. Sums over predecessors on the boundaries of 2025-07-01' as citation,
        cast(null as varchar) as sha256,
        cast(null as date) as obtained_on

)

select * from dim_source
