with editions as (

    select * from {{ ref('index_edition') }}

),

dim_index_edition as (

    select
        index_code,
        edition_year,
        data_year,
        name_vi,
        name_en,
        publisher,
        method_version,
        scale_max,
        comparable_segment,
        published_on,
        known_from,
        n_provinces,
        legal_act
    from editions

)

select * from dim_index_edition
