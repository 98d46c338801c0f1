with editions as (

    select * from {{ ref('index_edition') }}

),

definitions as (

    select * from {{ ref('index_definition') }}

),

dim_index_edition as (

    select
        editions.index_code,
        editions.edition_year,
        editions.data_year,
        definitions.name_vi,
        definitions.name_en,
        definitions.publisher,
        editions.method_version,
        editions.scale_max,
        definitions.one_point,
        editions.comparable_segment,
        editions.published_on,
        -- where the day of publication is not held, the longest time that an edition took after the year of its data
        coalesce(
            editions.published_on,
            cast(make_date(editions.data_year, 12, 31) + definitions.result_lag_days as date)
        ) as known_from,
        case
            when editions.published_on is not null then 'publication'
            else 'period_end_plus_lag'
        end as known_from_basis,
        editions.provinces_on,
        editions.n_provinces,
        editions.legal_act,
        editions.evidence,
        editions.note_en,
        -- the edition of the year before, if there was one
        case
            when
                lag(editions.edition_year) over (
                    partition by editions.index_code order by editions.edition_year asc
                ) = editions.edition_year - 1
                then editions.edition_year - 1
        end as previous_edition_year,
        coalesce(editions.is_published_on_2025_07, false) as is_published_on_2025_07
    from editions
    inner join definitions
        on editions.index_code = definitions.index_code

)

select * from dim_index_edition
