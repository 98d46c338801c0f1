-- Every row of a file that is held, of an identified source, stands in its fact table.
with unidentified as (

    select document_id
    from {{ ref('stg_records__documents') }}
    where is_latest_file and trust_grade = 'C'

    union all

    select page_id as document_id
    from {{ ref('stg_records__pages') }}
    where is_latest_file and trust_grade = 'C'

),

records as (

    {% for entity, key in [('results', 'result_id'), ('targets', 'target_id')] -%}
        select
            '{{ entity }}' as entity,
            {{ key }} as record_id,
            coalesce(page_id, package_name) as document_id
        from {{ ref('stg_records__' ~ entity) }}
        where is_latest_file

        union all

    {% endfor -%}
    {% for entity, key in [('tasks', 'task_id'), ('citations', 'citation_id')] -%}
        select
            '{{ entity }}' as entity,
            {{ key }} as record_id,
            package_name as document_id
        from {{ ref('stg_records__' ~ entity) }}
        where is_latest_file

        union all

    {% endfor -%}
    select
        'rankings' as entity,
        index_code || '-' || cast(edition_year as varchar) || '-' || package_name as record_id,
        package_name as document_id
    from {{ ref('stg_records__rankings') }}
    where is_latest_file

    union all

    select
        'index_scores' as entity,
        index_code || '-' || cast(edition_year as varchar) || '-' || province_id || '-' || component_code || '-'
        || value_kind || '-' || page_id as record_id,
        page_id as document_id
    from {{ ref('stg_records__index_scores') }}
    where is_latest_file

    union all

    select
        'index_statistics' as entity,
        index_statistic_id as record_id,
        page_id as document_id
    from {{ ref('stg_records__index_statistics') }}
    where is_latest_file

),

facts as (

    select
        'results' as entity,
        result_id as record_id
    from {{ ref('fct_result') }}
    where is_latest_vintage

    union all

    select
        'targets' as entity,
        target_id as record_id
    from {{ ref('fct_target') }}

    union all

    select
        'tasks' as entity,
        task_id as record_id
    from {{ ref('fct_task') }}

    union all

    select
        'citations' as entity,
        citation_id as record_id
    from {{ ref('bridge_document_citation') }}

    union all

    select
        'rankings' as entity,
        index_code || '-' || cast(edition_year as varchar) || '-' || source_id as record_id
    from {{ ref('fct_index_score') }}
    where is_latest_vintage

    union all

    select
        'index_scores' as entity,
        index_code || '-' || cast(edition_year as varchar) || '-' || province_id || '-' || component_code || '-'
        || value_kind || '-' || source_id as record_id
    from {{ ref('fct_index_score') }}
    where is_latest_vintage

    union all

    select
        'index_statistics' as entity,
        index_statistic_id as record_id
    from {{ ref('fct_index_statistic') }}

)

select records.*
from records
left join facts
    on records.entity = facts.entity and records.record_id = facts.record_id
left join unidentified
    on records.document_id = unidentified.document_id
where facts.record_id is null and unidentified.document_id is null
