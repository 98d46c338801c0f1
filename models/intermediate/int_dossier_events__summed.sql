-- What happened to dossiers in each segment of time, as sums: receipts, resolutions, beginnings and ends of being
-- overdue.
with counted as (

    select * from {{ ref('int_dossiers__counted') }}

),

events as (

    select
        source_id,
        province_id,
        admin_level,
        agency_text,
        field_text,
        channel,
        received_segment as segment_end,
        dossier_count as received,
        digitised,
        digitisation_stated,
        paid_online,
        payments,
        0 as resolved_early,
        0 as resolved_on_time,
        0 as resolved_late,
        0 as resolved_without_due_date,
        0 as returned_by_post,
        0 as became_overdue,
        0 as overdue_ended
    from counted
    where received_segment is not null

    union all

    select
        source_id,
        province_id,
        admin_level,
        agency_text,
        field_text,
        channel,
        resolved_segment as segment_end,
        0 as received,
        0 as digitised,
        0 as digitisation_stated,
        0 as paid_online,
        0 as payments,
        case when outcome = 'early' then dossier_count else 0 end as resolved_early,
        case when outcome = 'on_time' then dossier_count else 0 end as resolved_on_time,
        case when outcome = 'late' then dossier_count else 0 end as resolved_late,
        case when outcome = 'no_due_date' then dossier_count else 0 end as resolved_without_due_date,
        returned_by_post,
        0 as became_overdue,
        case when outcome = 'late' then dossier_count else 0 end as overdue_ended
    from counted
    where resolved_segment is not null

    union all

    select
        source_id,
        province_id,
        admin_level,
        agency_text,
        field_text,
        channel,
        overdue_segment as segment_end,
        0 as received,
        0 as digitised,
        0 as digitisation_stated,
        0 as paid_online,
        0 as payments,
        0 as resolved_early,
        0 as resolved_on_time,
        0 as resolved_late,
        0 as resolved_without_due_date,
        0 as returned_by_post,
        dossier_count as became_overdue,
        0 as overdue_ended
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
        cast(sum(received) as bigint) as received,
        cast(sum(digitised) as bigint) as digitised,
        cast(sum(digitisation_stated) as bigint) as digitisation_stated,
        cast(sum(paid_online) as bigint) as paid_online,
        cast(sum(payments) as bigint) as payments,
        cast(sum(resolved_early) as bigint) as resolved_early,
        cast(sum(resolved_on_time) as bigint) as resolved_on_time,
        cast(sum(resolved_late) as bigint) as resolved_late,
        cast(sum(resolved_without_due_date) as bigint) as resolved_without_due_date,
        cast(sum(returned_by_post) as bigint) as returned_by_post,
        cast(sum(became_overdue) as bigint) as became_overdue,
        cast(sum(overdue_ended) as bigint) as overdue_ended
    from events
    group by source_id, province_id, admin_level, agency_text, field_text, channel, segment_end

)

select * from int_dossier_events__summed
