-- One row per target and evaluation date with everything a verdict needs, from what was known on that date.
-- Results reach targets by indicator, province, level, scope and period, never by hand-written pairs.
with targets as (

    select * from {{ ref('int_targets__versioned') }}
    where restates_target_id is null

),

evaluation_dates as (

    select * from {{ ref('int_evaluation_dates__unioned') }}

),

indicators as (

    select * from {{ ref('indicator') }}

),

reporting as (

    select * from {{ ref('int_provinces__reporting') }}

),

figures as (

    select * from {{ ref('int_figures__comparable') }}

),

all_windows as (

    select * from {{ ref('int_target_windows__chained') }}

),

windows as (

    select * from all_windows
    where choice_no = 1

),

rank_indicators as (

    select
        index_code,
        rank_indicator_code as indicator_code,
        result_lag_days
    from {{ ref('index_definition') }}
    where rank_indicator_code is not null

),

index_ranks as (

    -- a printed rank stands before a computed one
    select * from {{ ref('int_index_ranks__known') }}

),

relations as (

    select * from {{ ref('indicator_relation') }}
    where break_id is not null

),

judged_on as (

    select
        targets.*,
        evaluation_dates.evaluation_date,
        coalesce(indicators.accumulation, 'milestone') as accumulation,
        coalesce(indicators.polarity, 1) as polarity,
        coalesce(indicators.expected_path, 'none') as expected_path,
        -- the rank in an index is known with its edition
        coalesce(indicators.result_lag_days, rank_indicators.result_lag_days, 45) as result_lag_days,
        indicators.unit as indicator_unit,
        reporting.report_lag_days
    from targets
    inner join evaluation_dates
        on {{ as_known_on('targets', 'evaluation_dates.evaluation_date') }}
    left join indicators
        on targets.indicator_code = indicators.indicator_code
    left join rank_indicators
        on targets.indicator_code = rank_indicators.indicator_code
    left join reporting
        on targets.province_id = reporting.province_id

),

{{ period_years('judged_on') }},

points as (

    -- stocks, coverage and scores: the last figure measured inside the period and known by then
    select
        judged_years.target_id,
        judged_years.evaluation_date,
        figures.figure_id,
        figures.document_id,
        figures.as_of_date,
        figures.value,
        figures.numerator,
        figures.denominator,
        figures.value_decimals,
        figures.evidence_grade,
        figures.has_doubtful_base,
        figures.trust_grade,
        row_number() over (
            partition by judged_years.target_id, judged_years.evaluation_date
            order by figures.as_of_date desc, figures.trust_grade asc, figures.known_from desc, figures.figure_id asc
        ) as choice_no
    from period_years as judged_years
    inner join figures
        on
            judged_years.indicator_code = figures.indicator_code
            and judged_years.province_id = figures.province_id
            and judged_years.admin_level = figures.admin_level
            and judged_years.scope_code = figures.scope_code
            and judged_years.calendar_year = year(figures.as_of_date)
            and {{ as_known_on('figures', 'judged_years.evaluation_date') }}
            and figures.as_of_date between judged_years.period_start and judged_years.period_end
    where judged_years.accumulation not in ('ratio_flow', 'sum_flow', 'rank')

),

ranks as (

    -- a rank goal of a plan year is judged by the edition with data of that year, if held and known by then
    select
        judged_on.target_id,
        judged_on.evaluation_date,
        index_ranks.index_code,
        index_ranks.edition_year,
        index_ranks.index_rank,
        index_ranks.is_rank_computed,
        index_ranks.evidence_grade,
        index_ranks.source_id
    from judged_on
    inner join rank_indicators
        on judged_on.indicator_code = rank_indicators.indicator_code
    inner join index_ranks
        on
            rank_indicators.index_code = index_ranks.index_code
            and judged_on.province_id = index_ranks.province_id
            and judged_on.plan_year = index_ranks.data_year
            and {{ as_known_on('index_ranks', 'judged_on.evaluation_date') }}

),

known_ranks as (

    select
        index_ranks.*,
        evaluation_dates.evaluation_date,
        row_number() over (
            partition by index_ranks.index_code, index_ranks.province_id, evaluation_dates.evaluation_date
            order by index_ranks.edition_year desc
        ) as recency
    from index_ranks
    inner join evaluation_dates
        on {{ as_known_on('index_ranks', 'evaluation_dates.evaluation_date') }}

),

last_known_ranks as (

    select
        judged_on.target_id,
        judged_on.evaluation_date,
        known_ranks.edition_year,
        known_ranks.data_year,
        known_ranks.index_rank
    from judged_on
    inner join rank_indicators
        on judged_on.indicator_code = rank_indicators.indicator_code
    inner join known_ranks
        on
            rank_indicators.index_code = known_ranks.index_code
            and judged_on.province_id = known_ranks.province_id
            and judged_on.evaluation_date = known_ranks.evaluation_date
            and known_ranks.recency = 1

),

part_relations as (

    select * from {{ ref('indicator_relation') }}
    where relation_kind = 'part_of'

),

sought as (

    -- the indicator of the target, and its parts
    select
        *,
        indicator_code as sought_code
    from period_years

    union all

    select
        judged_years.*,
        part_relations.from_indicator_code as sought_code
    from period_years as judged_years
    inner join part_relations
        on judged_years.indicator_code = part_relations.to_indicator_code

),

other_places as (

    -- the same indicator, or a part of it, in the period, but of another level or scope
    select
        sought.target_id,
        sought.evaluation_date,
        {{ joined_text(
            "distinct figures.indicator_code || ' ' || figures.admin_level || '/' || figures.scope_code", ', ',
            "figures.indicator_code || ' ' || figures.admin_level || '/' || figures.scope_code"
        ) }} as other_levels,
        bool_or(figures.has_doubtful_base) as has_doubtful_base
    from sought
    inner join figures
        on
            sought.sought_code = figures.indicator_code
            and sought.province_id = figures.province_id
            and sought.calendar_year = year(figures.as_of_date)
            and (
                sought.indicator_code <> figures.indicator_code
                or sought.admin_level <> figures.admin_level
                or sought.scope_code <> figures.scope_code
            )
            and {{ as_known_on('figures', 'sought.evaluation_date') }}
            and figures.as_of_date between sought.period_start and sought.period_end
    group by sought.target_id, sought.evaluation_date

),

other_definitions as (

    -- a result on the other side of a registered break of definition
    select distinct
        judged_years.target_id,
        judged_years.evaluation_date,
        relations.break_id
    from period_years as judged_years
    inner join relations
        on
            judged_years.indicator_code = relations.from_indicator_code
            or judged_years.indicator_code = relations.to_indicator_code
    inner join figures
        on
            figures.indicator_code = case
                when judged_years.indicator_code = relations.from_indicator_code then relations.to_indicator_code
                else relations.from_indicator_code
            end
            and judged_years.province_id = figures.province_id
            and judged_years.admin_level = figures.admin_level
            and judged_years.scope_code = figures.scope_code
            and judged_years.calendar_year = year(figures.as_of_date)
            and {{ as_known_on('figures', 'judged_years.evaluation_date') }}
            and figures.as_of_date between judged_years.period_start and judged_years.period_end

),

readings as (

    select
        target_id,
        evaluation_date,
        choice_no,
        document_id,
        trust_grade,
        period_start,
        period_end as cutoff_date,
        coalesce({{ percent_of('numerator', 'denominator') }}, value) as x
    from all_windows

    union all

    select
        target_id,
        evaluation_date,
        choice_no,
        document_id,
        trust_grade,
        as_of_date as period_start,
        as_of_date as cutoff_date,
        coalesce({{ percent_of('numerator', 'denominator') }}, value) as x
    from points

),

contradictions as (

    -- two equally trusted sources for the same time, one on either side of the target: each gives another verdict
    select distinct
        judged_on.target_id,
        judged_on.evaluation_date
    from judged_on
    inner join readings as chosen
        on
            judged_on.target_id = chosen.target_id
            and judged_on.evaluation_date = chosen.evaluation_date
            and chosen.choice_no = 1
    inner join readings as rivals
        on
            chosen.target_id = rivals.target_id
            and chosen.evaluation_date = rivals.evaluation_date
            and chosen.period_start = rivals.period_start
            and chosen.cutoff_date = rivals.cutoff_date
            and chosen.trust_grade = rivals.trust_grade
            and chosen.document_id <> rivals.document_id
    where (chosen.x >= judged_on.target_value) <> (rivals.x >= judged_on.target_value)

),

superseding as (

    select
        supersedes_target_id,
        min(known_from) as known_from
    from {{ ref('int_targets__versioned') }}
    where supersedes_target_id is not null and (known_to is null or known_to > known_from)
    group by supersedes_target_id

),

steps as (

    select
        target_id,
        step_date,
        step_value
    from {{ ref('fct_target_step') }}

),

seasons as (

    select * from {{ ref('int_seasonal_shares__computed') }}

),

best_rates as (

    select * from {{ ref('int_quarterly_rates__best') }}

),

collected as (

    select
        judged_on.*,
        coalesce(windows.figure_id, points.figure_id) as figure_id,
        coalesce(windows.document_id, points.document_id, ranks.source_id) as result_document_id,
        -- the ministry's year begins before the plan year
        least(windows.period_start, judged_on.period_start) as year_start,
        coalesce(windows.period_end, points.as_of_date) as cutoff_date,
        coalesce(windows.value, points.value, cast(ranks.index_rank as double)) as value,
        coalesce(windows.numerator, points.numerator) as numerator,
        coalesce(windows.denominator, points.denominator) as denominator,
        windows.overdue_open_count,
        coalesce(windows.value_decimals, points.value_decimals, 0) as value_decimals,
        coalesce(windows.evidence_grade, points.evidence_grade, ranks.evidence_grade) as evidence_grade,
        coalesce(windows.has_doubtful_base, points.has_doubtful_base, other_places.has_doubtful_base, false)
            as has_doubtful_base,
        coalesce(windows.is_window_not_ytd, false) as is_window_not_ytd,
        coalesce(ranks.is_rank_computed, false) as is_rank_computed,
        windows.source_family_code as result_family_code,
        ranks.edition_year as judging_edition_year,
        last_known_ranks.index_rank as last_known_rank,
        last_known_ranks.data_year as last_known_rank_data_year,
        other_places.other_levels,
        other_definitions.break_id,
        superseding.known_from as superseded_from,
        contradictions.target_id is not null as has_contradiction
    from judged_on
    left join contradictions
        on judged_on.target_id = contradictions.target_id and judged_on.evaluation_date = contradictions.evaluation_date
    left join windows
        on judged_on.target_id = windows.target_id and judged_on.evaluation_date = windows.evaluation_date
    left join points
        on
            judged_on.target_id = points.target_id
            and judged_on.evaluation_date = points.evaluation_date
            and points.choice_no = 1
    left join ranks
        on judged_on.target_id = ranks.target_id and judged_on.evaluation_date = ranks.evaluation_date
    left join last_known_ranks
        on
            judged_on.target_id = last_known_ranks.target_id
            and judged_on.evaluation_date = last_known_ranks.evaluation_date
    left join other_places
        on judged_on.target_id = other_places.target_id and judged_on.evaluation_date = other_places.evaluation_date
    left join other_definitions
        on
            judged_on.target_id = other_definitions.target_id
            and judged_on.evaluation_date = other_definitions.evaluation_date
    left join superseding
        on judged_on.target_id = superseding.supersedes_target_id

),

next_steps as (

    select
        collected.target_id,
        collected.evaluation_date,
        steps.step_value,
        row_number() over (
            partition by collected.target_id, collected.evaluation_date
            order by steps.step_date desc
        ) as recency
    from collected
    inner join steps
        on collected.target_id = steps.target_id and collected.cutoff_date >= steps.step_date

),

int_target_progress__inputs as (

    select
        collected.target_id,
        collected.evaluation_date,
        coalesce(collected.withdrawn_on <= collected.evaluation_date, false) as is_withdrawn,
        coalesce(collected.superseded_from <= collected.evaluation_date, false) as is_superseded,
        true as is_applicable,
        collected.comparator,
        cast(collected.target_value as double) as target_value,
        collected.polarity,
        collected.unit,
        case when collected.unit in ('percent', 'percentage_point') then 100.0 else 1.0 end as unit_scale,
        collected.accumulation,
        case when next_steps.step_value is not null then 'stepped' else collected.expected_path end as expected_path,
        cast(next_steps.step_value as double) as step_value,
        -- only a related figure of another definition is held: no comparison across the break
        coalesce(collected.value is null and collected.numerator is null and collected.break_id is not null, false)
            as has_definition_break,
        collected.has_contradiction,
        coalesce(collected.value is null and collected.numerator is null and collected.other_levels is not null, false)
            as is_level_mismatch,
        collected.admin_level in ('district', 'district_commune', 'province_district')
        and collected.period_end > date '2025-06-30' as is_district_level_ended,
        collected.period_start,
        collected.period_end,
        -- quarterly reports of the plan year: the first is due a lag after the first quarter
        cast(collected.period_start + 89 + collected.report_lag_days as date) as first_report_due_on,
        cast(collected.period_end + collected.result_lag_days as date) as result_due_on,
        collected.value,
        collected.numerator,
        collected.denominator,
        collected.overdue_open_count,
        collected.numerator is not null and collected.denominator is not null as has_counts,
        case
            when collected.unit in ('percent', 'percentage_point', 'score')
                then power(10.0, -collected.value_decimals)
            else 0.0
        end as print_unit,
        -- a plan's baseline; coverage and sums begin at nothing
        case
            when collected.baseline_value is not null then cast(collected.baseline_value as double)
            when collected.accumulation in ('coverage', 'sum_flow') then 0.0
        end as baseline_value,
        case when collected.cutoff_date is not null then least(greatest(
            cast({{ days_between('collected.year_start', 'collected.cutoff_date') }} + 1 as double)
            / nullif({{ days_between('collected.period_start', 'collected.period_end') }} + 1, 0), 0.0
        ), 1.0) end as elapsed_fraction,
        seasons.mean_share as seasonal_share,
        coalesce(cast(collected.planned_volume as double), collected.denominator / seasons.mean_share)
            as projected_volume,
        coalesce(cast(collected.planned_volume as double), collected.denominator / seasons.max_share)
            as projected_volume_low,
        coalesce(cast(collected.planned_volume as double), collected.denominator / seasons.min_share)
            as projected_volume_high,
        best_rates.best_rate,
        collected.is_window_not_ytd,
        collected.is_rank_computed,
        coalesce(case
            when collected.accumulation = 'rank' then collected.value is not null
            when collected.accumulation in ('ratio_flow', 'sum_flow')
                then not collected.is_window_not_ytd and collected.cutoff_date >= collected.period_end - 17
            else collected.cutoff_date >= collected.period_end
        end, false) as is_final,
        collected.evidence_grade,
        collected.has_doubtful_base,
        collected.figure_id,
        collected.result_document_id,
        collected.cutoff_date,
        collected.judging_edition_year,
        collected.last_known_rank,
        collected.last_known_rank_data_year,
        collected.other_levels,
        collected.break_id
    from collected
    left join next_steps
        on
            collected.target_id = next_steps.target_id
            and collected.evaluation_date = next_steps.evaluation_date
            and next_steps.recency = 1
    left join seasons
        on collected.target_id = seasons.target_id and collected.evaluation_date = seasons.evaluation_date
    left join best_rates
        on collected.target_id = best_rates.target_id and collected.evaluation_date = best_rates.evaluation_date

)

select * from int_target_progress__inputs
