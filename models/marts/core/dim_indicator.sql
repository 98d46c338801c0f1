with indicators as (

    select * from {{ ref('indicator') }}

),

dim_indicator as (

    select
        indicator_code,
        name_vi,
        name_en,
        unit,
        polarity,
        accumulation,
        expected_path,
        result_lag_days,
        numerator_vi,
        denominator_vi,
        reform_field_code
    from indicators

)

select * from dim_indicator
