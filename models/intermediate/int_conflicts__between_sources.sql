-- The same thing said by two sources: same indicator, province, level, scope and time, another figure.
with results as (

    select * from {{ ref('int_results__versioned') }}
    where is_latest_vintage and as_of_date is not null

),

pairs as (

    select
        first_results.result_id as figure_id,
        second_results.result_id as other_figure_ids,
        first_results.document_id,
        first_results.indicator_code,
        first_results.unit,
        first_results.value as first_value,
        second_results.value as second_value,
        first_results.document_kind as first_kind,
        second_results.document_kind as second_kind,
        second_results.document_id as second_document_id,
        {{ half_unit('least(first_results.value_decimals, second_results.value_decimals)') }} as tolerance,
        first_results.value_qualifier <> 'exact' or second_results.value_qualifier <> 'exact' as is_rounding_note
    from results as first_results
    inner join results as second_results
        on
            first_results.indicator_code = second_results.indicator_code
            and first_results.province_id = second_results.province_id
            and first_results.admin_level = second_results.admin_level
            and first_results.scope_code = second_results.scope_code
            and first_results.as_of_date = second_results.as_of_date
            and coalesce(first_results.period_start, first_results.as_of_date)
            = coalesce(second_results.period_start, second_results.as_of_date)
            and first_results.document_id < second_results.document_id

),

int_conflicts__between_sources as (

    select
        case
            when first_kind <> 'web_page' and second_kind <> 'web_page' then 'between_documents'
            else 'between_sources'
        end as conflict_kind,
        indicator_code as rule_code,
        document_id,
        figure_id,
        other_figure_ids,
        cast(first_value as double) as stated_value,
        cast(second_value as double) as other_value,
        cast(first_value - second_value as double) as difference,
        -- two figures of one-unit precision may differ by rounding only where a fraction was cut
        case when unit = 'percent' then tolerance else 0.0 end as tolerance,
        is_rounding_note,
        unit,
        document_id || ': ' || {{ number_text('first_value') }} || '; ' || second_document_id || ': '
        || {{ number_text('second_value') }} as detail
    from pairs
    where abs(first_value - second_value) > case when unit = 'percent' then tolerance else 0 end

)

select * from int_conflicts__between_sources
