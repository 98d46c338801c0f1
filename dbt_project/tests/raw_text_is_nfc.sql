-- Unicode NFC is the one change at landing: the same word is the same text everywhere.
{% for table in ['document', 'pages', 'targets', 'target_steps', 'tasks', 'task_milestones', 'task_events', 'results',
    'rankings', 'citations', 'printed_totals', 'own_references'] -%}
    select
        '{{ table }}' as table_name,
        raw_rows._file as file_name,
        raw_rows._row as file_row
    from {{ source('raw', table) }} as raw_rows
    where nfc_normalize(cast(raw_rows as varchar)) <> cast(raw_rows as varchar)
    {{ "union all" if not loop.last }}
{% endfor %}
