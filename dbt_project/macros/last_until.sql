{# CTEs that end in `reached`: for every day that a relation asks about, the largest number that `held` has up to and
   with that day, in the same group. It is one sort: a join with all earlier days would grow with their square.
   Both relations have the columns of `keys` and `day`, `held` also `number`. #}
{% macro last_until(held, asking, keys, day, number) -%}
days as (

    select
        {{ keys | join(',\n        ') }},
        {{ day }},
        {{ number }}
    from {{ held }}

    union all

    select
        {{ keys | join(',\n        ') }},
        {{ day }},
        null as {{ number }}
    from {{ asking }}

),

reached as (

    select distinct
        {{ keys | join(',\n        ') }},
        {{ day }},
        -- the frame takes in all rows of the day itself
        max({{ number }}) over (
            partition by {{ keys | join(', ') }} order by {{ day }}
            range between unbounded preceding and current row
        ) as {{ number }}
    from days

)
{%- endmacro %}
