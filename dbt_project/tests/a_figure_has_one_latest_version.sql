-- A reader who filters on is_latest_vintage sees each statement of a source once, and each rank known on the latest day
-- is the one that the facts hold, but for revisions whose day is unknown.
with scores as (

    select * from {{ ref('fct_index_score') }}

),

known_ranks as (

    select * from {{ ref('int_index_ranks__known') }}
    where known_to is null

)

select
    'two versions' as what,
    concat_ws(':', index_code, edition_year, province_id, component_code, source_id, value_kind) as figure
from scores
where is_latest_vintage
group by index_code, edition_year, province_id, component_code, source_id, value_kind
having count(*) > 1

{% for fact, key in {
    'fct_dossier_flow': ['source_id', 'province_id', 'admin_level', 'scope_code', 'period_start', 'period_end'],
    'fct_dossier_quarter': [
        'source_id', 'province_id', 'admin_level', 'scope_code', 'period_start', 'period_end', 'value_kind'
    ],
    'fct_online_procedures': [
        'source_id', 'province_id', 'admin_level', 'scope_code', 'level_scheme', 'service_level', 'level_semantics',
        'measured_on'
    ]
}.items() -%}
    union all

    select
        'two versions' as what,
        concat_ws(':', '{{ fact }}', {{ key | join(', ') }}) as figure
    from {{ ref(fact) }}
    where is_latest_vintage
    group by {{ key | join(', ') }}
    having count(*) > 1

{% endfor -%}
union all

select
    'another rank' as what,
    concat_ws(':', ranked.index_code, ranked.edition_year, ranked.province_id) as figure
from {{ ref('int_index_scores__ranked') }} as ranked
left join known_ranks
    on
        ranked.index_code = known_ranks.index_code
        and ranked.edition_year = known_ranks.edition_year
        and ranked.province_id = known_ranks.province_id
where
    ranked.component_code = 'total'
    and coalesce(ranked.rank_published, ranked.rank_computed) is distinct from known_ranks.index_rank
    and not exists (
        select 1
        from scores
        where
            scores.index_code = ranked.index_code
            and scores.edition_year = ranked.edition_year
            and scores.component_code = 'total'
            and scores.is_latest_vintage
            and scores.known_from is null
    )
