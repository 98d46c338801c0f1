-- Every printed figure that another printed figure or arithmetic contradicts. Recorded, not repaired.
with findings as (

    select * from {{ ref('int_figure_conflicts__unioned') }}
    where not is_rounding_note

),

audit_figure_conflicts as (

    select {{ all_but(['is_rounding_note']) }}
    from findings

)

select * from audit_figure_conflicts
