-- Each of the 63 goes wholly into the 34; of every merger, predecessors end the day before and successors are valid on
-- the day.
with newcomers as (

    select province_id
    from {{ ref('dim_province') }}
    where valid_from = date '2025-07-01'

),

shares as (

    select
        predecessor_province_id,
        effective_date,
        sum(share) as share_sum
    from {{ ref('bridge_province_succession') }}
    group by predecessor_province_id, effective_date

)

select
    'shares' as what,
    predecessor_province_id as province_id
from shares
where abs(share_sum - 1) > 1e-9

union all

select
    'predecessor' as what,
    provinces.province_id
from {{ ref('dim_province') }} as provinces
left join shares
    on provinces.province_id = shares.predecessor_province_id and provinces.valid_to + 1 = shares.effective_date
where provinces.valid_to = date '2025-06-30' and shares.predecessor_province_id is null

union all

select
    'predecessor of another day' as what,
    shares.predecessor_province_id as province_id
from shares
left join {{ ref('dim_province') }} as provinces
    on shares.predecessor_province_id = provinces.province_id and shares.effective_date = provinces.valid_to + 1
where provinces.province_id is null

union all

select
    'successor' as what,
    coalesce(succession.successor_province_id, newcomers.province_id) as province_id
from {{ ref('int_provinces__successors') }} as succession
full outer join newcomers
    on succession.successor_province_id = newcomers.province_id
where succession.successor_province_id is null or newcomers.province_id is null

union all

select
    'successor of another day' as what,
    succession.successor_province_id as province_id
from {{ ref('bridge_province_succession') }} as succession
left join {{ ref('dim_province') }} as provinces
    on {{ as_of_province('succession.successor_province_id', 'succession.effective_date', 'provinces') }}
where provinces.province_id is null
