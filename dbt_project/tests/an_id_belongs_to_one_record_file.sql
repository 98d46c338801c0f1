-- An id is typed once and never reused: two files with one id would look like two vintages of one figure.
{% set keys = {'results': 'result_id', 'targets': 'target_id', 'tasks': 'task_id', 'rankings': 'ranking_id',
    'citations': 'citation_id', 'printed_totals': 'printed_total_id', 'own_references': 'own_reference_id',
    'target_steps': 'target_step_id', 'task_milestones': 'milestone_id', 'task_events': 'task_event_id',
    'index_scores': 'index_score_id', 'index_statistics': 'index_statistic_id'} -%}
{% for entity, key in keys.items() -%}
    select
        '{{ entity }}' as entity,
        {{ key }} as record_id
    from {{ ref('stg_records__' ~ entity) }}
    group by {{ key }}
    having count(distinct package_name) > 1 or count(*) > count(distinct file_vintage_no)
    {{ "union all" if not loop.last }}
{% endfor %}
