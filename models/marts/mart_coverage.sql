-- What is held, what is known to exist and is not held, which reports were due by the latest day known, and how many
-- figures have no period. Absence is said in words.
with documents as (

    select * from {{ ref('dim_document') }}

),

known_documents as (

    select * from {{ ref('known_document') }}

),

results as (

    select * from {{ ref('fct_result') }}
    where is_latest_vintage

),

provinces as (

    -- a plan may outlive its province, and an edition may score one that is new: then the nearest version stands
    select
        *,
        min(valid_from) over (partition by province_id) as first_valid_from,
        max(valid_to) over (partition by province_id) as last_valid_to
    from {{ ref('dim_province') }}

),

counts as (

    select
        documents.document_id,
        (
            select count(*) from {{ ref('fct_target') }} as t
            where t.document_id = documents.document_id
        ) as target_count,
        (
            select count(*) from {{ ref('fct_task') }} as k
            where k.document_id = documents.document_id
        ) as task_count,
        (
            select count(*) from results as r
            where r.document_id = documents.document_id
        ) as result_count
    from documents

),

expected_scores as (

    select * from {{ ref('int_index_scores__expected') }}

),

judgement as (
    select max(evaluation_date) as as_known_on from {{ ref('int_evaluation_dates__unioned') }}

),

reporting as (

    select * from {{ ref('int_provinces__reporting') }}

),

quarters as (

    select {{ explode_numbers(4) }} as quarter_no

),

expected_reports as (

    -- a province whose plan of a year is held reports each quarter of it
    select distinct
        plans.province_id,
        plans.plan_year,
        quarters.quarter_no,
        last_day(make_date(plans.plan_year, quarters.quarter_no * 3, 1)) as period_end
    from documents as plans
    cross join quarters
    where plans.document_kind in ('annual_plan', 'key_programme') and plans.plan_year is not null

),

received as (

    -- several reports may end in one quarter: one of them is enough
    select
        province_id,
        year(period_end) as report_year,
        quarter(period_end) as quarter_no,
        min(document_id) as document_id
    from documents
    where document_kind = 'periodic_report'
    group by province_id, year(period_end), quarter(period_end)

),

reports as (

    select
        expected_reports.*,
        cast(expected_reports.period_end + reporting.report_lag_days as date) as due_on,
        received.document_id
    from expected_reports
    inner join reporting
        on expected_reports.province_id = reporting.province_id
    left join received
        on
            expected_reports.province_id = received.province_id
            and expected_reports.plan_year = received.report_year
            and expected_reports.quarter_no = received.quarter_no

),

unioned as (

    select
        'document:' || documents.document_id as coverage_id,
        'document' as subject_kind,
        cast(null as string) as index_code,
        cast(null as integer) as edition_year,
        cast(null as string) as trust_grade,
        documents.document_kind,
        documents.province_id,
        documents.plan_year,
        documents.period_end,
        cast(null as date) as due_on,
        documents.document_number,
        documents.title_vi as subject_vi,
        'held' as coverage_status,
        documents.document_id,
        counts.target_count,
        counts.task_count,
        counts.result_count,
        cast(null as string) as reason_vi,
        cast(null as string) as reason_en
    from documents
    inner join counts
        on documents.document_id = counts.document_id

    union all

    select
        'document:' || known_documents.known_document_id as coverage_id,
        'document' as subject_kind,
        cast(null as string) as index_code,
        cast(null as integer) as edition_year,
        cast(null as string) as trust_grade,
        known_documents.document_kind,
        known_documents.province_id,
        known_documents.plan_year,
        cast(null as date) as period_end,
        cast(null as date) as due_on,
        known_documents.document_number,
        known_documents.title_vi as subject_vi,
        'known_not_held' as coverage_status,
        cast(null as string) as document_id,
        0 as target_count,
        0 as task_count,
        0 as result_count,
        'Được viện dẫn trong ' || known_documents.evidence_document_id || ', chưa có trong kho dữ liệu' as reason_vi,
        'Cited in ' || known_documents.evidence_document_id || ', not held' as reason_en
    from known_documents
    inner join documents as evidence
        on known_documents.evidence_document_id = evidence.document_id
    where
        not exists (
            select 1 from documents
            where
                documents.province_id = known_documents.province_id
                and documents.document_number = known_documents.document_number
                and documents.issue_date = known_documents.issue_date
        )

    union all

    select
        'report:' || reports.province_id || ':' || cast(reports.plan_year as string) || '-Q'
        || cast(reports.quarter_no as string) as coverage_id,
        'quarterly_report' as subject_kind,
        cast(null as string) as index_code,
        cast(null as integer) as edition_year,
        cast(null as string) as trust_grade,
        'periodic_report' as document_kind,
        reports.province_id,
        reports.plan_year,
        reports.period_end,
        reports.due_on,
        cast(null as string) as document_number,
        'Báo cáo quý ' || cast(reports.quarter_no as string) || ' năm ' || cast(reports.plan_year as string)
            as subject_vi,
        case
            when reports.document_id is not null then 'received'
            when judgement.as_known_on > reports.due_on then 'overdue'
            else 'expected'
        end as coverage_status,
        reports.document_id,
        0 as target_count,
        0 as task_count,
        0 as result_count,
        case
            when reports.document_id is null
                then 'Chưa nhận được báo cáo tính đến ' || cast(judgement.as_known_on as string)
        end as reason_vi,
        case
            when reports.document_id is null then 'No report received by ' || cast(judgement.as_known_on as string)
        end as reason_en
    from reports
    cross join judgement

    union all

    select
        'period_unknown:' || results.province_id as coverage_id,
        'results_without_period' as subject_kind,
        cast(null as string) as index_code,
        cast(null as integer) as edition_year,
        cast(null as string) as trust_grade,
        cast(null as string) as document_kind,
        results.province_id,
        cast(null as integer) as plan_year,
        cast(null as date) as period_end,
        cast(null as date) as due_on,
        cast(null as string) as document_number,
        'Số liệu không nêu kỳ hoặc ngày' as subject_vi,
        'period_unknown' as coverage_status,
        cast(null as string) as document_id,
        0 as target_count,
        0 as task_count,
        count(*) as result_count,
        'Không thể đưa vào bảng tổng hợp vì không rõ kỳ' as reason_vi,
        'Kept in fct_result only: the period is unknown' as reason_en
    from results
    where
        results.measured_on is null
        and (results.period_start is null or results.period_end is null)
    group by results.province_id

    union all

    select
        'index:' || expected_scores.index_code || ':' || cast(expected_scores.edition_year as string) || ':'
        || expected_scores.province_id as coverage_id,
        'index_score' as subject_kind,
        expected_scores.index_code,
        expected_scores.edition_year,
        expected_scores.trust_grade,
        'index_publication' as document_kind,
        expected_scores.province_id,
        expected_scores.data_year as plan_year,
        make_date(expected_scores.data_year, 12, 31) as period_end,
        cast(null as date) as due_on,
        cast(null as string) as document_number,
        expected_scores.index_vi || ' ' || cast(expected_scores.edition_year as string) as subject_vi,
        expected_scores.coverage_status,
        expected_scores.source_id as document_id,
        0 as target_count,
        0 as task_count,
        expected_scores.figure_count as result_count,
        case expected_scores.coverage_status
            when 'rank_only' then 'Chỉ có thứ hạng, chưa có điểm số'
            when 'not_scored' then 'Đơn vị công bố không chấm tổng điểm cho tỉnh này'
            when 'not_held' then 'Chưa có trong kho dữ liệu'
        end as reason_vi,
        case expected_scores.coverage_status
            when 'rank_only' then 'Only a rank is held, no score'
            when 'not_scored' then 'The publisher gives this province no total'
            when 'not_held' then 'Not held'
        end as reason_en
    from expected_scores

),

dated as (

    -- the day of a row's boundaries; figures without a period take the last
    select
        *,
        coalesce(period_end, make_date(plan_year, 12, 31), date '9999-12-31') as province_day
    from unioned

),

mart_coverage as (

    select
        dated.coverage_id,
        dated.subject_kind,
        dated.document_kind,
        dated.index_code,
        dated.edition_year,
        dated.trust_grade,
        dated.province_id,
        provinces.name_vi as province_vi,
        provinces.name_en as province_en,
        dated.plan_year,
        dated.period_end,
        dated.due_on,
        dated.document_number,
        dated.subject_vi,
        dated.coverage_status,
        dated.document_id,
        cast(dated.target_count as integer) as target_count,
        cast(dated.task_count as integer) as task_count,
        cast(dated.result_count as integer) as result_count,
        dated.reason_vi,
        dated.reason_en
    from dated
    left join provinces
        on {{ as_of_province(
            'dated.province_id',
            'least(greatest(dated.province_day, provinces.first_valid_from), provinces.last_valid_to)',
            'provinces'
        ) }}

)

select * from mart_coverage
