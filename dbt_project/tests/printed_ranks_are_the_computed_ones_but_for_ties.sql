-- Where a whole edition is held, a printed rank is the rank by score, unless another province has the same score at the
-- printed precision of two digits (four on a scale of 1): the publisher ranks by more digits than it prints.
select
    rankings.index_code,
    rankings.edition_year,
    rankings.province_id,
    rankings.rank_published,
    rankings.rank_computed
from {{ ref('mart_index_rankings') }} as rankings
inner join {{ ref('dim_index_edition') }} as editions
    on rankings.index_code = editions.index_code and rankings.edition_year = editions.edition_year
where
    rankings.rank_published <> rankings.rank_computed
    and not exists (
        select 1
        from {{ ref('mart_index_rankings') }} as others
        where
            others.index_code = rankings.index_code
            and others.edition_year = rankings.edition_year
            and others.province_id <> rankings.province_id
            and abs(others.score - rankings.score) < editions.one_point / 100
    )
