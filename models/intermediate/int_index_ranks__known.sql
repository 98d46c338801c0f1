-- The rank of a province in an edition as it was known from each day on which a score or rank of the edition became
-- known or was revised: the best printed one, and a computed one where the scores of all provinces were known.
with figures as (

    select * from {{ ref('int_index_scores__unioned') }}
    where component_code = 'total'

),

documents as (

    select * from {{ ref('int_documents__unioned') }}

),

days as (

    select
        index_code,
        edition_year,
        known_from as known_on
    from figures
    where known_from is not null

    union

    select
        index_code,
        edition_year,
        known_to as known_on
    from figures
    where known_to is not null

),

states as (

    select
        *,
        lead(known_on) over (partition by index_code, edition_year order by known_on) as next_known_on
    from days

),

ordered as (

    -- the order of int_index_scores__ranked
    select
        figures.*,
        states.known_on,
        states.next_known_on,
        row_number() over (
            partition by figures.index_code, figures.edition_year, figures.province_id, states.known_on
            order by
                figures.score is null asc,
                figures.trust_grade asc,
                figures.value_kind desc,
                length({{ number_text('figures.score') }}) desc,
                figures.source_id asc
        ) as score_order,
        row_number() over (
            partition by figures.index_code, figures.edition_year, figures.province_id, states.known_on
            order by
                figures.rank_published is null asc,
                figures.trust_grade asc,
                figures.known_from asc,
                figures.source_id asc
        ) as rank_order
    from figures
    inner join states
        on
            figures.index_code = states.index_code
            and figures.edition_year = states.edition_year
            and {{ as_known_on('figures', 'states.known_on') }}

),

chosen as (

    select
        index_code,
        edition_year,
        data_year,
        province_id,
        n_provinces,
        known_on as known_from,
        next_known_on as known_to,
        max(case when score_order = 1 then score end) as score,
        max(case when score_order = 1 and score is not null then source_id end) as score_source_id,
        max(case when rank_order = 1 then rank_published end) as rank_published,
        max(case when rank_order = 1 and rank_published is not null then source_id end) as rank_source_id
    from ordered
    group by index_code, edition_year, data_year, province_id, n_provinces, known_on, next_known_on

),

computed as (

    select
        *,
        case
            when
                score is not null
                and count(score) over (partition by index_code, edition_year, known_from) >= n_provinces
                then cast(rank() over (
                    partition by index_code, edition_year, known_from order by score desc nulls last
                ) as integer)
        end as rank_computed
    from chosen

),

int_index_ranks__known as (

    select
        computed.index_code,
        computed.edition_year,
        computed.data_year,
        computed.province_id,
        coalesce(computed.rank_published, computed.rank_computed) as index_rank,
        computed.rank_published is null as is_rank_computed,
        documents.document_id as source_id,
        -- the publisher's own table is independent evidence; a page or report that names a rank only states it
        case when documents.document_kind = 'index_publication' then 'A' else 'D' end as evidence_grade,
        computed.known_from,
        computed.known_to
    from computed
    inner join documents
        on
            case when computed.rank_published is not null then computed.rank_source_id else computed.score_source_id end
            = documents.document_id
    where coalesce(computed.rank_published, computed.rank_computed) is not null

)

select * from int_index_ranks__known
