-- The whole of an index and its components: each figure beside the same province's figure in the edition before, with
-- the reason where the two may not be compared. A component's own break is a minor one of the total.
with ranked as (

    select * from {{ ref('int_index_scores__ranked') }}

),

editions as (

    select * from {{ ref('dim_index_edition') }}

),

breaks as (

    select
        *,
        coalesce(upper(component_code) || ': ', '') || note_vi as named_note_vi,
        coalesce(upper(component_code) || ': ', '') || note_en as named_note_en
    from {{ ref('break_register') }}
    -- another index that took its place is no break inside the index
    where index_code is not null and kind <> 'index_replaced'

),

components as (

    select distinct
        index_code,
        component_code
    from ranked

),

crossed as (

    -- breaks between an edition and the one before it, per component; those of the whole index hold for each
    select
        editions.index_code,
        editions.edition_year,
        components.component_code,
        min(
            case
                when
                    breaks.severity = 'major'
                    and (breaks.component_code is null or breaks.component_code = components.component_code)
                    then breaks.break_id
            end
        ) as major_break_id,
        min(breaks.break_id) as any_break_id,
        {{ joined_text('breaks.named_note_vi', '; ', 'breaks.break_id') }} as notes_vi,
        {{ joined_text('breaks.named_note_en', '; ', 'breaks.break_id') }} as notes_en
    from editions
    inner join editions as previous
        on
            editions.index_code = previous.index_code
            and editions.previous_edition_year = previous.edition_year
    inner join breaks
        on
            editions.index_code = breaks.index_code
            and breaks.effective_from > make_date(previous.data_year, 1, 1)
            and breaks.effective_from <= make_date(editions.data_year, 12, 31)
    inner join components
        on
            editions.index_code = components.index_code
            and (
                breaks.component_code is null
                or components.component_code in ('total', breaks.component_code)
            )
    group by editions.index_code, editions.edition_year, components.component_code

),

whole_editions as (

    select distinct
        index_code,
        edition_year,
        component_code
    from ranked
    where is_complete

),

paired as (

    select
        ranked.*,
        editions.comparable_segment,
        editions.previous_edition_year,
        previous_editions.comparable_segment as previous_segment,
        previous.score as score_previous,
        previous.rank_implied as rank_implied_previous,
        previous.rank_published as rank_published_previous,
        previous.rank_computed as rank_computed_previous,
        previous.n_provinces as n_ranked_previous,
        whole_editions.edition_year is not null as is_previous_complete,
        previous.province_id is not null as is_previous_held,
        crossed.major_break_id,
        crossed.any_break_id,
        crossed.notes_vi as break_notes_vi,
        crossed.notes_en as break_notes_en
    from ranked
    inner join editions
        on ranked.index_code = editions.index_code and ranked.edition_year = editions.edition_year
    left join editions as previous_editions
        on
            editions.index_code = previous_editions.index_code
            and editions.previous_edition_year = previous_editions.edition_year
    left join ranked as previous
        on
            ranked.index_code = previous.index_code
            and editions.previous_edition_year = previous.edition_year
            and ranked.province_id = previous.province_id
            and ranked.component_code = previous.component_code
    left join whole_editions
        on
            ranked.index_code = whole_editions.index_code
            and editions.previous_edition_year = whole_editions.edition_year
            and ranked.component_code = whole_editions.component_code
    left join crossed
        on
            ranked.index_code = crossed.index_code
            and ranked.edition_year = crossed.edition_year
            and ranked.component_code = crossed.component_code

),

judged as (

    select
        *,
        case
            when is_previous_complete and not is_previous_held then 'previous_not_scored'
            when previous_edition_year is null or not is_previous_held then 'previous_not_held'
            when major_break_id is not null then 'crosses_break'
            when comparable_segment is null or previous_segment is null then 'method_not_held'
            when score is null then 'score_not_held'
            when score_previous is null then 'previous_score_not_held'
        end as not_comparable_reason
    from paired

),

based as (

    -- ranks stand for themselves where the method or a score is only not held, and never across a break; two of one
    -- kind before two of different kinds
    select
        *,
        case
            when not_comparable_reason in ('previous_not_scored', 'previous_not_held', 'crosses_break') then null
            when rank_published is not null and rank_published_previous is not null then 'published'
            when rank_computed is not null and rank_computed_previous is not null then 'computed'
            when rank_published is not null and rank_computed_previous is not null then 'published_and_computed'
            when rank_published is not null and rank_implied_previous is not null then 'published_and_implied'
        end as rank_change_basis
    from judged

),

changed as (

    select
        *,
        case when not_comparable_reason is null then score - score_previous end as score_change,
        case rank_change_basis
            when 'published' then rank_published_previous
            when 'computed' then rank_computed_previous
            when 'published_and_computed' then rank_computed_previous
            when 'published_and_implied' then rank_implied_previous
            else coalesce(rank_published_previous, rank_computed_previous, rank_implied_previous)
        end as rank_previous
    from based

),

int_index_scores__compared as (

    select
        *,
        case
            when rank_change_basis = 'computed' then rank_previous - rank_computed
            when rank_change_basis is not null then rank_previous - rank_published
        end as rank_change,
        case
            when is_complete and is_previous_complete
                then median(cast(score_change as double)) over (
                    partition by index_code, edition_year, component_code
                )
        end as median_score_change
    from changed

)

select * from int_index_scores__compared
