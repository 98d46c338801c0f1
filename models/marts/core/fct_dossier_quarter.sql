-- Dossier flows of single quarters, from reports: printed ones, and the quarters that only differences of cumulative
-- windows give (Q2 = six months - Q1, Q4 = year - six months - Q3). Differences are taken inside one source family and
-- one kind of window only; a negative one is null and flagged, for a figure must have been revised in between. Every
-- version that was known: a difference is known with the last of its windows, and never if one of them has no day.
with windows as (

    select
        flows.*,
        periods.period_type,
        periods.nominal_year,
        sources.source_family_code,
        {{ window_kind('flows.period_end') }} as window_kind
    from {{ ref('fct_dossier_flow') }} as flows
    inner join {{ ref('dim_reporting_period') }} as periods
        on flows.period_start = periods.period_start and flows.period_end = periods.period_end
    inner join {{ ref('dim_source') }} as sources
        on flows.source_id = sources.source_id
    where
        periods.period_type in ('q1', 'q2', 'q3', 'q4', 'six_months', 'annual')
        and flows.value_kind = 'printed'

),

{{ known_states('windows', [
    'province_id', 'admin_level', 'scope_code', 'source_family_code', 'nominal_year', 'window_kind'
]) }},

chosen as (

    select
        *,
        -- a family may print a window again: the last word is taken for differences
        row_number() over (
            partition by
                province_id, admin_level, scope_code, source_family_code, period_start, period_end, state_no
            order by trust_grade asc, known_from desc nulls last, source_id asc
        ) as choice_no
    from members

),

years as (

    -- of one kind there is one window of each type in a year, and they follow each other without a gap
    select
        province_id,
        admin_level,
        scope_code,
        source_family_code,
        nominal_year,
        {% for window in ['q1', 'six_months', 'q3', 'annual'] -%}
            {% for column in [
                'period_end', 'source_id', 'dossiers_resolved', 'on_time_numerator', 'resolved_late'
            ] -%}
                max(case when period_type = '{{ window }}' then {{ column }} end)
                    as {{ window }}_{{ column }},
            {% endfor -%}
        {% endfor -%}
        state_no,
        state_known_from,
        state_known_to,
        is_latest_state
    from chosen
    where choice_no = 1
    group by
        province_id, admin_level, scope_code, source_family_code, nominal_year, window_kind,
        state_no, state_known_from, state_known_to, is_latest_state

),

differences as (

    {% for quarter, longest, lasting in [(2, 'six_months', ['q1']), (4, 'annual', ['q3', 'six_months'])] -%}
        {{ "union all" if not loop.first }}

        select
            province_id,
            admin_level,
            scope_code,
            source_family_code,
            nominal_year,
            {{ quarter }} as nominal_quarter,
            cast({{ lasting[0] }}_period_end + 1 as date) as period_start,
            {{ longest }}_period_end as period_end,
            {{ longest }}_source_id as source_id,
            {% for column in ['dossiers_resolved', 'on_time_numerator', 'resolved_late'] -%}
                {{ longest }}_{{ column }}
                {%- for window in lasting %} - {{ window }}_{{ column }}{% endfor %}
                    as {{ column }},
            {% endfor -%}
            state_no,
            state_known_from,
            state_known_to,
            is_latest_state
        from years
        where
            {{ longest }}_period_end is not null
            {% for window in lasting -%}
                and {{ window }}_period_end is not null
            {% endfor -%}
    {% endfor %}

),

runs as (

    -- the states in which a difference stays the same, one after the other, have one number
    select
        *,
        state_no - row_number() over (
            partition by
                province_id, admin_level, scope_code, source_family_code, period_start, period_end, source_id,
                dossiers_resolved, on_time_numerator, resolved_late
            order by state_no
        ) as run_no
    from differences

),

computed as (

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
        dossiers_resolved,
        on_time_numerator,
        resolved_late,
        coalesce(dossiers_resolved < 0 or on_time_numerator < 0 or resolved_late < 0, false) as is_revision_suspected,
        row_number() over (
            partition by province_id, admin_level, scope_code, source_family_code, period_start, period_end, source_id
            order by min(state_no)
        ) as vintage_no,
        min(state_known_from) as known_from,
        case when count(*) = count(state_known_to) then max(state_known_to) end as known_to,
        bool_or(is_latest_state) as is_latest_vintage
    from runs
    group by
        province_id, admin_level, scope_code, period_start, period_end, source_id, source_family_code, nominal_year,
        nominal_quarter, dossiers_resolved, on_time_numerator, resolved_late, run_no

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
        vintage_no,
        known_from,
        known_to,
        is_latest_vintage
    from windows
    where period_type in ('q1', 'q2', 'q3', 'q4')

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
        vintage_no,
        known_from,
        known_to,
        is_latest_vintage
    from computed

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
        cast(vintage_no as integer) as vintage_no,
        known_from,
        known_to,
        is_latest_vintage
    from unioned

)

select * from fct_dossier_quarter
