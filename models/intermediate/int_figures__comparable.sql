-- Everything that can reach a target: figures with a window or a day, with their counts where a source prints them.
-- Every version, each with the days on which it was what a reader knew: use as_known_on with a day, never without.
-- Dossier flows carry early + on time over resolved; a bad-case share carries its bad cases.
with results as (

    select * from {{ ref('int_results__versioned') }}

),

flows as (

    select * from {{ ref('int_dossier_flows__interpreted') }}

),

flow_rates as (

    select
        'dossiers_on_time_pct' as indicator_code,
        *,
        on_time_numerator as numerator_count,
        on_time_rate_printed_pct as printed_pct
    from flows

    union all

    select
        'dossiers_late_pct' as indicator_code,
        *,
        resolved_late as numerator_count,
        late_printed_pct as printed_pct
    from flows

),

from_flows as (

    select
        flow_rates.indicator_code,
        flow_rates.province_id,
        flow_rates.admin_level,
        flow_rates.scope_code,
        flow_rates.period_start,
        flow_rates.period_end,
        flow_rates.period_end as as_of_date,
        cast(flow_rates.printed_pct as double) as value,
        case
            when flow_rates.numerator_count is not null and flow_rates.dossiers_resolved is not null
                then cast(flow_rates.numerator_count as double)
        end as numerator,
        case
            when flow_rates.numerator_count is not null and flow_rates.dossiers_resolved is not null
                then cast(flow_rates.dossiers_resolved as double)
        end as denominator,
        cast(flow_rates.in_process_overdue as double) as overdue_open_count,
        1 as value_decimals,
        flow_rates.source_id as document_id,
        flow_rates.source_id || ':' || flow_rates.admin_level || '/' || flow_rates.scope_code || ':'
        || cast(flow_rates.period_start as string) || '_' || cast(flow_rates.period_end as string) as figure_id,
        flow_rates.known_from,
        flow_rates.known_to,
        false as is_latest_vintage,
        flow_rates.trust_grade
    from flow_rates
    where
        flow_rates.printed_pct is not null
        or (flow_rates.numerator_count is not null and flow_rates.dossiers_resolved is not null)

),

from_results as (

    select
        indicator_code,
        province_id,
        admin_level,
        scope_code,
        period_start,
        period_end,
        as_of_date,
        cast(value as double) as value,
        case when unit = 'percent' then cast(numerator as double) end as numerator,
        case when unit = 'percent' then cast(denominator as double) end as denominator,
        cast(null as double) as overdue_open_count,
        value_decimals,
        document_id,
        result_id as figure_id,
        known_from,
        known_to,
        is_latest_vintage,
        trust_grade
    from results
    where
        as_of_date is not null
        and indicator_code not in ('dossiers_on_time_pct', 'dossiers_late_pct')

),

unioned as (

    select * from from_flows

    union all

    select * from from_results

),

documents as (

    select * from {{ ref('int_documents__unioned') }}

),

doubtful as (

    -- figures whose base the source itself contradicts, found in what is held now
    select distinct shares.result_id
    from {{ ref('int_figure_conflicts__unioned') }} as conflicts
    inner join results as shares
        on
            conflicts.document_id = shares.document_id
            and (
                conflicts.figure_id = shares.result_id
                or conflicts.other_figure_ids like '%' || shares.result_id || '%'
            )
    where
        not conflicts.is_rounding_note
        and conflicts.conflict_kind in ('rate_vs_counts', 'share_over_100')

),

int_figures__comparable as (

    select
        unioned.*,
        documents.document_kind,
        documents.source_family_code,
        doubtful.result_id is not null as has_doubtful_base,
        -- A independent or appraised, B system extract, C signed report with counts, D statement only
        case
            when documents.document_kind = 'index_publication' then 'A'
            when documents.source_kind = 'extract' then 'B'
            when documents.document_kind = 'periodic_report' and unioned.numerator is not null then 'C'
            else 'D'
        end as evidence_grade
    from unioned
    inner join documents
        on unioned.document_id = documents.document_id
    left join doubtful
        on unioned.figure_id = doubtful.result_id and unioned.is_latest_vintage

)

select * from int_figures__comparable
