{% set columns = {
    'dossier_flow_indicator': ['indicator_code'],
    'index_definition': ['rank_indicator_code'],
    'online_service_indicator': ['indicator_code'],
    'indicator_part': ['whole_indicator_code', 'part_indicator_code'],
    'indicator_ratio': ['ratio_indicator_code', 'numerator_indicator_code', 'second_numerator_indicator_code',
        'denominator_indicator_code'],
    'share_set': ['share_indicator_code', 'count_indicator_code'],
    'indicator_relation': ['from_indicator_code', 'to_indicator_code'],
    'break_register': ['indicator_code']
} -%}
with used as (

    {% for seed, names in columns.items() -%}
        {% set is_last_seed = loop.last -%}
        {% for name in names -%}
            select
                '{{ seed }}.{{ name }}' as seed_column,
                {{ name }} as indicator_code
            from {{ ref(seed) }}
            {{ "union all" if not (is_last_seed and loop.last) }}
        {% endfor -%}
    {% endfor %}
)

select used.*
from used
left join {{ ref('indicator') }} as indicators
    on used.indicator_code = indicators.indicator_code
where used.indicator_code is not null and indicators.indicator_code is null
