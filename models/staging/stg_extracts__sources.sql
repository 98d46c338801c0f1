with source as (

    select * from {{ source('raw', 'dossier_sources') }}

),

stg_extracts__sources as (

    select
        source_id,
        source_kind,
        source_family_code,
        publisher,
        title_vi,
        title_en,
        address,
        licence,
        trust_grade,
        note,
        file_sha256,
        extracted_on
    from source

)

select * from stg_extracts__sources
