-- The rank that a plan promises and the edition that judges it: the one with data of the plan year, however named.
with editions as (

    select * from {{ ref('dim_index_edition') }}

),

definitions as (

    select * from {{ ref('index_definition') }}

),

targets as (

    select
        definitions.index_code,
        definitions.edition_lag_years,
        fct_target.*,
        row_number() over (
            partition by definitions.index_code, fct_target.province_id, fct_target.plan_year
            order by fct_target.known_from desc nulls last, fct_target.target_id asc
        ) as recency
    from {{ ref('fct_target') }} as fct_target
    inner join definitions
        on fct_target.indicator_code = definitions.rank_indicator_code
    where
        fct_target.restates_target_id is null
        and fct_target.withdrawn_on is null
        and fct_target.plan_year is not null
        and fct_target.target_value is not null

),

int_index_ranks__promised as (

    -- the edition that judges a promise; where none is listed, the promise stands under the name it would have
    select
        targets.index_code,
        coalesce(editions.edition_year, targets.plan_year + targets.edition_lag_years) as edition_year,
        coalesce(editions.data_year, targets.plan_year) as data_year,
        targets.province_id,
        targets.target_id,
        targets.target_value,
        targets.document_id
    from targets
    left join editions
        on targets.index_code = editions.index_code and targets.plan_year = editions.data_year
    where targets.recency = 1

)

select * from int_index_ranks__promised
