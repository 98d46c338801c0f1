-- Online public services: procedures offered by level, shares of dossiers and payments online, and what was promised
-- for the same thing. Levels of two schemes stand side by side and are never converted.
with mapping as (

    select * from {{ ref('online_service_indicator') }}

),

results as (

    select * from {{ ref('int_online_figures__based') }}

),

reasons as (

    select * from {{ ref('reason') }}

),

targets as (

    -- the latest promise for one thing; a restatement or an older plan is no second one
    select
        *,
        row_number() over (
            partition by indicator_code, province_id, plan_year, admin_level, scope_code
            order by known_from desc nulls last, target_id asc
        ) as recency
    from {{ ref('fct_target') }}
    where
        restates_target_id is null
        and withdrawn_on is null
        and due_date is not null
        and target_value is not null

),

provinces as (

    -- a promise may outlive its province: then the province's last version stands
    select
        *,
        max(valid_to) over (partition by province_id) as last_valid_to
    from {{ ref('dim_province') }}

),

documents as (

    select * from {{ ref('dim_document') }}

),

figures as (

    select
        geography_basis,
        indicator_code,
        province_id,
        as_of_date,
        period_start,
        admin_level,
        scope_code,
        source_id,
        cast(null as string) as target_only_id,
        year(as_of_date) as plan_year,
        value,
        unit,
        numerator,
        denominator,
        value_qualifier,
        conflict_vi,
        conflict_en,
        known_from,
        predecessor_count,
        missing_provinces
    from results

),

targets_without_result as (

    select
        'as_reported' as geography_basis,
        targets.indicator_code,
        targets.province_id,
        targets.due_date as as_of_date,
        targets.period_start,
        targets.admin_level,
        targets.scope_code,
        targets.source_id,
        targets.target_id as target_only_id,
        targets.plan_year,
        cast(null as decimal(20, 6)) as value,
        targets.unit,
        cast(null as decimal(20, 6)) as numerator,
        cast(null as decimal(20, 6)) as denominator,
        cast(null as string) as value_qualifier,
        cast(null as string) as conflict_vi,
        cast(null as string) as conflict_en,
        documents.known_from,
        1 as predecessor_count,
        cast(null as string) as missing_provinces
    from targets
    inner join mapping
        on targets.indicator_code = mapping.indicator_code
    inner join documents
        on targets.source_id = documents.document_id
    where targets.recency = 1 and not exists (
        select 1
        from figures
        where
            figures.indicator_code = targets.indicator_code
            and figures.province_id = targets.province_id
            and figures.plan_year = targets.plan_year
            and figures.admin_level = targets.admin_level
            and figures.scope_code = targets.scope_code
            and figures.geography_basis = 'as_reported'
    )

),

unioned as (

    select * from figures

    union all

    select * from targets_without_result

),

counts as (

    -- the count of procedures that a printed share belongs to
    select
        source_id,
        province_id,
        admin_level,
        scope_code,
        level_scheme,
        service_level,
        level_semantics,
        measured_on,
        procedure_count
    from {{ ref('fct_online_procedures') }}
    where is_latest_vintage

),

joined as (

    select
        unioned.*,
        mapping.level_scheme,
        mapping.service_level,
        mapping.level_semantics,
        coalesce(latest_targets.target_id, unioned.target_only_id) as target_id,
        counts.procedure_count,
        -- on the new boundaries a province has the name that it has there
        case
            when unioned.geography_basis = 'from_2025_07' then greatest(unioned.as_of_date, date '2025-07-01')
            else unioned.as_of_date
        end as province_day,
        case
            when unioned.target_only_id is not null then 'no_result_held'
            when unioned.missing_provinces is not null then 'boundary_incomplete'
            when unioned.conflict_vi is not null then 'base_contradicted'
        end as not_comparable_reason
    from unioned
    inner join mapping
        on unioned.indicator_code = mapping.indicator_code
    left join targets as latest_targets
        on
            unioned.indicator_code = latest_targets.indicator_code
            and unioned.province_id = latest_targets.province_id
            and unioned.plan_year = latest_targets.plan_year
            and unioned.admin_level = latest_targets.admin_level
            and unioned.scope_code = latest_targets.scope_code
            and latest_targets.recency = 1
            -- a promise of a province is no promise of the unit it went into
            and unioned.geography_basis = 'as_reported'
    left join counts
        on
            unioned.source_id = counts.source_id
            and unioned.province_id = counts.province_id
            and unioned.admin_level = counts.admin_level
            and unioned.scope_code = counts.scope_code
            and mapping.level_scheme = counts.level_scheme
            and mapping.service_level = counts.service_level
            and mapping.level_semantics = counts.level_semantics
            and unioned.as_of_date = counts.measured_on
            and mapping.measure in ('procedure_count', 'printed_pct')

),

mart_online_service_levels as (

    select
        joined.indicator_code,
        indicators.name_vi as indicator_vi,
        indicators.name_en as indicator_en,
        joined.province_id,
        provinces.name_vi as province_vi,
        joined.as_of_date,
        joined.period_start,
        joined.admin_level,
        joined.scope_code,
        joined.level_scheme,
        joined.service_level,
        joined.level_semantics,
        joined.source_id,
        joined.geography_basis,
        cast(joined.plan_year as integer) as plan_year,
        case when joined.unit = 'procedure' then cast(joined.value as bigint) else joined.procedure_count end
            as procedure_count,
        case when joined.unit in ('percent', 'percentage_point') then joined.value end as printed_pct,
        joined.value_qualifier,
        cast(joined.numerator as bigint) as numerator_count,
        cast(joined.denominator as bigint) as base_count,
        {{ percent_of('coalesce(joined.numerator, joined.procedure_count)', 'joined.denominator') }}
            as recomputed_pct,
        -- a promise without a result has the base that its plan names, or none
        case when joined.target_only_id is not null then targets.denominator_vi else indicators.denominator_vi end
            as base_vi,
        cast(joined.predecessor_count as integer) as predecessor_count,
        joined.missing_provinces,
        joined.target_id,
        targets.comparator as target_comparator,
        targets.target_value as target_pct,
        targets.document_id as target_document_id,
        case when joined.unit = targets.unit then cast(joined.value - targets.target_value as double) end as gap_points,
        joined.not_comparable_reason is null as is_comparable,
        joined.not_comparable_reason,
        case
            when joined.not_comparable_reason = 'base_contradicted'
                then 'Số liệu mâu thuẫn ngay trong nguồn. ' || joined.conflict_vi
            when joined.not_comparable_reason is not null then reasons.sentence_vi
            when joined.level_scheme = 'nd43_2011'
                then 'Theo mức độ 1-4 (43/2011/NĐ-CP); không so được với toàn trình và một phần từ năm 2022'
            when joined.level_scheme = 'nd42_2022'
                then 'Theo toàn trình và một phần (42/2022/NĐ-CP); không so được với mức độ 3 và 4 trước năm 2022'
        end as comparability_note_vi,
        case
            when joined.not_comparable_reason = 'base_contradicted'
                then 'The source contradicts itself. ' || joined.conflict_en
            when joined.not_comparable_reason is not null then reasons.sentence_en
            when joined.level_scheme = 'nd43_2011'
                then 'Levels 1-4 (43/2011/NĐ-CP); not comparable with whole-process and partial from 2022 on'
            when joined.level_scheme = 'nd42_2022'
                then 'Whole-process and partial (42/2022/NĐ-CP); not comparable with levels 3 and 4 before 2022'
        end as comparability_note_en,
        joined.known_from
    from joined
    inner join {{ ref('dim_indicator') }} as indicators
        on joined.indicator_code = indicators.indicator_code
    inner join provinces
        on {{ as_of_province(
            'joined.province_id', 'least(joined.province_day, provinces.last_valid_to)', 'provinces'
        ) }}
    left join reasons
        on joined.not_comparable_reason = reasons.reason_code
    left join targets
        on joined.target_id = targets.target_id

)

select * from mart_online_service_levels
