-- Index scores and ranks. A rank stands here only where a publisher or a citation of it prints it.
with rankings as (

    select * from {{ ref('stg_records__rankings') }}
    where is_latest_file

),

documents as (

    select * from {{ ref('int_documents__unioned') }}

),

editions as (

    select * from {{ ref('index_edition') }}

),

stated as (

    -- the rank a document states, and the rank of the year before that its change implies: "tăng 3 bậc" means that
    -- the number of the rank fell by 3
    select
        rankings.ranking_id,
        rankings.index_code,
        rankings.edition_year,
        documents.province_id,
        documents.document_id,
        documents.known_from,
        rankings.score,
        rankings.rank_published,
        rankings.rank_change_printed,
        cast(null as integer) as rank_implied,
        'printed' as value_kind
    from rankings
    inner join documents
        on rankings.package_name = documents.package_name

    union all

    select
        rankings.ranking_id || '-previous' as ranking_id,
        rankings.index_code,
        rankings.compared_with_edition_year as edition_year,
        documents.province_id,
        documents.document_id,
        documents.known_from,
        cast(null as decimal(20, 6)) as score,
        cast(null as integer) as rank_published,
        cast(null as integer) as rank_change_printed,
        rankings.rank_published + rankings.rank_change_printed as rank_implied,
        'computed' as value_kind
    from rankings
    inner join documents
        on rankings.package_name = documents.package_name
    where rankings.rank_change_printed is not null and rankings.compared_with_edition_year is not null

),

fct_index_score as (

    select
        stated.index_code,
        stated.edition_year,
        editions.data_year,
        stated.province_id,
        'total' as component_code,
        stated.score,
        stated.rank_published,
        stated.rank_change_printed,
        stated.rank_implied,
        cast(null as integer) as rank_computed,
        editions.n_provinces as n_ranked,
        cast(null as varchar) as group_published,
        stated.value_kind,
        stated.document_id as source_id,
        stated.known_from,
        row_number() over (
            partition by stated.index_code, stated.edition_year, stated.province_id
            order by
                case stated.value_kind when 'printed' then 0 else 1 end asc,
                stated.known_from desc,
                stated.document_id asc
        ) = 1 as is_preferred
    from stated
    inner join editions
        on stated.index_code = editions.index_code and stated.edition_year = editions.edition_year

)

select * from fct_index_score
