-- Printed shares against counts: of one row's own numerator and denominator, of one common base, and above 100 %.
with figures as (

    select * from {{ ref('int_figures__stated') }}

),

share_sets as (

    select * from {{ ref('share_set') }}

),

own_counts as (

    select
        'rate_vs_counts' as conflict_kind,
        'share_of_own_counts' as rule_code,
        document_id,
        figure_id,
        cast(null as string) as other_figure_ids,
        cast(value as double) as stated_value,
        {{ percent_of('numerator', 'denominator') }} as other_value,
        {{ half_unit('value_decimals') }} as tolerance,
        value_qualifier <> 'exact' as is_rounding_note,
        unit,
        {{ number_text('value') }} || ' % ≠ ' || {{ number_text('numerator') }} || ' / '
        || {{ number_text('denominator') }} as detail
    from figures
    where unit = 'percent' and numerator is not null and denominator is not null and figure_kind = 'result'

),

paired as (

    -- each share beside the count it is the share of
    select
        share_sets.share_set_code,
        shares.*,
        counts.figure_id as count_figure_id,
        counts.value as count_value,
        counts.value_qualifier as count_qualifier
    from figures as shares
    inner join share_sets
        on shares.indicator_code = share_sets.share_indicator_code
    inner join figures as counts
        on
            share_sets.count_indicator_code = counts.indicator_code
            and shares.time_key = counts.time_key
            and shares.admin_level = counts.admin_level
            and shares.scope_code = counts.scope_code
    where shares.value > 0

),

bases as (

    -- the base that a count and its share imply, as the range that rounding leaves
    select
        share_set_code,
        document_id,
        time_key,
        admin_level,
        scope_code,
        min(figure_id) as figure_id,
        {{ joined_text("figure_id || ';' || count_figure_id", ';', 'figure_id') }} as other_figure_ids,
        count(*) as share_count,
        max(100.0 * (count_value - 0.5) / (value + {{ half_unit('value_decimals') }})) as highest_lower_bound,
        min(100.0 * (count_value + 0.5) / (value - {{ half_unit('value_decimals') }})) as lowest_upper_bound,
        min(100.0 * cast(count_value as double) / cast(value as double)) as lowest_base,
        max(100.0 * cast(count_value as double) / cast(value as double)) as highest_base,
        bool_or(value_qualifier <> 'exact' or count_qualifier <> 'exact') as is_rounding_note,
        {{ joined_text(
            number_text('count_value') ~ " || ' = ' || " ~ number_text('value') ~ " || ' %'", '; ', 'figure_id'
        ) }} as detail
    from paired
    group by share_set_code, document_id, time_key, admin_level, scope_code

),

common_base as (

    select
        'rate_vs_counts' as conflict_kind,
        'one_base_' || share_set_code as rule_code,
        document_id,
        figure_id,
        other_figure_ids,
        lowest_base as stated_value,
        highest_base as other_value,
        0.0 as tolerance,
        is_rounding_note,
        'count' as unit,
        detail
    from bases
    where share_count > 1 and highest_lower_bound > lowest_upper_bound

),

totals as (

    select
        share_sets.share_set_code,
        figures.document_id,
        figures.time_key,
        figures.admin_level,
        figures.scope_code,
        min(figures.figure_id) as figure_id,
        {{ joined_text('figures.figure_id', ';', 'figures.figure_id') }} as other_figure_ids,
        count(*) as share_count,
        sum(figures.value) as share_sum,
        sum({{ half_unit('figures.value_decimals') }}) as tolerance,
        bool_or(figures.value_qualifier <> 'exact') as is_rounding_note,
        {{ joined_text(number_text('figures.value'), ' + ', 'figures.figure_id') }} as detail
    from figures
    inner join share_sets
        on figures.indicator_code = share_sets.share_indicator_code
    group by
        share_sets.share_set_code,
        figures.document_id,
        figures.time_key,
        figures.admin_level,
        figures.scope_code

),

over_100 as (

    select
        'share_over_100' as conflict_kind,
        'sum_' || share_set_code as rule_code,
        document_id,
        figure_id,
        other_figure_ids,
        100.0 as stated_value,
        cast(share_sum as double) as other_value,
        tolerance,
        is_rounding_note,
        'percent' as unit,
        detail
    from totals
    where share_count > 1 and share_sum > 100 + tolerance

    union all

    select
        'share_over_100' as conflict_kind,
        'single_share' as rule_code,
        document_id,
        figure_id,
        cast(null as string) as other_figure_ids,
        100.0 as stated_value,
        cast(value as double) as other_value,
        0.0 as tolerance,
        value_qualifier <> 'exact' as is_rounding_note,
        unit,
        {{ number_text('value') }} as detail
    from figures
    where unit = 'percent' and accumulation in ('ratio_flow', 'coverage', 'score') and value > 100

),

unioned as (

    select * from own_counts
    where abs(stated_value - other_value) > tolerance + 1e-9

    union all

    select * from common_base

    union all

    select * from over_100

),

int_conflicts__shares as (

    select
        conflict_kind,
        rule_code,
        document_id,
        figure_id,
        other_figure_ids,
        stated_value,
        other_value,
        stated_value - other_value as difference,
        tolerance,
        is_rounding_note,
        unit,
        detail
    from unioned

)

select * from int_conflicts__shares
