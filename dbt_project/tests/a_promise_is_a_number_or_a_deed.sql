-- "done" promises a deed and no number; every other comparator binds a number with a unit.
select
    target_id,
    comparator,
    target_value,
    unit
from {{ ref('fct_target') }}
where
    (comparator = 'done' and target_value is not null)
    or (comparator <> 'done' and (target_value is null or unit is null))
