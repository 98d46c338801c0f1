-- Dossiers of every landed extract, typed at landing; in the build database only.
with source as (

    select * from {{ source('raw', 'dossiers') }}

),

stg_extracts__dossiers as (

    select
        source_id,
        vintage_no,
        received_year,
        received_month,
        dossier_id,
        province_id,
        agency_text,
        procedure_code,
        field_text,
        admin_level,
        channel,
        received_on,
        due_on,
        resolved_on,
        is_returned_by_post,
        is_paid_online,
        is_digitised,
        is_contested
    from source

)

select * from stg_extracts__dossiers
