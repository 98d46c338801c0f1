with source as (

    select * from {{ source('raw', 'document') }}

),

stg_records__documents as (

    select
        document_id,
        document_number,
        {{ to_date('issue_date') }} as issue_date,
        document_kind,
        legal_form,
        title_vi,
        issuer_vi,
        province as province_id,
        {{ to_integer('plan_year') }} as plan_year,
        {{ to_date('period_start') }} as period_start,
        {{ to_date('period_end') }} as period_end,
        period_text,
        {{ to_date('known_from') }} as known_from,
        known_from_basis,
        signatory_vi,
        signatory_title_vi,
        publisher,
        address,
        {{ to_date('accessed_on') }} as accessed_on,
        source_file,
        source_sha256,
        coalesce(source_kind, 'document') as source_kind,
        source_family_code,
        coalesce(trust_grade, 'A') as trust_grade,
        licence,
        supersedes as supersedes_document_id,
        notes as notes_json,
        _package as package_name,
        _file as file_name,
        _file_sha256 as file_sha256,
        _row as file_row,
        _vintage_no as file_vintage_no,
        _vintage_reason as file_vintage_reason,
        {{ to_date('_vintage_known_from') }} as vintage_known_from,
        _is_latest as is_latest_file
    from source

)

select * from stg_records__documents
