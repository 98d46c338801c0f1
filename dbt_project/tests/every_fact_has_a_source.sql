{% set facts = ['fct_result', 'fct_target', 'fct_task', 'fct_index_score', 'fct_dossier_flow',
    'fct_online_procedures'] -%}
with facts as (

    {% for fact in facts -%}
        select distinct
            '{{ fact }}' as fact,
            source_id
        from {{ ref(fact) }}
        {{ "union all" if not loop.last }}
    {% endfor %}
)

select facts.*
from facts
left join {{ ref('dim_source') }} as sources
    on facts.source_id = sources.source_id
left join {{ ref('dim_document') }} as documents
    on facts.source_id = documents.document_id
where
    sources.source_id is null
    -- extracts of dossiers are described beside the mapping of their system, not as documents
    or (
        documents.document_id is null
        and sources.source_id not in (select source_id from {{ ref('stg_extracts__sources') }})
    )
    or sources.licence is null
    or sources.publisher is null
