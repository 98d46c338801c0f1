with provinces as (

    select * from {{ ref('province') }}

),

regions as (

    select * from {{ ref('region') }}

),

dim_province as (

    select
        provinces.province_version_id,
        provinces.province_id,
        provinces.name_vi,
        provinces.name_en,
        provinces.full_name_vi,
        provinces.unit_type,
        provinces.gso_code,
        provinces.iso_code,
        provinces.pci_code,
        provinces.papi_code,
        provinces.region_code,
        provinces.region_scheme,
        regions.name_vi as region_vi,
        regions.name_en as region_en,
        provinces.valid_from,
        coalesce(provinces.valid_to, date '9999-12-31') as valid_to,
        provinces.valid_to is null as is_current,
        provinces.legal_act
    from provinces
    inner join regions
        on
            provinces.region_scheme = regions.region_scheme
            and provinces.region_code = regions.region_code

)

select * from dim_province
