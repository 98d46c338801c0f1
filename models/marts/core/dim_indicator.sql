with indicators as (

    select * from {{ ref('indicator') }}

),

definitions as (

    select * from {{ ref('index_definition') }}

),

dim_indicator as (

    select
        indicators.indicator_code,
        indicators.name_vi,
        indicators.name_en,
        indicators.unit,
        indicators.polarity,
        indicators.accumulation,
        indicators.expected_path,
        -- the rank in an index is known with its edition
        coalesce(indicators.result_lag_days, definitions.result_lag_days) as result_lag_days,
        indicators.numerator_vi,
        indicators.denominator_vi,
        indicators.reform_field_code
    from indicators
    left join definitions
        on indicators.indicator_code = definitions.rank_indicator_code

)

select * from dim_indicator
