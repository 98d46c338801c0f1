-- Every score and rank that a source states of a province in an edition: index records, ranks that documents cite, and
-- what a stated change says of the edition before. Every version; is_latest_vintage marks what is held now.
with rankings as (

    select * from {{ ref('stg_records__rankings') }}

),

figures as (

    select * from {{ ref('int_index_scores__versioned') }}

),

documents as (

    select * from {{ ref('int_documents__unioned') }}

),

editions as (

    select * from {{ ref('dim_index_edition') }}

),

{{ vintages_of('rankings', 'ranking_id', ['index_code', 'edition_year', 'rank_published', 'rank_change_printed',
    'compared_with_edition_year', 'score', 'value_reading', 'reading_note', 'printed_text', 'locator']) }},

cited as (

    select
        vintages.*,
        documents.province_id,
        documents.document_id,
        documents.trust_grade,
        documents.known_from as document_known_from
    from vintages
    inner join documents
        on vintages.package_name = documents.package_name

),

cited_figures as (

    select
        *,
        ranking_id as index_score_id,
        edition_year as stated_edition_year,
        rank_published as stated_rank,
        rank_change_printed as stated_change,
        cast(null as integer) as rank_implied,
        'printed' as value_kind,
        cast(null as string) as formula_code
    from cited

    union all

    -- "tăng 3 bậc" means that the number of the rank fell by 3
    select
        *,
        ranking_id || '.before' as index_score_id,
        compared_with_edition_year as stated_edition_year,
        cast(null as integer) as stated_rank,
        cast(null as integer) as stated_change,
        rank_published + rank_change_printed as rank_implied,
        'computed' as value_kind,
        'from_stated_change' as formula_code
    from cited
    where rank_change_printed is not null and compared_with_edition_year is not null

),

dated_figures as (

    select
        vintages.*,
        -- a figure of an edition is known with the edition, or with a document that cites it earlier
        {{ version_known_from('least(vintages.document_known_from, editions.known_from)') }} as known_from
    from cited_figures as vintages
    inner join editions
        on vintages.index_code = editions.index_code and vintages.stated_edition_year = editions.edition_year

),

stated as (

    select
        index_score_id,
        index_code,
        stated_edition_year as edition_year,
        province_id,
        'total' as component_code,
        document_id as source_id,
        case when value_kind = 'printed' then score end as score,
        stated_rank as rank_published,
        stated_change as rank_change_printed,
        rank_implied,
        cast(null as string) as group_published,
        value_kind,
        formula_code,
        cast(null as string) as correction_id,
        cast(null as decimal(20, 6)) as score_uncorrected,
        cast(null as integer) as rank_uncorrected,
        locator,
        trust_grade,
        vintage_no,
        vintage_reason,
        known_from,
        {{ version_known_to('index_score_id') }} as known_to,
        is_latest_vintage
    from dated_figures

    union all

    select
        index_score_id,
        index_code,
        edition_year,
        province_id,
        component_code,
        source_id,
        score,
        rank_published,
        cast(null as integer) as rank_change_printed,
        rank_implied,
        group_published,
        value_kind,
        formula_code,
        correction_id,
        score_uncorrected,
        rank_uncorrected,
        locator,
        trust_grade,
        vintage_no,
        vintage_reason,
        known_from,
        known_to,
        is_latest_vintage
    from figures

),

int_index_scores__unioned as (

    select
        stated.*,
        editions.data_year,
        editions.n_provinces
    from stated
    inner join editions
        on stated.index_code = editions.index_code and stated.edition_year = editions.edition_year

)

select * from int_index_scores__unioned
