-- Dossiers of every group and whole window, counted from extracts.
with measured as (

    select * from {{ ref('int_dossier_windows__measured') }}

),

sources as (

    select * from {{ ref('stg_extracts__sources') }}

),

fct_dossier_count as (

    select
        measured.source_id,
        measured.province_id,
        measured.admin_level,
        measured.agency_text,
        measured.field_text,
        measured.channel,
        measured.period_start,
        measured.period_end,
        measured.window_kind,
        measured.period_type,
        measured.nominal_year,
        cast(measured.carried_over as bigint) as carried_over,
        cast(measured.received as bigint) as received_in_period,
        cast(measured.dossiers_resolved as bigint) as dossiers_resolved,
        cast(measured.resolved_early as bigint) as resolved_early,
        cast(measured.resolved_on_time as bigint) as resolved_on_time,
        cast(measured.resolved_late as bigint) as resolved_late,
        cast(measured.resolved_without_due_date as bigint) as resolved_without_due_date,
        cast(measured.in_process as bigint) as in_process,
        cast(measured.in_process_overdue as bigint) as in_process_overdue,
        cast(measured.returned_by_post as bigint) as returned_by_post,
        cast(measured.digitised as bigint) as digitised,
        cast(measured.digitisation_stated as bigint) as digitisation_stated,
        cast(measured.paid_online as bigint) as paid_online,
        cast(measured.payments as bigint) as payments,
        sources.trust_grade,
        measured.observed_on as known_from
    from measured
    inner join sources
        on measured.source_id = sources.source_id

)

select * from fct_dossier_count
