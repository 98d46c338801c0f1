with agencies as (

    select * from {{ ref('agency') }}

),

dim_agency as (

    select
        agency_id,
        name_vi,
        name_en,
        agency_kind,
        is_group,
        valid_from,
        valid_to
    from agencies

)

select * from dim_agency
