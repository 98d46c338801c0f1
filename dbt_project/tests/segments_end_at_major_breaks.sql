-- Two places say where the scores of an index stop being comparable: the segment of each edition and the break
-- register. They agree, edition by edition.
with pairs as (

    select
        editions.index_code,
        editions.edition_year,
        editions.comparable_segment,
        previous.comparable_segment as previous_segment,
        previous.data_year as previous_data_year,
        editions.data_year
    from {{ ref('dim_index_edition') }} as editions
    inner join {{ ref('dim_index_edition') }} as previous
        on
            editions.index_code = previous.index_code
            and editions.previous_edition_year = previous.edition_year

)

select pairs.*
from pairs
where
    pairs.comparable_segment is not null
    and pairs.previous_segment is not null
    and (pairs.comparable_segment <> pairs.previous_segment)
    <> exists (
        select 1
        from {{ ref('break_register') }} as breaks
        where
            breaks.index_code = pairs.index_code
            and breaks.component_code is null
            and breaks.severity = 'major'
            and breaks.effective_from > make_date(pairs.previous_data_year, 1, 1)
            and breaks.effective_from <= make_date(pairs.data_year, 12, 31)
    )
