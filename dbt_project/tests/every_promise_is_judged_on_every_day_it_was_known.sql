-- One verdict per promise and evaluation date, from the day the promise was known; a restatement is no second promise.
with expected as (

    select
        targets.target_id,
        dates.evaluation_date
    from {{ ref('int_targets__versioned') }} as targets
    inner join {{ ref('int_evaluation_dates__unioned') }} as dates
        on {{ as_known_on('targets', 'dates.evaluation_date') }}
    where targets.restates_target_id is null

),

judged as (

    select
        target_id,
        evaluation_date,
        count(*) as verdict_count
    from {{ ref('mart_target_progress') }}
    group by target_id, evaluation_date

)

select
    coalesce(expected.target_id, judged.target_id) as target_id,
    coalesce(expected.evaluation_date, judged.evaluation_date) as evaluation_date,
    judged.verdict_count
from expected
full outer join judged
    on expected.target_id = judged.target_id and expected.evaluation_date = judged.evaluation_date
where expected.target_id is null or coalesce(judged.verdict_count, 0) <> 1
