-- Official documents and web pages as one list: a page is a document, of kind web_page unless it is a publisher's own
-- table or file. What has no identified source (trust C) ends here. Records name their document by owner_name: the
-- folder of a document, the id of a page.
with documents as (

    select * from {{ ref('stg_records__documents') }}
    where is_latest_file and trust_grade <> 'C'

),

pages as (

    select * from {{ ref('stg_records__pages') }}
    where is_latest_file and trust_grade <> 'C'

),

results as (

    select * from {{ ref('stg_records__results') }}
    where is_latest_file

),

page_dates as (

    -- what a page cannot have known before: the last day that its figures speak of
    select
        page_id,
        max(coalesce(measured_on, period_end, period_start)) as latest_date_in_text
    from results
    where page_id is not null
    group by page_id

),

index_figures as (

    select
        page_id,
        index_code,
        edition_year
    from {{ ref('stg_records__index_scores') }}
    where is_latest_file

    union all

    select
        page_id,
        index_code,
        edition_year
    from {{ ref('stg_records__index_statistics') }}
    where is_latest_file

),

page_editions as (

    -- an undated page of index figures is no older than the youngest edition it speaks of
    select
        index_figures.page_id,
        max(editions.known_from) as known_from,
        max_by(editions.known_from_basis, editions.known_from) as known_from_basis
    from index_figures
    inner join {{ ref('dim_index_edition') }} as editions
        on
            index_figures.index_code = editions.index_code
            and index_figures.edition_year = editions.edition_year
    group by index_figures.page_id

),

int_documents__unioned as (

    select
        document_id,
        document_number,
        issue_date,
        document_kind,
        legal_form,
        title_vi,
        issuer_vi,
        province_id,
        plan_year,
        period_start,
        period_end,
        period_text,
        known_from,
        known_from_basis,
        signatory_vi,
        publisher,
        address,
        accessed_on,
        source_kind,
        source_family_code,
        trust_grade,
        licence,
        source_sha256,
        issue_date as dated_on,
        cast(null as string) as note,
        package_name,
        package_name as owner_name
    from documents

    union all

    select
        pages.page_id as document_id,
        cast(null as string) as document_number,
        cast(null as date) as issue_date,
        pages.document_kind,
        'other' as legal_form,
        pages.title_vi,
        pages.publisher as issuer_vi,
        cast(null as string) as province_id,
        cast(null as integer) as plan_year,
        cast(null as date) as period_start,
        cast(null as date) as period_end,
        cast(null as string) as period_text,
        coalesce(pages.published_on, page_dates.latest_date_in_text, page_editions.known_from) as known_from,
        case
            when pages.published_on is not null then 'publication'
            when page_dates.latest_date_in_text is not null then 'latest_date_in_text'
            else page_editions.known_from_basis
        end as known_from_basis,
        cast(null as string) as signatory_vi,
        pages.publisher,
        pages.address,
        pages.accessed_on,
        pages.source_kind,
        pages.source_family_code,
        pages.trust_grade,
        pages.licence,
        pages.source_sha256,
        pages.published_on as dated_on,
        pages.note,
        pages.package_name,
        pages.page_id as owner_name
    from pages
    left join page_dates
        on pages.page_id = page_dates.page_id
    left join page_editions
        on pages.page_id = page_editions.page_id

)

select * from int_documents__unioned
