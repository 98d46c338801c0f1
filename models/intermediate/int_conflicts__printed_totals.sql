-- What a document says of its own totals against the sum of its rows, and against its own unit.
with totals as (

    select
        *,
        package_name as package
    from {{ ref('stg_records__printed_totals') }}
    where is_latest_file

),

documents as (

    select * from {{ ref('int_documents__unioned') }}

),

tasks as (

    select * from {{ ref('stg_records__tasks') }}
    where is_latest_file

),

sums as (

    -- field general is the whole document
    select
        package_name,
        'general' as reform_field_code,
        cast(count(*) as decimal(20, 6)) as task_count,
        cast(sum(budget_vnd_million) as decimal(20, 6)) as budget_total
    from tasks
    group by package_name

    union all

    select
        package_name,
        reform_field_code,
        cast(count(*) as decimal(20, 6)) as task_count,
        cast(sum(budget_vnd_million) as decimal(20, 6)) as budget_total
    from tasks
    where reform_field_code <> 'general'
    group by package_name, reform_field_code

),

compared as (

    select
        totals.printed_total_id,
        documents.document_id,
        totals.quantity,
        totals.unit,
        totals.value,
        totals.printed_value,
        totals.printed_unit,
        -- the total as its own words have it: printed figure times printed unit
        cast(case
            when totals.printed_value is null then totals.value
            else totals.printed_value * units.vnd_million_factor
        end as decimal(20, 6)) as value_by_words,
        case totals.quantity
            when 'task_count' then sums.task_count
            when 'budget_total' then sums.budget_total
        end as sum_of_rows
    from totals
    inner join documents
        on totals.package_name = documents.package_name
    left join sums
        on totals.package_name = sums.package_name and totals.reform_field_code = sums.reform_field_code
    left join {{ ref('money_unit') }} as units
        on totals.printed_unit = units.printed_unit

),

int_conflicts__printed_totals as (

    select
        'printed_total_vs_sum' as conflict_kind,
        quantity as rule_code,
        document_id,
        printed_total_id as figure_id,
        cast(null as string) as other_figure_ids,
        cast(value_by_words as double) as stated_value,
        cast(sum_of_rows as double) as other_value,
        cast(value_by_words - sum_of_rows as double) as difference,
        0.0 as tolerance,
        false as is_rounding_note,
        unit,
        coalesce({{ number_text('printed_value') }}, {{ number_text('value') }}) || ' '
        || coalesce(printed_unit, unit) as detail
    from compared
    where sum_of_rows is not null and value_by_words <> sum_of_rows

    union all

    select
        'unit_error' as conflict_kind,
        quantity as rule_code,
        document_id,
        printed_total_id as figure_id,
        cast(null as string) as other_figure_ids,
        cast(value_by_words as double) as stated_value,
        cast(value as double) as other_value,
        cast(value_by_words - value as double) as difference,
        0.0 as tolerance,
        false as is_rounding_note,
        unit,
        {{ number_text('printed_value') }} || ' ' || printed_unit as detail
    from compared
    where printed_value is not null and value_by_words <> value

)

select * from int_conflicts__printed_totals
