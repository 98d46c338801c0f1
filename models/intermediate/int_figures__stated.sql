-- Every printed figure that arithmetic can test, with one key for what must agree: same document, place and time.
with results as (

    select * from {{ ref('int_results__versioned') }}
    where is_latest_vintage

),

targets as (

    select * from {{ ref('int_targets__enriched') }}
    where comparator = '=' and restates_target_id is null

),

unioned as (

    select
        result_id as figure_id,
        'result' as figure_kind,
        document_id,
        province_id,
        indicator_code,
        admin_level,
        scope_code,
        period_start,
        period_end,
        as_of_date,
        period_text,
        value,
        value_decimals,
        unit,
        numerator,
        denominator,
        value_qualifier,
        -- a count received that leaves out what was carried over is no whole of what is resolved and in process
        coalesce(received_basis = 'without', false) as excludes_carry_over,
        printed_text,
        locator
    from results

    union all

    select
        target_id as figure_id,
        'target' as figure_kind,
        document_id,
        province_id,
        indicator_code,
        admin_level,
        scope_code,
        period_start,
        period_end,
        period_end as as_of_date,
        cast(null as string) as period_text,
        target_value as value,
        0 as value_decimals,
        unit,
        cast(null as decimal(20, 6)) as numerator,
        cast(null as decimal(20, 6)) as denominator,
        'exact' as value_qualifier,
        false as excludes_carry_over,
        printed_text,
        locator
    from targets

),

int_figures__stated as (

    select
        unioned.*,
        indicators.accumulation,
        {{ row_hash([
            'unioned.figure_kind', 'unioned.document_id', 'unioned.province_id',
            'coalesce(unioned.period_start, unioned.as_of_date)', 'coalesce(unioned.period_end, unioned.as_of_date)',
            'case when unioned.as_of_date is null and unioned.period_start is null then unioned.period_text end'
        ]) }} as time_key
    from unioned
    inner join {{ ref('indicator') }} as indicators
        on unioned.indicator_code = indicators.indicator_code

)

select * from int_figures__stated
