-- What happened to dossiers in each segment of time, as sums: receipts, resolutions, beginnings and ends of being
-- overdue.
with counted as (

    select * from {{ ref('int_dossiers__counted') }}

),

events as (

    select
        *,
        'received' as event,
        received_segment as segment_end
    from counted
    where received_segment is not null

    union all

    select
        *,
        'resolved' as event,
        resolved_segment as segment_end
    from counted
    where resolved_segment is not null

    union all

    select
        *,
        'overdue' as event,
        overdue_segment as segment_end
    from counted
    where overdue_segment is not null

),

int_dossier_events__summed as (

    select
        source_id,
        province_id,
        admin_level,
        agency_text,
        field_text,
        channel,
        segment_end,
        cast(sum(case when event = 'received' then dossier_count else 0 end) as bigint) as received,
        cast(sum(case when event = 'received' then digitised else 0 end) as bigint) as digitised,
        cast(sum(case when event = 'received' then digitisation_stated else 0 end) as bigint) as digitisation_stated,
        cast(sum(case when event = 'received' then paid_online else 0 end) as bigint) as paid_online,
        cast(sum(case when event = 'received' then payments else 0 end) as bigint) as payments,
        cast(sum(case when event = 'resolved' and outcome = 'early' then dossier_count else 0 end) as bigint)
            as resolved_early,
        cast(sum(case when event = 'resolved' and outcome = 'on_time' then dossier_count else 0 end) as bigint)
            as resolved_on_time,
        cast(sum(case when event = 'resolved' and outcome = 'late' then dossier_count else 0 end) as bigint)
            as resolved_late,
        cast(sum(case when event = 'resolved' and outcome = 'no_due_date' then dossier_count else 0 end) as bigint)
            as resolved_without_due_date,
        cast(sum(case when event = 'resolved' then returned_by_post else 0 end) as bigint) as returned_by_post,
        cast(sum(case when event = 'overdue' then dossier_count else 0 end) as bigint) as became_overdue,
        cast(sum(case when event = 'resolved' and outcome = 'late' then dossier_count else 0 end) as bigint)
            as overdue_ended
    from events
    group by source_id, province_id, admin_level, agency_text, field_text, channel, segment_end

)

select * from int_dossier_events__summed
