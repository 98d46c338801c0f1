-- National and regional figures of an edition: printed ones as their source states them, and computed ones of editions
-- that are held whole.
with records as (

    select * from {{ ref('stg_records__index_statistics') }}
    where is_latest_file

),

documents as (

    select * from {{ ref('int_documents__unioned') }}

),

editions as (

    select * from {{ ref('dim_index_edition') }}

),

summaries as (

    select * from {{ ref('int_index_editions__summarised') }}
    where is_complete

),

unioned as (

    select
        records.index_statistic_id,
        records.index_code,
        records.edition_year,
        records.geography,
        records.region_scheme,
        records.region_code,
        records.component_code,
        records.statistic_code,
        records.group_code,
        records.group_lower,
        records.group_upper,
        cast(records.value as double) as value,
        records.value_kind,
        records.formula_code,
        records.page_id as source_id,
        documents.trust_grade,
        documents.known_from,
        records.note
    from records
    inner join documents
        on records.page_id = documents.document_id

    {% for statistic, column in [
        ('mean', 'score_mean'), ('median', 'score_median'), ('min', 'score_lowest'), ('max', 'score_best')
    ] -%}
        union all

        select
            'computed.' || index_code || '.' || cast(edition_year as string) || '.' || component_code
            || '.{{ statistic }}' as index_statistic_id,
            index_code,
            edition_year,
            'national' as geography,
            cast(null as string) as region_scheme,
            cast(null as string) as region_code,
            component_code,
            '{{ statistic }}' as statistic_code,
            cast(null as string) as group_code,
            cast(null as decimal(20, 6)) as group_lower,
            cast(null as decimal(20, 6)) as group_upper,
            cast({{ column }} as double) as value,
            'computed' as value_kind,
            'over_all_provinces' as formula_code,
            'computed:index_edition' as source_id,
            lowest_trust_grade as trust_grade,
            known_from,
            cast(null as string) as note
        from summaries

    {% endfor -%}
),

fct_index_statistic as (

    select
        unioned.index_statistic_id,
        unioned.index_code,
        unioned.edition_year,
        editions.data_year,
        unioned.geography,
        unioned.region_scheme,
        unioned.region_code,
        unioned.component_code,
        unioned.statistic_code,
        unioned.group_code,
        unioned.group_lower,
        unioned.group_upper,
        unioned.value,
        unioned.value_kind,
        unioned.formula_code,
        unioned.source_id,
        unioned.trust_grade,
        case
            -- what is computed is known with the last of its scores
            when unioned.value_kind = 'computed' and unioned.formula_code = 'over_all_provinces' then unioned.known_from
            else least(unioned.known_from, editions.known_from)
        end as known_from,
        unioned.note,
        row_number() over (
            partition by
                unioned.index_code, unioned.edition_year, unioned.geography, unioned.region_scheme,
                unioned.region_code, unioned.component_code, unioned.statistic_code, unioned.group_code
            order by
                unioned.value_kind desc,
                unioned.trust_grade asc,
                unioned.known_from desc nulls last,
                unioned.index_statistic_id asc
        ) = 1 as is_preferred
    from unioned
    inner join editions
        on unioned.index_code = editions.index_code and unioned.edition_year = editions.edition_year

)

select * from fct_index_statistic
