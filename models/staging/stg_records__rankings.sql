with source as (

    select * from {{ source('raw', 'rankings') }}

),

stg_records__rankings as (

    select
        ranking_id,
        index_code,
        {{ to_integer('edition_year') }} as edition_year,
        {{ to_integer('rank_published') }} as rank_published,
        {{ to_integer('rank_change_printed') }} as rank_change_printed,
        {{ to_integer('compared_with_edition_year') }} as compared_with_edition_year,
        {{ to_number('score') }} as score,
        coalesce(value_reading, 'literal') as value_reading,
        reading_note,
        printed_text,
        locator,
        cast(null as date) as revised_known_from,
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

select * from stg_records__rankings
