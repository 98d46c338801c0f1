with documents as (

    select * from {{ ref('int_documents__unioned') }}

),

index_sources as (

    select * from {{ ref('stg_records__index_sources') }}
    where is_latest_file

),

extract_sources as (

    select * from {{ ref('stg_extracts__sources') }}

),

dim_source as (

    select
        documents.document_id as source_id,
        documents.source_family_code,
        documents.publisher,
        coalesce(documents.title_vi, documents.address) as title,
        documents.address,
        documents.source_kind,
        documents.trust_grade,
        documents.licence,
        coalesce(index_sources.how_to_cite || ' ', '')
        || documents.publisher || '. ' || coalesce(documents.title_vi, documents.address)
        || coalesce('. ' || documents.document_number, '')
        -- only a date that the source itself bears
        || coalesce(', ' || cast(documents.dated_on as string), '') as citation,
        documents.note,
        documents.source_sha256 as sha256,
        documents.accessed_on as obtained_on
    from documents
    left join index_sources
        on documents.package_name = index_sources.package_name

    union all

    select
        source_id,
        source_family_code,
        publisher,
        title_vi as title,
        address,
        source_kind,
        trust_grade,
        licence,
        publisher || '. ' || title_vi || ', ' || cast(extracted_on as string) as citation,
        note,
        file_sha256 as sha256,
        extracted_on as obtained_on
    from extract_sources

    union all

    select
        'computed:from_2025_07' as source_id,
        'par-warehouse' as source_family_code,
        'PAR Warehouse' as publisher,
        'Sums over predecessors on the boundaries of 2025-07-01' as title,
        cast(null as string) as address,
        'computed' as source_kind,
        'A' as trust_grade,
        'As the sources of the parts' as licence,
        'PAR Warehouse. Sums over predecessors on the boundaries of 2025-07-01' as citation,
        cast(null as string) as note,
        cast(null as string) as sha256,
        cast(null as date) as obtained_on

    union all

    select
        'computed:index_edition' as source_id,
        'par-warehouse' as source_family_code,
        'PAR Warehouse' as publisher,
        'Mean, median and ranks over all provinces of an index edition' as title,
        cast(null as string) as address,
        'computed' as source_kind,
        'A' as trust_grade,
        'As the sources of the parts' as licence,
        'PAR Warehouse. Mean, median and ranks over all provinces of an index edition' as citation,
        cast(null as string) as note,
        cast(null as string) as sha256,
        cast(null as date) as obtained_on

)

select * from dim_source
