-- What has no identified source stays in raw and staging.
with unidentified as (

    select document_id
    from {{ ref('stg_records__documents') }}
    where is_latest_file and trust_grade = 'C'

    union all

    select page_id as document_id
    from {{ ref('stg_records__pages') }}
    where is_latest_file and trust_grade = 'C'

)

{% for fact in ['dim_source', 'fct_result', 'fct_target', 'fct_task', 'fct_index_score', 'fct_dossier_flow',
    'fct_online_procedures'] -%}
    select
        '{{ fact }}' as fact,
        facts.source_id
    from {{ ref(fact) }} as facts
    inner join unidentified
        on facts.source_id = unidentified.document_id
    {{ "union all" if not loop.last }}
{% endfor %}
