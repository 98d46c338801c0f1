-- Every score and rank that a source states of a province in an edition: index records, ranks that documents cite, and
-- what a stated change says of the edition before.
with rankings as (

    select * from {{ ref('stg_records__rankings') }}
    where is_latest_file

),

records as (

    select * from {{ ref('stg_records__index_scores') }}
    where is_latest_file

),

documents as (

    select * from {{ ref('int_documents__unioned') }}

),

editions as (

    select * from {{ ref('dim_index_edition') }}

),

cited as (

    select
        rankings.*,
        documents.province_id,
        documents.document_id
    from rankings
    inner join documents
        on rankings.package_name = documents.package_name

),

stated as (

    select
        index_code,
        edition_year,
        province_id,
        'total' as component_code,
        document_id as source_id,
        score,
        rank_published,
        rank_change_printed,
        cast(null as integer) as rank_implied,
        cast(null as varchar) as group_published,
        'printed' as value_kind,
        cast(null as varchar) as formula_code,
        locator
    from cited

    union all

    -- "tăng 3 bậc" means that the number of the rank fell by 3
    select
        index_code,
        compared_with_edition_year as edition_year,
        province_id,
        'total' as component_code,
        document_id as source_id,
        cast(null as decimal(20, 6)) as score,
        cast(null as integer) as rank_published,
        cast(null as integer) as rank_change_printed,
        rank_published + rank_change_printed as rank_implied,
        cast(null as varchar) as group_published,
        'computed' as value_kind,
        'from_stated_change' as formula_code,
        locator
    from cited
    where rank_change_printed is not null and compared_with_edition_year is not null

    union all

    select
        index_code,
        edition_year,
        province_id,
        component_code,
        page_id as source_id,
        score,
        rank_published,
        cast(null as integer) as rank_change_printed,
        rank_implied,
        group_published,
        value_kind,
        formula_code,
        locator
    from records

),

int_index_scores__unioned as (

    select
        stated.*,
        editions.data_year,
        editions.n_provinces,
        documents.trust_grade,
        -- a figure of an edition is known with the edition, or with a document that cites it earlier
        least(documents.known_from, editions.known_from) as known_from
    from stated
    inner join editions
        on stated.index_code = editions.index_code and stated.edition_year = editions.edition_year
    inner join documents
        on stated.source_id = documents.document_id

)

select * from int_index_scores__unioned
