-- 19/2025/QĐ-TTg gives seven codes to another province: a join on the code alone would be wrong for these, and for
-- these only.
with expected as (

    select unnest(['15', '24', '44', '52', '80', '82', '91']) as gso_code

),

reassigned as (

    -- the province that had the code went into another one than the one that has it now
    select later.gso_code
    from {{ ref('dim_province') }} as earlier
    inner join {{ ref('dim_province') }} as later
        on
            earlier.gso_code = later.gso_code
            and earlier.valid_to = date '2025-06-30'
            and later.valid_from = date '2025-07-01'
    where earlier.name_vi <> later.name_vi

)

select coalesce(expected.gso_code, reassigned.gso_code) as gso_code
from expected
full outer join reassigned
    on expected.gso_code = reassigned.gso_code
where expected.gso_code is null or reassigned.gso_code is null
