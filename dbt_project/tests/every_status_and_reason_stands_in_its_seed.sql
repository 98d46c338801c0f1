-- A verdict without a label or a reason without its sentence would be lost on the way to the mart; a reason that a mart
-- gives stands there in words of both languages.
with explained as (

    {% for mart in ['mart_on_time_rates', 'mart_on_time_comparison', 'mart_online_service_levels'] -%}
        select
            '{{ mart }}' as mart,
            not_comparable_reason,
            comparability_note_vi,
            comparability_note_en
        from {{ ref(mart) }}
        where not_comparable_reason is not null
        {{ "union all" if not loop.last }}
    {% endfor %}
),

reason_codes as (

    select distinct unnest(string_split(reason_codes, ';')) as code
    from {{ ref('int_target_progress__judged') }}

    union

    select not_comparable_reason as code
    from explained

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

union all

select
    mart as seed_name,
    not_comparable_reason as code
from explained
where comparability_note_vi is null or comparability_note_en is null
