-- A printed rate against the printed counts it is the ratio of, where the same source states them for the same time.
with figures as (

    select * from {{ ref('int_figures__stated') }}
    where figure_kind = 'result'

),

ratios as (

    select * from {{ ref('indicator_ratio') }}

),

matched as (

    select
        rates.*,
        ratios.ratio_indicator_code,
        numerators.value + coalesce(second_numerators.value, 0) as numerator_value,
        denominators.value as denominator_value,
        numerators.figure_id || coalesce(';' || second_numerators.figure_id, '') || ';' || denominators.figure_id
            as other_figure_ids,
        rates.value_qualifier <> 'exact'
        or numerators.value_qualifier <> 'exact'
        or coalesce(second_numerators.value_qualifier, 'exact') <> 'exact'
        or denominators.value_qualifier <> 'exact' as is_rounding_note
    from figures as rates
    inner join ratios
        on rates.indicator_code = ratios.ratio_indicator_code
    inner join figures as numerators
        on
            ratios.numerator_indicator_code = numerators.indicator_code
            and rates.time_key = numerators.time_key
            and rates.admin_level = numerators.admin_level
            and rates.scope_code = numerators.scope_code
    inner join figures as denominators
        on
            ratios.denominator_indicator_code = denominators.indicator_code
            and rates.time_key = denominators.time_key
            and rates.admin_level = denominators.admin_level
            and rates.scope_code = denominators.scope_code
    left join figures as second_numerators
        on
            ratios.second_numerator_indicator_code = second_numerators.indicator_code
            and rates.time_key = second_numerators.time_key
            and rates.admin_level = second_numerators.admin_level
            and rates.scope_code = second_numerators.scope_code
    where
        (ratios.second_numerator_indicator_code is null or second_numerators.figure_id is not null)
        -- a row that carries its own counts is tested by them
        and rates.numerator is null

),

computed as (

    select
        *,
        {{ percent_of('numerator_value', 'denominator_value') }} as computed_pct,
        {{ half_unit('value_decimals') }} as tolerance
    from matched

),

int_conflicts__ratios as (

    select
        'rate_vs_counts' as conflict_kind,
        'ratio_' || ratio_indicator_code as rule_code,
        document_id,
        figure_id,
        other_figure_ids,
        cast(value as double) as stated_value,
        computed_pct as other_value,
        cast(value as double) - computed_pct as difference,
        tolerance,
        is_rounding_note,
        unit,
        {{ number_text('value') }} || ' % ≠ ' || {{ number_text('numerator_value') }} || ' / '
        || {{ number_text('denominator_value') }} as detail
    from computed
    where abs(value - computed_pct) > tolerance + 1e-9

)

select * from int_conflicts__ratios
