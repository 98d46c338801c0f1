-- What each source states of a province in an edition, in every version. A rank is `rank_published` only where a
-- publisher or a citation of it prints it; the computed rank stands beside the preferred score.
with figures as (

    select * from {{ ref('int_index_scores__unioned') }}

),

ranked as (

    select * from {{ ref('int_index_scores__ranked') }}

),

fct_index_score as (

    select
        figures.index_score_id,
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
            when
                figures.is_latest_vintage
                and figures.source_id = ranked.score_source_id
                and figures.value_kind = ranked.score_value_kind
                then ranked.rank_computed
        end as rank_computed,
        case
            when
                figures.is_latest_vintage
                and figures.source_id = ranked.score_source_id
                and figures.value_kind = ranked.score_value_kind
                and ranked.rank_computed is not null
                then ranked.rank_computed_known_from
        end as rank_computed_known_from,
        -- a component may be held of provinces that have no total
        greatest(figures.n_provinces, coalesce(ranked.n_held, 0)) as n_ranked,
        figures.group_published,
        figures.value_kind,
        figures.formula_code,
        figures.source_id,
        figures.trust_grade,
        figures.locator,
        figures.correction_id,
        figures.score_uncorrected,
        figures.rank_uncorrected,
        figures.known_from,
        figures.known_to,
        figures.vintage_no,
        figures.vintage_reason,
        figures.is_latest_vintage,
        -- the source that the marts use; older versions of its figure too
        coalesce(
            figures.source_id = coalesce(ranked.score_source_id, ranked.rank_source_id, ranked.implied_source_id)
            and (ranked.score_value_kind is null or figures.value_kind = ranked.score_value_kind), false
        ) as is_preferred,
        coalesce(figures.source_id = ranked.rank_source_id, false) and figures.rank_published is not null
            as is_preferred_rank
    from figures
    left join ranked
        on
            figures.index_code = ranked.index_code
            and figures.edition_year = ranked.edition_year
            and figures.province_id = ranked.province_id
            and figures.component_code = ranked.component_code

)

select * from fct_index_score
