with source as (

    select * from {{ source('raw', 'index_scores') }}

),

stg_records__index_scores as (

    select
        index_score_id,
        page_id,
        index_code,
        {{ to_integer('edition_year') }} as edition_year,
        province as province_id,
        component_code,
        {{ to_number('score') }} as score,
        {{ decimals_of('score') }} as score_decimals,
        {{ to_integer('rank_published') }} as rank_published,
        {{ to_integer('rank_implied') }} as rank_implied,
        group_published,
        coalesce(value_kind, 'printed') as value_kind,
        formula_code,
        locator,
        note,
        {{ to_date('revised_known_from') }} as revised_known_from,
        _package as package_name,
        _file as file_name,
        _file_sha256 as file_sha256,
        _row as file_row,
        _vintage_no as file_vintage_no,
        _vintage_reason as file_vintage_reason,
        {{ to_date('_vintage_known_from') }} as vintage_known_from,
        _is_latest as is_latest_file
    from source

)

select * from stg_records__index_scores
