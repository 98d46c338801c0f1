-- The edition may be named otherwise; the year of its data is the plan year of the goal.
select
    rankings.target_id,
    rankings.edition_year,
    rankings.data_year,
    targets.plan_year
from {{ ref('mart_index_rankings') }} as rankings
inner join {{ ref('fct_target') }} as targets
    on rankings.target_id = targets.target_id
where rankings.data_year <> targets.plan_year
