-- A verdict without a label or a reason without its sentence would be lost on the way to the mart.
with reason_codes as (

    select distinct unnest(string_split(reason_codes, ';')) as code
    from {{ ref('int_target_progress__judged') }}

    union

    select not_comparable_reason as code from {{ ref('mart_on_time_rates') }}

    union

    select not_comparable_reason as code from {{ ref('mart_on_time_comparison') }}

    union

    select not_comparable_reason as code from {{ ref('mart_online_service_levels') }}

)

select
    'status' as seed_name,
    coalesce(judged.status_code, judged.rule_fired) as code
from {{ ref('int_target_progress__judged') }} as judged
left join {{ ref('status') }} as statuses
    on judged.status_code = statuses.status_code
where statuses.status_code is null

union all

select
    'reason' as seed_name,
    reason_codes.code
from reason_codes
left join {{ ref('reason') }} as reasons
    on reason_codes.code = reasons.reason_code
where reason_codes.code is not null and reasons.reason_code is null
