-- What each plan promised for one indicator, side by side: how it moved since the previous plan of the same kind, and
-- how it stands to the last result known when the plan was made. A promise that the next plan no longer makes is a
-- row of that next plan, marked dropped.
with targets as (

    select * from {{ ref('fct_target') }}
    where
        restates_target_id is null
        and withdrawn_on is null
        and indicator_code is not null
        and target_value is not null
        and plan_year is not null

),

documents as (

    select * from {{ ref('dim_document') }}

),

provinces as (

    -- a promise may outlive its province: then the province's last version stands
    select
        *,
        max(valid_to) over (partition by province_id) as last_valid_to
    from {{ ref('dim_province') }}

),

indicators as (

    select * from {{ ref('dim_indicator') }}

),

figures as (

    select * from {{ ref('int_figures__comparable') }}

),

relations as (

    select * from {{ ref('indicator_relation') }}

),

plans as (

    -- the plan of the same kind before each plan of a province; pages are no series of plans
    select
        document_id,
        document_kind,
        lag(document_id) over (
            partition by province_id, document_kind
            order by plan_year nulls last, document_id
        ) as previous_document_id
    from documents
    where document_kind in ('annual_plan', 'key_programme')

),

promises as (

    -- one promise per indicator, place and document: the strictest where a document prints several
    select
        targets.*,
        documents.document_kind,
        plans.previous_document_id,
        indicators.polarity,
        count(*) over (
            partition by
                targets.indicator_code, targets.province_id, targets.document_id,
                targets.admin_level, targets.scope_code
        ) as promise_count,
        row_number() over (
            partition by
                targets.indicator_code, targets.province_id, targets.document_id,
                targets.admin_level, targets.scope_code
            order by targets.target_value * indicators.polarity desc nulls last, targets.target_id
        ) as strictness
    from targets
    inner join documents
        on targets.document_id = documents.document_id
    inner join indicators
        on targets.indicator_code = indicators.indicator_code
    left join plans
        on targets.document_id = plans.document_id

),

strictest as (

    select * from promises
    where strictness = 1

),

related as (

    -- the previous plan promised something near under another definition
    select
        strictest.target_id,
        min(relations.from_indicator_code) as related_indicator_code,
        min(relations.break_id) as break_id
    from strictest
    inner join relations
        on strictest.indicator_code = relations.to_indicator_code and relations.relation_kind <> 'part_of'
    inner join strictest as previous
        on
            strictest.previous_document_id = previous.document_id
            and relations.from_indicator_code = previous.indicator_code
    group by strictest.target_id

),

judged as (

    -- a page that tells of a promise afterwards says nothing of what its makers knew
    select
        *,
        known_from as known_on
    from strictest
    where document_kind in ('annual_plan', 'key_programme')

),

known_figures as (

    -- what had been measured and could be known; a version that our own correction replaced was never known
    select
        *,
        coalesce({{ percent_of('numerator', 'denominator') }}, value) as result_value,
        greatest(known_from, as_of_date) as known_on
    from figures
    where
        known_from is not null
        and as_of_date is not null
        and (known_to is null or known_to > known_from)
        and indicator_code in (select judged.indicator_code from judged)

),

{{ last_until(
    'known_figures', 'judged', ['indicator_code', 'province_id', 'admin_level', 'scope_code'], 'known_on',
    'as_of_date'
) }},

last_results as (

    -- the last figure for the same thing that could be known when the plan was made
    select
        judged.target_id,
        figures.result_value as last_result_value,
        figures.as_of_date as last_result_on,
        row_number() over (
            partition by judged.target_id
            order by figures.trust_grade asc, figures.figure_id asc, figures.known_from desc
        ) as choice_no
    from judged
    inner join reached
        on
            judged.indicator_code = reached.indicator_code
            and judged.province_id = reached.province_id
            and judged.admin_level = reached.admin_level
            and judged.scope_code = reached.scope_code
            and judged.known_on = reached.known_on
    inner join known_figures as figures
        on
            reached.indicator_code = figures.indicator_code
            and reached.province_id = figures.province_id
            and reached.admin_level = figures.admin_level
            and reached.scope_code = figures.scope_code
            and reached.as_of_date = figures.as_of_date
            and reached.known_on >= figures.known_on

),

counts as (

    select
        indicator_code,
        plan_year,
        count(distinct document_id) as documents_promising_count
    from strictest
    group by indicator_code, plan_year

),

compared as (

    select
        strictest.*,
        previous.target_value as previous_target_value,
        related.related_indicator_code,
        related.break_id
    from strictest
    left join strictest as previous
        on
            strictest.previous_document_id = previous.document_id
            and strictest.indicator_code = previous.indicator_code
            and strictest.admin_level = previous.admin_level
            and strictest.scope_code = previous.scope_code
    left join related
        on strictest.target_id = related.target_id

),

kept as (

    select
        indicator_code,
        province_id,
        document_id,
        document_kind,
        plan_year,
        admin_level,
        scope_code,
        reform_field_code,
        target_id,
        comparator,
        target_value,
        unit,
        subject_vi,
        subject_en,
        denominator_vi,
        due_date,
        promise_count,
        previous_document_id,
        previous_target_value,
        case
            when previous_document_id is null then 'no_previous_document_of_kind'
            when previous_target_value is null and related_indicator_code is not null then 'definition_changed'
            when previous_target_value is null then 'new'
            when target_value = previous_target_value then 'unchanged'
            -- neither more nor less of it is better
            when polarity = 0 then 'changed'
            when (target_value - previous_target_value) * polarity > 0 then 'raised'
            else 'lowered'
        end as change_code,
        related_indicator_code,
        break_id,
        polarity,
        known_from,
        printed_text,
        locator
    from compared

),

dropped as (

    select
        previous.indicator_code,
        previous.province_id,
        plans.document_id,
        plans.document_kind,
        documents.plan_year,
        previous.admin_level,
        previous.scope_code,
        previous.reform_field_code,
        cast(null as string) as target_id,
        cast(null as string) as comparator,
        cast(null as decimal(20, 6)) as target_value,
        previous.unit,
        previous.subject_vi,
        previous.subject_en,
        previous.denominator_vi,
        make_date(documents.plan_year, 12, 31) as due_date,
        0 as promise_count,
        plans.previous_document_id,
        previous.target_value as previous_target_value,
        'dropped' as change_code,
        cast(null as string) as related_indicator_code,
        cast(null as string) as break_id,
        previous.polarity,
        documents.known_from,
        cast(null as string) as printed_text,
        cast(null as string) as locator
    from plans
    inner join documents
        on plans.document_id = documents.document_id
    inner join strictest as previous
        on plans.previous_document_id = previous.document_id
    where
        not exists (
            select 1
            from strictest
            where
                strictest.document_id = plans.document_id
                and strictest.indicator_code = previous.indicator_code
                and strictest.admin_level = previous.admin_level
                and strictest.scope_code = previous.scope_code
        )
        -- what goes on under another definition is not dropped
        and not exists (
            select 1
            from kept
            where
                kept.document_id = plans.document_id
                and kept.change_code = 'definition_changed'
                and kept.related_indicator_code = previous.indicator_code
                and kept.admin_level = previous.admin_level
                and kept.scope_code = previous.scope_code
        )

),

unioned as (

    select * from kept

    union all

    select * from dropped

),

mart_plan_comparison as (

    select
        unioned.indicator_code,
        indicators.name_vi as indicator_vi,
        indicators.name_en as indicator_en,
        unioned.province_id,
        provinces.name_vi as province_vi,
        unioned.document_id,
        unioned.document_kind,
        unioned.plan_year,
        unioned.admin_level,
        unioned.scope_code,
        unioned.reform_field_code,
        unioned.target_id,
        unioned.comparator,
        unioned.target_value,
        unioned.unit,
        unioned.subject_vi,
        unioned.subject_en,
        unioned.denominator_vi,
        unioned.due_date,
        cast(unioned.promise_count as integer) as promise_count,
        cast(coalesce(counts.documents_promising_count, 0) as integer) as documents_promising_count,
        max(unioned.target_value) over (
            partition by unioned.indicator_code, unioned.plan_year, unioned.admin_level, unioned.scope_code
        ) as highest_target_value,
        unioned.previous_document_id,
        unioned.previous_target_value,
        cast(unioned.target_value - unioned.previous_target_value as double) as change_since_previous,
        unioned.change_code,
        unioned.related_indicator_code,
        unioned.break_id,
        last_results.last_result_value,
        last_results.last_result_on,
        case
            when unioned.target_value is null then 'dropped'
            when last_results.last_result_value is null then 'no_result_held'
            when unioned.target_value = last_results.last_result_value then 'holds_last_result'
            when (unioned.target_value - last_results.last_result_value) * unioned.polarity > 0
                then 'above_last_result'
            else 'below_last_result'
        end as ambition_code,
        unioned.printed_text,
        unioned.locator
    from unioned
    inner join indicators
        on unioned.indicator_code = indicators.indicator_code
    left join counts
        on unioned.indicator_code = counts.indicator_code and unioned.plan_year = counts.plan_year
    left join last_results
        on unioned.target_id = last_results.target_id and last_results.choice_no = 1
    left join provinces
        on {{ as_of_province('unioned.province_id', 'least(unioned.due_date, provinces.last_valid_to)', 'provinces') }}

)

select * from mart_plan_comparison
