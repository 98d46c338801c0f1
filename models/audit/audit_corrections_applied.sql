-- Every correction of the register beside the figure that it replaces now; one that finds nothing stops the build.
with corrections as (

    select * from {{ ref('correction') }}

),

scores as (

    select * from {{ ref('int_index_scores__versioned') }}
    where is_latest_vintage and correction_id is not null

),

audit_corrections_applied as (

    select
        corrections.correction_id,
        corrections.record_table,
        corrections.record_id,
        corrections.column_name,
        scores.source_id,
        scores.index_code,
        scores.edition_year,
        scores.province_id,
        scores.component_code,
        corrections.expected_wrong_value as printed_value,
        corrections.corrected_value,
        scores.index_score_id is not null as is_applied,
        corrections.reason,
        corrections.evidence,
        corrections.recorded_on
    from corrections
    left join scores
        on
            corrections.record_table = 'index_scores'
            and corrections.record_id = scores.index_score_id
            and corrections.correction_id in (
                split_part(scores.correction_id, ';', 1), split_part(scores.correction_id, ';', 2)
            )

)

select * from audit_corrections_applied
