-- Every finding of every rule stands in one of the two audit tables, with the figures that it names.
with found as (

    {% for rule in ['parts_vs_total', 'shares', 'ratios', 'printed_totals', 'own_references', 'between_sources'] -%}
        select
            conflict_kind,
            rule_code,
            figure_id,
            is_rounding_note
        from {{ ref('int_conflicts__' ~ rule) }}
        {{ "union all" if not loop.last }}
    {% endfor %}
),

recorded as (

    select
        *,
        false as is_rounding_note
    from {{ ref('audit_figure_conflicts') }}

    union all

    select
        *,
        true as is_rounding_note
    from {{ ref('audit_rounding_notes') }}

)

select
    'finding' as what,
    found.conflict_kind || ':' || found.rule_code || ':' || found.figure_id as row_id
from found
left join recorded
    on
        found.conflict_kind = recorded.conflict_kind
        and found.rule_code = recorded.rule_code
        and found.figure_id = recorded.figure_id
        and found.is_rounding_note = recorded.is_rounding_note
where recorded.conflict_id is null or recorded.locator is null

union all

select
    'unit of money' as what,
    totals.printed_total_id as row_id
from {{ ref('stg_records__printed_totals') }} as totals
left join {{ ref('money_unit') }} as units
    on totals.printed_unit = units.printed_unit
where totals.printed_value is not null and units.printed_unit is null
