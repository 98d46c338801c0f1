-- What each source states of a province in an edition. A rank is `rank_published` only where a publisher or a citation
-- of it prints it; the computed rank stands beside the preferred score.
with figures as (

    select * from {{ ref('int_index_scores__unioned') }}

),

ranked as (

    select * from {{ ref('int_index_scores__ranked') }}

),

fct_index_score as (

    select
        figures.index_code,
        figures.edition_year,
        figures.data_year,
        figures.province_id,
        figures.component_code,
        figures.score,
        figures.rank_published,
        figures.rank_change_printed,
        figures.rank_implied,
        case
            when figures.source_id = ranked.score_source_id and figures.value_kind = ranked.score_value_kind
                then ranked.rank_computed
        end as rank_computed,
        -- a component may be held of provinces that have no total
        greatest(figures.n_provinces, ranked.n_held) as n_ranked,
        figures.group_published,
        figures.value_kind,
        figures.formula_code,
        figures.source_id,
        figures.trust_grade,
        figures.locator,
        figures.known_from,
        figures.source_id = coalesce(ranked.score_source_id, ranked.rank_source_id, ranked.implied_source_id)
        and (ranked.score_value_kind is null or figures.value_kind = ranked.score_value_kind) as is_preferred,
        coalesce(figures.source_id = ranked.rank_source_id, false) and figures.rank_published is not null
            as is_preferred_rank
    from figures
    inner join ranked
        on
            figures.index_code = ranked.index_code
            and figures.edition_year = ranked.edition_year
            and figures.province_id = ranked.province_id
            and figures.component_code = ranked.component_code

)

select * from fct_index_score
