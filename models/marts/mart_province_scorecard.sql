-- One wide row per province and year for people who look: what is held of each theme, with its n. Nothing is averaged.
with on_time as (

    select
        province_id,
        plan_year,
        sum(on_time_numerator) as on_time_numerator,
        sum(dossiers_resolved) as dossiers_resolved
    from (
        select
            province_id,
            year(period_end) as plan_year,
            on_time_numerator,
            dossiers_resolved,
            row_number() over (
                partition by province_id, year(period_end)
                order by
                    case admin_level when 'all' then 0 when 'province' then 1 else 2 end,
                    period_days desc, period_end desc, source_id asc
            ) as preference_no
        from {{ ref('mart_on_time_rates') }}
        where
            is_preferred and geography_basis = 'as_reported' and dossiers_resolved is not null
            and on_time_numerator is not null and admin_level in ('all', 'province')
    ) as preferred
    where preference_no = 1
    group by province_id, plan_year

),

tasks as (

    select
        province_id,
        plan_year,
        count(*) as task_count,
        sum(budget_vnd_million) as budget_vnd_million
    from {{ ref('fct_task') }}
    where plan_year is not null
    group by province_id, plan_year

),

targets as (

    select
        province_id,
        plan_year,
        count(*) as target_count,
        sum(case when target_value is not null then 1 else 0 end) as quantified_target_count
    from {{ ref('fct_target') }}
    where restates_target_id is null and plan_year is not null
    group by province_id, plan_year

),

latest_progress as (

    select
        province_id,
        plan_year,
        sum(met_count) as met_count,
        sum(not_met_count) as not_met_count,
        sum(unknown_count) as unknown_count
    from {{ ref('mart_target_rollup') }}
    where
        reform_field_code = 'all_fields'
        and plan_year is not null
        and evaluation_date = (select max(evaluation_date) from {{ ref('int_evaluation_dates__unioned') }})
    group by province_id, plan_year

),

ranks as (

    select
        province_id,
        data_year as plan_year,
    {% for index_code in ['par_index', 'sipas', 'papi', 'pci', 'ict_index', 'dti'] -%}
        max(
            case when index_code = '{{ index_code }}' then coalesce(rank_published, rank_computed) end
        ) as {{ index_code }}_rank
        {{- "," if not loop.last }}
    {% endfor %}
    from {{ ref('mart_index_rankings') }}
    where geography_basis = 'as_reported'
    group by province_id, data_year

),

online as (

    select
        province_id,
        plan_year,
        count(*) as online_figure_count
    from {{ ref('mart_online_service_levels') }}
    where geography_basis = 'as_reported' and coalesce(not_comparable_reason, '') <> 'no_result_held'
    group by province_id, plan_year

),

keys as (

    select
        province_id,
        plan_year
    from on_time

    union

    select
        province_id,
        plan_year
    from tasks

    union

    select
        province_id,
        plan_year
    from targets

    union

    select
        province_id,
        plan_year
    from ranks

    union

    select
        province_id,
        plan_year
    from online

),

provinces as (

    -- a year outlives a province that ended in it: then the province's last version stands
    select
        *,
        max(valid_to) over (partition by province_id) as last_valid_to
    from {{ ref('dim_province') }}

),

mart_province_scorecard as (

    select
        keys.province_id,
        cast(keys.plan_year as integer) as year,
        provinces.name_vi as province_vi,
        provinces.name_en as province_en,
        cast(coalesce(targets.target_count, 0) as integer) as target_count,
        cast(coalesce(targets.quantified_target_count, 0) as integer) as quantified_target_count,
        cast(latest_progress.met_count as integer) as met_count,
        cast(latest_progress.not_met_count as integer) as not_met_count,
        cast(latest_progress.unknown_count as integer) as unknown_count,
        cast(coalesce(tasks.task_count, 0) as integer) as task_count,
        cast(tasks.budget_vnd_million as decimal(20, 6)) as budget_vnd_million,
        {{ percent_of('on_time.on_time_numerator', 'on_time.dossiers_resolved') }} as on_time_rate_resolved_pct,
        cast(on_time.dossiers_resolved as bigint) as dossiers_resolved,
        cast(coalesce(online.online_figure_count, 0) as integer) as online_figure_count,
        ranks.par_index_rank,
        ranks.sipas_rank,
        ranks.papi_rank,
        ranks.pci_rank,
        ranks.ict_index_rank,
        ranks.dti_rank
    from keys
    inner join provinces
        on {{ as_of_province(
            'keys.province_id', 'least(make_date(keys.plan_year, 12, 31), provinces.last_valid_to)', 'provinces'
        ) }}
    left join on_time
        on keys.province_id = on_time.province_id and keys.plan_year = on_time.plan_year
    left join tasks
        on keys.province_id = tasks.province_id and keys.plan_year = tasks.plan_year
    left join targets
        on keys.province_id = targets.province_id and keys.plan_year = targets.plan_year
    left join latest_progress
        on keys.province_id = latest_progress.province_id and keys.plan_year = latest_progress.plan_year
    left join ranks
        on keys.province_id = ranks.province_id and keys.plan_year = ranks.plan_year
    left join online
        on keys.province_id = online.province_id and keys.plan_year = online.plan_year

)

select * from mart_province_scorecard
