-- The verdict: one pure function from one relation, so that every case is a row of one unit test and the property
-- tests run this very SQL over generated rows. Order of rules: withdrawn, superseded, not applicable, not quantified,
-- definition break, contradiction, missing, final, early completion, feasibility, maintenance, at target, noise,
-- no counts, pace. The first that matches wins and its name stands in the row. Method: target-progress 2026-1.
with inputs as (

    select * from {{ ref('int_target_progress__inputs') }}

),

thresholds as (

    -- the latest set; older ones stay in the seed for reading old releases
    select * from {{ ref('threshold_set') }}
    where threshold_set_id = (select max(latest.threshold_set_id) from {{ ref('threshold_set') }} as latest)

),

oriented as (

    select
        inputs.*,
        thresholds.threshold_set_id,
        thresholds.method_version,
        thresholds.pace_on_track,
        thresholds.pace_at_risk,
        thresholds.low_volume,
        -- bands are in points of a percentage; another unit scale moves them along
        thresholds.margin_band_points * inputs.unit_scale / 100.0 as margin_band,
        thresholds.noise_units * inputs.print_unit as noise_width,
        case
            when inputs.comparator in ('>=', '>') then 1
            when inputs.comparator in ('<=', '<', 'top_n') then -1
            -- a plain number of which neither more nor less is better reads as a promise to reach it
            when inputs.polarity = 0 then 1
            else inputs.polarity
        end as direction,
        inputs.comparator in ('>', '<') as is_strict
    from inputs
    cross join thresholds

),

valued as (

    select
        *,
        has_counts and numerator is not null and denominator > 0 as is_counted,
        case
            when has_counts and denominator > 0
                then cast(unit_scale as double) * cast(numerator as double) / cast(denominator as double)
            else cast(value as double)
        end as x,
        -- late already and not yet resolved: failures that no rate counts so far
        coalesce(overdue_open_count, 0) as open_failure_count
    from oriented

),

leveled as (

    select
        *,
        direction * (x - target_value) as margin,
        -- with counts the ratio is exact; a printed figure may hide the target inside its rounding
        coalesce(not is_counted and abs(x - target_value) < print_unit / 2.0, false) as is_inside_rounding,
        case when direction = 1 then 1.0 - target_value / unit_scale else cast(target_value as double) / unit_scale end
            as allowed_failure_share,
        case when direction = 1 then denominator - numerator else numerator end + open_failure_count as failure_count,
        -- cases that still count as a success if all goes well, and cases whose end is known
        case when direction = 1 then numerator else numerator + open_failure_count end as known_numerator,
        denominator + open_failure_count as known_denominator,
        case
            when
                direction * (target_value - baseline_value) > 0
                then (x - baseline_value) / (target_value - baseline_value)
        end
            as achievement
    from valued

),

hit as (

    select
        *,
        case
            when x is null then null
            when is_inside_rounding then 'ambiguous'
            when margin > 0 or (margin = 0 and not is_strict) then 'yes'
            else 'no'
        end as level_hit,
        case
            when expected_path = 'flat' then cast(target_value as double)
            when expected_path = 'linear'
                then baseline_value + (target_value - baseline_value) * elapsed_fraction
            when expected_path = 'seasonal'
                then baseline_value + (target_value - baseline_value) * coalesce(seasonal_share, elapsed_fraction)
            when expected_path = 'stepped' then cast(step_value as double)
        end as expected_value,
        case when is_counted and allowed_failure_share > 0 then failure_count / allowed_failure_share end
            as break_even_volume,
        case
            when is_counted and projected_volume > known_denominator
                then
                    cast(unit_scale as double)
                    * (target_value / unit_scale * projected_volume - known_numerator)
                    / (projected_volume - known_denominator)
        end as rate_needed,
        case
            when is_counted and allowed_failure_share > 0 and projected_volume > 0
                then failure_count / (allowed_failure_share * projected_volume)
        end as budget_spent
    from leveled

),

paced as (

    select
        *,
        coalesce(level_hit in ('yes', 'ambiguous'), false) as is_hit,
        case when expected_value <> baseline_value then (x - baseline_value) / (expected_value - baseline_value) end
            as pace,
        coalesce(direction * (x - baseline_value) < -print_unit, false) as is_moving_away,
        accumulation = 'ratio_flow' and is_counted and not is_window_not_ytd as is_feasible_to_judge,
        coalesce(direction * (target_value - baseline_value) <= 0, false) as is_maintenance,
        coalesce(abs(target_value - baseline_value) < noise_width, false) as is_noise
    from hit

),

ruled as (

    select
        *,
        case
            when is_withdrawn then 'withdrawn'
            when is_superseded then 'superseded'
            when not is_applicable then 'not_applicable'
            when comparator = 'done' or target_value is null then 'not_quantified'
            when period_end is null then 'period_unknown'
            when has_definition_break then 'definition_break'
            when has_contradiction then 'contradictory_sources'
            when x is null and is_district_level_ended and evaluation_date > date '2025-06-30' then 'level_abolished'
            when x is null and is_level_mismatch then 'level_mismatch'
            when x is null and accumulation in ('rank', 'score') and evaluation_date <= period_end then 'annual_only'
            when x is null and evaluation_date < first_report_due_on then 'first_report_not_due'
            when x is null and evaluation_date <= period_end then 'no_interim_result'
            when x is null and evaluation_date <= result_due_on then 'awaiting_result'
            when x is null then 'no_result'
            when is_final then 'final'
            when accumulation in ('sum_flow', 'milestone') and is_hit then 'early_completion'
            when accumulation in ('rank', 'score') then 'annual_only'
            -- an interim figure gives no verdict once the period is over
            when evaluation_date > period_end and evaluation_date <= result_due_on then 'awaiting_final_result'
            when evaluation_date > period_end then 'no_final_result'
            when
                is_feasible_to_judge and allowed_failure_share >= 0 and projected_volume_high is not null
                and failure_count > allowed_failure_share * projected_volume_high then 'out_of_reach'
            when is_feasible_to_judge and is_hit then 'feasible_at_target'
            when is_feasible_to_judge and rate_needed is not null and best_rate is not null
                then
                    case
                        when direction * (best_rate - rate_needed) >= 0 then 'feasible_shown'
                        else 'feasible_never_shown'
                    end
            when is_maintenance then 'maintenance'
            when is_hit then 'at_target_now'
            when is_noise then 'noise'
            when accumulation = 'ratio_flow' and not is_counted then 'no_counts'
            when accumulation = 'ratio_flow' then 'no_projection'
            when baseline_value is null then 'baseline_missing'
            when pace is null then 'no_path'
            else 'pace'
        end as rule_fired
    from paced

),

int_target_progress__judged as (

    select
        target_id,
        evaluation_date,
        rule_fired,
        case rule_fired
            when 'withdrawn' then 'WITHDRAWN'
            when 'superseded' then 'SUPERSEDED'
            when 'not_applicable' then 'NOT_APPLICABLE'
            when 'not_quantified' then 'NOT_ASSESSABLE'
            when 'period_unknown' then 'NOT_ASSESSABLE'
            when 'definition_break' then 'NOT_ASSESSABLE'
            when 'contradictory_sources' then 'NOT_ASSESSABLE'
            when 'level_abolished' then 'NOT_ASSESSABLE'
            when 'level_mismatch' then 'NOT_ASSESSABLE'
            when 'baseline_missing' then 'NOT_ASSESSABLE'
            when 'no_path' then 'NOT_ASSESSABLE'
            when 'annual_only' then 'NOT_DUE'
            when 'first_report_not_due' then 'NOT_DUE'
            when 'no_interim_result' then 'NOT_DUE'
            when 'awaiting_result' then 'AWAITING_RESULT'
            when 'awaiting_final_result' then 'AWAITING_RESULT'
            when 'no_result' then 'NO_RESULT'
            when 'no_final_result' then 'NO_RESULT'
            when 'final' then case when is_hit then 'MET' else 'NOT_MET' end
            when 'early_completion' then 'MET'
            when 'out_of_reach' then 'OUT_OF_REACH'
            when 'feasible_at_target' then 'ON_TRACK'
            when 'feasible_shown' then 'AT_RISK'
            when 'feasible_never_shown' then 'OFF_TRACK'
            when 'maintenance'
                then
                    case when is_hit then 'ON_TRACK' when margin >= -margin_band then 'AT_RISK' else 'OFF_TRACK' end
            when 'at_target_now' then 'ON_TRACK'
            when 'noise' then case when margin >= -margin_band then 'AT_RISK' else 'OFF_TRACK' end
            when 'no_counts' then case when margin >= -margin_band then 'AT_RISK' else 'OFF_TRACK' end
            when 'no_projection' then case when margin >= -margin_band then 'AT_RISK' else 'OFF_TRACK' end
            when 'pace' then
                case
                    when is_moving_away then 'OFF_TRACK'
                    when pace >= pace_on_track then 'ON_TRACK'
                    when pace >= pace_at_risk then 'AT_RISK'
                    else 'OFF_TRACK'
                end
        end as status_code,
        -- the flags that explain the verdict, in the order in which a reader needs them
        concat_ws(
            ';',
            case rule_fired
                when 'not_quantified' then 'target_not_quantified'
                when 'no_interim_result' then 'no_interim_result_held'
                when 'first_report_not_due' then 'first_report_not_due'
                when 'awaiting_result' then 'inside_publication_lag'
                when 'awaiting_final_result' then 'only_interim_result;inside_publication_lag'
                when 'no_result' then 'lag_exhausted'
                when 'no_final_result' then 'only_interim_result'
                when 'final' then 'final_value'
                when 'early_completion' then 'early'
                when 'out_of_reach' then 'impossible_at_volume_bound'
                when 'feasible_at_target' then 'at_target_now'
                when 'feasible_shown' then 'rate_shown_before'
                when 'feasible_never_shown' then 'rate_never_shown'
                when 'maintenance' then 'maintain'
                when 'noise' then 'target_within_noise'
                when 'baseline_missing' then 'baseline_missing;gap_only'
                when 'no_path' then 'gap_only'
                when 'no_projection' then 'no_volume_projection'
                else rule_fired
            end,
            case when level_hit = 'ambiguous' then 'within_rounding' end,
            case when rule_fired = 'pace' and is_moving_away then 'moving_away' end,
            case when x is not null and is_window_not_ytd then 'window_not_ytd' end,
            case when x is not null and is_rank_computed then 'rank_computed' end,
            case
                when
                    rule_fired = 'pace' and expected_path = 'seasonal' and seasonal_share is null
                    then 'path_assumed_linear'
            end,
            case when is_feasible_to_judge and not is_final and open_failure_count > 0 then 'includes_overdue_open' end,
            case when is_counted and denominator < low_volume then 'low_volume' end,
            case
                when has_doubtful_base and (x is not null or rule_fired = 'level_mismatch') then 'base_contradicted'
            end
        ) as reason_codes,
        x as comparable_value,
        level_hit,
        margin,
        achievement,
        case when achievement is not null then least(greatest(achievement, 0.0), 1.0) end as achievement_clamped,
        expected_value,
        pace,
        elapsed_fraction,
        direction,
        is_counted,
        failure_count,
        allowed_failure_share,
        rate_needed,
        case
            when is_counted and projected_volume_high > known_denominator
                then
                    cast(unit_scale as double)
                    * (target_value / unit_scale * projected_volume_high - known_numerator)
                    / (projected_volume_high - known_denominator)
        end as rate_needed_at_high_volume,
        budget_spent,
        break_even_volume,
        case when is_final then 'final' when x is not null then 'interim' end as finality,
        method_version,
        threshold_set_id
    from ruled

)

select * from int_target_progress__judged
