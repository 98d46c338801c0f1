-- The rank of a province in an edition as it was known from each day on which a score or rank of the edition became
-- known or was revised: the best printed one, and a computed one where the scores of all provinces were known.
with figures as (

    select * from {{ ref('int_index_scores__unioned') }}
    where component_code = 'total'

),

documents as (

    select * from {{ ref('int_documents__unioned') }}

),

{{ known_states('figures', ['index_code', 'edition_year']) }},

ordered as (

    select
        *,
        row_number() over (
            partition by index_code, edition_year, province_id, state_no order by {{ preferred_first('score') }}
        ) as score_order,
        row_number() over (
            partition by index_code, edition_year, province_id, state_no
            order by {{ preferred_first('rank_published') }}
        ) as rank_order
    from members
    where state_known_from is not null

),

chosen as (

    select
        index_code,
        edition_year,
        data_year,
        province_id,
        n_provinces,
        state_known_from as known_from,
        state_known_to as known_to,
        max(case when score_order = 1 then score end) as score,
        max(case when score_order = 1 and score is not null then source_id end) as score_source_id,
        max(case when rank_order = 1 then rank_published end) as rank_published,
        max(case when rank_order = 1 and rank_published is not null then source_id end) as rank_source_id
    from ordered
    group by index_code, edition_year, data_year, province_id, n_provinces, state_known_from, state_known_to

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
