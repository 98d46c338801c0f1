-- How each expectation on the raw tables ended, as the audit wrote it down before the models were built.
with validation_results as (

    select * from {{ ref('stg_ingest__validation_results') }}

),

audit_validation_results as (

    select
        rule_code,
        rule_no,
        suite,
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
    from validation_results

)

select * from audit_validation_results
