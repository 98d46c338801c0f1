-- Index ranks that are held, and the rank that a plan promised: a rank goal of a plan year is judged by the edition
-- whose data are of that year, and by no other.
with scores as (

    select * from {{ ref('fct_index_score') }}
    where component_code = 'total' and is_preferred

),

editions as (

    select * from {{ ref('dim_index_edition') }}

),

provinces as (

    -- a promise may outlive its province: then the province's last version stands
    select
        *,
        max(valid_to) over (partition by province_id) as last_valid_to
    from {{ ref('dim_province') }}

),

rank_indicators as (

    select * from {{ ref('index_rank_indicator') }}

),

targets as (

    select
        rank_indicators.index_code,
        fct_target.*,
        row_number() over (
            partition by rank_indicators.index_code, fct_target.province_id, fct_target.plan_year
            order by fct_target.known_from desc nulls last, fct_target.target_id asc
        ) as recency
    from {{ ref('fct_target') }} as fct_target
    inner join rank_indicators
        on fct_target.indicator_code = rank_indicators.indicator_code
    where
        fct_target.restates_target_id is null
        and fct_target.withdrawn_on is null
        and fct_target.plan_year is not null
        and fct_target.target_value is not null

),

naming as (

    -- how many years after its data an edition is named
    select
        index_code,
        max(edition_year - data_year) as naming_lag
    from editions
    group by index_code

),

promised_editions as (

    -- the edition that judges a promise; where none is listed, the promise stands under the name it would have
    select
        targets.index_code,
        coalesce(editions.edition_year, targets.plan_year + coalesce(naming.naming_lag, 0)) as edition_year,
        coalesce(editions.data_year, targets.plan_year) as data_year,
        targets.province_id,
        targets.target_id,
        targets.comparator,
        targets.target_value,
        targets.document_id
    from targets
    left join editions
        on targets.index_code = editions.index_code and targets.plan_year = editions.data_year
    left join naming
        on targets.index_code = naming.index_code
    where targets.recency = 1

),

joined as (

    select
        coalesce(scores.index_code, promised_editions.index_code) as index_code,
        coalesce(scores.edition_year, promised_editions.edition_year) as edition_year,
        coalesce(scores.data_year, promised_editions.data_year) as data_year,
        coalesce(scores.province_id, promised_editions.province_id) as province_id,
        scores.score,
        scores.rank_published,
        scores.rank_implied,
        scores.rank_computed,
        scores.rank_change_printed,
        scores.n_ranked,
        scores.value_kind,
        scores.source_id,
        scores.known_from,
        promised_editions.target_id,
        promised_editions.comparator as target_comparator,
        promised_editions.target_value as target_rank,
        promised_editions.document_id as target_document_id
    from scores
    full outer join promised_editions
        on
            scores.index_code = promised_editions.index_code
            and scores.edition_year = promised_editions.edition_year
            and scores.data_year = promised_editions.data_year
            and scores.province_id = promised_editions.province_id

),

mart_index_rankings as (

    select
        joined.index_code,
        joined.edition_year,
        joined.data_year,
        joined.province_id,
        provinces.name_vi as province_vi,
        provinces.name_en as province_en,
        joined.score,
        joined.rank_published,
        joined.rank_implied,
        joined.rank_computed,
        joined.rank_change_printed,
        joined.n_ranked,
        {{ percent_of('joined.rank_published - 1', 'joined.n_ranked - 1') }} as rank_percentile,
        joined.value_kind,
        joined.source_id,
        joined.known_from,
        joined.target_id,
        cast(joined.target_rank as integer) as target_rank,
        joined.target_document_id,
        cast(joined.target_rank - coalesce(joined.rank_published, joined.rank_implied) as integer) as places_to_spare,
        case
            when joined.target_id is null then 'no_target_held'
            when coalesce(joined.rank_published, joined.rank_implied) is null then 'no_result_held'
            when coalesce(joined.rank_published, joined.rank_implied) <= joined.target_rank then 'MET'
            else 'NOT_MET'
        end as verdict
    from joined
    inner join provinces
        on {{ as_of_province(
            'joined.province_id', 'least(make_date(joined.data_year, 12, 31), provinces.last_valid_to)', 'provinces'
        ) }}

)

select * from mart_index_rankings
