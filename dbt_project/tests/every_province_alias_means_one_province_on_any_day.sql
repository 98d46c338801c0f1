-- An alias leads to a province that exists while the alias is valid, and to no other on the same day.
with aliases as (

    select
        alias_text,
        province_id,
        valid_from,
        coalesce(valid_to, date '9999-12-31') as valid_to
    from {{ ref('province_alias') }}

)

select
    aliases.alias_text,
    aliases.province_id
from aliases
left join {{ ref('dim_province') }} as provinces
    on aliases.province_id = provinces.province_id
group by aliases.alias_text, aliases.province_id, aliases.valid_from, aliases.valid_to
having
    min(provinces.valid_from) is null
    or min(provinces.valid_from) > aliases.valid_from
    or max(provinces.valid_to) < aliases.valid_to

union all

select
    firsts.alias_text,
    firsts.province_id
from aliases as firsts
inner join aliases as seconds
    on
        {{ search_key('firsts.alias_text') }} = {{ search_key('seconds.alias_text') }}
        and firsts.province_id <> seconds.province_id
        and firsts.valid_from <= seconds.valid_to
        and firsts.valid_to >= seconds.valid_from
