-- Indicators of both seeds are tested with those of all seeds; here the index, scheme and break they name, and the
-- words that the models compare with.
select
    'relation' as what,
    relations.from_indicator_code || ' - ' || relations.to_indicator_code as row_id
from {{ ref('indicator_relation') }} as relations
left join {{ ref('break_register') }} as breaks
    on relations.break_id = breaks.break_id
where
    (relations.break_id is not null and breaks.break_id is null)
    or relations.relation_kind not in ('near_successor', 'part_of', 'other_denominator')
    -- a successor of another definition is one because of a break
    or (relations.relation_kind = 'near_successor' and relations.break_id is null)
    or relations.from_indicator_code = relations.to_indicator_code

union all

select
    'break' as what,
    breaks.break_id as row_id
from {{ ref('break_register') }} as breaks
left join {{ ref('level_scheme') }} as schemes
    on breaks.level_scheme = schemes.level_scheme
where
    (breaks.level_scheme is not null and schemes.level_scheme is null)
    or breaks.severity not in ('major', 'minor')
    or breaks.effective_from is null
    or breaks.evidence is null
    or (
        breaks.index_code is not null
        and not exists (
            select 1
            from {{ ref('dim_index_edition') }} as editions
            where editions.index_code = breaks.index_code
        )
    )
