-- Every version of every index figure that a publisher's page or file states, with the register of corrections applied:
-- the one place where a figure is not what its source prints, and it says so.
with records as (

    select * from {{ ref('stg_records__index_scores') }}

),

documents as (

    select * from {{ ref('int_documents__unioned') }}

),

editions as (

    select * from {{ ref('dim_index_edition') }}

),

corrections as (

    select * from {{ ref('correction') }}
    where record_table = 'index_scores'

),

score_corrections as (

    select * from corrections
    where column_name = 'score'

),

rank_corrections as (

    select * from corrections
    where column_name = 'rank_published'

),

{{ vintages_of('records', 'index_score_id', ['page_id', 'index_code', 'edition_year', 'province_id', 'component_code',
    'score', 'score_decimals', 'rank_published', 'rank_implied', 'group_published', 'value_kind', 'formula_code',
    'locator', 'note']) }},

dated_vintages as (

    select
        vintages.*,
        documents.trust_grade,
        -- a figure of an edition is known with the edition, or with a page that shows it earlier
        {{ version_known_from('least(documents.known_from, editions.known_from)') }} as known_from
    from vintages
    inner join documents
        on vintages.page_id = documents.document_id
    inner join editions
        on vintages.index_code = editions.index_code and vintages.edition_year = editions.edition_year

),

int_index_scores__versioned as (

    select
        dated_vintages.index_score_id,
        dated_vintages.index_code,
        dated_vintages.edition_year,
        dated_vintages.province_id,
        dated_vintages.component_code,
        dated_vintages.page_id as source_id,
        coalesce({{ to_number('score_corrections.corrected_value') }}, dated_vintages.score) as score,
        coalesce({{ to_integer('rank_corrections.corrected_value') }}, dated_vintages.rank_published) as rank_published,
        nullif(concat_ws(';', score_corrections.correction_id, rank_corrections.correction_id), '') as correction_id,
        case when score_corrections.correction_id is not null then dated_vintages.score end as score_uncorrected,
        case when rank_corrections.correction_id is not null then dated_vintages.rank_published end
            as rank_uncorrected,
        dated_vintages.rank_implied,
        dated_vintages.group_published,
        dated_vintages.value_kind,
        dated_vintages.formula_code,
        dated_vintages.locator,
        dated_vintages.trust_grade,
        dated_vintages.vintage_no,
        dated_vintages.vintage_reason,
        dated_vintages.known_from,
        {{ version_known_to('dated_vintages.index_score_id') }} as known_to,
        dated_vintages.is_latest_vintage
    from dated_vintages
    left join score_corrections
        on
            dated_vintages.index_score_id = score_corrections.record_id
            and dated_vintages.score = {{ to_number('score_corrections.expected_wrong_value') }}
    left join rank_corrections
        on
            dated_vintages.index_score_id = rank_corrections.record_id
            and dated_vintages.rank_published = {{ to_integer('rank_corrections.expected_wrong_value') }}

)

select * from int_index_scores__versioned
