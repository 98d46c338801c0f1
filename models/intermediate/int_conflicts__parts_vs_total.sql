-- A printed whole against the sum of its printed parts, where every part is printed: by indicator, by scope, by level.
-- What is part of what stands in the seeds indicator_part and admin_level_part.
with figures as (

    select * from {{ ref('int_figures__stated') }}

),

indicator_parts as (

    select * from {{ ref('indicator_part') }}
    where is_exhaustive

),

level_parts as (

    select * from {{ ref('admin_level_part') }}

),

indicator_part_sizes as (

    select
        part_set_code,
        count(*) as part_count
    from indicator_parts
    group by part_set_code

),

level_part_sizes as (

    select
        part_set_code,
        count(*) as part_count
    from level_parts
    group by part_set_code

),

by_indicator as (

    select
        indicator_parts.part_set_code,
        indicator_parts.conflict_kind,
        wholes.figure_id as whole_figure_id,
        parts.figure_id as part_figure_id,
        count(*) over (
            partition by wholes.figure_id, indicator_parts.part_set_code
        ) as parts_held,
        indicator_part_sizes.part_count as parts_needed
    from figures as wholes
    inner join indicator_parts
        on
            wholes.indicator_code = indicator_parts.whole_indicator_code
            and wholes.scope_code = coalesce(indicator_parts.whole_scope_code, wholes.scope_code)
    inner join figures as parts
        on
            indicator_parts.part_indicator_code = parts.indicator_code
            and wholes.time_key = parts.time_key
            and wholes.admin_level = parts.admin_level
            and parts.scope_code = coalesce(indicator_parts.part_scope_code, wholes.scope_code)
    inner join indicator_part_sizes
        on indicator_parts.part_set_code = indicator_part_sizes.part_set_code
    where not wholes.excludes_carry_over

),

by_level as (

    select
        level_parts.part_set_code,
        'parts_vs_total' as conflict_kind,
        wholes.figure_id as whole_figure_id,
        parts.figure_id as part_figure_id,
        count(*) over (partition by wholes.figure_id, level_parts.part_set_code) as parts_held,
        level_part_sizes.part_count as parts_needed
    from figures as wholes
    inner join level_parts
        on wholes.admin_level = level_parts.whole_admin_level
    inner join figures as parts
        on
            level_parts.part_admin_level = parts.admin_level
            and wholes.indicator_code = parts.indicator_code
            and wholes.scope_code = parts.scope_code
            and wholes.time_key = parts.time_key
    inner join level_part_sizes
        on level_parts.part_set_code = level_part_sizes.part_set_code
    where wholes.accumulation in ('sum_flow', 'stock')

),

complete_sets as (

    select * from by_indicator
    where parts_held = parts_needed

    union all

    select * from by_level
    where parts_held = parts_needed

),

sums as (

    select
        complete_sets.part_set_code,
        complete_sets.conflict_kind,
        complete_sets.whole_figure_id,
        sum(parts.value) as parts_sum,
        coalesce(sum({{ half_unit('parts.value_decimals') }}) filter (where parts.value_decimals > 0), 0)
            as rounding_tolerance
    from complete_sets
    inner join figures as parts
        on complete_sets.part_figure_id = parts.figure_id
    group by
        complete_sets.part_set_code,
        complete_sets.conflict_kind,
        complete_sets.whole_figure_id

),

differing as (

    select
        sums.*,
        wholes.value - sums.parts_sum as difference
    from sums
    inner join figures as wholes
        on sums.whole_figure_id = wholes.figure_id
    where abs(wholes.value - sums.parts_sum) > sums.rounding_tolerance

),

named as (

    -- the parts are named only where they do not make the whole: most do
    select
        complete_sets.part_set_code,
        complete_sets.conflict_kind,
        complete_sets.whole_figure_id,
        {{ joined_text(number_text('parts.value'), ' + ', 'parts.figure_id') }} as parts_text,
        {{ joined_text('parts.figure_id', ';', 'parts.figure_id') }} as part_figure_ids,
        bool_or(parts.value_qualifier <> 'exact') as has_rounded_part
    from complete_sets
    inner join differing
        on
            complete_sets.part_set_code = differing.part_set_code
            and complete_sets.conflict_kind = differing.conflict_kind
            and complete_sets.whole_figure_id = differing.whole_figure_id
    inner join figures as parts
        on complete_sets.part_figure_id = parts.figure_id
    group by complete_sets.part_set_code, complete_sets.conflict_kind, complete_sets.whole_figure_id
    -- a part that is printed twice does not stand in for another
    having count(distinct parts.indicator_code || '/' || parts.admin_level || '/' || parts.scope_code) = count(*)

),

int_conflicts__parts_vs_total as (

    select
        differing.conflict_kind,
        differing.part_set_code as rule_code,
        wholes.document_id,
        wholes.figure_id,
        named.part_figure_ids as other_figure_ids,
        cast(wholes.value as double) as stated_value,
        cast(differing.parts_sum as double) as other_value,
        cast(differing.difference as double) as difference,
        differing.rounding_tolerance as tolerance,
        wholes.value_qualifier <> 'exact' or named.has_rounded_part as is_rounding_note,
        wholes.unit,
        {{ number_text('wholes.value') }} || ' ≠ ' || named.parts_text as detail
    from differing
    inner join named
        on
            differing.part_set_code = named.part_set_code
            and differing.conflict_kind = named.conflict_kind
            and differing.whole_figure_id = named.whole_figure_id
    inner join figures as wholes
        on differing.whole_figure_id = wholes.figure_id

)

select * from int_conflicts__parts_vs_total
