{% for relation, key, first, last in [
    ('fct_result', 'result_id', 'period_start', 'period_end'),
    ('dim_document', 'document_id', 'period_start', 'period_end'),
    ('fct_task', 'task_id', 'due_start', 'due_end'),
    ('fct_task_milestone', 'milestone_id', 'due_start', 'due_end'),
    ('dim_index_edition', 'index_code', 'data_year', 'edition_year')
] -%}
    select
        '{{ relation }}' as relation,
        {{ key }} as row_id
    from {{ ref(relation) }}
    where {{ first }} > {{ last }}
    {{ "union all" if not loop.last }}
{% endfor %}
