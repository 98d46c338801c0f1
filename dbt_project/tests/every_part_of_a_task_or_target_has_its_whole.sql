-- Agencies, milestones and events belong to a task that is held; interim values to a target.
{% for part, key, whole in [
    ('bridge_task_agency', 'task_id', 'fct_task'),
    ('fct_task_milestone', 'task_id', 'fct_task'),
    ('fct_task_event', 'task_id', 'fct_task'),
    ('fct_target_step', 'target_id', 'fct_target')
] -%}
    select
        '{{ part }}' as part,
        parts.{{ key }} as whole_id
    from {{ ref(part) }} as parts
    left join {{ ref(whole) }} as wholes
        on parts.{{ key }} = wholes.{{ key }}
    where wholes.{{ key }} is null
    {{ "union all" if not loop.last }}
{% endfor %}
