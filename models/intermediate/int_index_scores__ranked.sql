-- One row per index, edition, province and component: the best score and the best printed rank that are held, each from
-- its own source, and a computed rank where every province that the publisher scored is held (competition ranking).
with figures as (

    select * from {{ ref('int_index_scores__unioned') }}
    where is_latest_vintage

),

ordered as (

    select
        *,
        {% for figure, place in [('score', 'score_order'), ('rank_published', 'rank_order'),
            ('rank_implied', 'implied_order')] -%}
            row_number() over (
                partition by index_code, edition_year, province_id, component_code
                order by {{ preferred_first(figure) }}
            ) as {{ place }},
        {% endfor -%}
        row_number() over (
            partition by index_code, edition_year, province_id, component_code
            order by group_published is null asc, trust_grade asc, source_id asc
        ) as group_order
    from figures

),

chosen as (

    select
        index_code,
        edition_year,
        data_year,
        province_id,
        component_code,
        n_provinces,
        min(known_from) as known_from,
        max(case when score_order = 1 then score end) as score,
        max(case when score_order = 1 and score is not null then known_from end) as score_known_from,
        max(case when score_order = 1 and score is not null then source_id end) as score_source_id,
        max(case when score_order = 1 and score is not null then value_kind end) as score_value_kind,
        max(case when score_order = 1 and score is not null then trust_grade end) as score_trust_grade,
        max(case when rank_order = 1 then rank_published end) as rank_published,
        max(case when rank_order = 1 and rank_published is not null then source_id end) as rank_source_id,
        max(case when rank_order = 1 and rank_published is not null then trust_grade end) as rank_trust_grade,
        max(case when rank_order = 1 then rank_change_printed end) as rank_change_printed,
        max(case when implied_order = 1 then rank_implied end) as rank_implied,
        max(case when implied_order = 1 and rank_implied is not null then source_id end) as implied_source_id,
        max(case when implied_order = 1 and rank_implied is not null then trust_grade end) as implied_trust_grade,
        max(case when group_order = 1 then group_published end) as group_published
    from ordered
    group by index_code, edition_year, data_year, province_id, component_code, n_provinces

),

counted as (

    select
        *,
        cast(count(score) over (partition by index_code, edition_year, component_code) as integer) as n_held,
        cast(count(score_known_from) over (partition by index_code, edition_year, component_code) as integer)
            as n_dated,
        max(score_known_from) over (partition by index_code, edition_year, component_code) as last_score_known_from
    from chosen

),

int_index_scores__ranked as (

    select
        *,
        n_held >= n_provinces as is_complete,
        case
            when n_held >= n_provinces and score is not null
                then cast(rank() over (
                    partition by index_code, edition_year, component_code order by score desc nulls last
                ) as integer)
        end as rank_computed,
        -- a computed rank is known when the last score under it is
        case when n_dated = n_held then last_score_known_from end as rank_computed_known_from
    from counted

)

select * from int_index_scores__ranked
