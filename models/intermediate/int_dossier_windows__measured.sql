-- Dossiers of every window that the extracts tell whole: what came, what was resolved, what was open at its two ends.
-- Running sums at the ends of segments make a window the difference of two of them.
with events as (

    select * from {{ ref('int_dossier_events__summed') }}

),

windows as (

    select * from {{ ref('int_windows__listed') }}

),

partitions as (

    select * from {{ ref('int_dossier_partitions__keyed') }}

),

counted as (

    select * from {{ ref('int_dossiers__counted') }}

),

segments as (

    select distinct segment_end from {{ ref('int_days__segmented') }}

),

groups as (

    select distinct
        source_id,
        province_id,
        admin_level,
        agency_text,
        field_text,
        channel
    from events

),

dense as (

    select
        groups.source_id,
        groups.province_id,
        groups.admin_level,
        groups.agency_text,
        groups.field_text,
        groups.channel,
        segments.segment_end,
        coalesce(events.received, 0) as received,
        coalesce(events.digitised, 0) as digitised,
        coalesce(events.digitisation_stated, 0) as digitisation_stated,
        coalesce(events.paid_online, 0) as paid_online,
        coalesce(events.payments, 0) as payments,
        coalesce(events.resolved_early, 0) as resolved_early,
        coalesce(events.resolved_on_time, 0) as resolved_on_time,
        coalesce(events.resolved_late, 0) as resolved_late,
        coalesce(events.resolved_without_due_date, 0) as resolved_without_due_date,
        coalesce(events.returned_by_post, 0) as returned_by_post,
        coalesce(events.became_overdue, 0) as became_overdue,
        coalesce(events.overdue_ended, 0) as overdue_ended
    from groups
    cross join segments
    left join events
        on
            groups.source_id = events.source_id
            and groups.province_id = events.province_id
            and groups.admin_level = events.admin_level
            and groups.agency_text = events.agency_text
            and groups.field_text = events.field_text
            and groups.channel = events.channel
            and segments.segment_end = events.segment_end

),

running as (

    select
        source_id,
        province_id,
        admin_level,
        agency_text,
        field_text,
        channel,
        segment_end,
        sum(received) over upto as received,
        sum(digitised) over upto as digitised,
        sum(digitisation_stated) over upto as digitisation_stated,
        sum(paid_online) over upto as paid_online,
        sum(payments) over upto as payments,
        sum(resolved_early) over upto as resolved_early,
        sum(resolved_on_time) over upto as resolved_on_time,
        sum(resolved_late) over upto as resolved_late,
        sum(resolved_without_due_date) over upto as resolved_without_due_date,
        sum(returned_by_post) over upto as returned_by_post,
        sum(became_overdue) over upto as became_overdue,
        sum(overdue_ended) over upto as overdue_ended
    from dense
    window upto as (
        partition by source_id, province_id, admin_level, agency_text, field_text, channel
        order by segment_end rows between unbounded preceding and current row
    )

),

open_months as (

    select
        source_id,
        received_year,
        received_month,
        sum(case when outcome = 'open' then dossier_count else 0 end) as open_count
    from counted
    group by source_id, received_year, received_month

),

observed as (

    -- a month of which nothing is open any more needs no further extract
    select
        partitions.source_id,
        min(partitions.first_day) over (partition by partitions.source_id) as first_day,
        max(partitions.observed_on) over (partition by partitions.source_id) as last_observed_on,
        partitions.first_day as month_first_day,
        case when open_months.open_count > 0 then partitions.observed_on end as open_since
    from partitions
    inner join open_months
        on
            partitions.source_id = open_months.source_id
            and partitions.received_year = open_months.received_year
            and partitions.received_month = open_months.received_month

),

whole_windows as (

    select
        observed.source_id,
        windows.window_kind,
        windows.period_type,
        windows.nominal_year,
        windows.period_start,
        windows.period_end,
        max(observed.last_observed_on) as observed_on
    from windows
    inner join observed
        on
            windows.period_start >= observed.first_day
            and windows.period_end <= observed.last_observed_on
    group by
        observed.source_id, windows.window_kind, windows.period_type, windows.nominal_year, windows.period_start,
        windows.period_end
    having
        bool_and(
            observed.month_first_day > windows.period_end
            or observed.open_since is null
            or observed.open_since >= windows.period_end
        )

),

measured as (

    select
        ends.source_id,
        ends.province_id,
        ends.admin_level,
        ends.agency_text,
        ends.field_text,
        ends.channel,
        whole_windows.window_kind,
        whole_windows.period_type,
        whole_windows.nominal_year,
        whole_windows.period_start,
        whole_windows.period_end,
        whole_windows.observed_on,
        coalesce(starts.received, 0)
        - coalesce(
            starts.resolved_early + starts.resolved_on_time + starts.resolved_late + starts.resolved_without_due_date, 0
        ) as carried_over,
        ends.received - coalesce(starts.received, 0) as received,
        ends.digitised - coalesce(starts.digitised, 0) as digitised,
        ends.digitisation_stated - coalesce(starts.digitisation_stated, 0) as digitisation_stated,
        ends.paid_online - coalesce(starts.paid_online, 0) as paid_online,
        ends.payments - coalesce(starts.payments, 0) as payments,
        ends.resolved_early - coalesce(starts.resolved_early, 0) as resolved_early,
        ends.resolved_on_time - coalesce(starts.resolved_on_time, 0) as resolved_on_time,
        ends.resolved_late - coalesce(starts.resolved_late, 0) as resolved_late,
        ends.resolved_without_due_date - coalesce(starts.resolved_without_due_date, 0) as resolved_without_due_date,
        ends.returned_by_post - coalesce(starts.returned_by_post, 0) as returned_by_post,
        ends.received
        - ends.resolved_early - ends.resolved_on_time - ends.resolved_late - ends.resolved_without_due_date
            as in_process,
        ends.became_overdue - ends.overdue_ended as in_process_overdue
    from whole_windows
    inner join running as ends
        on
            whole_windows.source_id = ends.source_id
            and whole_windows.period_end = ends.segment_end
    left join running as starts
        on
            ends.source_id = starts.source_id
            and ends.province_id = starts.province_id
            and ends.admin_level = starts.admin_level
            and ends.agency_text = starts.agency_text
            and ends.field_text = starts.field_text
            and ends.channel = starts.channel
            and cast(whole_windows.period_start - 1 as date) = starts.segment_end

),

int_dossier_windows__measured as (

    select
        *,
        resolved_early + resolved_on_time + resolved_late + resolved_without_due_date as dossiers_resolved
    from measured
    where carried_over + received + in_process > 0

)

select * from int_dossier_windows__measured
