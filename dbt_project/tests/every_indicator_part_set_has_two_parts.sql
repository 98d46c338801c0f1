-- A set is one whole and at least two parts; anything else can never be tested or always fails.
select
    part_set_code,
    count(*) as part_count
from {{ ref('indicator_part') }}
group by part_set_code
having
    count(*) < 2
    or count(distinct whole_indicator_code || '/' || coalesce(whole_scope_code, '')) <> 1
    or count(distinct conflict_kind) <> 1

union all

select
    part_set_code,
    count(*) as part_count
from {{ ref('admin_level_part') }}
group by part_set_code
having count(*) < 2 or count(distinct whole_admin_level) <> 1

union all

select
    share_set_code as part_set_code,
    count(*) as part_count
from {{ ref('share_set') }}
group by share_set_code
having count(*) < 2
