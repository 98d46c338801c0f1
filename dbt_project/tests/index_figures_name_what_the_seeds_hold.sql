-- Editions and components of every index figure, and of the register of breaks, stand in their seeds; a scale is never
-- exceeded, and a merged unit has no figure of the time before it.
select
    'component' as what,
    scores.index_code || '-' || cast(scores.edition_year as varchar) || '-' || scores.component_code as row_id
from {{ ref('fct_index_score') }} as scores
where
    scores.component_code <> 'total'
    and not exists (
        select 1
        from {{ ref('index_component') }} as components
        where
            components.index_code = scores.index_code
            and components.component_code = scores.component_code
            and scores.edition_year >= components.first_edition_year
            and scores.edition_year <= coalesce(components.last_edition_year, 9999)
    )

union all

select
    'scale' as what,
    scores.index_code || '-' || cast(scores.edition_year as varchar) || '-' || scores.province_id as row_id
from {{ ref('fct_index_score') }} as scores
inner join {{ ref('dim_index_edition') }} as editions
    on scores.index_code = editions.index_code and scores.edition_year = editions.edition_year
where scores.component_code = 'total' and (scores.score > editions.scale_max or scores.score < 0)

union all

select
    'rank' as what,
    scores.index_code || '-' || cast(scores.edition_year as varchar) || '-' || scores.province_id as row_id
from {{ ref('fct_index_score') }} as scores
where coalesce(scores.rank_published, scores.rank_computed, scores.rank_implied) > scores.n_ranked

union all

select
    'break' as what,
    breaks.break_id as row_id
from {{ ref('break_register') }} as breaks
where
    breaks.component_code is not null
    and not exists (
        select 1
        from {{ ref('index_component') }} as components
        where components.index_code = breaks.index_code and components.component_code = breaks.component_code
    )

union all

select
    'more provinces than scored' as what,
    summaries.index_code || '-' || cast(summaries.edition_year as varchar) as row_id
from {{ ref('int_index_editions__summarised') }} as summaries
where summaries.n_held > summaries.n_provinces and summaries.component_code = 'total'
