-- The days on which judgements are made: the seed's, the one asked for, and the latest day known. Never today.
with seeded as (

    select evaluation_date from {{ ref('evaluation_date') }}

),

documents as (

    select max(known_from) as evaluation_date from {{ ref('int_documents__unioned') }}

),

int_evaluation_dates__unioned as (

    select evaluation_date from seeded

    union

    select evaluation_date from documents
    where evaluation_date is not null
    {%- if var('evaluation_date') %}

        union

        select date '{{ var("evaluation_date") }}' as evaluation_date
    {%- endif %}

)

select * from int_evaluation_dates__unioned
