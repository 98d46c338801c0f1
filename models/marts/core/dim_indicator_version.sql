-- Indicators of online services carry the scheme of levels they are defined in, with its validity; the others have
-- one version without a scheme.
with indicators as (

    select * from {{ ref('indicator') }}

),

online_services as (

    select * from {{ ref('online_service_indicator') }}

),

schemes as (

    select * from {{ ref('level_scheme') }}

),

dim_indicator_version as (

    select
        indicators.indicator_code || '@' || coalesce(online_services.level_scheme, 'none') as indicator_version_id,
        indicators.indicator_code,
        coalesce(online_services.level_scheme, 'none') as level_scheme,
        online_services.service_level,
        online_services.level_semantics,
        schemes.valid_from,
        schemes.valid_to,
        schemes.legal_act
    from indicators
    left join online_services
        on indicators.indicator_code = online_services.indicator_code
    left join schemes
        on online_services.level_scheme = schemes.level_scheme

)

select * from dim_indicator_version
