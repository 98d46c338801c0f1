-- A code without an entry has no label, and what joins to its label is lost.
{% set columns = [
    ['indicator', 'unit', 'unit'],
    ['indicator', 'accumulation', 'accumulation'],
    ['agency', 'agency_kind', 'agency_kind'],
    ['known_document', 'document_kind', 'document_kind'],
    ['level_scheme', 'level_scheme', 'level_scheme'],
    ['online_service_indicator', 'level_scheme', 'level_scheme'],
    ['indicator_part', 'conflict_kind', 'conflict_kind'],
    ['admin_level_part', 'whole_admin_level', 'admin_level'],
    ['admin_level_part', 'part_admin_level', 'admin_level']
] -%}
with used as (

    {% for seed, column, vocabulary in columns -%}
        select
            '{{ seed }}.{{ column }}' as seed_column,
            '{{ vocabulary }}' as vocabulary,
            {{ column }} as code
        from {{ ref(seed) }}
        {{ "union all" if not loop.last }}
    {% endfor %}
)

select used.*
from used
left join {{ ref('vocabulary') }} as vocabulary
    on used.vocabulary = vocabulary.vocabulary and used.code = vocabulary.code
where vocabulary.code is null
