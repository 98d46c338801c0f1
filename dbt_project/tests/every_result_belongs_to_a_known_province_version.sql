-- A figure speaks of a province that existed on its day, a promise, a task or a score of one that existed in its
-- period: a name or code of another time is a mistake of the record.
with facts as (

    select
        'fct_result' as fact,
        result_id as fact_id,
        province_id,
        coalesce(measured_on, period_end, period_start) as first_day,
        coalesce(measured_on, period_end, period_start) as last_day
    from {{ ref('fct_result') }}

    union all

    select
        'fct_target' as fact,
        target_id as fact_id,
        province_id,
        period_start as first_day,
        period_end as last_day
    from {{ ref('fct_target') }}

    union all

    select
        'fct_task' as fact,
        task_id as fact_id,
        province_id,
        make_date(plan_year, 1, 1) as first_day,
        make_date(plan_year, 12, 31) as last_day
    from {{ ref('fct_task') }}

    union all

    select
        'fct_index_score' as fact,
        scores.index_code || '-' || cast(scores.edition_year as varchar) as fact_id,
        scores.province_id,
        editions.provinces_on as first_day,
        editions.provinces_on as last_day
    from {{ ref('fct_index_score') }} as scores
    inner join {{ ref('dim_index_edition') }} as editions
        on scores.index_code = editions.index_code and scores.edition_year = editions.edition_year

)

select facts.*
from facts
where
    not exists (
        select 1
        from {{ ref('dim_province') }} as provinces
        where
            provinces.province_id = facts.province_id
            and coalesce(facts.last_day, provinces.valid_from) >= provinces.valid_from
            and coalesce(facts.first_day, provinces.valid_from) <= provinces.valid_to
    )
