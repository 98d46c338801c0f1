-- The versions of a province follow each other without a gap and end only where a successor takes over.
with versions as (

    select
        province_id,
        province_version_id,
        valid_from,
        valid_to,
        lead(valid_from) over (partition by province_id order by valid_from, province_version_id) as next_from
    from {{ ref('dim_province') }}

)

select versions.*
from versions
left join {{ ref('province_succession') }} as succession
    on
        versions.province_id = succession.predecessor_province_id
        and versions.province_id <> succession.successor_province_id
        and versions.valid_to + 1 = succession.effective_date
where
    versions.valid_from > versions.valid_to
    or (versions.next_from is not null and versions.valid_to + 1 <> versions.next_from)
    or (
        versions.next_from is null
        and versions.valid_to <> date '9999-12-31'
        and succession.predecessor_province_id is null
    )
