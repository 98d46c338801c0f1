-- What a whole edition says per component: only where every province that the publisher scored is held.
with ranked as (

    select * from {{ ref('int_index_scores__ranked') }}

),

int_index_editions__summarised as (

    select
        index_code,
        edition_year,
        data_year,
        component_code,
        n_provinces,
        n_held,
        is_complete,
        case when is_complete then cast(avg(cast(score as double)) as double) end as score_mean,
        case when is_complete then cast(median(cast(score as double)) as double) end as score_median,
        case when is_complete then max(score) end as score_best,
        case when is_complete then min(score) end as score_lowest,
        case when is_complete then min(case when rank_computed <= 10 then score end) end as score_tenth,
        case when is_complete then min(case when rank_computed = 1 then province_id end) end as best_province_id,
        max(rank_computed_known_from) as known_from,
        max(score_trust_grade) as lowest_trust_grade
    from ranked
    group by index_code, edition_year, data_year, component_code, n_provinces, n_held, is_complete

)

select * from int_index_editions__summarised
