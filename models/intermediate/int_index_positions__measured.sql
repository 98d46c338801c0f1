-- Where a province stands in an edition that is held whole: neighbours within one point, the place that one point more
-- or less would give, and the place among its region and among centrally run cities.
with scores as (

    select * from {{ ref('int_index_scores__ranked') }}
    where component_code = 'total' and is_complete and score is not null

),

editions as (

    select * from {{ ref('dim_index_edition') }}

),

provinces as (

    select * from {{ ref('dim_province') }}

),

placed as (

    select
        scores.index_code,
        scores.edition_year,
        scores.province_id,
        scores.score,
        -- exact: a tie at one point does not overtake
        cast(editions.one_point as decimal(20, 6)) as one_point,
        provinces.region_code,
        provinces.region_vi,
        provinces.region_en,
        provinces.unit_type
    from scores
    inner join editions
        on scores.index_code = editions.index_code and scores.edition_year = editions.edition_year
    inner join provinces
        on {{ as_of_province('scores.province_id', 'editions.provinces_on', 'provinces') }}

),

int_index_positions__measured as (

    select
        placed.index_code,
        placed.edition_year,
        placed.province_id,
        placed.region_code,
        placed.region_vi,
        placed.region_en,
        placed.unit_type,
        cast(sum(case when abs(others.score - placed.score) <= placed.one_point then 1 else 0 end) as integer)
            as provinces_within_one_point,
        cast(1 + sum(case when others.score > placed.score + placed.one_point then 1 else 0 end) as integer)
            as rank_with_one_point_more,
        cast(1 + sum(case when others.score > placed.score - placed.one_point then 1 else 0 end) as integer)
            as rank_with_one_point_less,
        cast(1 + sum(
            case when others.region_code = placed.region_code and others.score > placed.score then 1 else 0 end
        ) as integer) as rank_in_region,
        cast(1 + sum(case when others.region_code = placed.region_code then 1 else 0 end) as integer) as n_in_region,
        case
            when placed.unit_type = 'centrally_run_city'
                then cast(1 + sum(
                    case
                        when others.unit_type = 'centrally_run_city' and others.score > placed.score then 1
                        else 0
                    end
                ) as integer)
        end as rank_among_cities,
        case
            when placed.unit_type = 'centrally_run_city'
                then cast(
                    1 + sum(case when others.unit_type = 'centrally_run_city' then 1 else 0 end) as integer
                )
        end as n_cities
    from placed
    inner join placed as others
        on
            placed.index_code = others.index_code
            and placed.edition_year = others.edition_year
            and placed.province_id <> others.province_id
    group by
        placed.index_code, placed.edition_year, placed.province_id, placed.region_code, placed.region_vi,
        placed.region_en, placed.unit_type

)

select * from int_index_positions__measured
