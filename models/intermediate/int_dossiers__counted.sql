{{ config(
    materialized='incremental' if target.type == 'duckdb' else 'table',
    incremental_strategy='append',
    pre_hook="{% if is_incremental() %}delete from {{ this }} where content_key not in (select content_key from {{ ref('int_dossier_partitions__keyed') }}){% endif %}"
) }}
-- Dossiers counted by what is said of them and by the segments of time in which they came, fell due and were resolved:
-- one pass over the rows of the months whose content changed.
with partitions as (

    select * from {{ ref('int_dossier_partitions__keyed') }}
    {% if is_incremental() %}
        where content_key not in (select counted.content_key from {{ this }} as counted)
    {% endif %}

),

dossiers as (

    select * from {{ ref('int_dossiers__current') }}

),

days as (

    select * from {{ ref('int_days__segmented') }}

),

judged as (

    select
        partitions.content_key,
        dossiers.*,
        case
            when dossiers.resolved_on is null then 'open'
            when dossiers.due_on is null then 'no_due_date'
            when dossiers.resolved_on < dossiers.due_on then 'early'
            when dossiers.resolved_on = dossiers.due_on then 'on_time'
            else 'late'
        end as outcome
    from dossiers
    inner join partitions
        on
            dossiers.source_id = partitions.source_id
            and dossiers.received_year = partitions.received_year
            and dossiers.received_month = partitions.received_month

),

int_dossiers__counted as (

    select
        judged.source_id,
        judged.received_year,
        judged.received_month,
        judged.content_key,
        judged.province_id,
        judged.admin_level,
        coalesce(judged.agency_text, 'unstated') as agency_text,
        coalesce(judged.field_text, 'unstated') as field_text,
        coalesce(judged.channel, 'unstated') as channel,
        judged.outcome,
        received_days.segment_end as received_segment,
        overdue_days.segment_end as overdue_segment,
        resolved_days.segment_end as resolved_segment,
        count(*) as dossier_count,
        cast(sum(case when judged.is_returned_by_post then 1 else 0 end) as bigint) as returned_by_post,
        cast(sum(case when judged.is_digitised then 1 else 0 end) as bigint) as digitised,
        cast(sum(case when judged.is_digitised is not null then 1 else 0 end) as bigint) as digitisation_stated,
        cast(sum(case when judged.is_paid_online then 1 else 0 end) as bigint) as paid_online,
        cast(sum(case when judged.is_paid_online is not null then 1 else 0 end) as bigint) as payments
    from judged
    left join days as received_days
        on judged.received_on = received_days.day
    -- a dossier is overdue from the day after the one it was due on
    left join days as overdue_days
        on
            judged.outcome in ('late', 'open')
            and cast(judged.due_on + 1 as date) = overdue_days.day
    left join days as resolved_days
        on judged.resolved_on = resolved_days.day
    group by
        judged.source_id, judged.received_year, judged.received_month, judged.content_key, judged.province_id,
        judged.admin_level, judged.agency_text, judged.field_text, judged.channel, judged.outcome,
        received_days.segment_end, overdue_days.segment_end, resolved_days.segment_end

)

select * from int_dossiers__counted
