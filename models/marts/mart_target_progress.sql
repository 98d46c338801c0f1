-- Every promise at every evaluation date: the verdict, the rule that gave it, every component, the reasons in words.
with judged as (

    select * from {{ ref('int_target_progress__judged') }}

),

inputs as (

    select * from {{ ref('int_target_progress__inputs') }}

),

targets as (

    select * from {{ ref('int_targets__versioned') }}

),

statuses as (

    select * from {{ ref('status') }}

),

reasons as (

    select * from {{ ref('reason') }}

),

positions as (

    select {{ explode_numbers(8) }} as position_no

),

sentences as (

    select
        judged.target_id,
        judged.evaluation_date,
        {{ joined_text('reasons.sentence_vi', ' ', 'positions.position_no') }} as reasons_vi,
        {{ joined_text('reasons.sentence_en', ' ', 'positions.position_no') }} as reasons_en
    from judged
    inner join positions
        on split_part(judged.reason_codes, ';', positions.position_no) <> ''
    inner join reasons
        on split_part(judged.reason_codes, ';', positions.position_no) = reasons.reason_code
    group by judged.target_id, judged.evaluation_date

),

mart_target_progress as (

    select
        judged.target_id,
        judged.evaluation_date,
        targets.document_id,
        targets.province_id,
        targets.plan_year,
        targets.indicator_code,
        targets.subject_vi,
        targets.subject_en,
        targets.admin_level,
        targets.scope_code,
        targets.comparator,
        targets.target_value,
        targets.unit,
        targets.due_date,
        judged.status_code,
        statuses.label_vi as status_vi,
        statuses.label_en as status_en,
        judged.rule_fired,
        judged.reason_codes,
        sentences.reasons_vi,
        sentences.reasons_en,
        judged.level_hit,
        judged.comparable_value,
        judged.margin,
        judged.achievement,
        judged.achievement_clamped,
        judged.expected_value,
        judged.pace,
        judged.elapsed_fraction,
        cast(inputs.numerator as bigint) as numerator,
        cast(inputs.denominator as bigint) as denominator,
        cast(judged.failure_count as bigint) as failure_count,
        judged.budget_spent,
        judged.break_even_volume,
        inputs.projected_volume,
        inputs.projected_volume_low,
        inputs.projected_volume_high,
        judged.rate_needed as r_needed,
        judged.rate_needed_at_high_volume as r_needed_at_high_volume,
        inputs.best_rate,
        judged.finality,
        inputs.evidence_grade,
        inputs.cutoff_date,
        inputs.result_document_id,
        inputs.figure_id,
        inputs.judging_edition_year,
        inputs.last_known_rank,
        inputs.last_known_rank_data_year,
        inputs.other_levels,
        inputs.break_id,
        inputs.result_due_on,
        judged.method_version,
        judged.threshold_set_id
    from judged
    inner join inputs
        on judged.target_id = inputs.target_id and judged.evaluation_date = inputs.evaluation_date
    inner join targets
        on judged.target_id = targets.target_id and {{ as_known_on('targets', 'judged.evaluation_date') }}
    inner join statuses
        on judged.status_code = statuses.status_code
    left join sentences
        on judged.target_id = sentences.target_id and judged.evaluation_date = sentences.evaluation_date

)

select * from mart_target_progress
