-- What is written in a record stands in staging: no number, date or flag becomes null or false without a word.
{% set casts = {
    'documents': ['document', ['issue_date', 'plan_year', 'period_start', 'period_end', 'known_from', 'accessed_on']],
    'pages': ['pages', ['published_on', 'accessed_on']],
    'targets': ['targets', ['plan_year', 'target_value', 'due_date', 'withdrawn_on', 'baseline_value',
        'baseline_measured_on', 'planned_volume']],
    'target_steps': ['target_steps', ['step_date', 'step_value']],
    'tasks': ['tasks', ['row_no', 'due_start', 'due_end', 'budget_vnd_million']],
    'task_milestones': ['task_milestones', ['milestone_no', 'due_start', 'due_end']],
    'task_events': ['task_events', ['event_date', 'completion_grade', 'rescheduled_to', 'evidence_date']],
    'results': ['results', ['period_start', 'period_end', 'measured_on', 'value', 'numerator', 'denominator']],
    'rankings': ['rankings', ['edition_year', 'rank_published', 'rank_change_printed', 'compared_with_edition_year',
        'score']],
    'index_scores': ['index_scores', ['edition_year', 'score', 'rank_published', 'rank_implied']],
    'index_statistics': ['index_statistics', ['edition_year', 'group_lower', 'group_upper', 'value']],
    'citations': ['citations', ['cited_date']],
    'printed_totals': ['printed_totals', ['value', 'printed_value']],
    'own_references': ['own_references', ['stated_date']]
} -%}
{% for entity, (table, columns) in casts.items() -%}
    {% for column in columns -%}
        select
            '{{ table }}.{{ column }}' as record_column,
            raw_rows._file as file_name,
            raw_rows._row as file_row,
            raw_rows.{{ column }} as record_text
        from {{ source('raw', table) }} as raw_rows
        left join {{ ref('stg_records__' ~ entity) }} as staged
            on
                raw_rows._file = staged.file_name
                and raw_rows._vintage_no = staged.file_vintage_no
                and raw_rows._row = staged.file_row
        where trim(raw_rows.{{ column }}) <> '' and staged.{{ column }} is null

        union all

    {% endfor -%}
{% endfor -%}
{% for column in ['is_period_implied', 'is_final'] -%}
    select
        'results.{{ column }}' as record_column,
        _file as file_name,
        _row as file_row,
        {{ column }} as record_text
    from {{ source('raw', 'results') }}
    where lower({{ column }}) not in ('true', 'false')
    {{ "union all" if not loop.last }}
{% endfor %}
