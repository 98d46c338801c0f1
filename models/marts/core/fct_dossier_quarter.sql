-- Dossier flows of single quarters: printed ones, and the quarters that only differences of cumulative windows give
-- (Q2 = six months - Q1, Q4 = year - six months - Q3). Differences are taken inside one source family and one kind of
-- window only; a negative one is null and flagged, for a figure must have been revised in between.
with flows as (

    select
        flows.*,
        periods.period_type,
        periods.nominal_year,
        sources.source_family_code,
        {{ window_kind('flows.period_end') }} as window_kind,
        -- a family may print a window again: the last word is taken for differences
        row_number() over (
            partition by
                flows.province_id, flows.admin_level, flows.scope_code, flows.period_start, flows.period_end,
                sources.source_family_code
            order by flows.trust_grade asc, flows.known_from desc, flows.source_id asc
        ) as choice_no
    from {{ ref('fct_dossier_flow') }} as flows
    inner join {{ ref('dim_reporting_period') }} as periods
        on flows.period_start = periods.period_start and flows.period_end = periods.period_end
    inner join {{ ref('dim_source') }} as sources
        on flows.source_id = sources.source_id
    where periods.period_type in ('q1', 'q2', 'q3', 'q4', 'six_months', 'annual')

),

printed as (

    select * from flows
    where period_type in ('q1', 'q2', 'q3', 'q4')

),

second_quarters as (

    select
        six_months.province_id,
        six_months.admin_level,
        six_months.scope_code,
        six_months.source_family_code,
        six_months.source_id,
        six_months.nominal_year,
        2 as nominal_quarter,
        cast(first_quarters.period_end + 1 as date) as period_start,
        six_months.period_end,
        six_months.dossiers_resolved - first_quarters.dossiers_resolved as dossiers_resolved,
        six_months.on_time_numerator - first_quarters.on_time_numerator as on_time_numerator,
        six_months.resolved_late - first_quarters.resolved_late as resolved_late,
        -- known when the last of its windows is; never, if one has no day
        case
            when six_months.known_from is not null and first_quarters.known_from is not null
                then greatest(six_months.known_from, first_quarters.known_from)
        end as known_from
    from flows as six_months
    inner join flows as first_quarters
        on
            six_months.period_type = 'six_months'
            and first_quarters.period_type = 'q1'
            and six_months.province_id = first_quarters.province_id
            and six_months.admin_level = first_quarters.admin_level
            and six_months.scope_code = first_quarters.scope_code
            and six_months.source_family_code = first_quarters.source_family_code
            and six_months.period_start = first_quarters.period_start
            and six_months.window_kind = first_quarters.window_kind
    where six_months.choice_no = 1 and first_quarters.choice_no = 1

),

fourth_quarters as (

    select
        years.province_id,
        years.admin_level,
        years.scope_code,
        years.source_family_code,
        years.source_id,
        years.nominal_year,
        4 as nominal_quarter,
        cast(third_quarters.period_end + 1 as date) as period_start,
        years.period_end,
        years.dossiers_resolved - six_months.dossiers_resolved - third_quarters.dossiers_resolved as dossiers_resolved,
        years.on_time_numerator - six_months.on_time_numerator - third_quarters.on_time_numerator as on_time_numerator,
        years.resolved_late - six_months.resolved_late - third_quarters.resolved_late as resolved_late,
        case
            when
                years.known_from is not null
                and six_months.known_from is not null
                and third_quarters.known_from is not null
                then greatest(years.known_from, six_months.known_from, third_quarters.known_from)
        end as known_from
    from flows as years
    inner join flows as six_months
        on
            years.period_type = 'annual'
            and six_months.period_type = 'six_months'
            and years.province_id = six_months.province_id
            and years.admin_level = six_months.admin_level
            and years.scope_code = six_months.scope_code
            and years.source_family_code = six_months.source_family_code
            and years.period_start = six_months.period_start
            and years.window_kind = six_months.window_kind
    inner join flows as third_quarters
        on
            third_quarters.period_type = 'q3'
            and years.province_id = third_quarters.province_id
            and years.admin_level = third_quarters.admin_level
            and years.scope_code = third_quarters.scope_code
            and years.source_family_code = third_quarters.source_family_code
            and six_months.period_end + 1 = third_quarters.period_start
            and years.window_kind = third_quarters.window_kind
    where years.choice_no = 1 and six_months.choice_no = 1 and third_quarters.choice_no = 1

),

differences as (

    select * from second_quarters

    union all

    select * from fourth_quarters

),

flagged as (

    select
        *,
        coalesce(dossiers_resolved < 0 or on_time_numerator < 0 or resolved_late < 0, false) as is_revision_suspected
    from differences

),

unioned as (

    select
        province_id,
        admin_level,
        scope_code,
        period_start,
        period_end,
        source_id,
        source_family_code,
        nominal_year,
        cast(right(period_type, 1) as integer) as nominal_quarter,
        'printed' as value_kind,
        dossiers_resolved,
        on_time_numerator,
        resolved_late,
        false as is_revision_suspected,
        known_from
    from printed

    union all

    select
        province_id,
        admin_level,
        scope_code,
        period_start,
        period_end,
        source_id,
        source_family_code,
        nominal_year,
        nominal_quarter,
        'computed' as value_kind,
        case when not is_revision_suspected then dossiers_resolved end as dossiers_resolved,
        case when not is_revision_suspected then on_time_numerator end as on_time_numerator,
        case when not is_revision_suspected then resolved_late end as resolved_late,
        is_revision_suspected,
        known_from
    from flagged

),

fct_dossier_quarter as (

    select
        province_id,
        admin_level,
        scope_code,
        period_start,
        period_end,
        source_id,
        source_family_code,
        cast(nominal_year as integer) as nominal_year,
        cast(nominal_quarter as integer) as nominal_quarter,
        value_kind,
        cast(dossiers_resolved as bigint) as dossiers_resolved,
        cast(on_time_numerator as bigint) as on_time_numerator,
        cast(resolved_late as bigint) as resolved_late,
        {{ percent_of('on_time_numerator', 'dossiers_resolved') }} as on_time_rate_resolved_pct,
        is_revision_suspected,
        known_from
    from unioned

)

select * from fct_dossier_quarter
