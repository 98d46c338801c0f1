-- The indicator exists, its field is a reform field, and the figure is in the indicator's unit. A promise in words may
-- go without an indicator, a number may not.
with figures as (

    select
        result_id as figure_id,
        indicator_code,
        true as is_number,
        unit,
        reform_field_code
    from {{ ref('fct_result') }}

    union all

    select
        target_id as figure_id,
        indicator_code,
        target_value is not null as is_number,
        unit,
        reform_field_code
    from {{ ref('fct_target') }}

)

select figures.*
from figures
left join {{ ref('dim_indicator') }} as indicators
    on figures.indicator_code = indicators.indicator_code
left join {{ ref('reform_field') }} as reform_fields
    on figures.reform_field_code = reform_fields.reform_field_code
where
    ((figures.indicator_code is not null or figures.is_number) and indicators.indicator_code is null)
    or figures.unit <> indicators.unit
    or reform_fields.reform_field_code is null
