-- Rates from dossier-level extracts, whole and by agency, field and channel; sums of counts first, then their ratio.
with counts as (

    select * from {{ ref('fct_dossier_count') }}

),

provinces as (

    select * from {{ ref('dim_province') }}

),

arms as (

    select
        'whole' as breakdown_kind,
        'whole' as breakdown_text,
        *
    from counts

    union all

    select
        'agency' as breakdown_kind,
        agency_text as breakdown_text,
        *
    from counts

    union all

    select
        'field' as breakdown_kind,
        field_text as breakdown_text,
        *
    from counts

    union all

    select
        'channel' as breakdown_kind,
        channel as breakdown_text,
        *
    from counts

),

levelled as (

    select
        admin_level as counted_level,
        *
    from arms

    union all

    select
        'all' as counted_level,
        *
    from arms
    where admin_level in ('province', 'district', 'commune')

),

summed as (

    select
        source_id,
        province_id,
        counted_level as admin_level,
        breakdown_kind,
        breakdown_text,
        window_kind,
        period_type,
        nominal_year,
        period_start,
        period_end,
        sum(carried_over) as carried_over,
        sum(received_in_period) as received_in_period,
        sum(case when channel = 'online' then received_in_period else 0 end) as received_online,
        sum(case when channel <> 'unstated' then received_in_period else 0 end) as channel_stated,
        sum(dossiers_resolved) as dossiers_resolved,
        sum(resolved_early) as resolved_early,
        sum(resolved_on_time) as resolved_on_time,
        sum(resolved_late) as resolved_late,
        sum(resolved_without_due_date) as resolved_without_due_date,
        sum(in_process) as in_process,
        sum(in_process_overdue) as in_process_overdue,
        sum(returned_by_post) as returned_by_post,
        sum(digitised) as digitised,
        sum(digitisation_stated) as digitisation_stated,
        sum(paid_online) as paid_online,
        sum(payments) as payments,
        max(trust_grade) as trust_grade,
        max(known_from) as known_from
    from levelled
    group by
        source_id, province_id, counted_level, breakdown_kind, breakdown_text, window_kind, period_type, nominal_year,
        period_start, period_end

),

mart_dossier_rates as (

    select
        summed.source_id,
        summed.province_id,
        provinces.name_vi as province_vi,
        provinces.name_en as province_en,
        summed.admin_level,
        summed.breakdown_kind,
        summed.breakdown_text,
        summed.window_kind,
        summed.period_type,
        summed.nominal_year,
        summed.period_start,
        summed.period_end,
        cast(summed.carried_over as bigint) as carried_over,
        cast(summed.received_in_period as bigint) as received_in_period,
        cast(summed.dossiers_resolved as bigint) as dossiers_resolved,
        cast(summed.resolved_early + summed.resolved_on_time as bigint) as on_time_numerator,
        cast(summed.resolved_late as bigint) as resolved_late,
        cast(summed.resolved_without_due_date as bigint) as resolved_without_due_date,
        cast(summed.in_process as bigint) as in_process,
        cast(summed.in_process_overdue as bigint) as in_process_overdue,
        {{ percent_of('summed.resolved_early + summed.resolved_on_time',
            'summed.dossiers_resolved - summed.resolved_without_due_date') }} as on_time_rate_resolved_pct,
        100.0 - {{ percent_of('summed.resolved_late + summed.in_process_overdue',
            'summed.carried_over + summed.received_in_period') }} as on_time_rate_with_overdue_pct,
        {{ percent_of('summed.received_online', 'summed.channel_stated') }} as received_online_pct,
        {{ percent_of('summed.paid_online', 'summed.payments') }} as paid_online_pct,
        {{ percent_of('summed.digitised', 'summed.digitisation_stated') }} as digitised_pct,
        {{ percent_of('summed.returned_by_post', 'summed.dossiers_resolved') }} as returned_by_post_pct,
        summed.trust_grade,
        summed.known_from
    from summed
    inner join provinces
        on {{ as_of_province('summed.province_id', 'summed.period_end', 'provinces') }}

)

select * from mart_dossier_rates
