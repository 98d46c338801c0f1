-- Every printed figure that another printed figure or arithmetic contradicts. Recorded, not repaired.
with findings as (

    select * from {{ ref('int_figure_conflicts__unioned') }}
    where not is_rounding_note

),

audit_figure_conflicts as (

    select
        conflict_id,
        document_id,
        conflict_kind,
        rule_code,
        province_id,
        indicator_code,
        admin_level,
        scope_code,
        figure_id,
        other_figure_ids,
        stated_value,
        other_value,
        difference,
        tolerance,
        unit,
        explanation_vi,
        explanation_en,
        printed_text,
        locator
    from findings

)

select * from audit_figure_conflicts
