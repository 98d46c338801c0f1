-- One row per page, edition and component of an index: how many of the edition's provinces it states, how many without
-- a score, its mean on a scale of 0 to 1, and that mean in the edition and in the release before.
with scales as (
    select
        editions.index_code,
        editions.edition_year,
        coalesce(components.component_code, 'total') as component_code,
        cast(editions.n_provinces as integer) as edition_provinces,
        try_cast(case when components.component_code is null then editions.scale_max else components.scale_max end as double)
            as scale_max
    from seed_index_edition as editions
    cross join (
        select null as index_code, null as component_code, null as scale_max, null as first_year, null as last_year
        union all
        select index_code, component_code, scale_max, first_edition_year, last_edition_year
        from seed_index_component
    ) as components
    where
        components.component_code is null
        or (
            components.index_code = editions.index_code
            and cast(editions.edition_year as integer) between cast(components.first_year as integer)
            and coalesce(try_cast(components.last_year as integer), 9999)
        )
),

tables_now as (
    select
        min(_file) as _file,
        min(_row) as _row,
        page_id,
        index_code,
        edition_year,
        component_code,
        count(distinct province) as provinces_count,
        count(score) as scores_count,
        avg(try_cast(score as double)) as mean_score
    from now_index_scores
    group by page_id, index_code, edition_year, component_code
),

tables_before as (
    select
        page_id,
        index_code,
        edition_year,
        component_code,
        avg(try_cast(score as double)) as mean_score
    from before_index_scores
    group by page_id, index_code, edition_year, component_code
),

measured as (
    select
        tables_now.*,
        scales.edition_provinces,
        tables_now.provinces_count / scales.edition_provinces as province_share,
        greatest(scales.edition_provinces - tables_now.provinces_count, 0) as provinces_missing,
        case when tables_now.scores_count > 0 then tables_now.provinces_count - tables_now.scores_count else 0 end
            as scores_missing,
        tables_now.mean_score / scales.scale_max as mean_share,
        (tables_now.mean_score - tables_before.mean_score) / scales.scale_max as shift_since_release
    from tables_now
    inner join scales using (index_code, edition_year, component_code)
    left join tables_before using (page_id, index_code, edition_year, component_code)
),

editions_meant as (
    select
        index_code,
        component_code,
        edition_year,
        avg(mean_share) as mean_share
    from measured
    where province_share >= 0.5
    group by index_code, component_code, edition_year
),

editions_before as (
    select
        index_code,
        component_code,
        edition_year,
        lag(mean_share) over (partition by index_code, component_code order by edition_year) as mean_share
    from editions_meant
)

select
    measured._file,
    measured._row,
    measured.page_id,
    measured.index_code,
    measured.edition_year,
    measured.component_code,
    measured.province_share,
    measured.provinces_missing,
    measured.scores_missing,
    measured.mean_share - editions_before.mean_share as shift_since_edition,
    measured.shift_since_release
from measured
left join editions_before using (index_code, component_code, edition_year)
order by all
