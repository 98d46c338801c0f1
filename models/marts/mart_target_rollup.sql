-- How many promises of a document, by reform field and as a whole, stand where: counts first, the unknown shown, three
-- rates named, bounds given. No index of our own.
with progress as (

    select
        mart_target_progress.*,
        targets.reform_field_code,
        statuses.status_group
    from {{ ref('mart_target_progress') }} as mart_target_progress
    inner join {{ ref('fct_target_version') }} as targets
        on
            mart_target_progress.target_id = targets.target_id
            and {{ as_known_on('targets', 'mart_target_progress.evaluation_date') }}
    inner join {{ ref('status') }} as statuses
        on mart_target_progress.status_code = statuses.status_code

),

counted as (

    -- each reform field, and all of them: one pass
    select
        document_id,
        province_id,
        -- a promise that names no year is counted, too
        max(plan_year) as plan_year,
        evaluation_date,
        case when grouping(reform_field_code) = 1 then 'all_fields' else reform_field_code end as reform_field_code,
        count(*) as target_count,
        {% for group in ['met', 'not_met', 'on_track', 'at_risk', 'off_track', 'out_of_reach', 'unknown',
            'not_applicable'] -%}
        count(*) filter (where status_group = '{{ group }}') as {{ group }}_count
        {{- "," if not loop.last }}
    {% endfor %}
    from progress
    group by document_id, province_id, evaluation_date, rollup(reform_field_code)

),

mart_target_rollup as (

    select
        document_id,
        reform_field_code,
        evaluation_date,
        province_id,
        plan_year,
        cast(target_count as integer) as target_count,
        {% for group in ['met', 'not_met', 'on_track', 'at_risk', 'off_track', 'out_of_reach', 'unknown',
            'not_applicable'] -%}
            cast({{ group }}_count as integer) as {{ group }}_count,
        {% endfor -%}
        cast(target_count - not_applicable_count as integer) as applicable_count,
        {{ percent_of('met_count', 'met_count + not_met_count') }} as met_of_assessed_pct,
        {{ percent_of('met_count', 'target_count - not_applicable_count') }} as met_of_applicable_pct,
        {{ percent_of('met_count', 'target_count - not_applicable_count') }} as met_lower_bound_pct,
        -- everything not yet decided might still be met
        {{ percent_of('target_count - not_applicable_count - not_met_count - out_of_reach_count',
            'target_count - not_applicable_count') }} as met_upper_bound_pct
    from counted

)

select * from mart_target_rollup
