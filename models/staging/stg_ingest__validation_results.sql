with source as (

    select * from {{ source('raw', 'validation_results') }}

),

stg_ingest__validation_results as (

    select
        rule_no,
        suite,
        rule_code,
        expectation,
        subject,
        meaning_en,
        meaning_vi,
        row_count,
        expected,
        observed,
        fault_count,
        accepted_count,
        is_success
    from source

)

select * from stg_ingest__validation_results
