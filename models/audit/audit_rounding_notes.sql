-- Differences that the wording of a figure explains ("hơn", "gần", "khoảng"): notes, no conflicts.
with findings as (

    select * from {{ ref('int_figure_conflicts__unioned') }}
    where is_rounding_note

),

audit_rounding_notes as (

    select {{ all_but(['is_rounding_note']) }}
    from findings

)

select * from audit_rounding_notes
