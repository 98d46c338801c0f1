-- Figures of online services on two bases of geography: as reported, and on the boundaries of 2025-07-01, where shares
-- of dossiers and payments are added up over all predecessors. A figure of a province that did not change, or of a day
-- after the change, stands on both as it is.
with figures as (

    select * from {{ ref('int_online_figures__dated') }}

),

predecessors as (

    select * from {{ ref('int_predecessors__windowed') }}

),

unchanged as (

    select predecessor_province_id as province_id from {{ ref('int_provinces__successors') }}
    where not is_changed

),

as_reported as (

    select
        result_id,
        indicator_code,
        province_id,
        as_of_date,
        period_start,
        admin_level,
        scope_code,
        source_id,
        value,
        unit,
        numerator,
        denominator,
        value_qualifier,
        conflict_vi,
        conflict_en,
        known_from,
        1 as predecessor_count,
        cast(null as string) as missing_provinces
    from figures

),

regrouped as (

    select
        predecessors.subject_code as indicator_code,
        predecessors.successor_province_id as province_id,
        predecessors.admin_level,
        predecessors.scope_code,
        predecessors.period_start,
        predecessors.period_end,
        case when count(predecessors.source_id) = count(*) then sum(figures.numerator) end as numerator,
        case when count(predecessors.source_id) = count(*) then sum(figures.denominator) end as denominator,
        {{ joined_text('figures.conflict_vi', ' ', 'predecessors.predecessor_province_id') }} as conflict_vi,
        {{ joined_text('figures.conflict_en', ' ', 'predecessors.predecessor_province_id') }} as conflict_en,
        case when count(figures.known_from) = count(predecessors.source_id) then max(figures.known_from) end
            as known_from,
        count(*) as predecessor_count,
        {{ joined_text(
            'case when predecessors.source_id is null then predecessors.predecessor_province_id end',
            ', ', 'predecessors.predecessor_province_id'
        ) }} as missing_provinces,
        -- of two windows that end on one day the complete one stands here, of two complete ones the longer
        row_number() over (
            partition by
                predecessors.subject_code, predecessors.successor_province_id, predecessors.admin_level,
                predecessors.scope_code, predecessors.period_end
            order by count(*) - count(predecessors.source_id), predecessors.period_start nulls last
        ) as window_no
    from predecessors
    left join figures
        on
            predecessors.subject_code = figures.indicator_code
            and predecessors.source_id = figures.source_id
            and predecessors.predecessor_province_id = figures.province_id
            and predecessors.admin_level = figures.admin_level
            and predecessors.scope_code = figures.scope_code
            and predecessors.period_start = figures.period_start
            and predecessors.period_end = figures.period_end
    where predecessors.subject_code <> 'dossier_flow'
    group by
        predecessors.subject_code, predecessors.successor_province_id, predecessors.admin_level,
        predecessors.scope_code, predecessors.period_start, predecessors.period_end

),

int_online_figures__based as (

    select
        'as_reported' as geography_basis,
        *
    from as_reported

    union all

    select
        'from_2025_07' as geography_basis,
        *
    from as_reported
    where as_of_date >= date '2025-07-01' or province_id in (select unchanged.province_id from unchanged)

    union all

    select
        'from_2025_07' as geography_basis,
        cast(null as string) as result_id,
        indicator_code,
        province_id,
        period_end as as_of_date,
        period_start,
        admin_level,
        scope_code,
        'computed:from_2025_07' as source_id,
        cast(null as decimal(20, 6)) as value,
        cast(null as string) as unit,
        cast(numerator as decimal(20, 6)) as numerator,
        cast(denominator as decimal(20, 6)) as denominator,
        cast(null as string) as value_qualifier,
        conflict_vi,
        conflict_en,
        known_from,
        predecessor_count,
        missing_provinces
    from regrouped
    where window_no = 1

)

select * from int_online_figures__based
