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
    where index_code is not null

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
        coalesce(components.component_code, breaks.component_code) as component_code,
        min(
            case
                when
                    breaks.severity = 'major'
                    and (breaks.component_code is null or breaks.component_code = components.component_code)
                    then breaks.break_id
            end
        ) as major_break_id,
        min(breaks.break_id) as any_break_id,
        string_agg(breaks.named_note_vi, '; ' order by breaks.break_id) as notes_vi,
        string_agg(breaks.named_note_en, '; ' order by breaks.break_id) as notes_en
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
    group by editions.index_code, editions.edition_year, coalesce(components.component_code, breaks.component_code)

),

paired as (

    select
        ranked.*,
        editions.comparable_segment,
        editions.previous_edition_year,
        previous_editions.comparable_segment as previous_segment,
        previous.score as score_previous,
        coalesce(previous.rank_published, previous.rank_implied) as rank_stated_previous,
        previous.rank_published as rank_published_previous,
        previous.rank_computed as rank_computed_previous,
        previous.n_provinces as n_ranked_previous,
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
            when previous_edition_year is null or not is_previous_held then 'previous_not_held'
            when major_break_id is not null then 'crosses_break'
            when comparable_segment is null or previous_segment is null then 'method_not_held'
        end as not_comparable_reason
    from paired

),

changed as (

    select
        *,
        case when not_comparable_reason is null then score - score_previous end as score_change,
        -- ranks stand for themselves where the method is only not held, and never across a break
        case
            when not_comparable_reason in ('previous_not_held', 'crosses_break') then null
            when rank_published is not null and rank_published_previous is not null
                then rank_published_previous - rank_published
            when rank_computed is not null and rank_computed_previous is not null
                then rank_computed_previous - rank_computed
            when rank_published is not null and rank_stated_previous is not null
                then rank_stated_previous - rank_published
        end as rank_change,
        case
            when not_comparable_reason in ('previous_not_held', 'crosses_break') then null
            when rank_published is not null and rank_published_previous is not null then 'published'
            when rank_computed is not null and rank_computed_previous is not null then 'computed'
            when rank_published is not null and rank_stated_previous is not null then 'published_and_implied'
        end as rank_change_basis
    from judged

),

int_index_scores__compared as (

    select
        *,
        case
            when is_complete
                then median(cast(score_change as double)) over (
                    partition by index_code, edition_year, component_code
                )
        end as median_score_change
    from changed

)

select * from int_index_scores__compared
