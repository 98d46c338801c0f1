{# CTEs that end in `members`: the rows of a relation of versions, group by group, as they stood from each day on which
   one of the group became known, was revised or was dropped (state_known_from) until the next such day
   (state_known_to). Where what is held now is not what was known last, for a row or a revision without a day, a last
   state without days holds it: no day sees it. #}
{% macro known_states(relation, keys) -%}
days as (

    {% for column in ['known_from', 'known_to'] -%}
    select
        {{ keys | join(',\n        ') }},
        {{ column }} as known_on
    from {{ relation }}
    where {{ column }} is not null

    union

    {% endfor -%}
    select
        {{ keys | join(',\n        ') }},
        cast(null as date) as known_on
    from {{ relation }}
    where is_latest_vintage <> (known_from is not null and known_to is null)

),

states as (

    select
        *,
        cast(row_number() over (
            partition by {{ keys | join(', ') }} order by known_on nulls last
        ) as integer) as state_no,
        lead(known_on) over (partition by {{ keys | join(', ') }} order by known_on nulls last) as next_known_on,
        count(*) over (partition by {{ keys | join(', ') }}) as state_count
    from days

),

members as (

    select
        {{ relation }}.*,
        states.state_no,
        states.known_on as state_known_from,
        states.next_known_on as state_known_to,
        states.state_no = states.state_count as is_latest_state
    from {{ relation }}
    inner join states
        on
            {% for key in keys -%}
            {{ relation }}.{{ key }} = states.{{ key }} and {% endfor -%}
            (
                {{ as_known_on(relation, 'states.known_on') }}
                or (states.known_on is null and {{ relation }}.is_latest_vintage)
            )

)
{%- endmacro %}
